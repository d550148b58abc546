// Recordings that are cut, damaged or made up: an answer that says so, whatever they are.
#include <catch2/catch_test_macros.hpp>
#include <random>
#include <string>

#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/recorded/recording.h"
#include "reactor/kernel/recorded/recording_kernel.h"
#include "reactor/kernel/recorded/recording_printer.h"
#include "reactor/kernel/text.h"
#include "test/recorded/exercise.h"
#include "test/recorded/memory_sink.h"
#include "test/recorded/raw_recording.h"
#include "test/support/faulty_kernel.h"
#include "test/support/scratch_folder.h"

namespace edgewise::recorded_test {
namespace {

std::string RecordedExercise() {
  const ScratchFolder folder;
  MemorySink sink;
  FaultyKernel quiet(LinuxKernel::Instance());
  {
    RecordingKernel kernel(quiet, sink, "a note");
    Exercise(kernel, folder.path());
  }
  return sink.bytes();
}

std::string Why(const absl::Status& status) { return std::string(StdView(status.message())); }

// Whether a reading says why it failed.
bool IsRefused(std::string bytes, std::string_view why) {
  const absl::StatusOr<Recording> recording = Recording::Parse(std::move(bytes));
  if (recording.ok()) return false;
  INFO(Why(recording.status()));
  CHECK(Why(recording.status()).find(why) != std::string::npos);
  return true;
}

bool IsRefused(const RawRecording& raw, std::string_view why) {
  return IsRefused(raw.bytes(), why);
}

// All that can be read of it.
std::size_t PrintedBytes(const Recording& recording) {
  std::size_t bytes = 0;
  RecordingPrinter::Print(recording, [&bytes](std::string_view line) { bytes += line.size(); });
  return bytes;
}

constexpr auto kClose = CallKind::kClose;

}  // namespace

TEST_CASE("cut anywhere, a recording is refused, or replayed up to its last whole call") {
  const std::string whole = RecordedExercise();
  REQUIRE(Recording::Parse(whole, BrokenOff::kRefuse).ok());
  std::uint64_t calls = 0;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const absl::StatusOr<Recording> strict =
        Recording::Parse(whole.substr(0, size), BrokenOff::kRefuse);
    REQUIRE_FALSE(strict.ok());
    REQUIRE_FALSE(strict.status().message().empty());
    const absl::StatusOr<Recording> lenient = Recording::Parse(whole.substr(0, size));
    if (size < RecordingFormat::kHeaderBytes + 6) {
      REQUIRE_FALSE(lenient.ok());
      continue;
    }
    REQUIRE(lenient.ok());
    REQUIRE_FALSE(lenient->ended());
    REQUIRE(lenient->size() <= size);
    REQUIRE(lenient->calls() >= calls);
    REQUIRE(PrintedBytes(*lenient) != 0);
    calls = lenient->calls();
    // The zeros of a file that was made longer beforehand change nothing.
    const absl::StatusOr<Recording> padded =
        Recording::Parse(whole.substr(0, lenient->size()) + std::string(100, '\0'));
    REQUIRE(padded.ok());
    REQUIRE(padded->calls() == calls);
  }
  CHECK(calls == Recording::Parse(whole)->calls());
}

TEST_CASE("a bit that is wrong anywhere never passes for a whole recording") {
  std::string bytes = RecordedExercise();
  const std::uint64_t calls = Recording::Parse(bytes)->calls();
  for (char& byte : bytes) {
    for (int bit = 0; bit < 8; ++bit) {
      byte = static_cast<char>(byte ^ (1 << bit));
      const absl::StatusOr<Recording> strict = Recording::Parse(bytes, BrokenOff::kRefuse);
      REQUIRE_FALSE(strict.ok());
      const absl::StatusOr<Recording> lenient = Recording::Parse(bytes);
      if (lenient.ok()) REQUIRE(lenient->calls() <= calls);
      byte = static_cast<char>(byte ^ (1 << bit));
    }
  }
}

TEST_CASE("a record that is lost, doubled or moved shows, though each by itself is whole") {
  const auto record = [](int handle) {
    RawRecording one;
    one.Add(kClose, {handle, 0});
    return one.bytes().substr(RawRecording().bytes().size());
  };
  RawRecording raw;
  raw.Add(kClose, {3, 0}).Add(kClose, {4, 0}).Add(kClose, {5, 0}).Add(CallKind::kEnd, {3});
  REQUIRE(Recording::Parse(raw.bytes(), BrokenOff::kRefuse).ok());
  const std::size_t header = RawRecording().bytes().size();
  const std::size_t size = record(3).size();
  std::string lost = raw.bytes();
  lost.erase(header + size, size);
  CHECK(IsRefused(lost, "checksum"));
  std::string doubled = raw.bytes();
  doubled.insert(header + size, doubled.substr(header, size));
  CHECK(IsRefused(doubled, "checksum"));
  CHECK(IsRefused(raw.bytes() + 'x', "something follows the end"));
}

TEST_CASE("what is no recording, or one of another version, is refused with its name") {
  CHECK(IsRefused(std::string(), "shorter than the header"));
  CHECK(IsRefused(std::string("#!/bin/sh\nexit 0\n                  "), "does not begin as one"));
  std::string other = RawRecording().bytes();
  ++other[RecordingFormat::kMagic.size()];
  CHECK(IsRefused(other, "version 2 of the format, and this program reads 1"));
  std::string as_text = RawRecording().bytes();
  as_text.erase(as_text.find('\r'), 1);
  CHECK(IsRefused(as_text, "does not begin as one"));
  std::string note = RawRecording().bytes();
  ++note.back();
  CHECK(IsRefused(note, "header is damaged"));
}

TEST_CASE("numbers that contradict each other are refused, though the checksum is right") {
  using enum CallKind;
  const std::string event("\x02\x00", 2);
  CHECK(IsRefused(RawRecording().Add(kReceive, {3, 10, 4}, "hello"), "not as many bytes"));
  CHECK(IsRefused(RawRecording().Add(kReceive, {3, 4, 5}, "hello"), "room"));
  CHECK(IsRefused(RawRecording().Add(kReadAt, {3, 4, 0, 5}, "hello"), "room"));
  CHECK(IsRefused(RawRecording().Add(kEpollWait, {3, 8, -1, 1}, event), "an event of nobody"));
  CHECK(IsRefused(RawRecording().Add(kEpollAdd, {3, 4, 1, 0, 1}), "no such registration"));
  CHECK(IsRefused(RawRecording().Add(kEpollAdd, {3, 4, 1, 0, -2}), "no such registration"));
  RawRecording registered;
  registered.Add(kEpollAdd, {3, 4, 1, 0, 0});
  RawRecording more = registered;
  CHECK(IsRefused(more.Add(kEpollWait, {3, 8, -1, 2}, event), "not as many events"));
  more = registered;
  CHECK(IsRefused(more.Add(kEpollWait, {3, 0, -1, 1}, event), "room"));
  more = registered;
  CHECK(IsRefused(more.Add(kEpollWait, {3, 8, -1, 1}, "\x02"), "half an event"));
  more = registered;
  CHECK(Recording::Parse(more.Add(kEpollWait, {3, 8, -1, 1}, event).bytes()).ok());
  CHECK(IsRefused(RawRecording().Add(kClose, {3, 5000}), "range"));
  CHECK(IsRefused(RawRecording().Add(kClose, {std::int64_t{1} << 40, 0}), "range"));
  CHECK(IsRefused(RawRecording().Add(kOpenEpoll, {std::int64_t{1} << 31}), "range"));
  CHECK(IsRefused(RawRecording().Add(kInspect, {3, 0, 7, 0, 0}), "range"));
  CHECK(IsRefused(RawRecording().Add(kAccept, {3, 4}, "\x09"), "address"));
  CHECK(IsRefused(RawRecording().Add(kRunThreads, {1 << 20}), "too many threads"));
  CHECK(IsRefused(RawRecording().Add(kTurn, {1}), "no such thread"));
  CHECK(IsRefused(RawRecording().Add(kEnd, {1}), "calls are missing"));
}

TEST_CASE("records of chance with right checksums are read or refused, and never crash") {
  const auto seed = std::random_device()();
  INFO("seed " << seed);
  std::mt19937_64 chance(seed);
  const auto below = [&chance](std::uint64_t bound) {
    return static_cast<std::int64_t>(chance() % bound);
  };
  std::size_t read = 0;
  for (int round = 0; round < 20'000; ++round) {
    RawRecording raw;
    const std::int64_t records = below(8);
    for (std::int64_t i = 0; i < records; ++i) {
      const auto kind = static_cast<CallKind>(1 + below(kCallKindCount - 1));
      std::vector<std::int64_t> numbers(CallShape::Of(kind).field_count);
      for (std::int64_t& number : numbers) {
        number = below(4) == 0 ? static_cast<std::int64_t>(chance()) : below(12) - 3;
      }
      std::string bytes(static_cast<std::size_t>(below(6)), '\0');
      for (char& byte : bytes) byte = static_cast<char>(below(8));
      raw.Add(kind, numbers, bytes);
    }
    const absl::StatusOr<Recording> recording = Recording::Parse(raw.bytes());
    if (!recording.ok()) continue;
    read += recording->calls();
    CHECK(PrintedBytes(*recording) != 0);
  }
  CHECK(read > 1000);
}

}  // namespace edgewise::recorded_test
