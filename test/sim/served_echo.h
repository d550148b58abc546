// ServedEcho: a service that sends each frame back, for scenarios that are about something else.
#pragma once

#include <string_view>

#include "handlers/edgewise.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {

// Threading: its connection's. `served` must outlive it.
class ServedEcho final : public FrameHandler {
 public:
  explicit ServedEcho(Served* served) : served_(*served) {}
  void OnOpen(Connection& peer) override { served_.Opened(peer); }
  void OnFrame(Connection& peer, std::string_view frame) override {
    static_cast<void>(peer.Send(frame));
  }
  void OnClose(Connection& peer, const CloseReason& reason) override {
    served_.Closed(peer, reason);
  }

 private:
  Served& served_;
};

}  // namespace edgewise::sim_test
