// The three policies.
#include "handlers/memory_guard.h"

namespace edgewise {
namespace {

constexpr const char* kBudget = "the memory budget of all connections";

}  // namespace

MemoryGuard::MemoryGuard(Reactor& reactor, ConnectionTable& table, const BufferGauge& gauge,
                         std::size_t bytes_max, MemoryPolicy policy)
    : reactor_(reactor), table_(table), gauge_(gauge), bytes_max_(bytes_max), policy_(policy) {}

void MemoryGuard::Act(Connection& connection) {
  switch (policy_) {
    case MemoryPolicy::kPause:
      if ((connection.holds() & HoldBit(Hold::kMemory)) == 0) ++counters_.pauses;
      connection.AddHold(Hold::kMemory);
      if (!armed()) reactor_.ArmAfter(*this, kLookInterval);
      return;
    case MemoryPolicy::kRefuse:
      ++counters_.refused;
      End(connection);
      return;
    case MemoryPolicy::kShedLargest:
      ShedLargest();
      return;
  }
}

void MemoryGuard::ShedLargest() {
  // What was shed gives its memory back at the end of the round only: until then, more would be
  // shed for nothing.
  const std::uint64_t round = reactor_.counters().rounds;
  if (counters_.shed != 0 && round == shed_in_round_) return;
  Connection* largest = nullptr;
  table_.ForEach([&largest](Connection& connection) {
    if (!connection.registered()) return;
    if (largest == nullptr || connection.buffered() > largest->buffered()) largest = &connection;
  });
  if (largest == nullptr || largest->buffered() == 0) return;
  ++counters_.shed;
  shed_in_round_ = round;
  End(*largest);
}

// A request that is not answered yet takes no memory once it is refused, so there is room to say
// so. An answer that the peer does not take has to go as it is, and so does who is closing already.
void MemoryGuard::End(Connection& connection) {
  const CloseReason reason{.cause = CloseCause::kOverflow, .detail = kBudget};
  const bool pending = connection.pending_output() != 0;
  if (pending) connection.ResetAtEnd();
  if (pending || connection.write_side() != WriteSide::kOpen) return connection.Abort(reason);
  connection.Refuse(reason);
}

void MemoryGuard::HandleTimeout(Time now) {
  if (over()) {
    if (++fruitless_ > kFruitlessMax) ShedLargest();
    reactor_.timers().Arm(*this, now + kLookInterval);
    return;
  }
  fruitless_ = 0;
  table_.ForEach([](Connection& connection) { connection.ReleaseHold(Hold::kMemory); });
}

}  // namespace edgewise
