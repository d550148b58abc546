// A server, one client, and the comparison of what was said with what was heard.
#include "test/simulated/visits.h"

#include <string>
#include <string_view>
#include <utility>

#include "handlers/edgewise.h"

namespace edgewise::simulated_test {
namespace {

using sim::ChoicePoint;

// Who has come and gone, for handlers to write and for the judge to read. Nothing here allocates:
// the scenarios are run with allocations that fail, too.
struct Book {
  Server* server = nullptr;
  int opens = 0;
  int closes = 0;
  CloseReason last;
  int posts_refused = 0;
};

class EchoHandler final : public FrameHandler {
 public:
  explicit EchoHandler(Book* book) : book_(*book) {}
  void OnOpen(Connection&) override { ++book_.opens; }
  void OnFrame(Connection& peer, std::string_view frame) override {
    static_cast<void>(peer.Send(frame));
  }
  void OnClose(Connection&, const CloseReason& reason) override {
    ++book_.closes;
    book_.last = reason;
  }

 private:
  Book& book_;
};

// Answers from a task that was posted, by the connection's weak name.
class PostingHandler final : public FrameHandler {
 public:
  explicit PostingHandler(Book* book) : book_(*book) {}
  void OnOpen(Connection&) override { ++book_.opens; }
  void OnFrame(Connection& peer, std::string_view frame) override {
    const PostResult posted =
        book_.server->Post(0, [ref = peer.ref(), text = std::string(frame)](Worker& worker) {
          if (Connection* found = worker.table().Find(ref)) static_cast<void>(found->Send(text));
        });
    if (posted == PostResult::kPosted) return;
    ++book_.posts_refused;
    peer.Close();
  }
  void OnClose(Connection&, const CloseReason& reason) override {
    ++book_.closes;
    book_.last = reason;
  }

 private:
  Book& book_;
};

class MirrorHandler final : public HttpHandler {
 public:
  void OnRequest(const HttpRequest& request, HttpResponder& response) override {
    response.Send({.content_type = "text/plain"}, request.body());
  }
};

std::string FrameOf(std::string_view payload) {
  const auto size = static_cast<std::uint32_t>(payload.size());
  std::string frame;
  for (const int shift : {24, 16, 8, 0}) frame += static_cast<char>(size >> shift);
  return frame.append(payload);
}

// One server and one client.
class Visit {
 public:
  explicit Visit(sim::Simulation& simulation, ServerOptions options = {})
      : simulation_(simulation), server_(On(simulation.kernel(), std::move(options))) {
    book_.server = &server_;
  }

  template <Codec CodecType, typename Handler, typename... Arguments>
  void Serve(Arguments... arguments) {
    server_.Serve<CodecType, Handler>(arguments...);
  }
  Book& book() { return book_; }
  Server& server() { return server_; }

  bool Start() { return server_.Start().ok(); }
  void MustStart() { simulation_.Check(Start(), "a server starts on a usual day"); }

  enum class Manner { kFinishesAtOnce, kAwaitsAnswers };
  // One client after the other says so.
  void Talk(const std::string& says, Manner manner = Manner::kFinishesAtOnce) {
    simulation_.AddThread("server", [this] {
      simulation_.Check(server_.Run() == 0, "the server was told to stop: its run ends with 0");
    });
    simulation_.AddClient("client", [this, says, manner] {
      first_ = Converse(says, manner);
      if (memory_failed == nullptr) return;
      const bool failed_before = memory_failed();
      const Heard second = Converse(says, manner);
      simulation_.Check(!failed_before || second.text.size() >= first_.text.size(),
                        "who comes afterwards is served no worse");
      simulation_.Check(!failed_before || (second.ended_well && !second.text.empty()),
                        "who comes afterwards is served");
    });
    simulation_.Run([this] { server_.Stop(); });
    const WorkerCounters counters = server_.Counters();
    simulation_.Check(book_.opens == book_.closes, "there is an end for each beginning");
    simulation_.Check(counters.connection.lost_edges == 0, "no edge was lost");
  }
  // All of it was heard, unless something excuses that it was cut short.
  void Hears(std::string_view whole, bool excused) {
    simulation_.Check(whole.starts_with(heard()), "what came is the beginning of what should");
    if (excused || AcceptWasRefused()) return;
    simulation_.Check(heard() == whole, "nothing was lost");
    simulation_.Check(first_.ended_well, "the connection came to a proper end");
  }
  const std::string& heard() const { return first_.text; }
  std::uint64_t Taken(ChoicePoint point) { return simulation_.world().chooser().taken(point); }
  // The network, or the lack of memory, ended the connection.
  bool WasBroken() {
    return (memory_failed != nullptr && memory_failed()) || Taken(ChoicePoint::kReset) != 0 ||
           Taken(ChoicePoint::kEpollAddError) != 0;
  }
  // The client was turned away at the door.
  bool AcceptWasRefused() { return Taken(ChoicePoint::kAcceptError) != 0 && book_.opens == 0; }

 private:
  static ServerOptions On(sim::SimulatedKernel& kernel, ServerOptions options) {
    options.kernel = &kernel;
    options.signals = SignalPolicy::kNone;
    return options;
  }

  struct Heard {
    std::string text;
    bool ended_well = false;
  };
  Heard Converse(const std::string& says, Manner manner) {
    sim::SimulatedPeer peer(simulation_.clients(), server_.addresses().front());
    // As there is room for either: a client that only sent would wait for a server that waits for
    // it.
    for (std::string_view left = says; !left.empty() && !peer.over();) {
      left.remove_prefix(peer.SendSome(left));
      if (!left.empty() && !peer.TakeSome(65536)) peer.Await();
    }
    if (manner == Manner::kAwaitsAnswers) static_cast<void>(peer.ReceiveExactly(says.size()));
    peer.Finish();
    static_cast<void>(peer.ReceiveToEnd());
    return {peer.received(), peer.ended()};
  }

  sim::Simulation& simulation_;
  Book book_;
  Server server_;
  Heard first_;
};

}  // namespace

void FrameVisit(sim::Simulation& simulation) {
  Visit visit(simulation);
  visit.Serve<LengthPrefixed, EchoHandler>(&visit.book());
  visit.MustStart();
  const std::string says = FrameOf("one") + FrameOf("and the other");
  visit.Talk(says);
  visit.Hears(says, visit.WasBroken());
}

void NarrowVisit(sim::Simulation& simulation) {
  Visit visit(simulation, {.connection = {.high_water = 3000, .low_water = 1000}});
  visit.Serve<LengthPrefixed, EchoHandler>(&visit.book());
  visit.MustStart();
  std::string says;
  for (int i = 0; i < 4; ++i) says += FrameOf(std::string(2500, static_cast<char>('a' + i)));
  visit.Talk(says);
  visit.Hears(says, visit.WasBroken());
}

void HttpVisit(sim::Simulation& simulation) {
  Visit visit(simulation);
  visit.Serve<Http1, MirrorHandler>();
  visit.MustStart();
  visit.Talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
  const std::string& heard = visit.heard();
  if (heard.empty()) {
    simulation.Check(visit.WasBroken() || visit.Taken(ChoicePoint::kAcceptError) != 0,
                     "a request is answered");
    return;
  }
  if (memory_failed != nullptr && memory_failed()) return;
  simulation.Check(std::string_view("HTTP/1.1 200 OK").starts_with(heard.substr(0, 15)),
                   "the answer is what it should be");
  simulation.Check(heard.ends_with("\r\n\r\nhello") || visit.WasBroken(), "all of it came");
}

void DrainVisit(sim::Simulation& simulation) {
  Visit visit(simulation);
  visit.Serve<LengthPrefixed, EchoHandler>(&visit.book());
  visit.MustStart();
  simulation.AddThread("stopper", [&] {
    simulation.world().threads().WaitUntil(simulation.now() + std::chrono::microseconds(45));
    visit.server().Stop();
  });
  const std::string says = FrameOf("one") + FrameOf("and the other");
  visit.Talk(says);
  visit.Hears(says, true);
  // A stopped machine is late by as long as it stood still.
  const auto stalls = static_cast<int>(visit.Taken(ChoicePoint::kStall));
  simulation.Check(simulation.elapsed() < std::chrono::seconds(13 + 5 * stalls),
                   "a server that is stopped is over by its deadline");
}

void StartVisit(sim::Simulation& simulation) {
  simulation.kernel().SetFaults(sim::Faults::kAll);
  Visit visit(simulation);
  visit.Serve<LengthPrefixed, EchoHandler>(&visit.book());
  const absl::Status status = visit.server().Start();
  if (!status.ok()) {
    simulation.Check(simulation.kernel().faults_met() != 0, "it starts on a usual day");
    simulation.Check(!status.message().empty(), "it says why it cannot start");
    return;
  }
  const std::string says = FrameOf("one");
  visit.Talk(says);
  visit.Hears(says, visit.WasBroken());
}

void PostVisit(sim::Simulation& simulation) {
  Visit visit(simulation);
  visit.Serve<LengthPrefixed, PostingHandler>(&visit.book());
  visit.MustStart();
  const std::string says = FrameOf("one") + FrameOf("and the other");
  visit.Talk(says, Visit::Manner::kAwaitsAnswers);
  visit.Hears(says, visit.WasBroken());
}

}  // namespace edgewise::simulated_test
