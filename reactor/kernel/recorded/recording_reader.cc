// Two lines of defence: the checksum of a record, against chance; what its numbers may be, against
// bytes that somebody made.
#include "reactor/kernel/recorded/recording_reader.h"

#include <algorithm>
#include <limits>

#include "reactor/kernel/kernel.h"
#include "reactor/kernel/recorded/recorded_address.h"
#include "reactor/kernel/recorded/recorded_event.h"
#include "reactor/kernel/recorded/recorded_number.h"
#include "reactor/kernel/recorded/recording_format.h"
#include "reactor/kernel/text.h"

namespace edgewise {
namespace {

absl::Status Refused(const std::string& why) {
  return absl::InvalidArgumentError(AbslView("no recording: " + why));
}

bool IsPossible(CallField field, std::int64_t number) {
  switch (field) {
    case CallField::kHandle:
      return number >= std::numeric_limits<Handle>::min() &&
             number <= std::numeric_limits<Handle>::max();
    case CallField::kError:
      return RecordedNumber::IsError(number);
    case CallField::kHandleOrError:
      return RecordedNumber::IsHandleOrError(number);
    case CallField::kBytesOrError:
      return number >= -RecordedNumber::kErrorMax;
    case CallField::kMask:
      return number >= 0 && number <= std::numeric_limits<EpollMask>::max();
    case CallField::kFileKind:
      return number >= 0 && number <= RecordedNumber::Of(FileKind::kOther);
    case CallField::kNumber:
    case CallField::kBytes:
    case CallField::kHash:
    case CallField::kFamily:
    case CallField::kOption:
    case CallField::kSide:
    case CallField::kTimeout:
    case CallField::kInstant:
    case CallField::kWall:
    case CallField::kSignals:
    case CallField::kRegistration:
      return true;
  }
  return false;
}

}  // namespace

absl::StatusOr<RecordingReader> RecordingReader::Open(std::string_view bytes) {
  const std::string_view magic = bytes.substr(0, RecordingFormat::kMagic.size());
  if (magic != RecordingFormat::kMagic.substr(0, magic.size())) {
    return Refused("it does not begin as one does");
  }
  if (bytes.size() < RecordingFormat::kHeaderBytes) {
    return Refused("it is shorter than the header of one");
  }
  const std::string_view rest = bytes.substr(magic.size());
  const std::uint32_t version = RecordingFormat::FixedOf(rest);
  if (version != RecordingFormat::kVersion) {
    return Refused(
        "version " + std::to_string(version) + " of the format, and this program reads " +
        std::to_string(RecordingFormat::kVersion) + "; replay it with the program that made it");
  }
  const std::size_t note_bytes = RecordingFormat::FixedOf(rest.substr(4));
  const std::string_view note = bytes.substr(RecordingFormat::kHeaderBytes).substr(0, note_bytes);
  if (note.size() < note_bytes) return Refused("it ends within its header");
  const std::uint32_t checksum = RecordingFormat::FixedOf(rest.substr(8));
  if (checksum != RecordingFormat::Checksum(0, rest.substr(0, 8), note)) {
    return Refused("its header is damaged");
  }
  return RecordingReader(bytes, note, RecordingFormat::kHeaderBytes + note_bytes);
}

absl::StatusOr<bool> RecordingReader::Read(RecordedCall& into) {
  while (!ended_) {
    const std::size_t before = offset_;
    into = {};
    switch (ReadRecord(into)) {
      case Found::kBreak:
        offset_ = before;
        return false;
      case Found::kDamage:
        offset_ = before;
        return Damaged(how_);
      case Found::kRecord:
        break;
    }
    const bool is_call = into.kind < CallKind::kTurn;
    const std::string wrong = is_call ? Check(into) : Heed(into);
    if (!wrong.empty()) {
      offset_ = before;
      return Damaged(wrong);
    }
    ++records_;
    if (!is_call) continue;
    into.thread = thread_;
    into.number = ++calls_;
    into.foreign_calls = foreign_calls_;
    return true;
  }
  return false;
}

RecordingReader::Found RecordingReader::ReadRecord(RecordedCall& into) {
  std::string_view rest = all_.substr(offset_);
  const char* const begin = rest.data();
  if (rest.empty()) return Found::kBreak;
  const auto kind = static_cast<std::uint8_t>(rest.front());
  if (kind == static_cast<std::uint8_t>(CallKind::kUnwritten)) return Found::kBreak;
  how_ = "there is no such call";
  if (kind >= kCallKindCount) return Found::kDamage;
  into.kind = static_cast<CallKind>(kind);
  rest.remove_prefix(1);
  const CallShape& shape = into.shape();
  for (std::size_t i = 0; i < shape.field_count; ++i) {
    if (!RecordingFormat::TakeField(shape.fields[i], rest, into.numbers[i])) return Found::kBreak;
  }
  std::int64_t size = 0;
  if (shape.bytes != CallBytes::kNone && !RecordingFormat::TakeNumber(rest, size)) {
    return Found::kBreak;
  }
  how_ = "the length of its bytes is negative";
  if (size < 0) return Found::kDamage;
  const std::string_view head(begin, static_cast<std::size_t>(rest.data() - begin));
  if (rest.size() < RecordingFormat::kChecksumBytes) return Found::kBreak;
  const std::uint32_t checksum = RecordingFormat::FixedOf(rest);
  rest.remove_prefix(RecordingFormat::kChecksumBytes);
  if (rest.size() < static_cast<std::uint64_t>(size)) return Found::kBreak;
  into.bytes = rest.substr(0, static_cast<std::size_t>(size));
  how_ = "its checksum is wrong";
  if (checksum != RecordingFormat::Checksum(records_, head, into.bytes)) return Found::kDamage;
  offset_ += head.size() + RecordingFormat::kChecksumBytes + into.bytes.size();
  return Found::kRecord;
}

std::string RecordingReader::Heed(const RecordedCall& note) {
  const std::int64_t number = note.numbers.front();
  if (note.kind == CallKind::kTurn) {
    if (number < 0 || number >= threads_) return "there is no such thread";
    thread_ = static_cast<std::uint32_t>(number);
  } else if (note.kind == CallKind::kForeign) {
    foreign_calls_ = static_cast<std::uint64_t>(number);
  } else {
    if (number != RecordedNumber::Of(calls_)) return "calls are missing before the end";
    if (offset_ != all_.size()) return "something follows the end";
    ended_ = true;
  }
  return {};
}

std::string RecordingReader::Check(const RecordedCall& call) {
  const CallShape& shape = call.shape();
  for (std::size_t i = 0; i < shape.field_count; ++i) {
    if (!IsPossible(shape.fields[i], call.numbers[i])) return "a number is out of its range";
  }
  switch (call.kind) {
    case CallKind::kReceive:
    case CallKind::kReadAt: {
      const std::int64_t count = std::max<std::int64_t>(call.answer(), 0);
      if (count != RecordedNumber::Of(call.bytes.size())) return "not as many bytes as it says";
      if (count > call.argument(1)) return "more bytes than there was room for";
      return {};
    }
    case CallKind::kEpollWait:
      return CheckEvents(call);
    case CallKind::kEpollAdd:
    case CallKind::kEpollModify:
      // A new one has the next number, or one that was given up.
      if (call.answer(1) < RecordedNumber::kNone || call.answer(1) > registrations_) {
        return "there is no such registration";
      }
      if (call.answer(1) == registrations_) ++registrations_;
      return {};
    case CallKind::kRunThreads:
      if (call.argument(0) < 0 || call.argument(0) > RecordingFormat::kThreadsMax) {
        return "too many threads";
      }
      threads_ = std::max(threads_, static_cast<std::uint32_t>(call.argument(0)));
      return {};
    default:
      break;
  }
  const bool is_address =
      shape.bytes == CallBytes::kGivenAddress || shape.bytes == CallBytes::kAnswerAddress;
  if (is_address && !RecordedAddress::Decode(call.bytes)) return "an address is none";
  return {};
}

std::string RecordingReader::CheckEvents(const RecordedCall& call) const {
  std::string_view rest = call.bytes;
  RecordedEvent event;
  std::int64_t count = 0;
  for (; !rest.empty(); ++count) {
    if (!event.Take(rest)) return "half an event";
    if (event.registration < 0 || event.registration >= registrations_) {
      return "an event of nobody";
    }
  }
  if (count != std::max<std::int64_t>(call.answer(), 0)) return "not as many events as it says";
  if (count > call.argument(1)) return "more events than there was room for";
  return {};
}

absl::Status RecordingReader::Damaged(std::string_view how) const {
  return absl::DataLossError(AbslView("the recording is damaged at byte " +
                                      std::to_string(offset_) + ", after call " +
                                      std::to_string(calls_) + ": " + std::string(how)));
}

}  // namespace edgewise
