// The job queue under simulation; docs/testing-your-service.md goes through it.
#include "job_queue.h"

// [scenario]
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "reactor/kernel/simulated/explore.h"

using edgewise::sim::SimulatedPeer;
using edgewise::sim::Simulation;

// What a client asks, and the answer; empty if the connection broke.
std::string Ask(SimulatedPeer& peer, const std::string& line) {
  return peer.Send(line + "\n") ? peer.ReceiveLine() : "";
}

// A boss puts three jobs in; an idler takes one and leaves; a worker does what is left to do.
template <typename Handler>
void EveryJobIsDone(Simulation& simulation) {
  JobQueue queue;
  int put = 0;
  edgewise::Server server(
      {.signals = edgewise::SignalPolicy::kNone, .kernel = &simulation.kernel()});
  server.Serve<edgewise::Lines, Handler>(&queue);
  simulation.Check(server.Start().ok(), "the server starts");
  simulation.AddThread("server", [&] { server.Run(); });
  simulation.AddClient("boss", [&] {
    while (put < 3) {
      SimulatedPeer boss(simulation.clients(), server.addresses().front());
      while (put < 3 && Ask(boss, "PUT clean up").starts_with("OK ")) ++put;
    }
  });
  simulation.AddClient("idler", [&] {
    SimulatedPeer idler(simulation.clients(), server.addresses().front());
    Ask(idler, "TAKE");
  });
  simulation.AddClient("worker", [&] {
    while (put < 3 || queue.undone() != 0) {
      SimulatedPeer worker(simulation.clients(), server.addresses().front());
      const std::string answer = Ask(worker, "TAKE");
      if (answer.starts_with("JOB ")) Ask(worker, "DONE " + answer.substr(4));
      worker.Wait(std::chrono::milliseconds(20));
      simulation.Check(simulation.elapsed() < std::chrono::seconds(20), "every job is done");
    }
  });
  simulation.Run([&] { server.Stop(); });
}
// [/scenario]

const edgewise::sim::ExploreOptions kUsualDay{.seeds = 1,
                                              .weather = edgewise::sim::Weather::Usual()};

TEST_CASE("on a usual day every job is done, with the bug and without") {
  CHECK(edgewise::sim::Explore(EveryJobIsDone<JobHandler>, kUsualDay).ok);
  CHECK(edgewise::sim::Explore(EveryJobIsDone<MendedJobHandler>, kUsualDay).ok);
}

TEST_CASE("a seed finds the job that is lost") {
  const auto verdict = edgewise::sim::Explore(EveryJobIsDone<JobHandler>, {.seeds = 1000});
  INFO(verdict.report);
  CHECK_FALSE(verdict.ok);
}

TEST_CASE("mended, every job is done under every seed") {
  const auto verdict = edgewise::sim::Explore(EveryJobIsDone<MendedJobHandler>, {.seeds = 1000});
  INFO(verdict.report);
  CHECK(verdict.ok);
}
