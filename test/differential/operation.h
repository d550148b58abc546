// Operation: one step of a walk: a call on variables, which stand for descriptors.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "reactor/kernel/kernel.h"

namespace edgewise::differential {

enum class Act : std::uint8_t {
  // These make a variable.
  kListen,   // socket, options, bind, listen
  kConnect,  // socket, options, connect to listener `on`
  kAccept,
  kOpenSocket,
  kOpenEpoll,
  kOpenWakeup,
  kOpenTimer,
  kDuplicate,
  // On sockets.
  kShutdown,
  kSend,
  kSendUrgent,
  kSendDescriptor,
  kReceive,
  kTakeError,
  kUnacknowledged,
  kLocalAddress,
  kPeerName,
  kUrgentInline,
  kLingerReset,
  kConnectAgain,  // to listener `other`
  kListenAgain,
  // On others.
  kNotify,
  kClearWakeup,
  kArmTimer,
  // On anything.
  kClose,
  kPollNow,
  kAdd,  // `other` to epoll `on`; so the next two
  kModify,
  kRemove,
  kWait,
};

// A value. Variables are numbered in the order of their being made; one that was never made, since
// its operation was left out or failed, makes whoever uses it do nothing.
struct Operation {
  Act act = Act::kWait;
  int makes = -1;
  int on = -1;
  int other = -1;
  std::size_t amount = 0;  // bytes, a backlog, or 1 for yes
  EpollMask mask = 0;
  ShutdownSide side = ShutdownSide::kBoth;
  AddressFamily family = AddressFamily::kIpv4;
  int send_buffer = 0;  // bytes; 0: not set
  int receive_buffer = 0;
  std::uint32_t mark = 0;  // of its own: what it sends, and what its registration is called
};

// Who looks at what is told apart from who does it: looking changes what a kernel owes.
enum class Looks : std::uint8_t { kSeldom, kAfterEach };

struct Walk {
  std::vector<Operation> operations;
  Looks looks = Looks::kSeldom;
};

// "v3 = accept(v0)".
std::string Describe(const Operation& operation);
// "IN|OUT|ET"; "0" for none.
std::string DescribeMask(EpollMask mask);

// 10 to 40 operations, most of which make sense. The same seed gives the same walk.
Walk MakeWalk(std::uint64_t seed);

}  // namespace edgewise::differential
