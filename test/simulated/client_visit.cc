// The other way round: a Client under test, and somebody who accepts it.
#include <optional>
#include <string>
#include <string_view>

#include "handlers/client.h"
#include "handlers/edgewise.h"
#include "test/simulated/visits.h"

namespace edgewise::simulated_test {
namespace {

using sim::ChoicePoint;

const SocketAddress kAddress = SocketAddress::Ipv4({127, 0, 0, 1}, 7000);

// Accepts whoever comes, and sends back what it is sent, until told that nobody will come any more.
class Answerer {
 public:
  explicit Answerer(sim::SimulatedKernel& kernel) : kernel_(kernel) {
    epoll_ = kernel_.OpenEpoll().handle();
    listener_ = kernel_.OpenSocket(AddressFamily::kIpv4).handle();
    static_cast<void>(kernel_.Bind(listener_, kAddress));
    static_cast<void>(kernel_.Listen(listener_, 8));
    static_cast<void>(kernel_.EpollAdd(epoll_, listener_, kEpollIn, nullptr));
  }
  ~Answerer() {
    static_cast<void>(kernel_.Close(listener_));
    static_cast<void>(kernel_.Close(epoll_));
  }
  Answerer(const Answerer&) = delete;
  Answerer& operator=(const Answerer&) = delete;

  void Run(const bool& is_over) {
    while (!is_over) {
      EpollEvent event;
      const auto look = std::chrono::seconds(1);
      if (kernel_.EpollWait(epoll_, {&event, 1}, look).bytes() == 0) continue;
      if (event.tag == nullptr) {
        Accept();
      } else {
        Answer(static_cast<Peer*>(event.tag));
      }
    }
    for (Peer& peer : peers_) Leave(peer);
  }

 private:
  struct Peer {
    Handle handle = kNoHandle;
  };

  void Accept() {
    const AcceptResult accepted = kernel_.Accept(listener_);
    if (accepted.error != Error::kNone) return;
    for (Peer& peer : peers_) {
      if (peer.handle != kNoHandle) continue;
      peer.handle = accepted.handle;
      static_cast<void>(kernel_.EpollAdd(epoll_, peer.handle, kEpollIn, &peer));
      return;
    }
    kernel_.world().Violation("more connections than one client makes");
  }
  void Answer(Peer* peer) {
    char buffer[256];
    const IoResult got = kernel_.Receive(peer->handle, buffer);
    if (got.would_block()) return;
    if (!got.ok() || got.bytes() == 0) return Leave(*peer);
    static_cast<void>(kernel_.Send(peer->handle, {buffer, got.bytes()}));
  }
  void Leave(Peer& peer) {
    if (peer.handle == kNoHandle) return;
    static_cast<void>(kernel_.Close(peer.handle));
    peer.handle = kNoHandle;
  }

  sim::SimulatedKernel& kernel_;
  Handle epoll_ = kNoHandle;
  Handle listener_ = kNoHandle;
  Peer peers_[4];
};

// What the process under test is told.
struct Told {
  int opens = 0;
  int closes = 0;
  int refusals = 0;
  std::string heard;
  std::optional<CloseCause> cause;
  Reactor* reactor = nullptr;
};

class Speaker final : public FrameHandler {
 public:
  explicit Speaker(Told* told) : told_(*told) {}
  void OnOpen(Connection& peer) override {
    ++told_.opens;
    static_cast<void>(peer.Send("hello"));
  }
  void OnFrame(Connection& peer, std::string_view frame) override {
    told_.heard += frame;
    peer.Close();
  }
  void OnClose(Connection&, const CloseReason& reason) override {
    ++told_.closes;
    told_.cause = reason.cause;
    told_.reactor->Stop();
  }

 private:
  Told& told_;
};

class Sink final : public Client::Sink {
 public:
  explicit Sink(Told& told) : told_(told) {}
  void NotConnected(const SocketAddress&, Error) override {
    ++told_.refusals;
    told_.reactor->Stop();
  }

 private:
  Told& told_;
};

}  // namespace

void ClientVisit(sim::Simulation& simulation) {
  Answerer answerer(simulation.clients());
  bool is_over = false;
  Told told;
  simulation.AddClient("answerer", [&] { answerer.Run(is_over); });
  {
    Reactor reactor(simulation.kernel());
    Sink sink(told);
    Client client(reactor);
    told.reactor = &reactor;
    simulation.AddThread("program", [&] {
      client.Connect<LengthPrefixed, Speaker>({kAddress}, sink, LengthPrefixed(), &told);
      reactor.Run();
      reactor.DrainRetired();
      is_over = true;
    });
    simulation.Run();
  }
  simulation.Check(told.opens + told.refusals == 1, "told once: connected, or not");
  simulation.Check(told.opens == told.closes, "there is an end for each beginning");
  sim::Chooser& chooser = simulation.world().chooser();
  if (chooser.trail().empty()) simulation.Check(told.opens == 1, "it connects on a usual day");
  const bool was_broken = chooser.taken(ChoicePoint::kReset) != 0;
  if (told.opens == 0 || was_broken) return;
  simulation.Check(told.heard == "hello", "an open connection hears its answer");
  simulation.Check(told.cause == CloseCause::kLocal, "and is closed by who wanted it");
}

}  // namespace edgewise::simulated_test
