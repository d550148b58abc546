// A server that is stopped in the middle of requests, half of a body here, half of an answer there.
#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "handlers/http/http1.h"
#include "test/sim/http_client.h"
#include "test/sim/http_drain.h"
#include "test/sim/http_site.h"
#include "test/sim/scenarios.h"

namespace edgewise::sim_test {
namespace {

std::string NameOf(const std::string& peer, const std::string& target) {
  return peer + " " + target;
}

// Those behind a request that ends the connection are not answered.
std::size_t AnswersOwed(const HttpDrain::Account& account) {
  const auto begin = account.exchanges.begin();
  const auto end = begin + static_cast<std::ptrdiff_t>(account.owed);
  const auto last = std::find_if(begin, end, [](const HttpExchange& one) { return one.closes; });
  return last == end ? account.owed : static_cast<std::size_t>(last - begin) + 1;
}

}  // namespace

void HttpDrain::StopAfter(Duration delay) {
  sim::Simulation& simulation = served_.simulation();
  simulation.AddThread("stopper", [this, delay, &simulation] {
    simulation.world().threads().WaitUntil(simulation.now() + delay);
    stopped_at_ = simulation.now();
    served_.StoppedEarly();
    simulation.Sometimes(served_.open() != 0, "stopped with clients there");
    served_.server().Stop();
  });
}

void HttpDrain::Answering(Connection& peer, const HttpWish& wish) {
  if (peer.finishing()) late_.insert(NameOf(peer.peer().ToString(), wish.Target()));
}

void HttpDrain::Closed() {
  if (!stopped()) return;
  const bool stalled = served_.world().chooser().taken(sim::ChoicePoint::kStall) != 0;
  served_.simulation().Check(
      stalled || served_.simulation().now() <= stopped_at_ + drain_timeout_ + drain_timeout_ / 4,
      "a server that was stopped ends in time");
}

void HttpDrain::Judge() {
  sim::Simulation& simulation = served_.simulation();
  for (const Account& account : accounts_) {
    const CloseReason* reason = served_.ReasonOf(account.local);
    if (reason == nullptr || account.error != Error::kNone) continue;
    const std::string who = account.local.ToString() + ", closed for " + CloseReasonText(*reason);
    if (reason->cause == CloseCause::kShutdownTimeout) continue;
    const HttpJudgement& judgement = account.judgement;
    // A socket that denied what it had would have been believed.
    const bool denied = served_.world().chooser().taken(sim::ChoicePoint::kWouldBlock) != 0;
    simulation.Check(judgement.answered >= AnswersOwed(account) || denied,
                     who + ": what had begun to arrive before the stop is answered");
    simulation.Sometimes(account.owed != 0, "answers were owed at the stop");
    simulation.Sometimes(judgement.answered < account.exchanges.size(), "some were never answered");
    if (judgement.answered != account.exchanges.size()) continue;
    const HttpExchange& last = account.exchanges.back();
    if (last.target.empty() || !late_.contains(NameOf(account.local.ToString(), last.target))) {
      continue;
    }
    simulation.Sometimes(!last.closes, "the last answer said that it was the last");
    simulation.Check(judgement.said_close || account.half_closed,
                     who + ": the last answer of a stopping server says so");
  }
}

void HttpDrained(sim::Simulation& simulation) {
  ServerOptions options;
  options.threads = 1 + static_cast<int>(simulation.Pick(2));
  options.connection = PatientConnections(simulation);
  const Duration drain_timeout = options.drain_timeout;
  const HttpDraw draw{.count_max = 5,
                      .mistakes = HttpMistakes::kNone,
                      .modes = {"now", "later", "posted", "pieces", "length", "ticks"}};
  Served served(simulation, std::move(options));
  HttpDrain drain(served, drain_timeout);
  served.server().ServeOn<Http1, HttpSite>("10.0.0.1:80", Http1({.body_bytes_max = 50'000}),
                                           &served, &drain);
  served.Start();
  drain.StopAfter(std::chrono::microseconds(20 + simulation.Pick(6000)));
  const std::uint32_t clients = 1 + simulation.Pick(4);
  for (std::uint32_t i = 0; i < clients; ++i) {
    simulation.AddClient("client " + std::to_string(i), [&] {
      const auto exchanges = [&](HttpMistakes) { return DrawExchanges(simulation, draw); };
      HttpClient(served, exchanges, &drain).Run();
    });
  }
  served.Run();
  drain.Judge();
}

}  // namespace edgewise::sim_test
