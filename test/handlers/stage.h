// Stage: a worker on a faulty kernel, played round by round in a test's own thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <string>
#include <string_view>

#include "absl/functional/function_ref.h"
#include "handlers/admissions.h"
#include "handlers/edgewise.h"
#include "handlers/worker.h"
#include "reactor/kernel/linux_kernel.h"
#include "test/handlers/peer.h"
#include "test/handlers/script.h"
#include "test/handlers/scripted.h"
#include "test/support/faulty_kernel.h"

namespace edgewise::handlers_test {

using Call = FakeCall;

struct StageOptions {
  AddressFamily family = AddressFamily::kIpv4;
  ConnectionOptions connection{};
  WorkerOptions worker{};
  std::size_t connections_max = 1000;
  std::size_t per_address_max = 0;
  // SO_SNDBUF and SO_RCVBUF of accepted sockets, inherited from the listener; 0: the kernel's.
  int send_buffer = 0;
  int receive_buffer = 0;
  AccessLog* access_log = nullptr;
};

// What is tight for one budget over the buffers of all connections, in bytes.
inline constexpr std::size_t kTightBudget = 75'000;
inline StageOptions Tight(MemoryPolicy policy, std::size_t bytes = kTightBudget) {
  return {.worker = {.buffer_bytes_max = bytes, .memory_policy = policy}};
}

// After each round every connection is checked: R7 (`Accounted`), R3 as far as it can be seen from
// outside, and that pending output has somebody waiting for room. At the end nothing may be left:
// no descriptor, no connection, an OnClose for each OnOpen of the shared script. Each failure
// fails the running test.
//
// Threading: the test's own thread. Ownership: of all it names.
//
//   Stage stage;
//   stage.Serve(LengthPrefixed());
//   Peer peer(stage.address());
//   peer.Send(Frame("hello"));
//   REQUIRE(stage.Until([&] { return peer.Pull() == Frame("hello"); }));
class Stage {
 public:
  // How long a test waits for what must come; reached only when it fails.
  static constexpr Duration kPatience = std::chrono::seconds(20);

  explicit Stage(const StageOptions& options = {});
  Stage(const Stage&) = delete;
  Stage& operator=(const Stage&) = delete;
  ~Stage();

  // Opens another port, whose connections are cut by `codec` and do what `script` says.
  template <Codec CodecType>
  SocketAddress Serve(CodecType codec = CodecType()) {
    return ServeWith(codec, &script);
  }
  // `its_script` must outlive the stage.
  template <Codec CodecType>
  SocketAddress ServeWith(CodecType codec, Script* its_script) {
    return ServeMade(MakerOf<CodecType, Scripted>(std::move(codec), its_script));
  }
  SocketAddress ServeMade(Service::Maker maker);
  // Of the port that was opened first.
  const SocketAddress& address() const { return addresses_.front(); }

  // One round, blocking for at most `wait`, then the checks.
  void Round(Duration wait = Duration::zero());
  void Rounds(int count);
  // Rounds until `condition` holds. False: the patience is over.
  [[nodiscard]] bool Until(absl::FunctionRef<bool()> condition);
  // Rounds until the script has seen so many connections open, then Settle. Fails the running test
  // if they do not come.
  void AwaitOpens(std::size_t count = 1);
  // Rounds until `peer`, which takes what comes, has received the server's end.
  [[nodiscard]] bool UntilEnded(Peer& peer);
  // The same, or a fault.
  [[nodiscard]] bool UntilOver(Peer& peer);
  // Rounds until a while after everything has become quiet: no events, nothing ready. Then asks
  // the kernel whether a connection that claims to be drained has input waiting: the true audit.
  void Settle();
  // Moves the stopped clock, then one round.
  void Pass(Duration by);

  Worker& worker() { return *worker_; }
  Reactor& reactor() { return worker_->reactor(); }
  WorkerCounters counters() { return worker_->counters(); }
  // The connection whose descriptor is the highest: the last one accepted, in most tests. Null if
  // there is none.
  Connection* newest();
  std::size_t open_connections() { return worker_->table().size(); }
  // Destroys the worker now, with the checks that are made at the end.
  void End();

  // For the tests of the audit alone: lost edges that are expected at the end.
  std::uint64_t lost_edges_expected = 0;

  FaultyKernel kernel{LinuxKernel::Instance()};
  Script script;
  Admissions admissions;

 private:
  void Check(Connection& connection);

  const StageOptions options_;
  std::deque<Service> services_;
  std::deque<SocketAddress> addresses_;
  std::unique_ptr<Worker> worker_;
};

// Whether a peer that was given up is told so: by a reset; on AF_UNIX, where a close with nothing
// unread is none, by the end.
bool BreaksOff(Stage& stage, Peer& peer);
// `payload` as LengthPrefixed sends it.
std::string Frame(std::string_view payload);
// `count` bytes that tell where they stand, so that one that is lost or doubled shows.
std::string Pattern(std::size_t count);

}  // namespace edgewise::handlers_test
