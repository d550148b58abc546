// RecordingReader: bytes to calls; whatever the bytes are, it answers calls that make sense or says
// what is wrong with them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "reactor/kernel/recorded/recorded_call.h"

namespace edgewise {

// Threading: one thread at a time. Ownership: borrows the bytes, which must outlive it and the
// calls that it answers. A copy reads on from the same place.
//
//   auto reader = RecordingReader::Open(bytes);
//   RecordedCall call;
//   while (reader->Read(call).value_or(false)) Print(call);
class RecordingReader {
 public:
  // Reads the header. kInvalidArgument: these are no recording, or that of another version.
  static absl::StatusOr<RecordingReader> Open(std::string_view bytes);

  // The next call, whose numbers fit its bytes and what was read before. False: there are no more.
  // kDataLoss: the bytes from here on are damaged; where and how.
  absl::StatusOr<bool> Read(RecordedCall& into);

  // What the header has. Valid as long as the bytes.
  std::string_view note() const { return note_; }
  // What Read's false meant: the recording was ended in order. Otherwise it breaks off, with the
  // process that made it or with the copy.
  bool ended() const { return ended_; }
  // In bytes from the beginning: where the next record begins.
  std::size_t offset() const { return offset_; }
  // Of calls that were read.
  std::uint64_t calls() const { return calls_; }

 private:
  enum class Found : std::uint8_t { kRecord, kBreak, kDamage };

  RecordingReader(std::string_view bytes, std::string_view note, std::size_t offset)
      : all_(bytes), note_(note), offset_(offset) {}

  Found ReadRecord(RecordedCall& into);
  // Takes one that is no call. Empty, or what is wrong with it.
  std::string Heed(const RecordedCall& note);
  // The same for a call.
  std::string Check(const RecordedCall& call);
  std::string CheckEvents(const RecordedCall& call) const;
  absl::Status Damaged(std::string_view how) const;

  std::string_view all_;
  std::string_view note_;
  std::size_t offset_;
  std::string_view how_;  // a record is damaged
  std::uint64_t records_ = 0;
  std::uint64_t calls_ = 0;
  std::uint64_t foreign_calls_ = 0;
  std::int64_t registrations_ = 0;  // all that were given are below
  std::uint32_t thread_ = 0;
  std::uint32_t threads_ = 1;
  bool ended_ = false;
};

}  // namespace edgewise
