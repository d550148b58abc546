// TicketOffice: a service with a mistake, which only a rare order of events brings to light.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "handlers/edgewise.h"
#include "reactor/check.h"

namespace edgewise::recorded_test {

// "take" gives one of five tickets, "return" takes all back; each answer is how many there are. A
// peer that finishes its stream with tickets in hand gives them back in OnEnd, and is owed a
// receipt, for which the connection stays open; one that breaks off has no OnEnd, so OnClose sees
// to it. The mistake: a peer that finishes its stream and breaks off while it waits for the receipt
// meets both.
//
// Threading: as for every FrameHandler. Ownership: borrows both.
class TicketOffice final : public FrameHandler {
 public:
  static constexpr int kTickets = 5;
  // What the office has at the beginning, and what there is to see of it.
  struct Drawer {
    int tickets = kTickets;
    std::string history;
  };
  enum class Auditor : std::uint8_t { kStrict, kLenient };

  TicketOffice(Server* server, Drawer* drawer, Auditor auditor)
      : server_(*server), drawer_(*drawer), auditor_(auditor) {}

  void OnFrame(Connection& peer, std::string_view frame) override {
    if (frame == "take" && drawer_.tickets > 0) {
      --drawer_.tickets;
      ++taken_;
    }
    if (frame == "return") {
      GiveBack();
      taken_ = 0;
    }
    drawer_.history += std::string(frame) + " ";
    if (frame == "quit") server_.Stop();
    if (drawer_.tickets > kTickets) throw std::logic_error("more tickets than were printed");
    peer.Send(std::to_string(drawer_.tickets));
  }
  void OnEnd(Connection& peer) override {
    if (taken_ == 0) return peer.Close();
    GiveBack();
    peer.Send("a receipt follows");
  }
  void OnClose(Connection&, const CloseReason& reason) override {
    if (reason.cause == CloseCause::kReset) GiveBack();
    if (auditor_ == Auditor::kStrict) {
      EDGEWISE_CHECK(drawer_.tickets <= kTickets, "more tickets than were printed");
    }
  }

 private:
  void GiveBack() {
    drawer_.tickets += taken_;
    drawer_.history += "back:" + std::to_string(taken_) + " ";
  }

  Server& server_;
  Drawer& drawer_;
  const Auditor auditor_;
  int taken_ = 0;
};

}  // namespace edgewise::recorded_test
