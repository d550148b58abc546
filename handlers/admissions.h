// Admissions: how many connections there are, in total and from each address.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <unordered_map>

#include "absl/hash/hash.h"
#include "handlers/peer_address.h"

namespace edgewise {

// Shared by all reactors of a server, so that the limits hold for the whole.
//
// Threading: any. A mutex is taken once for each connection opened and closed.
class Admissions {
 public:
  // `per_address_max` counts IPv4 and IPv6 peers by their address; 0: no such limit. AF_UNIX peers
  // have none.
  Admissions(std::size_t total_max, std::size_t per_address_max);

  // Descriptors are needed for other things too, and each connection may need a second one (a file,
  // an upstream): the default total stays below half of the limit.
  static std::size_t DefaultTotal(std::size_t descriptor_limit);

  // The total is not reached. Another thread may take the room before Admit is called.
  bool HasRoom() const;
  // Counts one in, unless a limit forbids it. Each kAdmitted is to be paired with a Leave:
  enum class Verdict : std::uint8_t { kAdmitted, kTotal, kAddress };
  [[nodiscard]] Verdict Admit(const PeerAddress& peer);
  // Counts one out. REQUIRES: Admit answered kAdmitted for the same peer, and no Leave since.
  void Leave(const PeerAddress& peer);

  // Connections that are counted in now.
  std::size_t total() const;

 private:
  bool CountsAddress(const PeerAddress& peer) const {
    return per_address_max_ != 0 && peer.family() != AddressFamily::kUnix;
  }

  const std::size_t total_max_;
  const std::size_t per_address_max_;
  mutable std::mutex mutex_;
  std::size_t total_ = 0;  // guarded by mutex_, as is the next
  // Not Abseil's map, which an allocation that fails would leave in pieces.
  using Ip = std::array<std::uint8_t, 16>;
  std::unordered_map<Ip, std::size_t, absl::Hash<Ip>> by_address_;
};

}  // namespace edgewise
