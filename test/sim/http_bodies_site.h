// HttpBodiesSite: the service of the scenario of bodies: streamed in, streamed out, from files.
#pragma once

#include <cstddef>
#include <string>

#include "handlers/edgewise.h"
#include "handlers/http/http_files.h"
#include "handlers/http/http_stream_handler.h"
#include "reactor/timer.h"
#include "test/sim/http_exchange.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {

// The modes of HttpWish: "up": a whole answer to what was streamed in; "source", "sized": from a
// source that has pauses, without and with a length; "events": as server-sent events, a tick each
// delay. Paths that begin with "/files/" are those of files. With an odd delay, reading is held for
// so long at the first piece of a request's body.
//
// Threading: its connection's. Ownership: its connection's.
class HttpBodiesSite final : public HttpStreamHandler, private Timer {
 public:
  HttpBodiesSite(Served* served, const HttpFiles* files) : served_(*served), files_(*files) {}

  void OnOpen(Connection& peer) override { served_.Opened(peer); }
  void OnHead(const HttpRequest& head, HttpResponder& response) override;
  void OnBody(std::string_view piece, HttpResponder& response) override;
  void OnComplete(HttpResponder& response) override;
  void OnGone(Connection& peer, const CloseReason& reason) override;

 private:
  class Source;

  void HandleTimeout(Time now) override;
  void Arm();

  Served& served_;
  const HttpFiles& files_;
  Connection* peer_ = nullptr;
  HttpReplyRef ref_;
  HttpWish wish_;
  std::string due_;           // of the request's body
  std::size_t received_ = 0;  // of it
  std::size_t events_left_ = 0;
  bool holds_ = false;
};

// The source of this wish fails half-way.
bool HttpSourceFails(const HttpWish& wish);
// What "events" with this wish sends.
std::string HttpEventText(const HttpWish& wish);
std::size_t HttpEventCount(const HttpWish& wish);

}  // namespace edgewise::sim_test
