// A reactor on a scripted kernel, and handlers with names, for tests to derive from.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "reactor/reactor.h"
#include "test/reactor/scripted_handler.h"
#include "test/support/fake_kernel.h"

namespace edgewise {

struct ReactorFixture {
  using Log = std::vector<std::string>;
  using Call = FakeKernel::Call;
  using Batch = std::vector<FakeKernel::Event>;

  ReactorFixture() : ReactorFixture(ReactorOptions{}) {}
  explicit ReactorFixture(const ReactorOptions& options) : reactor(kernel, options) {}
  ReactorFixture(const ReactorFixture&) = delete;
  ReactorFixture& operator=(const ReactorFixture&) = delete;
  ~ReactorFixture() {
    for (ScriptedHandler& handler : handlers) {
      if (handler.registered()) reactor.Retire(handler, {.cause = CloseCause::kLocal});
    }
    reactor.DrainRetired();
  }

  // Named, but not registered.
  ScriptedHandler& Make(std::string name) { return handlers.emplace_back(log, std::move(name)); }
  // Registered with a descriptor of its own.
  ScriptedHandler& Add(std::string name, Readiness interest = kReadable) {
    ScriptedHandler& handler = Make(std::move(name));
    const Handle handle = kernel.OpenSocket(AddressFamily::kIpv4).handle();
    REQUIRE(reactor.Register(handler, handle, Watch::kStream, interest) == Error::kNone);
    return handler;
  }
  // One round that has no reason to block.
  void Round() { reactor.RunOnce(Duration::zero()); }
  // One round in which epoll reports these.
  void Round(Batch batch) {
    kernel.Deliver(std::move(batch));
    reactor.RunOnce(Duration::zero());
  }
  Duration LastTimeout() const { return kernel.waits().back().timeout; }
  const ReactorCounters& counters() const { return reactor.counters(); }
  // What was logged since the last look.
  Log TakeLog() { return std::exchange(log, {}); }

  FakeKernel kernel;
  Log log;
  std::deque<ScriptedHandler> handlers;  // outlive the reactor
  Reactor reactor;
};

// An event for a handler.
inline FakeKernel::Event On(const EventHandler& handler, EpollMask mask = kEpollIn) {
  return {handler.handle(), mask};
}

}  // namespace edgewise
