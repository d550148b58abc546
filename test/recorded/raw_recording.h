// RawRecording: records written by hand, with checksums that are right whatever they say.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/kernel/recorded/call_kind.h"
#include "reactor/kernel/recorded/call_shape.h"
#include "reactor/kernel/recorded/recording_format.h"

namespace edgewise::recorded_test {

// Threading: the test's own thread.
class RawRecording {
 public:
  RawRecording() : bytes_(RecordingFormat::Header("by hand")) {}

  // Adds a record. Where its shape has no bytes, `bytes` are left out.
  RawRecording& Add(CallKind kind, const std::vector<std::int64_t>& numbers,
                    std::string_view bytes = {}) {
    const CallShape& shape = CallShape::Of(kind);
    std::string head(1, static_cast<char>(kind));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      if (i < shape.field_count && shape.fields[i] == CallField::kHash) {
        std::array<char, 8> room;
        head.append(room.data(),
                    RecordingFormat::PutField<CallField::kHash>(room.data(), numbers[i]));
      } else {
        RecordingFormat::AppendNumber(head, numbers[i]);
      }
    }
    if (shape.bytes != CallBytes::kNone) {
      RecordingFormat::AppendNumber(head, static_cast<std::int64_t>(bytes.size()));
    } else {
      bytes = {};
    }
    std::array<char, RecordingFormat::kChecksumBytes> checksum;
    RecordingFormat::PutFixed(checksum.data(), RecordingFormat::Checksum(records_++, head, bytes));
    bytes_ += head;
    bytes_.append(checksum.data(), checksum.size());
    bytes_ += bytes;
    return *this;
  }
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
  std::uint64_t records_ = 0;
};

}  // namespace edgewise::recorded_test
