// Operations as calls.
#include "test/differential/arm.h"

#include <algorithm>
#include <array>
#include <functional>
#include <random>
#include <string_view>
#include <utility>

#include "reactor/kernel/simulated/simulated_kernel.h"
#include "test/kernel/raw.h"

namespace edgewise::differential {
namespace {

namespace raw = kernel_test::raw;

constexpr std::size_t kMostBytes = 500'000;

Outcome Of(Error error) { return {.error = error}; }
Outcome Of(IoResult result) {
  return {.error = result.error(),
          .value = result.ok() ? static_cast<std::int64_t>(result.bytes()) : 0};
}

// Bytes that nobody takes for others: each operation sends a part of one long random text.
std::string_view Content(const Operation& operation) {
  static const std::vector<char> kText = [] {
    std::vector<char> text(2 * kMostBytes);
    std::minstd_rand random(1);
    for (char& c : text) c = static_cast<char>(random() >> 8);
    return text;
  }();
  return {kText.data() + operation.mark * 4099 % kMostBytes, operation.amount};
}

void* TagOf(const Operation& operation) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(operation.mark) << 16 |
                                 static_cast<std::uintptr_t>(operation.other));
}

}  // namespace

Handle Arm::number(int variable) const {
  const auto index = static_cast<std::size_t>(variable);
  return variable >= 0 && index < slots_.size() ? slots_[index].number : kNoHandle;
}

bool Arm::is_open(int variable) const {
  return number(variable) != kNoHandle && slots_[static_cast<std::size_t>(variable)].open;
}

Arm::Slot& Arm::slot(int variable) {
  const auto index = static_cast<std::size_t>(variable);
  if (index >= slots_.size()) slots_.resize(index + 1);
  return slots_[index];
}

Outcome Arm::Do(const Operation& operation, std::size_t most) {
  if (operation.on < 0) return Make(operation);
  const Handle handle = number(operation.on);
  if (handle == kNoHandle) return {.skipped = true};
  if (operation.other >= 0 && number(operation.other) == kNoHandle) return {.skipped = true};
  if (!is_open(operation.on) && operation.act != Act::kPollNow) return {.skipped = true};
  if (operation.act < Act::kShutdown) return Make(operation);
  if (operation.act < Act::kNotify) return OnSocket(operation, handle, most);
  return OnOther(operation, handle);
}

Outcome Arm::Keep(const Operation& operation, HandleResult result, bool is_socket) {
  if (!result.ok()) return Of(result.error());
  Slot& made = slot(operation.makes);
  made.number = result.handle();
  made.open = true;
  made.is_socket = is_socket;
  return {.value = result.handle() - base_};
}

HandleResult Arm::OpenSocket(const Operation& operation) {
  const HandleResult opened = kernel_.OpenSocket(operation.family);
  if (!opened.ok()) return opened;
  if (operation.send_buffer != 0) {
    (void)kernel_.SetOption(opened.handle(), SocketOption::kSendBuffer, operation.send_buffer);
  }
  if (operation.receive_buffer != 0) {
    (void)kernel_.SetOption(opened.handle(), SocketOption::kReceiveBuffer,
                            operation.receive_buffer);
  }
  return opened;
}

Outcome Arm::Listen(const Operation& operation) {
  const HandleResult opened = OpenSocket(operation);
  Outcome outcome = Keep(operation, opened, true);
  if (!opened.ok()) return outcome;
  const SocketAddress any = operation.family == AddressFamily::kUnix
                                ? SocketAddress::Unix("")
                                : SocketAddress::Ipv4({127, 0, 0, 1}, 0);
  outcome.error = kernel_.Bind(opened.handle(), any);
  if (outcome.error != Error::kNone) return outcome;
  outcome.error = kernel_.Listen(opened.handle(), static_cast<int>(operation.amount));
  slot(operation.makes).address = kernel_.LocalAddress(opened.handle()).address;
  return outcome;
}

Outcome Arm::Connect(const Operation& operation) {
  const SocketAddress address = slot(operation.on).address;
  const HandleResult opened = OpenSocket(operation);
  Outcome outcome = Keep(operation, opened, true);
  if (opened.ok()) outcome.error = kernel_.Connect(opened.handle(), address);
  return outcome;
}

Outcome Arm::Accept(const Operation& operation) {
  const AcceptResult accepted = kernel_.Accept(number(operation.on));
  if (accepted.error != Error::kNone) return Of(accepted.error);
  Outcome outcome = Keep(operation, HandleResult::Of(accepted.handle), true);
  outcome.content = static_cast<std::uint64_t>(accepted.peer.family());
  return outcome;
}

Outcome Arm::Make(const Operation& operation) {
  switch (operation.act) {
    case Act::kListen:
      return Listen(operation);
    case Act::kConnect:
      return Connect(operation);
    case Act::kAccept:
      return Accept(operation);
    case Act::kOpenSocket:
      return Keep(operation, OpenSocket(operation), true);
    case Act::kOpenEpoll:
      return Keep(operation, kernel_.OpenEpoll(), false);
    case Act::kOpenWakeup:
      return Keep(operation, kernel_.OpenWakeup(), false);
    case Act::kOpenTimer:
      return Keep(operation, kernel_.OpenTimer(), false);
    default: {
      const Slot from = slot(operation.on);
      const Outcome outcome =
          Keep(operation, kernel_.Duplicate(number(operation.on)), from.is_socket);
      if (outcome.error == Error::kNone) slot(operation.makes).address = from.address;
      return outcome;
    }
  }
}

Outcome Arm::Send(const Operation& operation, Handle handle, std::size_t most) {
  const std::string_view bytes = Content(operation);
  if (operation.act == Act::kSendDescriptor) {
    return Of(raw::SendWithDescriptor(kernel_, handle, bytes, passed_));
  }
  const bool is_urgent = operation.act == Act::kSendUrgent;
  auto* simulated = dynamic_cast<sim::SimulatedKernel*>(&kernel_);
  if (simulated == nullptr) {
    return Of(is_urgent ? raw::SendUrgent(kernel_, handle, bytes) : kernel_.Send(handle, bytes));
  }
  auto& socket = *static_cast<sim::SocketDescription*>(simulated->Find(handle));
  const ConstBuffer piece(bytes);
  return Of(is_urgent ? socket.SendUrgent(piece, most) : socket.Send({&piece, 1}, most));
}

Outcome Arm::Receive(const Operation& operation, Handle handle) {
  static std::vector<char> buffer(kMostBytes);
  const IoResult received = kernel_.Receive(handle, std::span(buffer).first(operation.amount));
  Outcome outcome = Of(received);
  if (received.ok()) {
    outcome.content = std::hash<std::string_view>{}({buffer.data(), received.bytes()});
  }
  return outcome;
}

Outcome Arm::OnSocket(const Operation& operation, Handle handle, std::size_t most) {
  switch (operation.act) {
    case Act::kShutdown:
      return Of(kernel_.Shutdown(handle, operation.side));
    case Act::kReceive:
      return Receive(operation, handle);
    case Act::kTakeError:
      return Of(kernel_.TakeSocketError(handle));
    case Act::kUnacknowledged:
      return Of(kernel_.UnacknowledgedBytes(handle));
    case Act::kLocalAddress: {
      const AddressResult local = kernel_.LocalAddress(handle);
      return {.error = local.error, .value = static_cast<std::int64_t>(local.address.family())};
    }
    case Act::kPeerName:
      return Of(raw::PeerNameError(kernel_, handle));
    case Act::kUrgentInline:
      return Of(kernel_.SetOption(handle, SocketOption::kUrgentInline,
                                  static_cast<int>(operation.amount)));
    case Act::kLingerReset:
      return Of(kernel_.SetOption(handle, SocketOption::kLingerReset,
                                  static_cast<int>(operation.amount)));
    case Act::kConnectAgain:
      return Of(kernel_.Connect(handle, slot(operation.other).address));
    case Act::kListenAgain:
      return Of(kernel_.Listen(handle, static_cast<int>(operation.amount)));
    default:
      return Send(operation, handle, most);
  }
}

Outcome Arm::Wait(Handle epoll) {
  std::array<EpollEvent, 64> events;
  const IoResult result = kernel_.EpollWait(epoll, events, Duration::zero());
  Outcome outcome = Of(result);
  if (!result.ok()) return outcome;
  for (std::size_t i = 0; i < result.bytes(); ++i) {
    const auto tag = reinterpret_cast<std::uintptr_t>(static_cast<void*>(events[i].tag));
    outcome.events.push_back({.mark = static_cast<std::uint32_t>(tag >> 16),
                              .variable = static_cast<int>(tag & 0xffff),
                              .mask = events[i].mask});
  }
  std::sort(outcome.events.begin(), outcome.events.end());
  return outcome;
}

Outcome Arm::OnOther(const Operation& operation, Handle handle) {
  const Handle other = number(operation.other);
  switch (operation.act) {
    case Act::kNotify:
      return Of(kernel_.Notify(handle));
    case Act::kClearWakeup:
      return Of(kernel_.ClearWakeup(handle));
    case Act::kArmTimer: {
      // Never; at once; soon.
      const Time soon = kernel_.MonotonicNow() + std::chrono::microseconds(20);
      const std::array<Time, 3> times = {kNever, Time(Duration(1)), soon};
      return Of(kernel_.ArmTimer(handle, times[operation.amount]));
    }
    case Act::kClose:
      slot(operation.on).open = false;
      return Of(kernel_.Close(handle));
    case Act::kAdd:
      return Of(kernel_.EpollAdd(handle, other, operation.mask, TagOf(operation)));
    case Act::kModify:
      return Of(kernel_.EpollModify(handle, other, operation.mask, TagOf(operation)));
    case Act::kRemove:
      return Of(kernel_.EpollRemove(handle, other));
    case Act::kWait:
      return Wait(handle);
    default:
      return {.value = static_cast<std::int64_t>(kernel_.PollNow(handle, operation.mask))};
  }
}

void Arm::CloseAll() {
  for (Slot& each : slots_) {
    if (!each.open) continue;
    if (each.is_socket) (void)kernel_.SetOption(each.number, SocketOption::kLingerReset, 1);
    (void)kernel_.Close(each.number);
    each.open = false;
  }
}

}  // namespace edgewise::differential
