// RecordingWriter: calls to bytes, in the RecordingFormat.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>

#include "reactor/kernel/recorded/call_shape.h"
#include "reactor/kernel/recorded/recorded_number.h"
#include "reactor/kernel/recorded/recording_format.h"
#include "reactor/kernel/recorded/recording_sink.h"

namespace edgewise {

// Threading: one thread at a time. Ownership: borrows `sink`.
class RecordingWriter {
 public:
  // Writes the header. `note`: anything that whoever replays should know, such as a command line.
  RecordingWriter(RecordingSink& sink, std::string_view note);
  RecordingWriter(const RecordingWriter&) = delete;
  RecordingWriter& operator=(const RecordingWriter&) = delete;

  // Writes a record, with the numbers and the bytes that the shape of its kind asks for. The
  // numbers are what RecordedNumber takes.
  template <CallKind kKind, typename... Numbers>
  void Write(std::string_view bytes, const Numbers&... numbers) {
    constexpr const CallShape& kShape = CallShape::Of(kKind);
    static_assert(sizeof...(numbers) == kShape.field_count, "not the numbers of this call");
    if constexpr (kKind < CallKind::kTurn) ++calls_;
    std::array<char, RecordingFormat::kHeadBytesMax> head;
    char* at = head.data();
    *at++ = static_cast<char>(kKind);
    at = PutFields<kKind>(at, std::index_sequence_for<Numbers...>(), numbers...);
    if constexpr (kShape.bytes != CallBytes::kNone) {
      at = RecordingFormat::PutNumber(at, RecordedNumber::Of(bytes.size()));
    }
    Finish(head.data(), at, bytes);
  }
  // The calls from here on are those of `thread`. 0 at first.
  void SetThread(std::uint32_t thread) {
    if (thread == thread_) return;
    thread_ = thread;
    Write<CallKind::kTurn>({}, thread);
  }
  // Nothing may follow. Once is enough.
  void End();

 private:
  template <CallKind kKind, std::size_t... kIndex, typename... Numbers>
  static char* PutFields(char* at, std::index_sequence<kIndex...>, const Numbers&... numbers) {
    constexpr const CallShape& kShape = CallShape::Of(kKind);
    ((at = RecordingFormat::PutField<kShape.fields[kIndex]>(at, RecordedNumber::Of(numbers))), ...);
    return at;
  }
  // Adds the checksum, for which there is room, and hands both to the sink.
  void Finish(char* head, char* end, std::string_view bytes);

  RecordingSink& sink_;
  std::uint64_t records_ = 0;
  std::uint64_t calls_ = 0;
  std::uint32_t thread_ = 0;
  bool ended_ = false;
};

}  // namespace edgewise
