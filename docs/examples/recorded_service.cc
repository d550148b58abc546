// A service that can be recorded, and run again from its recording:
//   recorded_service 127.0.0.1:9000 record incident.ewr
//   recorded_service 127.0.0.1:9000 replay incident.ewr
#include <edgewise.h>

#include <cstdio>
#include <memory>
#include <string>
#include <utility>

#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/recorded/file_recording_sink.h"
#include "reactor/kernel/recorded/recording_kernel.h"
#include "reactor/kernel/recorded/replaying_kernel.h"

namespace {

class Echo : public edgewise::FrameHandler {
  void OnFrame(edgewise::Connection& peer, std::string_view line) override { peer.Send(line); }
};

int Serve(edgewise::Kernel& kernel, const char* listen) {
  edgewise::Server server({.listen = listen, .announce = true, .kernel = &kernel});
  server.Serve<edgewise::Lines, Echo>();
  return server.Run();
}

int Fail(const absl::Status& why) {
  std::fprintf(stderr, "%s\n", std::string(why.message()).c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  edgewise::LinuxKernel& real = edgewise::LinuxKernel::Instance();
  if (std::string_view(argv[2]) == "record") {
    auto sink = edgewise::FileRecordingSink::Open(real, argv[3]);
    if (!sink.ok()) return Fail(sink.status());
    edgewise::RecordingKernel kernel(real, **sink, "recorded_service");
    return Serve(kernel, argv[1]);
  }
  auto recording = edgewise::Recording::Load(real, argv[3]);
  if (!recording.ok()) return Fail(recording.status());
  edgewise::ReplayingKernel kernel(*std::move(recording), real);
  return Serve(kernel, argv[1]);
}
