// MemoryGuard: one budget over the buffers of all connections of a reactor.
#pragma once

#include <cstddef>
#include <cstdint>

#include "handlers/buffer_gauge.h"
#include "handlers/connection_table.h"
#include "reactor/reactor.h"
#include "reactor/timer.h"

namespace edgewise {

// What happens when a connection's buffers grow while all together are over the budget.
enum class MemoryPolicy : std::uint8_t {
  // Reading from the connection that grew is held (Hold::kMemory) until there is room again; if
  // pausing alone brings none for a while, the largest is shed.
  kPause,
  // The connection that grew is closed: with the protocol's word for it (HTTP: 503) if it was a
  // request that grew.
  kRefuse,
  // The connection with the largest buffers is closed likewise, one in a round at the most.
  kShedLargest,
};

// A value; a copy is a snapshot.
struct MemoryCounters {
  // Connections whose reading was held; those closed by kRefuse; those closed as the largest (by
  // kShedLargest, or when pausing did not help):
  std::uint64_t pauses = 0;
  std::uint64_t refused = 0;
  std::uint64_t shed = 0;
};

// Threading: the reactor's thread. Ownership: none; all that it refers to must outlive it.
class MemoryGuard final : private Timer {
 public:
  // `bytes_max`: the budget for what `gauge` counts. Acts on the connections of `table` by
  // `policy`.
  MemoryGuard(Reactor& reactor, ConnectionTable& table, const BufferGauge& gauge,
              std::size_t bytes_max, MemoryPolicy policy);

  // More is held now than the budget allows.
  bool over() const { return gauge_.bytes() > bytes_max_; }
  // A connection has just grown a buffer.
  void Grew(Connection& connection) {
    if (over()) [[unlikely]]
      Act(connection);
  }

  // What it did so far.
  const MemoryCounters& counters() const { return counters_; }

 private:
  // How often holds are looked at again, and how many fruitless looks there are before one is shed.
  static constexpr Duration kLookInterval = std::chrono::milliseconds(10);
  static constexpr int kFruitlessMax = 100;

  void Act(Connection& connection);
  void ShedLargest();
  static void End(Connection& connection);
  void HandleTimeout(Time now) override;

  Reactor& reactor_;
  ConnectionTable& table_;
  const BufferGauge& gauge_;
  const std::size_t bytes_max_;
  const MemoryPolicy policy_;
  int fruitless_ = 0;
  std::uint64_t shed_in_round_ = 0;
  MemoryCounters counters_;
};

}  // namespace edgewise
