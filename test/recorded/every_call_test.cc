// Every call, recorded on the real kernel, answered again.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <set>
#include <string>
#include <vector>

#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/recorded/file_recording_sink.h"
#include "reactor/kernel/recorded/recording.h"
#include "reactor/kernel/recorded/recording_kernel.h"
#include "reactor/kernel/recorded/recording_printer.h"
#include "reactor/kernel/recorded/replaying_kernel.h"
#include "test/kernel/raw.h"
#include "test/recorded/exercise.h"
#include "test/recorded/memory_sink.h"
#include "test/support/faulty_kernel.h"
#include "test/support/scratch_folder.h"

namespace edgewise::recorded_test {
namespace {

struct Recorded {
  std::vector<std::string> lines;
  std::string bytes;
};

Recorded Record(const std::string& folder) {
  Recorded recorded;
  MemorySink sink;
  FaultyKernel quiet(LinuxKernel::Instance());
  {
    RecordingKernel kernel(quiet, sink, "the exercise");
    recorded.lines = Exercise(kernel, folder);
  }
  recorded.bytes = sink.bytes();
  return recorded;
}

}  // namespace

TEST_CASE("every call is answered again as it was recorded, errors and events included") {
  const ScratchFolder folder;
  const Recorded recorded = Record(folder.path());
  absl::StatusOr<Recording> recording = Recording::Parse(recorded.bytes, BrokenOff::kRefuse);
  REQUIRE(recording.ok());
  CHECK(recording->note() == "the exercise");

  std::set<CallKind> kinds;
  RecordingReader reader = recording->reader();
  for (RecordedCall call; reader.Read(call).value_or(false);) kinds.insert(call.kind);
  for (std::size_t i = 1; i < static_cast<std::size_t>(CallKind::kExitNow); ++i) {
    INFO(CallShape::Of(static_cast<CallKind>(i)).name);
    CHECK(kinds.contains(static_cast<CallKind>(i)));
  }

  const std::uint64_t calls = recording->calls();
  FaultyKernel host(LinuxKernel::Instance());
  ReplayingKernel replaying(*std::move(recording), host);
  CHECK(Exercise(replaying, folder.path()) == recorded.lines);
  CHECK(replaying.finished());
  CHECK(replaying.calls() == calls);
  // Nothing was asked of the real kernel but to run threads and to log.
  CHECK(host.all_calls() == 1);
  CHECK(host.log() == std::vector<std::string>{"a line for the operator"});
}

TEST_CASE("ExitNow ends the recording, and the process of a replay with the same code") {
  const ScratchFolder folder;
  const std::string path = folder / "exit.ewr";
  const auto leave = [](Kernel& kernel) {
    kernel.Log("leaving");
    kernel.ExitNow(42);
  };
  CHECK(kernel_test::raw::RunInChild([&] {
          auto sink = FileRecordingSink::Open(LinuxKernel::Instance(), path);
          FaultyKernel quiet(LinuxKernel::Instance());
          RecordingKernel kernel(quiet, **sink);
          leave(kernel);
          return 0;
        }) == 42);
  absl::StatusOr<Recording> recording =
      Recording::Load(LinuxKernel::Instance(), path, BrokenOff::kRefuse);
  REQUIRE(recording.ok());
  CHECK(recording->calls() == 2);
  CHECK(kernel_test::raw::RunInChild([&] {
          FaultyKernel quiet(LinuxKernel::Instance());
          ReplayingKernel kernel(*std::move(recording), quiet);
          leave(kernel);
          return 0;
        }) == 42);
}

TEST_CASE("a recording can be read by people") {
  const ScratchFolder folder;
  const Recorded recorded = Record(folder.path());
  const absl::StatusOr<Recording> recording = Recording::Parse(recorded.bytes);
  REQUIRE(recording.ok());
  std::string text;
  RecordingPrinter::Print(*recording, [&text](std::string_view line) {
    text += line;
    text += '\n';
  });
  const auto says = [&text](std::string_view part) { return text.find(part) != std::string::npos; };
  INFO(text);
  CHECK(says("1 t0 DescriptorLimit() = "));
  CHECK(says(" OpenSocket(ipv4) = "));
  CHECK(says(", reuse-address, 1) = ok"));
  CHECK(says("127.0.0.1:0) = ok"));
  CHECK(says("= EINPROGRESS"));
  CHECK(says("in|edge) = ok registration 0"));
  CHECK(says("= EEXIST"));
  CHECK(says(", 8, forever) = 1 [in:0]"));
  CHECK(says(", 64 bytes) = 5 \"hello\""));
  CHECK(says(", 64 bytes) = EAGAIN"));
  CHECK(says(", 3, 8 bytes, #"));
  CHECK(says("ReadAt("));
  CHECK(says("\"line\""));
  CHECK(says("Log(\"a line for the operator\")"));
  CHECK(says(" t2 Close("));
  CHECK(text.ends_with("the end\n"));
}

TEST_CASE("events after a number is used again carry the tag of the new registration") {
  MemorySink sink;
  int old_owner = 0;
  int new_owner = 0;
  const auto play = [&](Kernel& kernel) {
    std::array<EpollEvent, 4> events{};
    const Handle epoll = kernel.OpenEpoll().handle();
    const Handle wakeup = kernel.OpenWakeup().handle();
    static_cast<void>(kernel.Notify(wakeup));
    REQUIRE(kernel.EpollAdd(epoll, wakeup, kEpollIn | kEpollEdge, &old_owner) == Error::kNone);
    // A duplicate keeps the registration alive, for nobody can remove it any more.
    const Handle copy = kernel.Duplicate(wakeup).handle();
    kernel.Close(wakeup);
    const Handle second = kernel.OpenWakeup().handle();
    REQUIRE(second == wakeup);
    static_cast<void>(kernel.Notify(second));
    REQUIRE(kernel.EpollAdd(epoll, second, kEpollIn | kEpollEdge, &new_owner) == Error::kNone);
    const IoResult waited = kernel.EpollWait(epoll, events, Duration::zero());
    REQUIRE(waited.bytes() == 2);
    CHECK((events[0].tag == &old_owner));
    CHECK((events[1].tag == &new_owner));
    for (const Handle handle : {copy, second, epoll}) kernel.Close(handle);
  };
  {
    RecordingKernel kernel(LinuxKernel::Instance(), sink);
    play(kernel);
  }
  ReplayingKernel kernel(*Recording::Parse(sink.bytes()), LinuxKernel::Instance());
  play(kernel);
  CHECK(kernel.finished());
}

}  // namespace edgewise::recorded_test
