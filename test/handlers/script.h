// Script: what a test's service does in each callback, and what it saw.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/connection.h"
#include "reactor/close_reason.h"

namespace edgewise::handlers_test {

// Shared by all connections of a service, and outlives them. A callback that is not set does the
// usual thing: a frame is sent back, the peer's end closes.
//
// Threading: the test's own thread. Ownership: of nothing but its records.
//
//   Script script;
//   script.on_frame = [](Connection& peer, std::string_view frame) { peer.Send(frame); };
struct Script {
  std::function<void(Connection&)> on_open;
  std::function<void(Connection&, std::string_view)> on_frame;
  std::function<void(Connection&)> on_end;
  std::function<void(Connection&)> on_drained;
  std::function<void(Connection&)> on_finish;
  std::function<void(Connection&, const CloseReason&)> on_close;

  // Set to false where the frames are too large or too many to keep.
  bool keeps_frames = true;
  std::vector<std::string> frames;
  std::size_t frame_count = 0;
  std::size_t opens = 0;
  std::size_t ends = 0;
  std::size_t drains = 0;
  std::size_t finishes = 0;
  std::vector<CloseReason> closes;

  // The cause of the only close so far; kNone if there was none or several.
  CloseCause cause() const { return closes.size() == 1 ? closes.front().cause : CloseCause::kNone; }
};

}  // namespace edgewise::handlers_test
