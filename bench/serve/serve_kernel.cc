#include "bench/serve/serve_kernel.h"

#include <cstdio>
#include <string>
#include <utility>

#include "bench/serve/mapped_recording_sink.h"
#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/recorded/recording.h"
#include "reactor/kernel/recorded/recording_kernel.h"
#include "reactor/kernel/recorded/recording_printer.h"
#include "reactor/kernel/recorded/replaying_kernel.h"

namespace edgewise {
namespace {

// Where a recording breaks off; the service goes on.
constexpr std::uint64_t kRecordingBytesMax = std::uint64_t{16} << 30;

}  // namespace

absl::StatusOr<std::unique_ptr<ServeKernel>> ServeKernel::For(const ServeCommand& command) {
  LinuxKernel& real = LinuxKernel::Instance();
  auto made = std::make_unique<ServeKernel>();
  if (!command.record.empty()) {
    auto sink = MappedRecordingSink::Open(command.record, kRecordingBytesMax);
    if (!sink.ok()) return sink.status();
    made->sink_ = *std::move(sink);
    made->owned_ = std::make_unique<RecordingKernel>(real, *made->sink_, command.line);
  } else if (!command.replay.empty()) {
    absl::StatusOr<Recording> recording = Recording::Load(real, command.replay);
    if (!recording.ok()) return recording.status();
    const std::string note(recording->note());
    std::fprintf(stderr, "replaying %llu calls, %s, of: %s\n",
                 static_cast<unsigned long long>(recording->calls()),
                 recording->ended() ? "all that there were" : "broken off", note.c_str());
    made->owned_ = std::make_unique<ReplayingKernel>(*std::move(recording), real);
  }
  made->kernel_ = made->owned_ != nullptr ? made->owned_.get() : &real;
  return made;
}

absl::Status ServeKernel::Print(const ServeCommand& command) {
  const absl::StatusOr<Recording> recording =
      Recording::Load(LinuxKernel::Instance(), command.print_recording);
  if (!recording.ok()) return recording.status();
  std::printf("recorded by: %s\n", std::string(recording->note()).c_str());
  RecordingPrinter::Print(*recording, [](std::string_view line) {
    std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
  });
  return absl::OkStatus();
}

}  // namespace edgewise
