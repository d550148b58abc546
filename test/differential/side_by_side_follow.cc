// How the simulated sockets are given the limits that the real ones turned out to have.
#include <algorithm>

#include "test/differential/side_by_side.h"

namespace edgewise::differential {
namespace {

// How far its stream goes by now, the FIN included, if all but `left` of it counts.
std::uint64_t AllBut(const sim::TcpSocket& socket, std::uint64_t left) {
  const std::uint64_t written = socket.written() + (socket.finished() ? 1 : 0);
  return written - std::min(written, left);
}

}  // namespace

SideBySide::Ends SideBySide::LookAtEnds() {
  Ends ends;
  for (int i = 0; i < real_.variables(); ++i) {
    sim::TcpSocket* socket = real_.is_open(i) ? Tcp(i) : nullptr;
    const Handle handle = real_.number(i);
    if (socket != nullptr) ends.push_back({socket, RealEnd::OfTcp(handle), handle});
  }
  return ends;
}

// Something has left one end and not arrived at the other. (Of a sender that is closed nobody can
// ask: there the simulation, which loses nothing, is ahead.)
bool SideBySide::InFlight() {
  const Ends ends = LookAtEnds();
  for (const auto& [socket, end, handle] : ends) {
    if (end.is_alive() && end.received < socket->received()) return true;
    for (const auto& [other, other_end, other_handle] : ends) {
      if (other != socket->peer() || !end.is_alive() || !other_end.is_alive()) continue;
      if (AllBut(*socket, end.unsent) > other_end.received) return true;
    }
  }
  return false;
}

bool SideBySide::Dropped() {
  const Ends ends = LookAtEnds();
  return std::any_of(ends.begin(), ends.end(), [](const End& end) { return end.real.dropped; });
}

bool SideBySide::AcknowledgedMeanwhile() {
  const Ends ends = LookAtEnds();
  return std::any_of(ends.begin(), ends.end(), [this](const End& now) {
    return std::any_of(at_begin_.begin(), at_begin_.end(), [&now](const End& then) {
      return then.handle == now.handle && then.real.unacknowledged != 0 &&
             then.real.acknowledged < now.real.acknowledged;
    });
  });
}

// What may arrive is settled for all, before anything more is sent.
SideBySide::Ends SideBySide::Follow() {
  const Ends ends = LookAtEnds();
  for (const auto& [socket, end, handle] : ends) {
    socket->ReceiveUpTo(end.received);
    if (end.is_alive() || !socket->refuses_input()) continue;
    // What it answered by a reset arrives: with the urgent byte, or without.
    const bool was_urgent = (real_.kernel().PollNow(handle, kEpollPriority) & kEpollPriority) != 0;
    if (!was_urgent && socket->peer() != nullptr) socket->peer()->TellUrgent();
    socket->ReceiveUpTo(was_urgent ? kRoomy : socket->received() + 1);
  }
  // How far a stream to somebody who does not read has got, only the sender's end knows.
  for (const auto& [socket, end, handle] : ends) {
    sim::TcpSocket* peer = socket->peer();
    if (peer == nullptr || !(peer->refuses_input() || peer->unaccepted())) continue;
    if (end.is_alive()) {
      peer->ReceiveUpTo(AllBut(*socket, end.unsent));
    } else if (peer->orphan()) {
      peer->ReceiveUpTo(kRoomy);
    }
  }
  for (const auto& [socket, end, handle] : ends) {
    if (end.life == RealEnd::Life::kListening) continue;
    if (end.is_alive()) socket->ResizeSendBuffer(end.is_writeable ? kRoomy : 0);
    socket->AcknowledgeUpTo(AllBut(*socket, end.unacknowledged));
  }
  Idle();
  FollowUrgent();
  return ends;
}

// What only a look at the mask tells. (Both are polled, since one that is not writeable then owes
// an edge.)
void SideBySide::FollowUrgent() {
  for (int i = 0; i < real_.variables(); ++i) {
    sim::TcpSocket* socket = real_.is_open(i) ? Tcp(i) : nullptr;
    if (socket == nullptr) continue;
    socket->HoldUrgent();
    sim::TcpSocket* peer = socket->peer();
    const bool is_to_be_told = peer != nullptr && peer->has_urgent_to_tell();
    EpollMask mask = 0;
    if (socket->has_urgent_alone() || (is_to_be_told && socket->has_urgent())) {
      mask = real_.kernel().PollNow(real_.number(i), kEpollIn | kEpollPriority);
      (void)kernel_.PollNow(simulated_.number(i), kEpollIn);
    }
    socket->SetTight((mask & kEpollIn) != 0);
    // The place of the next urgent byte takes back the one before.
    if (is_to_be_told && (mask & kEpollPriority) == 0) peer->TellUrgent();
  }
  Idle();
}

void SideBySide::FollowUnix() {
  for (int i = 0; i < real_.variables(); ++i) {
    sim::SocketDescription* socket = Socket(i);
    if (socket == nullptr || Tcp(i) != nullptr || !real_.is_open(i)) continue;
    const RealEnd end = RealEnd::OfUnix(real_.number(i));
    socket->ResizeSendBuffer(end.is_writeable ? kRoomy : 0);
  }
}

}  // namespace edgewise::differential
