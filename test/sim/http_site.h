// HttpSite: the service of the HTTP scenarios, which does what a request's target says (HttpWish).
#pragma once

#include <string>

#include "handlers/edgewise.h"
#include "handlers/http/http_handler.h"
#include "reactor/timer.h"
#include "test/sim/http_drain.h"
#include "test/sim/http_exchange.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {

// The modes: "now"; "later" (from a timer of its own), "posted" (from a task, which asks the
// HttpReplyRef), both after the delay that the target names; "pieces" and "length": written in one
// upcall; "ticks": written a little at a time, a tick each delay; "small": as "now", with bodies of
// up to 500 bytes allowed.
//
// Threading: its connection's. Ownership: its connection's.
class HttpSite final : public HttpHandler, private Timer {
 public:
  HttpSite(Served* served, HttpDrain* drain) : served_(*served), drain_(drain) {}

  void OnOpen(Connection& peer) override { served_.Opened(peer); }
  void OnRequest(const HttpRequest& request, HttpResponder& response) override;
  void OnGone(Connection& peer, const CloseReason& reason) override;

 protected:
  std::uint64_t BodyBytesMax(const HttpRequest& head) const override;

 private:
  void HandleTimeout(Time now) override;
  void Tick(HttpResponder& response);
  void Answering(Connection& peer);
  void Arm();

  Served& served_;
  HttpDrain* const drain_;
  HttpWish wish_;
  HttpReplyRef ref_;
  Connection* peer_ = nullptr;
  std::size_t written_ = 0;      // by ticks
  std::size_t head_queued_ = 0;  // all that was queued when Begin had returned
};

}  // namespace edgewise::sim_test
