// What TCP and AF_UNIX sockets do alike.
#include "reactor/kernel/simulated/socket_description.h"

#include <utility>

#include "reactor/kernel/simulated/world.h"

namespace edgewise::sim {

SocketDescription::Waiting SocketDescription::TakeWaiting() {
  if (waiting_.empty()) return {};
  Waiting waiting = std::move(waiting_.front());
  waiting_.pop_front();
  return waiting;
}

void SocketDescription::OweEdge(EpollMask mask) {
  world_.timeline().At(world_.timeline().now() + world_.Latency(), *this, kOwedEdge, mask);
}

void SocketDescription::HandleEvent(std::uint32_t what, std::uint64_t argument) {
  if (what == kOwedEdge) Wake(static_cast<EpollMask>(argument));
}

}  // namespace edgewise::sim
