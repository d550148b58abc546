// What clients do to an HTTP server.
#include "test/sim/http_client.h"

#include <algorithm>
#include <utility>

namespace edgewise::sim_test {

ConnectionOptions PatientConnections(sim::Simulation& simulation) {
  ConnectionOptions options;
  options.high_water = 1 + simulation.Pick(200'000);
  options.low_water = options.high_water / 2;
  options.idle_timeout = options.frame_timeout = options.head_timeout = options.body_timeout =
      options.write_timeout = options.linger_timeout = std::chrono::hours(10);
  options.body_rate_min = 0;
  return options;
}

HttpClient::HttpClient(Served& served, const Drawer& draw, HttpDrain* drain)
    : served_(served),
      simulation_(served.simulation()),
      drain_(drain),
      manner_(static_cast<Manner>(simulation_.Pick(static_cast<std::uint32_t>(Manner::kCount)))),
      peer_(simulation_.clients(), served.address()) {
  // Who breaks off is not expected to be refused as well.
  exchanges_ = draw(breaks_off() ? HttpMistakes::kNone : HttpMistakes::kAny);
}

void HttpClient::Run() {
  const SocketAddress local = simulation_.clients().LocalAddress(peer_.handle()).address;
  if (breaks_off()) {
    BreakOff();
  } else if (manner_ == Manner::kTurns) {
    TakeTurns();
  } else {
    SayAll();
  }
  if (!breaks_off()) static_cast<void>(AwaitDelivery());
  const HttpJudgement judgement = Judge();
  simulation_.Sometimes(judgement.whole, "all is answered");
  const bool breaks = std::any_of(exchanges_.begin(), exchanges_.end(),
                                  [](const HttpExchange& exchange) { return exchange.breaks; });
  const Ending ending = manner_ == Manner::kResets     ? Ending::kReset
                        : manner_ == Manner::kVanishes ? Ending::kClosed
                        : breaks                       ? Ending::kBroken
                                                       : Ending::kComplete;
  simulation_.Sometimes(breaks && judgement.whole, "a mistake was answered");
  if (drain_ != nullptr && !breaks_off()) {
    const bool half_closed = manner_ == Manner::kHalfCloses || manner_ == Manner::kSlow;
    drain_->Add({local, owed_, exchanges_, judgement, peer_.error(), half_closed});
  }
  // What it got is judged here; what is not whole must be excused by how the connection ended.
  served_.Compare(peer_, local, peer_.received() + (judgement.whole ? "" : "and more"), ending);
}

HttpJudgement HttpClient::Judge() {
  return JudgeAnswers(simulation_, exchanges_, peer_.received(),
                      peer_.ended() && peer_.error() == Error::kNone, stops());
}

void HttpClient::AwaitAnswers(std::size_t count) {
  while (!peer_.over()) {
    const HttpJudgement judgement = Judge();
    // What comes last may end with the connection.
    if (judgement.answered >= count || judgement.whole) return;
    if (!peer_.TakeSome(65536)) peer_.Await();
  }
}

void HttpClient::AwaitContinue(std::size_t answered) {
  while (!peer_.over()) {
    const HttpJudgement judgement = Judge();
    if (judgement.continues || judgement.answered > answered || judgement.whole) return;
    if (!peer_.TakeSome(65536)) peer_.Await();
  }
}

void HttpClient::TakeTurns() {
  std::size_t answered = 0;
  for (const HttpExchange& exchange : exchanges_) {
    Pump(exchange.head, 65536);
    if (drain_ != nullptr) {
      Owes(answered + 1);
      peer_.Wait(std::chrono::microseconds(simulation_.Pick(1000)));
    }
    if (exchange.expects) {
      AwaitContinue(answered);
      if (peer_.over()) return;
      const HttpJudgement judgement = Judge();
      simulation_.Sometimes(judgement.continues, "a client was told to go on");
      // What was refused is not sent; what there is nothing of is not waited for.
      simulation_.Check(judgement.answered == answered || exchange.closes || exchange.body.empty(),
                        "a request is answered when it is complete");
      if (judgement.answered > answered && exchange.closes) break;
    }
    Pump(exchange.body, 65536);
    if (peer_.over()) return;
    // What ends with the connection is not complete before.
    if (exchange.closes) break;
    AwaitAnswers(++answered);
    if (peer_.over()) return;
    if (Judge().said_close) break;
  }
  peer_.Finish();
  static_cast<void>(peer_.ReceiveToEnd());
}

void HttpClient::SayAll() {
  std::string all;
  for (const HttpExchange& exchange : exchanges_) all += exchange.head + exchange.body;
  const bool slow = manner_ == Manner::kSlow;
  Pump(all, slow ? 100 : 65536);
  if (manner_ == Manner::kPipelines) {
    Owes(exchanges_.size());
    const bool closes = std::any_of(exchanges_.begin(), exchanges_.end(),
                                    [](const HttpExchange& exchange) { return exchange.closes; });
    if (!closes) AwaitAnswers(exchanges_.size());
  }
  peer_.Finish();
  while (slow && !peer_.over()) {
    static_cast<void>(peer_.Receive(1 + simulation_.Pick(4000)));
    peer_.Wait(std::chrono::microseconds(simulation_.Pick(20'000)));
  }
  static_cast<void>(peer_.ReceiveToEnd());
}

// The server's end may come before all that was sent has arrived; the server waits for that, and is
// not to be told to stop meanwhile.
bool HttpClient::AwaitDelivery() {
  sim::SimulatedKernel& kernel = simulation_.clients();
  for (Duration pause = std::chrono::milliseconds(1); peer_.error() == Error::kNone; pause *= 2) {
    if ((kernel.PollNow(peer_.handle(), kEpollError) & kEpollError) != 0) return false;
    const IoResult left = kernel.UnacknowledgedBytes(peer_.handle());
    if (!left.ok() || left.bytes() == 0) return left.ok();
    peer_.Wait(pause);
  }
  return false;
}

// What has arrived at a server that is not stopped yet is answered, whatever comes.
void HttpClient::Owes(std::size_t answers) {
  if (drain_ == nullptr || drain_->stopped() || peer_.over()) return;
  if (AwaitDelivery() && !drain_->stopped()) owed_ = answers;
}

void HttpClient::BreakOff() {
  std::string all;
  for (const HttpExchange& exchange : exchanges_) all += exchange.head + exchange.body;
  const auto sent = simulation_.Pick(static_cast<std::uint32_t>(all.size() + 1));
  static_cast<void>(peer_.SendSome(std::string_view(all).substr(0, sent)));
  peer_.Wait(std::chrono::microseconds(simulation_.Pick(4000)));
  static_cast<void>(peer_.TakeSome(65536));
  if (manner_ == Manner::kResets) return peer_.Reset();
  peer_.Close();
}

// Sends and takes as there is room for either.
void HttpClient::Pump(std::string_view bytes, std::size_t bytes_max) {
  while (!bytes.empty() && !peer_.over()) {
    bytes.remove_prefix(peer_.SendSome(bytes));
    if (bytes.empty()) return;
    if (!peer_.TakeSome(bytes_max)) peer_.Await();
  }
}

}  // namespace edgewise::sim_test
