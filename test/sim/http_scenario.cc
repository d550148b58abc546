// HTTP requests, pipelined, cut and broken off; answers at once, later and in pieces.
#include <memory>
#include <string>

#include "test/sim/http_client.h"
#include "test/sim/http_exchange.h"
#include "test/sim/http_site.h"
#include "test/sim/scenarios.h"
#include "test/sim/served.h"

namespace edgewise::sim_test {

void Http(sim::Simulation& simulation) {
  ServerOptions options;
  options.threads = 1 + static_cast<int>(simulation.Pick(2));
  options.connection = PatientConnections(simulation);
  const std::uint32_t requests_max = 1 + simulation.Pick(12);
  options.connection.requests_max = requests_max == 1 ? 1'000'000 : requests_max;
  HttpDraw draw;
  draw.requests_max = options.connection.requests_max;
  draw.modes = {"now", "later", "posted", "pieces", "length", "ticks"};
  Served served(simulation, std::move(options));
  served.server().ServeOn<Http1, HttpSite>("10.0.0.1:80", Http1({.body_bytes_max = 50'000}),
                                           &served, static_cast<HttpDrain*>(nullptr));
  served.Start();
  const std::uint32_t clients = 1 + simulation.Pick(4);
  for (std::uint32_t i = 0; i < clients; ++i) {
    simulation.AddClient("client " + std::to_string(i), [&] {
      const auto exchanges = [&](HttpMistakes mistakes) {
        HttpDraw mine = draw;
        mine.mistakes = mistakes;
        return DrawExchanges(simulation, mine);
      };
      HttpClient(served, exchanges).Run();
    });
  }
  served.Run();
}

}  // namespace edgewise::sim_test
