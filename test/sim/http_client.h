// HttpClient: a client of the HTTP scenarios, of one of several manners.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "test/sim/http_drain.h"
#include "test/sim/http_exchange.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {

// Options of connections that nobody is late for: what is slow is the network, by the seed's wish.
ConnectionOptions PatientConnections(sim::Simulation& simulation);

// Says to `served` what came of them. It judges what comes
// by itself, as HTTP.
//
// Threading: a thread of the clients' process. Ownership: borrows the rest.
class HttpClient {
 public:
  // `draw` answers with what it is to ask. With `drain`, the server may be stopped meanwhile.
  using Drawer = std::function<std::vector<HttpExchange>(HttpMistakes)>;
  HttpClient(Served& served, const Drawer& draw, HttpDrain* drain = nullptr);
  void Run();

 private:
  enum class Manner : std::uint32_t {
    kTurns,       // one request at a time
    kPipelines,   // all of them, then all answers, then its end
    kHalfCloses,  // all of them, its end, then all answers
    kSlow,        // takes answers a little at a time
    kResets,      // breaks off in the middle
    kVanishes,    // closes in the middle
    kCount,
  };

  HttpStops stops() const { return drain_ ? HttpStops::kMayStop : HttpStops::kNever; }
  bool breaks_off() const { return manner_ == Manner::kResets || manner_ == Manner::kVanishes; }
  void TakeTurns();
  void SayAll();
  void BreakOff();
  // Whether all that was sent has arrived.
  bool AwaitDelivery();
  void Owes(std::size_t answers);
  void Pump(std::string_view bytes, std::size_t bytes_max);
  HttpJudgement Judge();
  // Waits until so many answers have come; until it is told to go on.
  void AwaitAnswers(std::size_t count);
  void AwaitContinue(std::size_t answered);

  Served& served_;
  sim::Simulation& simulation_;
  HttpDrain* const drain_;
  Manner manner_;
  std::vector<HttpExchange> exchanges_;
  std::size_t owed_ = 0;  // answers, by a server that is stopped now
  sim::SimulatedPeer peer_;
};

}  // namespace edgewise::sim_test
