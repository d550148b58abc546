// What getsockopt tells.
#include "test/differential/real_end.h"

#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>

namespace edgewise::differential {
namespace {

// The numbers of include/net/tcp_states.h that matter here.
constexpr int kSynSent = 2;
constexpr int kSynReceived = 3;
constexpr int kClose = 7;
constexpr int kCloseWait = 8;
constexpr int kLastAck = 9;
constexpr int kListen = 10;
constexpr int kClosing = 11;

RealEnd::Life LifeOf(int state) {
  switch (state) {
    case kSynSent:
    case kSynReceived:
      return RealEnd::Life::kConnecting;
    case kClose:
      return RealEnd::Life::kClosed;
    case kListen:
      return RealEnd::Life::kListening;
    case kCloseWait:
    case kLastAck:
    case kClosing:
      return RealEnd::Life::kPeerFinished;
    default:
      return RealEnd::Life::kOpen;
  }
}

using Memory = std::array<std::uint32_t, SK_MEMINFO_VARS>;

Memory MemoryOf(Handle handle) {
  Memory memory{};
  socklen_t size = sizeof(memory);
  getsockopt(handle, SOL_SOCKET, SO_MEMINFO, memory.data(), &size);
  return memory;
}

}  // namespace

RealEnd RealEnd::OfTcp(Handle handle) {
  tcp_info info{};
  socklen_t size = sizeof(info);
  getsockopt(handle, IPPROTO_TCP, TCP_INFO, &info, &size);
  int unacknowledged = 0;
  ioctl(handle, SIOCOUTQ, &unacknowledged);
  const Memory memory = MemoryOf(handle);
  const std::uint32_t queued = memory[SK_MEMINFO_WMEM_QUEUED];
  const std::uint32_t limit = memory[SK_MEMINFO_SNDBUF];
  // sk_stream_is_writeable.
  const bool is_writeable = queued < limit && limit - queued >= queued / 2;
  return {.life = LifeOf(info.tcpi_state),
          .received = info.tcpi_bytes_received,
          .unsent = info.tcpi_notsent_bytes,
          .unacknowledged = static_cast<std::uint64_t>(unacknowledged),
          .acknowledged = info.tcpi_bytes_acked,
          .is_writeable = is_writeable,
          .dropped = memory[SK_MEMINFO_DROPS] != 0};
}

RealEnd RealEnd::OfUnix(Handle handle) {
  const Memory memory = MemoryOf(handle);
  // unix_writable, whose count begins with one.
  return {.is_writeable = (memory[SK_MEMINFO_WMEM_ALLOC] + 1) * 4 <= memory[SK_MEMINFO_SNDBUF]};
}

}  // namespace edgewise::differential
