#include "bench/edgewrk/selftest/behaviours.h"

#include <algorithm>
#include <chrono>

namespace edgewise::wrk {
namespace {

// Waits, and counts how long that took in truth, for `times` requests. False: the server stops.
bool Delay(OddCounters& counters, OddPeer& peer, Duration delay, int times = 1) {
  if (delay == Duration::zero()) return true;
  const auto begin = std::chrono::steady_clock::now();
  if (!peer.Wait(delay)) return false;
  counters.AddDelay(std::chrono::steady_clock::now() - begin, static_cast<std::uint64_t>(times));
  return true;
}

}  // namespace

void OddCounters::AddDelay(Duration delay, std::uint64_t times) {
  const auto took = static_cast<std::uint64_t>(delay.count());
  delays += times;
  delay_sum += times * took;
  std::uint64_t longest = delay_max;
  while (longest < took && !delay_max.compare_exchange_weak(longest, took)) {
  }
}

double OddCounters::mean_delay_ms() const {
  const auto count = static_cast<double>(std::max<std::uint64_t>(delays, 1));
  return static_cast<double>(delay_sum) / count / 1e6;
}

double OddCounters::max_delay_ms() const { return static_cast<double>(delay_max) / 1e6; }

std::string OddAnswer(int status) {
  return "HTTP/1.1 " + std::to_string(status) + " Odd\r\nContent-Length: 2\r\n\r\nok";
}

OddServer::Behaviour Silent(OddCounters& counters) {
  return [&counters](OddPeer& peer) {
    while (peer.ReadRequest()) ++counters.requests;
  };
}

OddServer::Behaviour Answering(OddCounters& counters, Duration delay, int answers, int status) {
  std::string text;
  for (int i = 0; i < answers; ++i) text += OddAnswer(status);
  return [&counters, delay, text](OddPeer& peer) {
    while (peer.ReadRequest()) {
      ++counters.requests;
      if (!Delay(counters, peer, delay) || !peer.Send(text)) return;
    }
  };
}

OddServer::Behaviour Batching(OddCounters& counters, int depth, Duration delay) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += OddAnswer();
  return [&counters, depth, delay, text](OddPeer& peer) {
    for (;;) {
      for (int i = 0; i < depth; ++i) {
        if (!peer.ReadRequest()) return;
        ++counters.requests;
      }
      if (!Delay(counters, peer, delay, depth) || !peer.Send(text)) return;
    }
  };
}

OddServer::Behaviour Stalling(OddCounters& counters, Duration delay, std::uint64_t which,
                              Duration stall) {
  return [&counters, delay, which, stall](OddPeer& peer) {
    while (peer.ReadRequest()) {
      const bool stalls = ++counters.requests == which;
      if (stalls) ++counters.odd;
      if (!Delay(counters, peer, stalls ? stall : delay) || !peer.Send(OddAnswer())) return;
    }
  };
}

OddServer::Behaviour ResettingInBody(OddCounters& counters, std::uint64_t period) {
  return [&counters, period](OddPeer& peer) {
    while (peer.ReadRequest()) {
      if (++counters.requests % period != 0) {
        if (!peer.Send(OddAnswer())) return;
        continue;
      }
      ++counters.odd;
      peer.Send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf of a body");
      peer.ResetAtClose();
      return;
    }
  };
}

OddServer::Behaviour Bursting(OddCounters& counters, std::uint64_t period, std::uint64_t burst) {
  return [&counters, period, burst](OddPeer& peer) {
    while (peer.ReadRequest()) {
      const bool bad = counters.requests++ % period >= period - burst;
      if (bad) ++counters.odd;
      if (!peer.Send(OddAnswer(bad ? 503 : 200))) return;
    }
  };
}

OddServer::Behaviour ClosingEachTime(OddCounters& counters, Said said) {
  const std::string text =
      said == Said::kYes ? "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"
                         : OddAnswer();
  return [&counters, text](OddPeer& peer) {
    if (!peer.ReadRequest()) return;
    ++counters.requests;
    peer.Send(text);
  };
}

OddServer::Behaviour Trickling(OddCounters& counters) {
  return [&counters](OddPeer& peer) {
    while (peer.ReadRequest()) {
      ++counters.requests;
      for (const char byte : OddAnswer()) {
        if (!peer.Send(std::string_view(&byte, 1))) return;
        if (!peer.Wait(std::chrono::microseconds(50))) return;
      }
    }
  };
}

}  // namespace edgewise::wrk
