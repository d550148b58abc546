// HttpExchange: a request as a scenario's client sends it, and the answer that it is due.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/kernel/simulated/simulation.h"

namespace edgewise::sim_test {

// `count` bytes of text that tell where they stand, and of which text they are.
std::string HttpPattern(std::size_t count, std::size_t salt);

// What a request wants of HttpSite, as its target says it: "/later/3000/7/12/500". A value.
struct HttpWish {
  std::string mode;
  std::size_t bytes = 0;       // of the answer's body
  std::size_t salt = 0;        // of the answer's pattern; the request's has one more
  std::size_t body_bytes = 0;  // of the request
  std::uint32_t delay = 0;     // microseconds

  std::string Target() const;
  static HttpWish Of(std::string_view target);
  // The body, and the field X-Wide, of the answer.
  std::string Body() const;
  std::string Wide() const;
};

// A value.
struct HttpExchange {
  std::string head;  // the request, as it goes over the wire
  std::string body;
  bool expects = false;  // `100 Continue`
  bool is_head = false;  // its method
  // The answer.
  int status = 200;
  std::string target;  // which the answer repeats; empty: it does not, nor has it a known body
  std::string answer;
  bool closes = false;    // nothing behind it is answered
  bool plain = false;     // the answer is known, but has no fields of HttpSite's
  bool may_fail = false;  // a status of 5xx is as good, while faults happen
  bool shrinks = false;   // the beginning of the answer is as good
  bool fails = false;     // no more than the beginning of the answer may come
  bool breaks = false;    // the protocol
};

// Whether a client may break the protocol.
enum class HttpMistakes { kNone, kAny };

// What the exchanges of one client may be. A value.
struct HttpDraw {
  std::uint32_t count_max = 8;
  std::uint32_t requests_max = 1'000'000;  // of the server
  HttpMistakes mistakes = HttpMistakes::kAny;
  std::uint32_t delay_max = 3000;  // microseconds
  bool has_small = true;           // the service has the mode "small"
  // The service's modes to choose from.
  std::vector<std::string_view> modes;
};

std::vector<HttpExchange> DrawExchanges(sim::Simulation& simulation, const HttpDraw& draw);

// What became of some exchanges, as far as `received` goes.
struct HttpJudgement {
  std::size_t answered = 0;  // complete answers
  bool whole = false;        // all that are due, and nothing behind them
  std::size_t bytes = 0;     // of the complete answers, with what came before them
  bool continues = false;    // the first one without an answer was told to go on
  bool said_close = false;   // the last answer did
};

// What a server may do to exchanges besides answering them.
enum class HttpStops { kNever, kMayStop };

// Fails the simulation unless `received` is the beginning of the answers that are due, in order.
// `ended`: the server's end came behind it.
HttpJudgement JudgeAnswers(sim::Simulation& simulation, const std::vector<HttpExchange>& exchanges,
                           std::string_view received, bool ended,
                           HttpStops stops = HttpStops::kNever);

}  // namespace edgewise::sim_test
