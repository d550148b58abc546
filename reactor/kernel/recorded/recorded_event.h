// RecordedEvent: one report of EpollWait, as bytes of a recording, and back.
//
// The tag of an event is a pointer, which another process cannot have. In its place stands the
// number of the registration (an EpollAdd that succeeded) that the event belongs to; whoever
// replays knows which pointer was given there.
#pragma once

#include <cstdint>
#include <string_view>

#include "reactor/kernel/epoll_event.h"
#include "reactor/kernel/recorded/recording_format.h"

namespace edgewise {

// A value.
struct RecordedEvent {
  // Bytes that one takes at most.
  static constexpr std::size_t kBytesMax = 2 * RecordingFormat::kNumberBytesMax;

  EpollMask mask = 0;
  std::int64_t registration = 0;

  // Writes it to `at`, where there is room for kBytesMax; the end of it.
  char* Put(char* at) const {
    at = RecordingFormat::PutNumber(at, mask);
    return RecordingFormat::PutNumber(at, registration);
  }
  // Takes it from the front of `bytes`. False: there is none.
  bool Take(std::string_view& bytes) {
    std::int64_t the_mask = 0;
    if (!RecordingFormat::TakeNumber(bytes, the_mask)) return false;
    mask = static_cast<EpollMask>(the_mask);
    return RecordingFormat::TakeNumber(bytes, registration);
  }
};

}  // namespace edgewise
