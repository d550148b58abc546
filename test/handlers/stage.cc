// Rounds, and what must hold after each.
#include "test/handlers/stage.h"

#include <catch2/catch_test_macros.hpp>

namespace edgewise::handlers_test {
namespace {

// The longest that one round blocks while a condition is awaited: what a peer in the same thread
// sent is there already, or will be when the kernel's own work is done.
constexpr Duration kStep = std::chrono::milliseconds(2);
constexpr int kQuietRounds = 3;

SocketAddress AnyPort(AddressFamily family) {
  if (family == AddressFamily::kIpv6) return *SocketAddress::Parse("[::1]:0");
  return *SocketAddress::Parse("127.0.0.1:0");
}

// An abstract name that nobody else has.
SocketAddress FreshName(Kernel& kernel) {
  return SocketAddress::Unix(std::string(1, '\0') + "edgewise-test-" +
                             std::to_string(kernel.Random()));
}

}  // namespace

std::string Frame(std::string_view payload) {
  const Envelope envelope = LengthPrefixed().Encode(payload.size());
  return std::string(envelope.prefix.data(), envelope.prefix_size) + std::string(payload);
}

std::string Pattern(std::size_t count) {
  std::string bytes(count, '\0');
  std::uint32_t state = 1;
  for (char& byte : bytes) {
    state = state * 1664525 + 1013904223;
    byte = static_cast<char>(state >> 24);
  }
  return bytes;
}

Stage::Stage(const StageOptions& options)
    : admissions(options.connections_max, options.per_address_max),
      options_(options),
      worker_(std::make_unique<Worker>(kernel, admissions, options.worker)) {
  REQUIRE(worker_->status() == Error::kNone);
}

Stage::~Stage() {
  if (worker_ != nullptr) End();
}

SocketAddress Stage::ServeMade(Service::Maker maker) {
  const SocketAddress wish =
      options_.family == AddressFamily::kUnix ? FreshName(kernel) : AnyPort(options_.family);
  const absl::StatusOr<Handle> listener = OpenListener(kernel, wish);
  REQUIRE(listener.ok());
  if (options_.send_buffer != 0) {
    kernel.SetOption(*listener, SocketOption::kSendBuffer, options_.send_buffer);
  }
  if (options_.receive_buffer != 0) {
    kernel.SetOption(*listener, SocketOption::kReceiveBuffer, options_.receive_buffer);
  }
  services_.push_back({.address = kernel.LocalAddress(*listener).address,
                       .options = options_.connection,
                       .make = std::move(maker),
                       .access_log = options_.access_log});
  REQUIRE(worker_->AddPort(services_.back(), *listener, Watch::kInput) == Error::kNone);
  addresses_.push_back(services_.back().address);
  return addresses_.back();
}

void Stage::Check(Connection& connection) {
  INFO("descriptor " << connection.handle() << ", holds: " << HoldNames(connection.holds()));
  // R7.
  if (!connection.Accounted()) FAIL("a connection is neither drained nor queued nor held");
  if (!connection.registered()) return;
  // R3, between rounds.
  const bool wanted = (connection.ready() & connection.interest()) != 0;
  if (wanted != connection.linked()) FAIL("ready, interest and queue disagree");
  if (connection.pending_output() != 0 && (connection.interest() & kWritable) == 0) {
    FAIL("output is pending and nobody waits for room");
  }
}

void Stage::Round(Duration wait) {
  reactor().RunOnce(wait);
  worker_->table().ForEach([this](Connection& connection) { Check(connection); });
}

void Stage::Rounds(int count) {
  for (int i = 0; i < count; ++i) Round();
}

bool Stage::Until(absl::FunctionRef<bool()> condition) {
  const Time deadline = LinuxKernel::Instance().MonotonicNow() + kPatience;
  while (!condition()) {
    if (LinuxKernel::Instance().MonotonicNow() > deadline) return false;
    Round(kStep);
  }
  return true;
}

bool Stage::UntilEnded(Peer& peer) {
  return Until([&peer] {
    peer.Pump();
    return peer.ended();
  });
}

bool Stage::UntilOver(Peer& peer) {
  return Until([&peer] {
    peer.Pump();
    return peer.over();
  });
}

void Stage::AwaitOpens(std::size_t count) {
  REQUIRE(Until([&] { return script.opens == count; }));
  Settle();
}

void Stage::Settle() {
  // Of the handlers: a timer that is armed again and again, as while draining, is no unrest.
  const auto events = [this] { return reactor().counters().events - reactor().counters().wakeups; };
  for (int quiet = 0; quiet < kQuietRounds;) {
    const std::uint64_t before = events();
    Round(kStep);
    const bool busy = events() != before || reactor().PollTimeout() == Duration::zero();
    quiet = busy ? 0 : quiet + 1;
  }
  worker_->table().ForEach([this](Connection& connection) {
    const bool drained = connection.registered() && !connection.linked() &&
                         connection.holds() == 0 && connection.read_side() == ReadSide::kOpen;
    if (!drained) return;
    if ((kernel.PollNow(connection.handle(), kEpollIn) & kEpollIn) != 0) FAIL("a lost edge");
  });
}

void Stage::Pass(Duration by) {
  kernel.Advance(by);
  Round();
}

Connection* Stage::newest() {
  Connection* newest = nullptr;
  worker_->table().ForEach([&newest](Connection& connection) {
    if (newest == nullptr || connection.handle() > newest->handle()) newest = &connection;
  });
  return newest;
}

void Stage::End() {
  const WorkerCounters counters = worker_->counters();
  CHECK(counters.connection.lost_edges == lost_edges_expected);
  worker_.reset();
  CHECK(kernel.open_handles() == 0);
  CHECK(kernel.strange_closes() == 0);
  CHECK(admissions.total() == 0);
  CHECK(script.opens == script.closes.size());
}

bool BreaksOff(Stage& stage, Peer& peer) {
  const bool over = stage.UntilOver(peer);
  return over && (stage.address().family() == AddressFamily::kUnix
                      ? peer.ended()
                      : peer.error() == Error::kConnectionReset);
}

}  // namespace edgewise::handlers_test
