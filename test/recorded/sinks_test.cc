// Files of recordings: made once, whole after a crash, and no reason for a service to stop.
#include <catch2/catch_test_macros.hpp>
#include <csignal>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>

#include "bench/serve/mapped_recording_sink.h"
#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/recorded/file_recording_sink.h"
#include "reactor/kernel/recorded/recording.h"
#include "reactor/kernel/recorded/recording_kernel.h"
#include "reactor/kernel/text.h"
#include "test/kernel/raw.h"
#include "test/support/faulty_kernel.h"
#include "test/support/scratch_folder.h"

namespace edgewise::recorded_test {
namespace {

using Call = FaultyKernel::Call;

constexpr std::uint64_t kNoLimit = std::uint64_t{1} << 40;

void CallOften(Kernel& kernel, int times) {
  for (int i = 0; i < times; ++i) static_cast<void>(kernel.Random());
}

std::uint64_t CallsIn(const std::string& path) {
  const absl::StatusOr<Recording> recording = Recording::Load(LinuxKernel::Instance(), path);
  INFO(StdView(recording.status().message()));
  REQUIRE(recording.ok());
  return recording->calls();
}

// A child that makes calls and is killed from within: nothing of it is flushed.
void CallAndDie(RecordingSink& sink, int times) {
  RecordingKernel kernel(LinuxKernel::Instance(), sink);
  CallOften(kernel, times);
  std::raise(SIGKILL);
}

}  // namespace

TEST_CASE("a process that is killed leaves every call in the file that it had made") {
  const ScratchFolder folder;
  const std::string path = folder / "killed.ewr";
  constexpr int kCalls = 5000;
  SECTION("a file that each call is written to") {
    CHECK(kernel_test::raw::RunInChild([&path] {
            CallAndDie(**FileRecordingSink::Open(LinuxKernel::Instance(), path), kCalls);
            return 0;
          }) == -1);
    CHECK(CallsIn(path) == kCalls);
  }
  SECTION("a file that is mapped, which is longer for a while") {
    CHECK(kernel_test::raw::RunInChild([&path] {
            CallAndDie(**MappedRecordingSink::Open(path, kNoLimit), kCalls);
            return 0;
          }) == -1);
    CHECK(CallsIn(path) == kCalls);
  }
  SECTION("a file with a buffer: what is in the buffer is lost, as its options say") {
    CHECK(kernel_test::raw::RunInChild([&path] {
            CallAndDie(
                **FileRecordingSink::Open(LinuxKernel::Instance(), path, {.buffer_bytes = 10'000}),
                kCalls);
            return 0;
          }) == -1);
    CHECK(CallsIn(path) < kCalls);
    CHECK(CallsIn(path) > kCalls - 1000);
  }
}

TEST_CASE("a recording longer than one window of the mapping is whole, and as long as it must be") {
  const ScratchFolder folder;
  const std::string path = folder / "long.ewr";
  constexpr int kCalls = 200'000;
  {
    auto sink = MappedRecordingSink::Open(path, kNoLimit);
    REQUIRE(sink.ok());
    RecordingKernel kernel(LinuxKernel::Instance(), **sink);
    for (int i = 0; i < kCalls; ++i) kernel.Log("");
  }
  const absl::StatusOr<Recording> recording =
      Recording::Load(LinuxKernel::Instance(), path, BrokenOff::kRefuse);
  REQUIRE(recording.ok());
  CHECK(recording->calls() == kCalls);
  std::ifstream file(path, std::ios::ate);
  CHECK(static_cast<std::size_t>(file.tellg()) == recording->size());
}

TEST_CASE("a file that is there already is left alone") {
  const ScratchFolder folder;
  folder.Write("precious", "keep me");
  const std::string path = folder / "precious";
  const auto file = FileRecordingSink::Open(LinuxKernel::Instance(), path);
  CHECK(StdView(file.status().message()).find("precious is not empty") != std::string::npos);
  const auto mapped = MappedRecordingSink::Open(path, kNoLimit);
  CHECK(StdView(mapped.status().message()).find("precious cannot be made: EEXIST") !=
        std::string::npos);
  const auto nowhere = FileRecordingSink::Open(LinuxKernel::Instance(), folder / "none/a.ewr");
  CHECK(StdView(nowhere.status().message()).find("ENOENT") != std::string::npos);
  std::stringstream text;
  text << std::ifstream(path).rdbuf();
  CHECK(text.str() == "keep me");
}

TEST_CASE("a full disk ends the recording after a whole call, says so once, and nothing else") {
  const ScratchFolder folder;
  const std::string path = folder / "full.ewr";
  FaultyKernel disk(LinuxKernel::Instance());
  {
    auto sink = FileRecordingSink::Open(disk, path);
    REQUIRE(sink.ok());
    RecordingKernel kernel(LinuxKernel::Instance(), **sink);
    CallOften(kernel, 10);
    disk.Fail(Call::kAppend, Error::kInterrupted);
    CallOften(kernel, 1);
    disk.Limit(Call::kAppend, 3);
    CallOften(kernel, 1);
    disk.Fail(Call::kAppend, Error::kNoSpace);
    CallOften(kernel, 100);
    CHECK((*sink)->dropped_bytes() > 1000);
  }
  CHECK(CallsIn(path) == 12);
  REQUIRE(disk.log().size() == 1);
  CHECK(disk.log().front().find("breaks off here: ENOSPC") != std::string::npos);
  CHECK(disk.open_handles() == 0);
}

TEST_CASE("a recording stops at the length that it may have") {
  const ScratchFolder folder;
  FaultyKernel quiet(LinuxKernel::Instance());
  {
    auto sink = FileRecordingSink::Open(quiet, folder / "short.ewr", {.file_bytes_max = 1000});
    RecordingKernel kernel(LinuxKernel::Instance(), **sink);
    CallOften(kernel, 1000);
    CHECK((*sink)->bytes() <= 1000);
  }
  CHECK(CallsIn(folder / "short.ewr") > 50);
  REQUIRE(quiet.log().size() == 1);
  CHECK(quiet.log().front().find("as long as it may be") != std::string::npos);
  std::string said = kernel_test::raw::CaptureStandardError([&folder] {
    auto sink = MappedRecordingSink::Open(folder / "mapped.ewr", std::uint64_t{1} << 20);
    RecordingKernel kernel(LinuxKernel::Instance(), **sink);
    for (int i = 0; i < 200'000; ++i) kernel.MonotonicNow();
  });
  CHECK(CallsIn(folder / "mapped.ewr") > 50'000);
  CHECK(said.find("as long as it may be") != std::string::npos);
}

TEST_CASE("a recording that cannot be read is an error that names the file") {
  const ScratchFolder folder;
  folder.Write("text", "not one");
  const auto why = [&folder](std::string_view name) {
    const auto recording = Recording::Load(LinuxKernel::Instance(), folder / name);
    return std::string(StdView(recording.status().message()));
  };
  CHECK(why("none").find("none cannot be read: ENOENT") != std::string::npos);
  CHECK(why("none/at/all").find("ENOENT") != std::string::npos);
  CHECK(why("text").find("text: no recording") != std::string::npos);
  CHECK(why(".").find("cannot be read") != std::string::npos);
  FaultyKernel disk(LinuxKernel::Instance());
  disk.Fail(Call::kReadAt, Error::kNoMemory);
  CHECK_FALSE(Recording::Load(disk, folder / "text").ok());
  disk.Fail(Call::kInspect, Error::kInputOutput);
  CHECK(StdView(Recording::Load(disk, folder / "text").status().message()).find("EIO") !=
        std::string_view::npos);
  // A signal is no reason.
  disk.Fail(Call::kReadAt, Error::kInterrupted);
  CHECK(StdView(Recording::Load(disk, folder / "text").status().message()).find("no recording") !=
        std::string_view::npos);
  CHECK(disk.faults() == 3);
  CHECK(disk.open_handles() == 0);
}

}  // namespace edgewise::recorded_test
