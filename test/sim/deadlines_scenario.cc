// Clients that are late, each in its own way: they are cut off, never early, soon enough; and those
// who were not late are not, even where the server itself was stopped for seconds.
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "handlers/connection_context.h"
#include "handlers/edgewise.h"
#include "test/sim/messages.h"
#include "test/sim/scenarios.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {
namespace {

constexpr Duration kIdle = std::chrono::seconds(4);
constexpr Duration kFrame = std::chrono::seconds(3);
constexpr Duration kWrite = std::chrono::seconds(2);
constexpr Duration kLinger = std::chrono::seconds(1);
constexpr Duration kStop = std::chrono::seconds(5);
// What the network takes, there and back, and what a pardon costs.
constexpr Duration kSlack = std::chrono::milliseconds(1500);
constexpr int kServerBuffer = 4096;

enum class Manner : std::uint32_t {
  kPunctual,      // asks now and then, takes what comes
  kSilent,        // says something, then nothing
  kTrickles,      // a byte of a frame at a time, for ever
  kTakesNothing,  // asks for much and does not take it
  kTakesSlowly,   // takes it, a little within each timeout
  kStays,         // is told to go, and does not
  kStops,         // what it asks stops the server for seconds
  kPauses,        // in the middle of frames, never for as long as one may take
  kLeaves,        // is told to go, and goes
  kCount,
};
// By manner: the cause of its end, the timeout, and how much later than that the end may come.
struct Fate {
  CloseCause cause;
  Duration timeout;
  Duration late_max;
  bool is_late() const { return timeout != Duration::zero(); }
};
constexpr std::array<Fate, static_cast<std::size_t>(Manner::kCount)> kFates{{
    {CloseCause::kEndOfStream, {}, {}},
    {CloseCause::kIdleTimeout, kIdle, kIdle / 4},
    {CloseCause::kFrameTimeout, kFrame, {}},
    {CloseCause::kWriteTimeout, kWrite, kWrite / 4},
    {CloseCause::kEndOfStream, {}, {}},
    {CloseCause::kLingerTimeout, kLinger, {}},
    {CloseCause::kEndOfStream, {}, {}},
    {CloseCause::kEndOfStream, {}, {}},
    {CloseCause::kEndOfStream, {}, {}},
}};

struct Patient {
  const Fate& fate() const { return kFates[static_cast<std::size_t>(manner)]; }
  Manner manner = Manner::kPunctual;
  SocketAddress local;
  Time earliest{};       // the clock that ran out began then, or later
  Time latest = kNever;  // ... or sooner
  Time closed_at = kNever;
};

struct Ward {
  Ward(sim::Simulation& simulation, ServerOptions options)
      : served(simulation, std::move(options)) {}
  Patient* Find(const Connection& peer) {
    for (const auto& patient : patients) {
      if (patient->local.ToString() == peer.peer().ToString()) return patient.get();
    }
    return nullptr;
  }
  std::vector<std::unique_ptr<Patient>> patients;
  int stops = 0;  // of the server, by kStops
  Served served;
};

// What is asked: the first byte of a frame.
constexpr char kEcho = 'e';
constexpr char kLarge = 'l';
constexpr char kLeave = 'q';
constexpr char kStopAWhile = 's';
constexpr std::size_t kLargeBytes = 60'000;

class Nurse final : public FrameHandler {
 public:
  explicit Nurse(Ward* ward) : ward_(*ward) {}
  void OnOpen(Connection& peer) override {
    ward_.served.Opened(peer);
    // A small one, so that what is not taken shows soon.
    Kernel& kernel = peer.context().kernel;
    for (int tries = 0; tries < 100; ++tries) {
      if (kernel.SetOption(peer.handle(), SocketOption::kSendBuffer, kServerBuffer) ==
          Error::kNone) {
        break;
      }
    }
  }
  void OnFrame(Connection& peer, std::string_view frame) override {
    sim::Simulation& simulation = ward_.served.simulation();
    switch (frame.front()) {
      case kLarge:
        static_cast<void>(peer.Send(Pattern(kLargeBytes)));
        return;
      case kLeave:
        static_cast<void>(peer.Send(frame));
        return peer.Close();
      case kStopAWhile:
        ++ward_.stops;
        simulation.world().threads().WaitUntil(simulation.now() + kStop);
        break;
      default:
        break;
    }
    static_cast<void>(peer.Send(frame));
  }
  void OnClose(Connection& peer, const CloseReason& reason) override {
    sim::Simulation& simulation = ward_.served.simulation();
    Patient* patient = ward_.Find(peer);
    if (patient != nullptr) {
      patient->closed_at = simulation.now();
      const Fate& fate = patient->fate();
      if (fate.is_late() && fate.cause == reason.cause) ward_.served.Excuse(peer);
    }
    ward_.served.Closed(peer, reason);
  }

 private:
  Ward& ward_;
};

// Waits for the server to have closed it, without a hand on the socket.
void AwaitClose(Ward& ward, sim::SimulatedPeer& peer, const Patient& patient) {
  const Time begin = ward.served.simulation().now();
  // It may never have been served.
  while (patient.closed_at == kNever &&
         ward.served.simulation().now() - begin < std::chrono::minutes(2)) {
    peer.Wait(std::chrono::milliseconds(50));
  }
}

std::string Ask(char what, std::size_t bytes = 1) { return LengthFramed(std::string(bytes, what)); }

void Trickles(Ward& ward, sim::SimulatedPeer& peer, Patient& patient) {
  const std::string frame = Ask(kEcho, 200);
  patient.earliest = patient.latest = ward.served.simulation().now();
  for (std::size_t i = 0; i < frame.size() && !peer.over(); ++i) {
    static_cast<void>(peer.SendSome(std::string_view(frame).substr(i, 1)));
    peer.Wait(std::chrono::milliseconds(200));
    static_cast<void>(peer.TakeSome(100));
  }
}

std::string Behaves(Ward& ward, sim::SimulatedPeer& peer, Patient& patient) {
  sim::Simulation& simulation = ward.served.simulation();
  const std::string echo = Ask(kEcho, 1 + simulation.Pick(100));
  std::string answers;
  const auto ask = [&](const std::string& frame, const std::string& answer) {
    answers += answer;
    patient.earliest = simulation.now();
    return peer.Send(frame);
  };
  switch (patient.manner) {
    case Manner::kPunctual:
      for (std::uint32_t left = 2 + simulation.Pick(5); left != 0 && !peer.over(); --left) {
        peer.Wait(std::chrono::milliseconds(simulation.Pick(3000)));
        ask(echo, echo);
        static_cast<void>(peer.ReceiveExactly(echo.size()));
      }
      break;
    case Manner::kPauses:
      for (std::uint32_t left = 1 + simulation.Pick(4); left != 0 && !peer.over(); --left) {
        answers += echo;
        const std::size_t cut = simulation.Pick(static_cast<std::uint32_t>(echo.size()));
        peer.Send(std::string_view(echo).substr(0, cut));
        peer.Wait(std::chrono::milliseconds(simulation.Pick(2000)));
        peer.Send(std::string_view(echo).substr(cut));
      }
      break;
    case Manner::kLeaves:
      peer.Wait(std::chrono::milliseconds(simulation.Pick(3000)));
      ask(Ask(kLeave), Ask(kLeave));
      static_cast<void>(peer.ReceiveToEnd());
      break;
    case Manner::kStops:
      peer.Wait(std::chrono::milliseconds(simulation.Pick(3000)));
      ask(Ask(kStopAWhile), Ask(kStopAWhile));
      break;
    case Manner::kSilent:
      ask(echo, echo);
      static_cast<void>(peer.ReceiveExactly(echo.size()));
      patient.latest = simulation.now();
      static_cast<void>(peer.ReceiveToEnd());
      patient.closed_at = std::min(patient.closed_at, simulation.now());
      return answers;
    case Manner::kTrickles:
      Trickles(ward, peer, patient);
      return answers;
    case Manner::kTakesNothing:
      ask(Ask(kLarge), LengthFramed(Pattern(kLargeBytes)));
      patient.latest = simulation.now();
      AwaitClose(ward, peer, patient);
      return answers;
    case Manner::kTakesSlowly:
      ask(Ask(kLarge), LengthFramed(Pattern(kLargeBytes)));
      while (peer.received().size() < answers.size() && !peer.over()) {
        static_cast<void>(peer.Receive(8000));
        peer.Wait(std::chrono::milliseconds(500));
      }
      break;
    case Manner::kStays:
      ask(Ask(kLeave), Ask(kLeave));
      static_cast<void>(peer.ReceiveToEnd());
      patient.latest = simulation.now();
      AwaitClose(ward, peer, patient);
      return answers;
    case Manner::kCount:
      break;
  }
  peer.Finish();
  static_cast<void>(peer.ReceiveToEnd());
  return answers;
}

void Client(Ward& ward, Patient& patient) {
  Served& served = ward.served;
  sim::Simulation& simulation = served.simulation();
  sim::SimulatedPeer peer(simulation.clients(), AddressFamily::kIpv4);
  static_cast<void>(
      simulation.clients().SetOption(peer.handle(), SocketOption::kReceiveBuffer, kServerBuffer));
  peer.BindTo(SocketAddress::Ipv4({10, 0, 0, 2}, 0));
  patient.local = simulation.clients().LocalAddress(peer.handle()).address;
  peer.Connect(served.address());
  const std::string answers = Behaves(ward, peer, patient);
  served.Compare(peer, patient.local, answers,
                 patient.fate().is_late() ? Ending::kClosed : Ending::kComplete);
}

void JudgeFate(Ward& ward, const Patient& patient) {
  sim::Simulation& simulation = ward.served.simulation();
  const CloseReason* reason = ward.served.ReasonOf(patient.local);
  const Fate& fate = patient.fate();
  if (reason == nullptr || !fate.is_late()) return;
  if (reason->cause == CloseCause::kReset) return;  // the network
  const std::string who = patient.local.ToString() + ", closed for " + CloseReasonText(*reason);
  simulation.Check(reason->cause == fate.cause, who + ": it was late in its own way");
  simulation.Check(patient.closed_at >= patient.earliest + fate.timeout,
                   who + ": no timeout is early");
  const auto stalls =
      static_cast<int>(simulation.world().chooser().taken(sim::ChoicePoint::kStall));
  // Who was pardoned has its whole time once more.
  const Duration excuse = kSlack + (stalls + ward.stops) * (kStop + fate.timeout + fate.late_max);
  if (patient.latest == kNever) return;  // never got that far
  simulation.Check(patient.closed_at <= patient.latest + fate.timeout + fate.late_max + excuse,
                   who + ": late by a fourth at the most");
}

}  // namespace

void Deadlines(sim::Simulation& simulation) {
  ServerOptions options;
  options.threads = 1 + static_cast<int>(simulation.Pick(2));
  options.connection.idle_timeout = kIdle;
  options.connection.frame_timeout = kFrame;
  options.connection.write_timeout = kWrite;
  options.connection.linger_timeout = kLinger;
  Ward ward(simulation, std::move(options));
  ward.served.server().ServeOn<LengthPrefixed, Nurse>("10.0.0.1:7000", LengthPrefixed(), &ward);
  ward.served.Start();
  const std::uint32_t clients = 1 + simulation.Pick(8);
  for (std::uint32_t i = 0; i < clients; ++i) {
    ward.patients.push_back(std::make_unique<Patient>());
    Patient& patient = *ward.patients.back();
    patient.manner =
        static_cast<Manner>(simulation.Pick(static_cast<std::uint32_t>(Manner::kCount)));
    simulation.AddClient("client " + std::to_string(i), [&] { Client(ward, patient); });
  }
  ward.served.Run();
  for (const auto& patient : ward.patients) JudgeFate(ward, *patient);
  const ConnectionCounters counters = ward.served.server().Counters().connection;
  simulation.Sometimes(counters.stall_pardons != 0, "pardoned: the loop was late");
  simulation.Sometimes(ward.stops != 0, "the server stopped for seconds");
}

}  // namespace edgewise::sim_test
