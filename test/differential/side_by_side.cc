// In step.
#include "test/differential/side_by_side.h"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <utility>

#include "reactor/kernel/linux_kernel.h"

namespace edgewise::differential {
namespace {

constexpr Duration kIdleMost = std::chrono::milliseconds(2);
constexpr int kPatience = 300;  // looks, a millisecond apart
constexpr EpollMask kEverything =
    kEpollIn | kEpollOut | kEpollPriority | kEpollPeerFinished | kEpollError | kEpollHangup;

sim::WorldOptions WorldOfWalks() {
  sim::WorldOptions options;
  options.send_buffer = options.receive_buffer = SideBySide::kRoomy;
  options.spin_calls_max = std::numeric_limits<std::uint64_t>::max();
  return options;
}

RealEnd::Life LifeOf(const sim::TcpSocket& socket) {
  if (socket.listening()) return RealEnd::Life::kListening;
  if (socket.connecting()) return RealEnd::Life::kConnecting;
  if (!socket.connected()) return RealEnd::Life::kClosed;
  return socket.peer_finished() ? RealEnd::Life::kPeerFinished : RealEnd::Life::kOpen;
}

std::string NameOf(RealEnd::Life life) {
  switch (life) {
    case RealEnd::Life::kClosed:
      return "closed";
    case RealEnd::Life::kConnecting:
      return "connecting";
    case RealEnd::Life::kListening:
      return "listening";
    case RealEnd::Life::kOpen:
      return "open";
    case RealEnd::Life::kPeerFinished:
      break;
  }
  return "open, the peer has finished";
}

std::string Differ(int variable, const std::string& real, const std::string& simulated) {
  return "v" + std::to_string(variable) + " is " + real + ", simulated: " + simulated;
}

bool IsSend(Act act) {
  return act == Act::kSend || act == Act::kSendUrgent || act == Act::kSendDescriptor;
}

// The number of bytes that are unacknowledged is the kernel's own affair; that there are none is
// not. (A real acknowledgement may be delayed: the simulated ones are not.)
bool SameUnacknowledged(const Outcome& real, const Outcome& simulated, bool is_unix) {
  if (real.error != simulated.error) return false;
  if (is_unix) return (real.value == 0) == (simulated.value == 0);
  return real.value != 0 || simulated.value == 0;
}

}  // namespace

SideBySide::SideBySide(Handle base, Handle passed)
    : world_(chooser_, WorldOfWalks()),
      kernel_(world_, {.name = "walk", .misuse = sim::Misuse::kAnswered}),
      real_(LinuxKernel::Instance(), base, passed),
      simulated_(kernel_, 3, 0) {}

sim::SocketDescription* SideBySide::Socket(int variable) {
  if (!simulated_.is_open(variable)) return nullptr;
  sim::Description* file = kernel_.Find(simulated_.number(variable));
  return file != nullptr && file->is_socket() ? static_cast<sim::SocketDescription*>(file)
                                              : nullptr;
}

sim::TcpSocket* SideBySide::Tcp(int variable) {
  sim::SocketDescription* socket = Socket(variable);
  const bool is_tcp = socket != nullptr && socket->kind() == sim::Description::Kind::kTcp;
  return is_tcp ? static_cast<sim::TcpSocket*>(socket) : nullptr;
}

void SideBySide::Idle() {
  sim::Timeline& timeline = world_.timeline();
  const Time until = timeline.now() + kIdleMost;
  while (timeline.next() <= until) {
    timeline.AdvanceTo(timeline.next());
    timeline.RunDue();
  }
}

Outcome SideBySide::Simulated(const Operation& operation, const Outcome& real) {
  const bool is_send = IsSend(operation.act);
  sim::SocketDescription* socket = Socket(operation.on);
  // A unix receive makes room while it runs.
  if (!is_send) FollowUnix();
  if (socket != nullptr && is_send) {
    const bool fits = operation.act != Act::kSendDescriptor || real.error == Error::kNone;
    socket->ResizeSendBuffer(fits ? kRoomy : 0);
  }
  if (operation.act == Act::kReceive && Tcp(operation.on) != nullptr) {
    sim::TcpSocket& tcp = *Tcp(operation.on);
    tcp.ReceiveUpTo(std::max(tcp.received(), tcp.read() + static_cast<std::uint64_t>(real.value)));
    Idle();
  }
  const std::size_t most =
      real.error == Error::kNone ? static_cast<std::size_t>(real.value) : std::size_t{0};
  return simulated_.Do(operation, most);
}

std::optional<std::string> SideBySide::Disagreement() {
  for (int i = 0; i < real_.variables(); ++i) {
    if (!real_.is_open(i)) continue;
    const sim::Description* file = kernel_.Find(simulated_.number(i));
    if (file != nullptr && file->kind() == sim::Description::Kind::kTimer) {
      const EpollMask real = real_.kernel().PollNow(real_.number(i), kEpollIn);
      const EpollMask simulated = kernel_.PollNow(simulated_.number(i), kEpollIn);
      if (real != simulated) return Differ(i, DescribeMask(real), DescribeMask(simulated));
    }
    sim::TcpSocket* socket = Tcp(i);
    if (socket == nullptr) continue;
    const RealEnd end = RealEnd::OfTcp(real_.number(i));
    const RealEnd::Life life = LifeOf(*socket);
    if (end.life != life) return Differ(i, NameOf(end.life), NameOf(life));
    if (life != RealEnd::Life::kOpen && life != RealEnd::Life::kPeerFinished) continue;
    const std::uint64_t received = socket->received() + (socket->peer_finished() ? 1 : 0);
    if (end.received != received) {
      return Differ(i, "at byte " + std::to_string(end.received), std::to_string(received));
    }
  }
  return std::nullopt;
}

std::optional<std::string> SideBySide::Settle() {
  FollowUnix();
  for (int looks = 0;; ++looks) {
    Follow();
    const bool in_flight = InFlight();
    std::optional<std::string> differs = in_flight ? std::nullopt : Disagreement();
    if (!differs && !in_flight) return std::nullopt;
    if (looks == kPatience) {
      lost_ = in_flight;
      return differs;
    }
    if (looks == 0) ++awaited_;
    poll(nullptr, 0, 1);
  }
}

std::optional<std::string> SideBySide::Levels() {
  for (int i = 0; i < real_.variables(); ++i) {
    if (!real_.is_open(i)) continue;
    const EpollMask real = real_.kernel().PollNow(real_.number(i), kEverything);
    const EpollMask simulated = kernel_.PollNow(simulated_.number(i), kEverything);
    if (real != simulated) return Differ(i, DescribeMask(real), DescribeMask(simulated));
  }
  return std::nullopt;
}

std::optional<std::string> SideBySide::Step(const Operation& operation, Looks looks) {
  at_begin_ = Follow();
  const bool is_unix = Socket(operation.on) != nullptr && Tcp(operation.on) == nullptr;
  real_outcomes_.push_back(real_.Do(operation));
  const Outcome& real = real_outcomes_.back();
  simulated_outcomes_.push_back(Simulated(operation, real));
  const Outcome& simulated = simulated_outcomes_.back();
  const bool same = operation.act == Act::kUnacknowledged
                        ? SameUnacknowledged(real, simulated, is_unix)
                        : real == simulated;
  if (!same) return "the answers differ";
  if (std::optional<std::string> differs = Settle()) return differs;
  return looks == Looks::kAfterEach && !lost_ ? Levels() : std::nullopt;
}

std::optional<Mismatch> SideBySide::Run(const Walk& walk) {
  std::optional<Mismatch> found;
  for (std::size_t i = 0; i < walk.operations.size() && !found && !lost_; ++i) {
    std::optional<std::string> what = Step(walk.operations[i], walk.looks);
    if (what && Dropped()) {
      lost_ = true;
    } else if (what) {
      found = Mismatch{i, *what};
      disturbed_ = AcknowledgedMeanwhile();
    }
  }
  real_.CloseAll();
  return found;
}

std::string SideBySide::Report(const Walk& walk) const {
  std::string text = walk.looks == Looks::kAfterEach ? "(all are polled after each step)\n" : "";
  for (std::size_t i = 0; i < real_outcomes_.size(); ++i) {
    const Outcome& real = real_outcomes_[i];
    if (real.skipped) continue;
    text += "  " + Describe(walk.operations[i]) + ": " + Describe(real);
    if (i < simulated_outcomes_.size() && real != simulated_outcomes_[i]) {
      text += "; simulated: " + Describe(simulated_outcomes_[i]);
    }
    text += '\n';
  }
  return text;
}

}  // namespace edgewise::differential
