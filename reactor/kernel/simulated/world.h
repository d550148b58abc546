// World: everything that simulated processes share: time, threads, the network, the disk, chance.
//
// A world is a machine (or several: the network does not tell) on which processes run; each process
// is a SimulatedKernel of its own, with descriptors, a limit on them and signals of its own. All of
// it happens in one real thread, and is a function of the chooser's answers.
//
//   SeededChooser chooser(seed);
//   World world(chooser);
//   SimulatedKernel server(world, {.name = "server", .faults = Faults::kAll});
//   SimulatedKernel clients(world, {.name = "clients"});
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/kernel/simulated/chooser.h"
#include "reactor/kernel/simulated/network.h"
#include "reactor/kernel/simulated/threads.h"
#include "reactor/kernel/simulated/timeline.h"
#include "reactor/kernel/simulated/trace.h"

namespace edgewise::sim {

class SimulatedKernel;
class TcpSocket;

// A value.
struct WorldOptions {
  // Buffers of a socket whose owner set none, in bytes, on a usual day:
  std::size_t send_buffer = 2'600'000;
  std::size_t receive_buffer = 1'000'000;
  // What a segment takes from one end to the other, on a usual day.
  Duration latency = std::chrono::microseconds(10);
  // What a call costs.
  Duration call_cost = Duration(100);
  // Virtual time after which a run is given up as endless.
  Duration time_max = std::chrono::hours(24);
  // A registered descriptor that is ready, and whose process has slept for so long without a call
  // on it, is a stall: a lost edge. The time must be longer than any hold of the service's.
  // kForever: not looked for.
  Duration stall_max = kForever;
  // Calls of one thread, without one that moves anything and without a wait, that are a spin.
  std::uint64_t spin_calls_max = 20'000;
  // What came out wrong is told to this, which must not return; null: it is printed, with the
  // choices that led there, and the process is aborted.
  std::function<void(const std::string& what)> on_violation;
};

// Threading: one real thread; at most one world of it runs at a time. Ownership: borrows the
// chooser.
class World final : private Threads::Observer {
 public:
  // No process and no thread yet. `chooser` must outlive it.
  explicit World(Chooser& chooser, WorldOptions options = {});
  ~World() override;
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  // Its parts; they live as long as it does:
  Chooser& chooser() { return chooser_; }
  Timeline& timeline() { return timeline_; }
  Threads& threads() { return threads_; }
  Network& network() { return network_; }
  Trace& trace() { return trace_; }
  // Its own copy.
  const WorldOptions& options() const { return options_; }

  // From now on no fault happens: what is under way must come to its end.
  void EndFaults() { chooser_.EndFaults(); }
  // Something that must not be. Does not return.
  [[noreturn]] void Violation(const std::string& what);

  // A named situation was reached: "short write inside a header".
  void Mark(std::string_view name) { marks_.emplace(name); }
  // The names of all that were reached.
  const std::set<std::string, std::less<>>& marks() const { return marks_; }

  // --- The disk, which all processes share.

  // Makes a file or replaces its content. The folders of its path exist with it.
  void WriteFile(std::string_view path, std::string_view text);
  // Null if there is no such file.
  std::string* FindFile(std::string_view path);
  // There is a file somewhere below.
  bool IsDirectory(std::string_view path) const;

  // --- For the kernel's parts.

  // What the next segment takes, as the chooser decides.
  Duration Latency();
  // Bytes that fit into a socket.
  struct Buffers {
    // Each way:
    std::size_t send;
    std::size_t receive;
  };
  // What the next socket has, as the chooser decides.
  Buffers ChooseBuffers();
  // Asks for a fault that befalls the process of `description`; 0 if that is to have none.
  std::uint32_t Fault(const Description& description, ChoicePoint point, std::uint32_t count);
  // A process begins: its number. And ends:
  std::uint32_t Join(SimulatedKernel& process);
  void Leave(SimulatedKernel& process);
  // A TCP socket exists; and no more. Those that are left at the end are taken apart:
  void Remember(TcpSocket& socket) { sockets_.insert(&socket); }
  void Forget(TcpSocket& socket) { sockets_.erase(&socket); }

 private:
  void WorldStopped() override;
  void WorldIdle(Time next) override;
  void ThreadThrew(const std::string& thread, const std::string& what) override;

  Chooser& chooser_;
  const WorldOptions options_;
  Timeline timeline_;
  Threads threads_;
  Network network_;
  Trace trace_;
  std::vector<SimulatedKernel*> processes_;  // by number; null: it has left
  std::set<TcpSocket*> sockets_;
  std::set<std::string, std::less<>> marks_;
  std::map<std::string, std::string, std::less<>> files_;
};

}  // namespace edgewise::sim
