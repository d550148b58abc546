// Network: who has which address.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "reactor/kernel/simulated/socket_description.h"

namespace edgewise::sim {

// One machine's loopback: 127.0.0.0/8 and ::1, 10.0.0.0/8 for clients that are to have addresses of
// their own, and the names of AF_UNIX sockets.
//
// Threading: that of its world. Ownership: of nothing; sockets leave by Unbind.
class Network {
 public:
  // Both must outlive it.
  Network(Chooser& chooser, Timeline& timeline) : chooser_(chooser), timeline_(timeline) {}

  // Gives `socket` the address, with a port or a name of the network's choice where it has none,
  // which is written back.
  Error Bind(SocketDescription& socket, SocketAddress& address);
  // A socket that accept made has its listener's address too.
  void Share(SocketDescription& socket, const SocketAddress& address);
  // Its address is free. A path stays, with nobody behind it, until RemoveName.
  void Unbind(SocketDescription& socket);
  // The address stays taken for a minute (TIME_WAIT).
  void Linger(const SocketAddress& address, bool reuse);
  // Who listens there; null if nobody.
  SocketDescription* FindListener(const SocketAddress& address);
  // There is such an address here: loopback, 10.0.0.0/8, or the one for all.
  bool IsLocal(const SocketAddress& address) const;
  // An AF_UNIX name is there, whether anybody has it still or not.
  bool NameExists(const std::string& name) const { return names_.contains(name); }
  // As unlink(2). False: there is none.
  bool RemoveName(const std::string& name) { return names_.erase(name) != 0; }

 private:
  static constexpr Duration kTimeWait = std::chrono::seconds(60);
  struct Entry {
    SocketAddress address;
    SocketDescription* socket;  // null: TIME_WAIT
    bool reuse;                 // of TIME_WAIT
    Time until;
  };

  Error BindName(SocketDescription& socket, SocketAddress& address);
  bool Conflicts(const SocketDescription& socket, const SocketAddress& address);
  std::uint16_t FreePort(const SocketDescription& socket, const SocketAddress& address);

  Chooser& chooser_;
  Timeline& timeline_;
  std::map<std::uint16_t, std::vector<Entry>> ports_;
  std::map<std::string, SocketDescription*> names_;  // null: the path of a socket that is gone
  std::uint16_t next_port_ = 32768;
  std::uint32_t next_name_ = 1;
};

}  // namespace edgewise::sim
