// Scripted: a service's handler that does what a Script says.
#pragma once

#include "handlers/frame_handler.h"
#include "test/handlers/script.h"

namespace edgewise::handlers_test {

// Threading, ownership: as for every FrameHandler; the script must outlive it.
class Scripted final : public FrameHandler {
 public:
  explicit Scripted(Script* script) : script_(*script) {}

  void OnOpen(Connection& peer) override {
    ++script_.opens;
    if (script_.on_open) script_.on_open(peer);
  }
  void OnFrame(Connection& peer, std::string_view frame) override {
    ++script_.frame_count;
    if (script_.keeps_frames) script_.frames.emplace_back(frame);
    if (script_.on_frame) {
      script_.on_frame(peer, frame);
    } else {
      peer.Send(frame);
    }
  }
  void OnEnd(Connection& peer) override {
    ++script_.ends;
    if (script_.on_end) {
      script_.on_end(peer);
    } else {
      peer.Close();
    }
  }
  void OnDrained(Connection& peer) override {
    ++script_.drains;
    if (script_.on_drained) script_.on_drained(peer);
  }
  void OnFinish(Connection& peer) override {
    ++script_.finishes;
    if (script_.on_finish) script_.on_finish(peer);
  }
  void OnClose(Connection& peer, const CloseReason& reason) override {
    script_.closes.push_back(reason);
    if (script_.on_close) script_.on_close(peer, reason);
  }

 private:
  Script& script_;
};

}  // namespace edgewise::handlers_test
