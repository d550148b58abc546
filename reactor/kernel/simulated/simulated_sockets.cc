// The calls on sockets.
#include <algorithm>
#include <array>

#include "reactor/kernel/simulated/kernel_call.h"
#include "reactor/kernel/simulated/tcp_socket.h"
#include "reactor/kernel/simulated/unix_socket.h"

namespace edgewise::sim {
namespace {

constexpr Error kAcceptErrors[] = {
    Error::kProcessLimit,      Error::kSystemLimit,  Error::kNoBuffers,
    Error::kNoMemory,          Error::kInterrupted,  Error::kWouldBlock,
    Error::kConnectionAborted, Error::kProtocol,     Error::kNetworkDown,
    Error::kNoProtocolOption,  Error::kHostDown,     Error::kNoNetwork,
    Error::kHostUnreachable,   Error::kNotSupported, Error::kNetworkUnreachable,
    Error::kNotPermitted};
// From here on they belong to the peer that waited first, which is lost with them.
constexpr std::size_t kFirstOfPeer = 6;

// How much a send may take: the chooser's values.
std::size_t RoomOf(std::uint32_t choice, std::size_t wanted) {
  switch (choice) {
    case 1:
      return 1;
    case 2:
      return std::max<std::size_t>(wanted / 2, 1);
    case 3:
      return std::max<std::size_t>(wanted, 2) - 1;
    default:
      return ~std::size_t{0};
  }
}
constexpr std::uint32_t kRooms = 4;

std::size_t TotalOf(std::span<const ConstBuffer> pieces) {
  std::size_t total = 0;
  for (const ConstBuffer& piece : pieces) total += piece.size();
  return total;
}

}  // namespace

SocketDescription* SimulatedKernel::UseSocket(Handle handle, const char* call, Error& error) {
  Description* file = Touch(handle, call);
  error = file == nullptr     ? Error::kBadHandle
          : file->is_socket() ? Error::kNone
                              : Error::kNotASocket;
  return error == Error::kNone ? static_cast<SocketDescription*>(file) : nullptr;
}

HandleResult SimulatedKernel::OpenSocket(AddressFamily family) {
  switch (family) {
    case AddressFamily::kIpv4:
      return OpenWith("OpenSocket", [](SimulatedKernel& kernel) {
        return Ref<Description>(new TcpSocket(kernel.world_, AddressFamily::kIpv4));
      });
    case AddressFamily::kIpv6:
      return OpenWith("OpenSocket", [](SimulatedKernel& kernel) {
        return Ref<Description>(new TcpSocket(kernel.world_, AddressFamily::kIpv6));
      });
    case AddressFamily::kUnix:
      return OpenWith("OpenSocket", [](SimulatedKernel& kernel) {
        return Ref<Description>(new UnixSocket(kernel.world_));
      });
    case AddressFamily::kNone:
      break;
  }
  return HandleResult::Failure(Error::kFamilyNotSupported);
}

Error SimulatedKernel::SetOption(Handle handle, SocketOption option, int value) {
  KernelCall call(*this, "SetOption", handle);
  Error error;
  SocketDescription* socket = UseSocket(handle, "SetOption", error);
  if (socket == nullptr) return call.Answer(error);
  if (Fault(ChoicePoint::kSocketError, 2) != 0) return call.Answer(Error::kNoBuffers);
  SocketSettings& settings = socket->settings;
  switch (option) {
    case SocketOption::kReuseAddress:
      settings.reuse_address = value != 0;
      break;
    case SocketOption::kReusePort:
      settings.reuse_port = value != 0;
      break;
    case SocketOption::kIpv6Only:
      if (socket->family() != AddressFamily::kIpv6) return call.Answer(Error::kNoProtocolOption);
      settings.ipv6_only = value != 0;
      break;
    case SocketOption::kNoDelay:
      if (socket->family() == AddressFamily::kUnix) return call.Answer(Error::kNotSupported);
      settings.no_delay = value != 0;
      break;
    case SocketOption::kSendBuffer:
      settings.send_buffer = static_cast<std::size_t>(std::max(value, 2304));
      break;
    case SocketOption::kReceiveBuffer:
      settings.receive_buffer = static_cast<std::size_t>(std::max(value, 1024));
      break;
    case SocketOption::kLingerReset:
      settings.linger_reset = value != 0;
      break;
    case SocketOption::kUrgentInline:
      settings.urgent_inline = value != 0;
      break;
    case SocketOption::kNonBlocking:
      if (value == 0) return call.Answer(Error::kInvalid);  // nothing blocks here
      break;
  }
  return call.Answer(Error::kNone);
}

Error SimulatedKernel::Bind(Handle handle, const SocketAddress& address) {
  KernelCall call(*this, "Bind", handle);
  Error error;
  SocketDescription* socket = UseSocket(handle, "Bind", error);
  if (socket == nullptr) return call.Answer(error);
  if (Fault(ChoicePoint::kSocketError, 2) != 0) return call.Answer(Error::kNoMemory);
  return call.Answer(socket->Bind(address));
}

Error SimulatedKernel::Listen(Handle handle, int backlog) {
  KernelCall call(*this, "Listen", handle);
  Error error;
  SocketDescription* socket = UseSocket(handle, "Listen", error);
  if (socket == nullptr) return call.Answer(error);
  if (Fault(ChoicePoint::kSocketError, 2) != 0) return call.Answer(Error::kAddressInUse);
  return call.Answer(socket->Listen(backlog));
}

AcceptResult SimulatedKernel::Accept(Handle listener) {
  KernelCall call(*this, "Accept", listener);
  Error error;
  SocketDescription* socket = UseSocket(listener, "Accept", error);
  if (socket == nullptr) return {.error = call.Answer(error)};
  if (!socket->listening()) return {.error = call.Answer(Error::kInvalid)};
  // The descriptor first, then the queue: so at the limit an empty one says so too.
  if (IsFull()) return {.error = call.Answer(Error::kProcessLimit)};
  const std::uint32_t fault =
      Fault(ChoicePoint::kAcceptError, static_cast<std::uint32_t>(std::size(kAcceptErrors)) + 1);
  if (fault != 0) {
    error = kAcceptErrors[fault - 1];
    if (error == Error::kWouldBlock && socket->waiting() != 0) socket->OweEdge(kEpollIn);
    if (fault - 1 >= kFirstOfPeer && socket->waiting() != 0) {
      socket->TakeWaiting().socket->Released();
    }
    return {.error = call.Answer(error)};
  }
  SocketDescription::Waiting waiting = socket->TakeWaiting();
  if (waiting.socket == nullptr) return {.error = call.Answer(Error::kWouldBlock)};
  const HandleResult handle = call.Answer(Install(Ref<Description>(waiting.socket)));
  return {.handle = handle.handle(), .peer = waiting.peer};
}

Error SimulatedKernel::Connect(Handle handle, const SocketAddress& address) {
  KernelCall call(*this, "Connect", handle);
  Error error;
  SocketDescription* socket = UseSocket(handle, "Connect", error);
  if (socket == nullptr) return call.Answer(error);
  error = socket->Connect(address);
  // A signal ends the call, not the connecting.
  const bool interrupted = error == Error::kInProgress && Fault(ChoicePoint::kInterrupted, 2) != 0;
  return call.Answer(interrupted ? Error::kInterrupted : error);
}

Error SimulatedKernel::TakeSocketError(Handle handle) {
  KernelCall call(*this, "TakeSocketError", handle);
  Error error;
  SocketDescription* socket = UseSocket(handle, "TakeSocketError", error);
  return call.Answer(socket == nullptr ? error : socket->TakeError());
}

Error SimulatedKernel::Shutdown(Handle handle, ShutdownSide side) {
  KernelCall call(*this, "Shutdown", handle);
  Error error;
  SocketDescription* socket = UseSocket(handle, "Shutdown", error);
  return call.Answer(socket == nullptr ? error : socket->Shutdown(side));
}

AddressResult SimulatedKernel::LocalAddress(Handle handle) {
  KernelCall call(*this, "LocalAddress", handle);
  Error error;
  SocketDescription* socket = UseSocket(handle, "LocalAddress", error);
  if (socket == nullptr) return {call.Answer(error), {}};
  return {call.Answer(Error::kNone), socket->local()};
}

IoResult SimulatedKernel::Receive(Handle handle, std::span<char> into) {
  KernelCall call(*this, "Receive", handle);
  Error error;
  SocketDescription* socket = UseSocket(handle, "Receive", error);
  if (socket == nullptr) return call.Answer(IoResult::Failure(error));
  if (Fault(ChoicePoint::kInterrupted, 2) != 0) {
    return call.Answer(IoResult::Failure(Error::kInterrupted));
  }
  if (Fault(ChoicePoint::kWouldBlock, 2) != 0) {
    // Who is told so is owed the edge.
    if ((socket->Poll() & (kEpollIn | kEpollPriority | kEpollError)) != 0) {
      socket->OweEdge(kEpollIn);
    }
    return call.Answer(IoResult::Failure(Error::kWouldBlock));
  }
  const IoResult received = socket->Receive(into);
  if (received.ok() && received.bytes() != 0) Progressed();
  return call.Answer(received);
}

IoResult SimulatedKernel::SendPieces(Handle handle, std::span<const ConstBuffer> pieces,
                                     const char* name) {
  KernelCall call(*this, name, handle);
  Error error;
  SocketDescription* socket = UseSocket(handle, name, error);
  if (socket == nullptr) return call.Answer(IoResult::Failure(error));
  if (Fault(ChoicePoint::kInterrupted, 2) != 0) {
    return call.Answer(IoResult::Failure(Error::kInterrupted));
  }
  if (Fault(ChoicePoint::kWouldBlock, 2) != 0) {
    socket->OweEdge(kEpollOut);
    return call.Answer(IoResult::Failure(Error::kWouldBlock));
  }
  const std::size_t wanted = TotalOf(pieces);
  const bool may_fall_short = faults_ == Faults::kAll && wanted > 1;
  const std::uint32_t choice =
      may_fall_short ? world_.chooser().Choose(ChoicePoint::kShortSend, kRooms) : 0;
  const IoResult sent = socket->Send(pieces, RoomOf(choice, wanted));
  if (sent.ok() && sent.bytes() != 0) Progressed();
  return call.Answer(sent);
}

IoResult SimulatedKernel::Send(Handle handle, ConstBuffer bytes) {
  return SendPieces(handle, {&bytes, 1}, "Send");
}

IoResult SimulatedKernel::SendGathered(Handle handle, std::span<const ConstBuffer> pieces) {
  return SendPieces(handle, pieces.first(std::min(pieces.size(), kGatherMax)), "SendGathered");
}

IoResult SimulatedKernel::SendUrgent(Handle handle, ConstBuffer bytes) {
  KernelCall call(*this, "SendUrgent", handle);
  Error error;
  SocketDescription* socket = UseSocket(handle, "SendUrgent", error);
  if (socket == nullptr) return call.Answer(IoResult::Failure(error));
  return call.Answer(socket->SendUrgent(bytes, bytes.size()));
}

IoResult SimulatedKernel::SendWithDescriptor(Handle handle, ConstBuffer bytes) {
  KernelCall call(*this, "SendWithDescriptor", handle);
  Error error;
  SocketDescription* socket = UseSocket(handle, "SendWithDescriptor", error);
  if (socket == nullptr) return call.Answer(IoResult::Failure(error));
  if (socket->kind() != Description::Kind::kUnix) {
    return call.Answer(IoResult::Failure(Error::kInvalid));
  }
  return call.Answer(static_cast<UnixSocket*>(socket)->SendWithDescriptor(bytes));
}

IoResult SimulatedKernel::UnacknowledgedBytes(Handle handle) {
  KernelCall call(*this, "UnacknowledgedBytes", handle);
  Error error;
  SocketDescription* socket = UseSocket(handle, "UnacknowledgedBytes", error);
  if (socket == nullptr) return call.Answer(IoResult::Failure(error));
  if (socket->listening() && socket->kind() == Description::Kind::kTcp) {
    return call.Answer(IoResult::Failure(Error::kInvalid));
  }
  return call.Answer(IoResult::Bytes(socket->unacknowledged()));
}

Error SimulatedKernel::PeerNameError(Handle handle) {
  Error error;
  SocketDescription* socket = UseSocket(handle, "PeerNameError", error);
  return socket == nullptr ? error : socket->PeerNameError();
}

}  // namespace edgewise::sim
