// Rounds of attempts. The sink's call is always the last thing done: it may destroy the connector.
#include "handlers/connector.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "reactor/check.h"
#include "reactor/counter_field.h"

namespace edgewise {
namespace {

constexpr std::array<CounterField<ConnectCounters>, 6> kFields{{
    {"connect_attempts", &ConnectCounters::attempts},
    {"connected", &ConnectCounters::connected},
    {"connect_failures", &ConnectCounters::failures},
    {"connect_timeouts", &ConnectCounters::timeouts},
    {"connect_dropped", &ConnectCounters::dropped},
    {"connect_retries", &ConnectCounters::retries},
}};

}  // namespace

void ConnectCounters::Add(const ConnectCounters& other) { AddCounters(kFields, *this, other); }

std::string ConnectCounters::ToString() const { return CounterLines(kFields, *this); }

std::vector<SocketAddress> InterleaveFamilies(const std::vector<SocketAddress>& addresses) {
  std::vector<std::vector<const SocketAddress*>> families;
  for (const SocketAddress& address : addresses) {
    const auto same = std::find_if(families.begin(), families.end(), [&](const auto& family) {
      return family.front()->family() == address.family();
    });
    if (same == families.end()) {
      families.push_back({&address});
    } else {
      same->push_back(&address);
    }
  }
  std::vector<SocketAddress> ordered;
  for (std::size_t turn = 0; ordered.size() < addresses.size(); ++turn) {
    for (const auto& family : families) {
      if (turn < family.size()) ordered.push_back(*family[turn]);
    }
  }
  return ordered;
}

Connector::Connector(Reactor& reactor, Sink& sink, ConnectorOptions options)
    : reactor_(reactor), sink_(sink), options_(std::move(options)) {}

void Connector::Connect(const std::vector<SocketAddress>& addresses) {
  EDGEWISE_CHECK(!busy_, "a connector brings about one connection at a time");
  EDGEWISE_CHECK(!addresses.empty(), "there is no address to connect to");
  addresses_ = InterleaveFamilies(addresses);
  rounds_left_ = options_.retries_max;
  back_off_ = options_.back_off_min;
  busy_ = true;
  BeginRound();
}

void Connector::Cancel() {
  Timer::Cancel();
  DropAttempts();
  busy_ = false;
}

void Connector::BeginRound() {
  next_ = 0;
  round_deadline_ = options_.timeout == kForever ? kNever : reactor_.now() + options_.timeout;
  TryNext();
}

// Begins attempts until one is under way. The timer is set for the next one, or for the end.
void Connector::TryNext() {
  while (next_ < addresses_.size()) {
    const SocketAddress& target = addresses_[next_++];
    ++counters_.attempts;
    const ConnectAttempt::Begun begun =
        ConnectAttempt::Begin(reactor_, target, options_.source, *this);
    if (begun.error == Error::kNone) return Win(begun.handle, SocketAddress(target));
    if (begun.error == Error::kInProgress) {
      attempts_.push_back(begun.attempt);
      break;
    }
    Failed(target, begun.error);
  }
  if (attempts_.empty()) return EndRound();
  const bool more = next_ < addresses_.size();
  const Time next = reactor_.now() + options_.attempt_delay;
  const Time due = more ? std::min(next, round_deadline_) : round_deadline_;
  if (due != kNever) reactor_.timers().Arm(*this, due);
}

void Connector::AttemptEnded(ConnectAttempt& attempt, Handle handle, Error error) {
  std::erase(attempts_, &attempt);
  if (error == Error::kNone) return Win(handle, attempt.target());
  Failed(attempt.target(), error);
  TryNext();
}

void Connector::Failed(const SocketAddress& target, Error error) {
  ++counters_.failures;
  failed_ = target;
  error_ = error;
}

void Connector::Win(Handle handle, const SocketAddress& peer) {
  ++counters_.connected;
  Cancel();
  sink_.Connected(handle, peer);
}

void Connector::EndRound() {
  DropAttempts();
  if (rounds_left_ == 0) {
    const SocketAddress failed = failed_;
    const Error error = error_;
    Cancel();
    sink_.NotConnected(failed, error);
    return;
  }
  --rounds_left_;
  ++counters_.retries;
  const auto half = static_cast<std::uint64_t>(back_off_.count()) / 2;
  const Duration pause = back_off_ - Duration(reactor_.kernel().Random() % (half + 1));
  back_off_ = std::min(2 * back_off_, options_.back_off_max);
  reactor_.ArmAfter(*this, pause);
}

void Connector::DropAttempts() {
  counters_.dropped += attempts_.size();
  for (ConnectAttempt* const attempt : attempts_) attempt->Abandon();
  attempts_.clear();
}

void Connector::HandleTimeout(Time now) {
  if (attempts_.empty()) return BeginRound();  // that was the pause before it
  if (now < round_deadline_) return TryNext();
  ++counters_.timeouts;
  failed_ = attempts_.back()->target();
  error_ = Error::kTimedOut;
  EndRound();
}

}  // namespace edgewise
