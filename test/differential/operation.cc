// Operations as text.
#include "test/differential/operation.h"

#include <array>
#include <string_view>
#include <utility>

namespace edgewise::differential {
namespace {

std::string_view NameOf(Act act) {
  static constexpr std::array<std::string_view, static_cast<std::size_t>(Act::kWait) + 1> kNames = {
      "listen",       "connect",       "accept",       "socket",          "epoll",
      "eventfd",      "timerfd",       "dup",          "shutdown",        "send",
      "send_urgent",  "send_fd",       "receive",      "SO_ERROR",        "unacknowledged",
      "getsockname",  "getpeername",   "SO_OOBINLINE", "SO_LINGER",       "connect_again",
      "listen_again", "eventfd_write", "eventfd_read", "timerfd_settime", "close",
      "poll",         "epoll_add",     "epoll_mod",    "epoll_del",       "epoll_wait"};
  return kNames[static_cast<std::size_t>(act)];
}

std::string_view NameOf(ShutdownSide side) {
  return side == ShutdownSide::kRead ? "read" : side == ShutdownSide::kWrite ? "write" : "both";
}

}  // namespace

std::string DescribeMask(EpollMask mask) {
  static constexpr std::array<std::pair<EpollMask, std::string_view>, 9> kBits = {
      {{kEpollIn, "IN"},
       {kEpollPriority, "PRI"},
       {kEpollOut, "OUT"},
       {kEpollError, "ERR"},
       {kEpollHangup, "HUP"},
       {kEpollPeerFinished, "RDHUP"},
       {0x20, "NVAL"},
       {kEpollExclusive, "EXCLUSIVE"},
       {kEpollEdge, "ET"}}};
  std::string text;
  for (const auto& [bit, name] : kBits) {
    if ((mask & bit) != 0) text += (text.empty() ? "" : "|") + std::string(name);
  }
  return text.empty() ? "0" : text;
}

std::string Describe(const Operation& operation) {
  std::string text;
  if (operation.makes >= 0) text += "v" + std::to_string(operation.makes) + " = ";
  text += std::string(NameOf(operation.act)) + "(";
  if (operation.on >= 0) text += "v" + std::to_string(operation.on);
  if (operation.other >= 0) text += ", v" + std::to_string(operation.other);
  switch (operation.act) {
    case Act::kListen:
    case Act::kConnect:
      text += operation.family == AddressFamily::kUnix ? " unix" : " tcp";
      if (operation.act == Act::kListen) text += " backlog " + std::to_string(operation.amount);
      if (operation.send_buffer != 0) text += " snd " + std::to_string(operation.send_buffer);
      if (operation.receive_buffer != 0) text += " rcv " + std::to_string(operation.receive_buffer);
      break;
    case Act::kOpenSocket:
      text += operation.family == AddressFamily::kUnix ? " unix" : " tcp";
      break;
    case Act::kShutdown:
      text += " " + std::string(NameOf(operation.side));
      break;
    case Act::kSend:
    case Act::kSendUrgent:
    case Act::kSendDescriptor:
    case Act::kReceive:
    case Act::kUrgentInline:
    case Act::kLingerReset:
    case Act::kArmTimer:
    case Act::kListenAgain:
    case Act::kNotify:
      text += " " + std::to_string(operation.amount);
      break;
    case Act::kAdd:
    case Act::kModify:
    case Act::kPollNow:
      text += " " + DescribeMask(operation.mask);
      break;
    default:
      break;
  }
  return text + ")";
}

}  // namespace edgewise::differential
