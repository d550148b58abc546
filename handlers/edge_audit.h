// EdgeAudit: looks for lost edges in production.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "handlers/connection_ref.h"
#include "handlers/connection_table.h"
#include "reactor/reactor.h"
#include "reactor/timer.h"

namespace edgewise {

// R7 says that an open connection is drained, in the ready queue, or held. If an edge were ever
// lost, one would hang, with input waiting and nobody knowing. Once in a while this asks poll(2)
// about a few connections that ought to be drained; one that has input waiting at two looks in a
// row, a second apart and with nothing received between them, is counted (`lost_edges`) and mended.
//
// Threading: the reactor's thread. Ownership: none; all that it refers to must outlive it.
class EdgeAudit final : private Timer {
 public:
  // Between two looks.
  static constexpr Duration kInterval = std::chrono::seconds(1);
  // System calls spent on each look.
  static constexpr std::size_t kSamples = 8;

  // Looks at the connections of `table`, once it was started.
  EdgeAudit(Reactor& reactor, ConnectionTable& table);

  // Arms the first look. It goes on until the audit is destroyed.
  void Start() { reactor_.ArmAfter(*this, kInterval); }
  // One look; HandleTimeout makes it once a second. Answers how many lost edges were found.
  std::size_t Look();

 private:
  struct Suspect {
    ConnectionRef ref;
    std::uint32_t turn = 0;  // its last one, at the first look
  };

  void HandleTimeout(Time now) override;
  bool HasUnnoticedInput(Connection& connection);

  Reactor& reactor_;
  ConnectionTable& table_;
  std::size_t turn_ = 0;  // which of the connections are looked at next
  std::array<Suspect, kSamples> suspects_{};
};

}  // namespace edgewise
