// Frames, lines and plain bytes that come back: accepting, framing, backpressure, half-close,
// reset.
#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "handlers/connection_context.h"
#include "handlers/edgewise.h"
#include "test/sim/messages.h"
#include "test/sim/scenarios.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {
namespace {

class EchoHandler final : public FrameHandler {
 public:
  explicit EchoHandler(Served* served) : served_(*served) {}
  void OnOpen(Connection& peer) override { served_.Opened(peer); }
  void OnFrame(Connection& peer, std::string_view frame) override {
    served_.simulation().Check(peer.pending_output() <= peer.context().options.high_water,
                               "who does not read is not read from");
    served_.world().Mark(peer.pending_output() != 0 ? "a frame while output waits"
                                                    : "a frame while no output waits");
    static_cast<void>(peer.Send(frame));
  }
  void OnDrained(Connection& peer) override {
    served_.simulation().Check(peer.pending_output() == 0, "drained means nothing is queued");
    served_.world().Mark("drained");
  }
  void OnClose(Connection& peer, const CloseReason& reason) override {
    served_.Closed(peer, reason);
  }

 private:
  Served& served_;
};

// What an echo may take, in all, if nobody is slow: well below the second after which a server
// looks around anyway.
constexpr Duration kPromptly = std::chrono::milliseconds(300);

// What one client of an echo does.
enum class Manner : std::uint32_t {
  kTurns,       // one message at a time
  kPipelines,   // all messages, then all answers
  kHalfCloses,  // all messages, its end, then all answers
  kSlow,        // takes the answers a little at a time
  kResets,      // breaks off in the middle
  kVanishes,    // closes in the middle
  kCount,
};

Ending EndingOf(Manner manner) {
  if (manner == Manner::kResets) return Ending::kReset;
  return manner == Manner::kVanishes ? Ending::kClosed : Ending::kComplete;
}

bool IsPrompt(Manner manner) {
  return manner == Manner::kTurns || manner == Manner::kPipelines || manner == Manner::kHalfCloses;
}

// Neither the network nor the machine is ever slow, as far as this run has come.
bool NobodyIsSlow(const sim::Chooser& chooser) {
  constexpr sim::ChoicePoint kSlow[] = {sim::ChoicePoint::kLatency, sim::ChoicePoint::kStall,
                                        sim::ChoicePoint::kWouldBlock,
                                        sim::ChoicePoint::kAcceptError};
  return std::all_of(std::begin(kSlow), std::end(kSlow),
                     [&chooser](sim::ChoicePoint point) { return chooser.taken(point) == 0; });
}

struct Talk {
  Manner manner;
  std::string sent;               // as it goes over the wire
  std::string answers;            // as they must come back
  std::vector<std::size_t> cuts;  // ends of messages in `sent`
};

// Sends and takes as there is room for either: a client that only sent would wait for a server
// that waits for it.
void Pumps(sim::SimulatedPeer& peer, std::string_view bytes, std::size_t bytes_max) {
  while (!bytes.empty() && !peer.over()) {
    bytes.remove_prefix(peer.SendSome(bytes));
    if (bytes.empty()) return;
    if (!peer.TakeSome(bytes_max)) peer.Await();
  }
}

void Turns(sim::SimulatedPeer& peer, const Talk& talk) {
  std::size_t at = 0;
  for (const std::size_t end : talk.cuts) {
    Pumps(peer, std::string_view(talk.sent).substr(at, end - at), 65536);
    static_cast<void>(peer.ReceiveExactly(end - peer.taken()));
    if (peer.over()) return;
    at = end;
  }
  peer.Finish();
  static_cast<void>(peer.ReceiveToEnd());
}

void Talks(sim::Simulation& simulation, sim::SimulatedPeer& peer, const Talk& talk) {
  const std::string_view sent = talk.sent;
  switch (talk.manner) {
    case Manner::kTurns:
      return Turns(peer, talk);
    case Manner::kPipelines:
      Pumps(peer, sent, 65536);
      static_cast<void>(peer.ReceiveExactly(talk.answers.size()));
      peer.Finish();
      static_cast<void>(peer.ReceiveToEnd());
      return;
    case Manner::kHalfCloses:
      Pumps(peer, sent, 65536);
      peer.Finish();
      static_cast<void>(peer.ReceiveToEnd());
      return;
    case Manner::kSlow:
      Pumps(peer, sent, 100);
      peer.Finish();
      while (!peer.over()) {
        static_cast<void>(peer.Receive(1 + simulation.Pick(4000)));
        peer.Wait(std::chrono::milliseconds(simulation.Pick(20)));
      }
      return;
    case Manner::kResets:
      static_cast<void>(peer.SendSome(
          sent.substr(0, simulation.Pick(static_cast<std::uint32_t>(sent.size() + 1)))));
      peer.Wait(std::chrono::microseconds(simulation.Pick(2000)));
      return peer.Reset();
    case Manner::kVanishes:
    case Manner::kCount:
      break;
  }
  static_cast<void>(
      peer.SendSome(sent.substr(0, simulation.Pick(static_cast<std::uint32_t>(sent.size() + 1)))));
  peer.Wait(std::chrono::microseconds(simulation.Pick(2000)));
  peer.Close();
}

// Draws what a client says. `frame` makes a message of some bytes.
template <typename Frame>
Talk DrawTalk(sim::Simulation& simulation, Frame frame) {
  Talk talk;
  talk.manner = static_cast<Manner>(simulation.Pick(static_cast<std::uint32_t>(Manner::kCount)));
  const std::uint32_t count = 1 + simulation.Pick(12);
  constexpr std::uint32_t kSizes[] = {5, 0, 1, 200, 3000, 70'000};
  std::size_t from = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t size = kSizes[simulation.Pick(std::size(kSizes))];
    talk.sent += frame(Pattern(size, from));
    talk.cuts.push_back(talk.sent.size());
    from += size;
  }
  talk.answers = talk.sent;
  return talk;
}

template <Codec CodecType, typename Frame>
void EchoRun(sim::Simulation& simulation, CodecType codec, Frame frame) {
  ServerOptions options;
  options.threads = 1 + static_cast<int>(simulation.Pick(3));
  options.connection.high_water = 1 + simulation.Pick(200'000);
  options.connection.low_water = options.connection.high_water / 2;
  // What is slow here is the network, by the seed's wish.
  options.connection.idle_timeout = options.connection.frame_timeout =
      options.connection.write_timeout = options.connection.linger_timeout = std::chrono::hours(10);
  Served served(simulation, std::move(options));
  served.server().ServeOn<CodecType, EchoHandler>("10.0.0.1:7000", codec, &served);
  served.Start();
  const std::uint32_t clients = 1 + simulation.Pick(6);
  for (std::uint32_t i = 0; i < clients; ++i) {
    simulation.AddClient("client " + std::to_string(i), [&simulation, &served, frame] {
      const Talk talk = DrawTalk(simulation, frame);
      sim::SimulatedPeer peer(simulation.clients(), served.address());
      const SocketAddress local = simulation.clients().LocalAddress(peer.handle()).address;
      const Time begin = simulation.now();
      Talks(simulation, peer, talk);
      simulation.Check(!IsPrompt(talk.manner) || !NobodyIsSlow(simulation.world().chooser()) ||
                           simulation.now() - begin <= kPromptly,
                       "an echo is soon back when nobody is slow");
      served.Compare(peer, local, talk.answers, EndingOf(talk.manner));
    });
  }
  served.Run();
}

}  // namespace

void FrameEcho(sim::Simulation& simulation) { EchoRun(simulation, LengthPrefixed(), LengthFramed); }
void LineEcho(sim::Simulation& simulation) {
  EchoRun(simulation, Lines(Lines::Options{.line_bytes_max = 100'000}),
          [](const std::string& payload) { return payload + "\n"; });
}
void ByteEcho(sim::Simulation& simulation) {
  EchoRun(simulation, Raw(), [](const std::string& payload) { return payload; });
}

}  // namespace edgewise::sim_test
