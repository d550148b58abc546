// Sampling, and the second look.
#include "handlers/edge_audit.h"

#include "handlers/connection_context.h"

namespace edgewise {

EdgeAudit::EdgeAudit(Reactor& reactor, ConnectionTable& table) : reactor_(reactor), table_(table) {}

bool EdgeAudit::HasUnnoticedInput(Connection& connection) {
  const bool drained = connection.registered() && !connection.linked() && connection.holds() == 0 &&
                       connection.read_side() == ReadSide::kOpen &&
                       (connection.ready() & kReadable) == 0;
  return drained && connection.InputWaits();
}

std::size_t EdgeAudit::Look() {
  std::size_t lost = 0;
  for (Suspect& suspect : suspects_) {
    Connection* connection = table_.Find(suspect.ref);
    suspect.ref = {};
    if (connection == nullptr || connection->last_turn() != suspect.turn) continue;
    if (!HasUnnoticedInput(*connection)) continue;
    ++connection->context().counters.lost_edges;
    ++lost;
    reactor_.MarkReady(*connection, kReadable);
  }
  // A handful of neighbours in the table, further along each time.
  std::size_t position = 0;
  std::size_t sampled = 0;
  const std::size_t first = table_.empty() ? 0 : turn_ % table_.size();
  table_.ForEach([&](Connection& connection) {
    if (position++ < first || sampled == kSamples) return;
    Suspect& suspect = suspects_[sampled++];
    if (!HasUnnoticedInput(connection)) return;
    suspect = {.ref = connection.ref(), .turn = connection.last_turn()};
  });
  turn_ = first + sampled;
  return lost;
}

void EdgeAudit::HandleTimeout(Time now) {
  Look();
  reactor_.timers().Arm(*this, now + kInterval);
}

}  // namespace edgewise
