// The same, recorded: what it links besides is edgewise-recorded.
#include <edgewise.h>

#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/recorded/file_recording_sink.h"
#include "reactor/kernel/recorded/recording_kernel.h"

class Echo : public edgewise::FrameHandler {
  void OnFrame(edgewise::Connection& peer, std::string_view frame) override { peer.Send(frame); }
};

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  edgewise::Kernel& real = edgewise::LinuxKernel::Instance();
  const auto sink = edgewise::FileRecordingSink::Open(real, argv[1]);
  if (!sink.ok()) return 1;
  edgewise::RecordingKernel kernel(real, **sink);
  edgewise::Server server({.listen = "127.0.0.1:0", .announce = true, .kernel = &kernel});
  server.Serve<edgewise::LengthPrefixed, Echo>();
  return server.Run();
}
