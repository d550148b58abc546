// A connector on a faulty kernel, and the servers that it is to find.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "handlers/connector.h"
#include "handlers/listener.h"
#include "reactor/kernel/linux_kernel.h"
#include "test/support/faulty_kernel.h"

namespace edgewise::handlers_test {

using Call = FakeCall;

// A reactor with a connector, played round by round. At the end no descriptor is left.
class ConnectorScene final : private Connector::Sink {
 public:
  ConnectorScene() : reactor_(std::make_unique<Reactor>(kernel)) {}
  ~ConnectorScene() override {
    connector.reset();
    for (const Handle handle : connected) static_cast<void>(kernel.Close(handle));
    for (const Handle handle : listeners_) static_cast<void>(kernel.Close(handle));
    reactor_->DrainRetired();
    reactor_.reset();
    CHECK(kernel.open_handles() == 0);
    CHECK(kernel.strange_closes() == 0);
  }

  // Where something listens.
  SocketAddress Listen(const SocketAddress& address = SocketAddress::Ipv4({127, 0, 0, 1}, 0)) {
    const absl::StatusOr<Handle> handle = OpenListener(kernel, address);
    REQUIRE(handle.ok());
    listeners_.push_back(*handle);
    return kernel.LocalAddress(*handle).address;
  }
  // Where nothing does.
  SocketAddress Nowhere() {
    SocketAddress address = Listen();
    static_cast<void>(kernel.Close(listeners_.back()));
    listeners_.pop_back();
    return address;
  }
  // The next attempt gets no answer: its socket was never told to connect, and so it shows what a
  // socket shows that is not connecting: a hang-up, which is no verdict.
  void NoAnswer(std::uint64_t first = 1) {
    kernel.Fail(Call::kConnect, Error::kInProgress, {.first = first});
  }

  void Connect(const std::vector<SocketAddress>& addresses, ConnectorOptions options = {}) {
    Connector::Sink& sink = *this;
    connector = std::make_unique<Connector>(*reactor_, sink, std::move(options));
    connector->Connect(addresses);
  }
  // Rounds until the sink was told.
  void Await() {
    for (int i = 0; i < 2000 && connected.empty() && errors.empty(); ++i) {
      reactor_->RunOnce(std::chrono::milliseconds(10));
    }
    REQUIRE(connected.size() + errors.size() == 1);
    reactor_->RunOnce(Duration::zero());  // what is retired is reclaimed
  }
  // The connection that the last listener was asked for.
  AcceptResult AcceptOne() {
    AcceptResult accepted{.error = Error::kWouldBlock};
    while (accepted.error == Error::kWouldBlock) accepted = kernel.Accept(listeners_.back());
    REQUIRE(accepted.error == Error::kNone);
    return accepted;
  }
  void Pass(Duration by) {
    kernel.Advance(by);
    for (int i = 0; i < 3; ++i) reactor_->RunOnce(Duration::zero());
  }

  FaultyKernel kernel{LinuxKernel::Instance()};
  std::unique_ptr<Connector> connector;
  std::vector<Handle> connected;
  std::vector<SocketAddress> peers;
  std::vector<Error> errors;
  bool destroys = false;  // the connector, when it tells

 private:
  void Connected(Handle handle, const SocketAddress& peer) override {
    connected.push_back(handle);
    peers.push_back(peer);
    if (destroys) connector.reset();
  }
  void NotConnected(const SocketAddress& target, Error error) override {
    peers.push_back(target);
    errors.push_back(error);
    if (destroys) connector.reset();
  }

  std::unique_ptr<Reactor> reactor_;
  std::vector<Handle> listeners_;
};

}  // namespace edgewise::handlers_test
