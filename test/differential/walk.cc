// How a walk comes from a seed: a small model of what is open, so that most steps make sense.
#include <array>
#include <random>
#include <vector>

#include "test/differential/operation.h"

namespace edgewise::differential {
namespace {

constexpr std::size_t kSendSizes[] = {1,    1,    2,      7,      100,     1000,
                                      3000, 9000, 40'000, 40'000, 150'000, 500'000};
constexpr std::size_t kReceiveSizes[] = {1, 1, 2, 10, 100, 1000, 5000, 65'536, 65'536, 500'000};
constexpr int kBuffers[] = {0, 0, 1, 4096, 16'384, 65'536};

class Walker {
 public:
  explicit Walker(std::uint64_t seed) : random_(seed) {}

  Walk Make() {
    walk_.looks = OneIn(4) ? Looks::kSeldom : Looks::kAfterEach;
    // How much of it is on which transport.
    unix_percent_ = std::array<std::uint32_t, 4>{0, 0, 100, 40}[Below(4)];
    send_buffer_ = kBuffers[Below(std::size(kBuffers))];
    receive_buffer_ = kBuffers[Below(std::size(kBuffers))];
    const std::size_t length = 10 + Below(31);
    Begin();
    while (walk_.operations.size() < length) Step();
    return std::move(walk_);
  }

 private:
  enum class Kind : std::uint8_t { kListener, kSocket, kEpoll, kWakeup, kTimer };
  struct Variable {
    Kind kind;
    AddressFamily family;
    bool open = true;
    int waiting = 0;  // of a listener
  };

  std::uint32_t Below(std::size_t count) { return static_cast<std::uint32_t>(random_() % count); }
  bool OneIn(std::uint32_t count) { return Below(count) == 0; }
  bool Percent(std::uint32_t percent) { return Below(100) < percent; }

  Operation& Add(Act act, int on = -1, int other = -1) {
    Operation operation{.act = act, .on = on, .other = other};
    operation.mark = static_cast<std::uint32_t>(walk_.operations.size());
    walk_.operations.push_back(operation);
    return walk_.operations.back();
  }
  int Make(Operation& operation, Kind kind, AddressFamily family) {
    operation.makes = static_cast<int>(variables_.size());
    operation.family = family;
    variables_.push_back({kind, family});
    return operation.makes;
  }
  // An open variable of this kind; -1 if there is none.
  int Pick(Kind kind) {
    std::vector<int> found;
    for (std::size_t i = 0; i < variables_.size(); ++i) {
      if (variables_[i].open && variables_[i].kind == kind) found.push_back(static_cast<int>(i));
    }
    return found.empty() ? -1 : found[Below(found.size())];
  }
  // Any open one but `except`; now and then a closed one.
  int PickAny(int except) {
    for (int tries = 0; tries < 10; ++tries) {
      const auto index = Below(variables_.size());
      if (static_cast<int>(index) == except) continue;
      if (variables_[index].open || OneIn(20)) return static_cast<int>(index);
    }
    return -1;
  }
  int PickSocket() {
    const int listener = OneIn(40) ? Pick(Kind::kListener) : -1;
    return listener >= 0 ? listener : Pick(Kind::kSocket);
  }

  void Buffers(Operation& operation) {
    operation.send_buffer = send_buffer_;
    operation.receive_buffer = receive_buffer_;
  }
  void Listen() {
    Operation& operation = Add(Act::kListen);
    operation.amount = OneIn(8) ? Below(3) : 16;
    Buffers(operation);
    Make(operation, Kind::kListener,
         Percent(unix_percent_) ? AddressFamily::kUnix : AddressFamily::kIpv4);
  }
  void Connect() {
    const int listener = Pick(Kind::kListener);
    if (listener < 0) return Listen();
    Operation& operation = Add(Act::kConnect, listener);
    if (!OneIn(4)) Buffers(operation);
    ++variables_[static_cast<std::size_t>(listener)].waiting;
    Make(operation, Kind::kSocket, variables_[static_cast<std::size_t>(listener)].family);
  }
  void Accept() {
    int listener = Pick(Kind::kListener);
    for (std::size_t i = 0; i < variables_.size(); ++i) {
      if (variables_[i].open && variables_[i].waiting > 0) listener = static_cast<int>(i);
    }
    if (listener < 0) return Listen();
    Variable& variable = variables_[static_cast<std::size_t>(listener)];
    const AddressFamily family = variable.family;
    if (variable.waiting == 0) {
      // One that finds nobody makes nothing that others count on.
      if (OneIn(4)) Make(Add(Act::kAccept, listener), Kind::kSocket, family);
      return;
    }
    --variable.waiting;
    Make(Add(Act::kAccept, listener), Kind::kSocket, family);
  }
  EpollMask Mask() {
    EpollMask mask = OneIn(10) ? 0 : kEpollIn;
    if (Percent(50)) mask |= kEpollOut;
    if (Percent(50)) mask |= kEpollPeerFinished;
    if (Percent(25)) mask |= kEpollPriority;
    if (Percent(65)) mask |= kEpollEdge;
    if (OneIn(16)) mask = (mask & ~(kEpollPeerFinished | kEpollPriority)) | kEpollExclusive;
    if (OneIn(60)) mask |= kEpollExclusive;
    return mask;
  }
  void Watch(Act act) {
    const int epoll = Pick(Kind::kEpoll);
    if (epoll < 0) {
      Make(Add(Act::kOpenEpoll), Kind::kEpoll, AddressFamily::kNone);
      return;
    }
    int other = Percent(70) ? Pick(Kind::kSocket) : PickAny(epoll);
    if (other < 0) other = PickAny(epoll);
    if (other < 0) return;
    Add(act, epoll, other).mask = Mask();
  }
  void Begin() {
    Make(Add(Act::kOpenEpoll), Kind::kEpoll, AddressFamily::kNone);
    Listen();
    Connect();
    if (!OneIn(5)) {
      Accept();
      if (Percent(70)) Add(Act::kAdd, 0, 2).mask = Mask();
    }
    if (!OneIn(5)) Add(Act::kAdd, 0, static_cast<int>(variables_.size()) - 1).mask = Mask();
  }

  void Step();
  void StepSocket(std::uint32_t dice);
  void StepOther(std::uint32_t dice);
  void Close();
  void Duplicate();

  std::mt19937_64 random_;
  Walk walk_;
  std::vector<Variable> variables_;
  std::uint32_t unix_percent_ = 0;
  int send_buffer_ = 0;
  int receive_buffer_ = 0;
};

void Walker::Close() {
  const int which = Percent(75) ? Pick(Kind::kSocket) : PickAny(-1);
  if (which < 0 || !variables_[static_cast<std::size_t>(which)].open) return;
  if (OneIn(4) && variables_[static_cast<std::size_t>(which)].kind == Kind::kSocket) {
    Add(Act::kLingerReset, which).amount = 1;
  }
  Add(Act::kClose, which);
  variables_[static_cast<std::size_t>(which)].open = false;
}

void Walker::Duplicate() {
  const int which = PickAny(-1);
  if (which < 0) return;
  const Variable variable = variables_[static_cast<std::size_t>(which)];
  if (variable.open) Make(Add(Act::kDuplicate, which), variable.kind, variable.family);
}

void Walker::StepSocket(std::uint32_t dice) {
  const int socket = PickSocket();
  if (socket < 0) return Connect();
  if (dice < 36) {
    Add(Act::kSend, socket).amount = kSendSizes[Below(std::size(kSendSizes))];
  } else if (dice < 70) {
    Add(Act::kReceive, socket).amount = kReceiveSizes[Below(std::size(kReceiveSizes))];
  } else if (dice < 78) {
    Add(Act::kShutdown, socket).side =
        std::array{ShutdownSide::kWrite, ShutdownSide::kWrite, ShutdownSide::kRead,
                   ShutdownSide::kBoth}[Below(4)];
  } else if (dice < 82) {
    Add(Act::kSendUrgent, socket).amount = 1 + Below(3);
  } else if (dice < 84) {
    if (variables_[static_cast<std::size_t>(socket)].family != AddressFamily::kUnix) return;
    Add(Act::kSendDescriptor, socket).amount = 1 + Below(9);
  } else if (dice < 88) {
    Add(Act::kTakeError, socket);
  } else if (dice < 91) {
    Add(Act::kUnacknowledged, socket);
  } else if (dice < 93) {
    Add(Act::kLocalAddress, socket);
  } else if (dice < 95) {
    Add(Act::kPeerName, socket);
  } else if (dice < 97) {
    Add(Act::kUrgentInline, socket).amount = OneIn(3) ? 0 : 1;
  } else if (dice < 98) {
    Add(Act::kLingerReset, socket).amount = OneIn(3) ? 0 : 1;
  } else if (dice < 99) {
    const int listener = Pick(Kind::kListener);
    if (listener < 0 || variables_[static_cast<std::size_t>(listener)].family !=
                            variables_[static_cast<std::size_t>(socket)].family) {
      return;
    }
    Add(Act::kConnectAgain, socket, listener);
  } else {
    const int other = Pick(Kind::kSocket);
    if (other >= 0) Add(Act::kListenAgain, other).amount = 1 + Below(3);
  }
}

void Walker::StepOther(std::uint32_t dice) {
  const int wakeup = Pick(Kind::kWakeup);
  const int timer = Pick(Kind::kTimer);
  if (dice < 25) {
    Make(Add(Act::kOpenWakeup), Kind::kWakeup, AddressFamily::kNone);
  } else if (dice < 50) {
    if (wakeup >= 0) Add(Act::kNotify, wakeup).amount = 1;
  } else if (dice < 60) {
    if (wakeup >= 0) Add(Act::kClearWakeup, wakeup);
  } else if (dice < 70) {
    Make(Add(Act::kOpenTimer), Kind::kTimer, AddressFamily::kNone);
  } else if (dice < 88) {
    if (timer >= 0) Add(Act::kArmTimer, timer).amount = Below(3);
  } else if (dice < 94) {
    Make(Add(Act::kOpenEpoll), Kind::kEpoll, AddressFamily::kNone);
  } else {
    Make(Add(Act::kOpenSocket), Kind::kSocket,
         Percent(unix_percent_) ? AddressFamily::kUnix : AddressFamily::kIpv4);
  }
}

void Walker::Step() {
  const std::uint32_t dice = Below(100);
  if (dice < 50) {
    StepSocket(Below(100));
  } else if (dice < 66) {
    const int epoll = Pick(Kind::kEpoll);
    if (epoll >= 0) Add(Act::kWait, epoll);
  } else if (dice < 72) {
    Watch(Act::kAdd);
  } else if (dice < 76) {
    Watch(OneIn(4) ? Act::kRemove : Act::kModify);
  } else if (dice < 79) {
    const int which = PickAny(-1);
    if (which >= 0) Add(Act::kPollNow, which).mask = Mask() & 0xffff;
  } else if (dice < 84) {
    Connect();
  } else if (dice < 88) {
    Accept();
  } else if (dice < 93) {
    Close();
  } else if (dice < 94) {
    Duplicate();
  } else if (dice < 95) {
    Listen();
  } else {
    StepOther(Below(100));
  }
}

}  // namespace

Walk MakeWalk(std::uint64_t seed) { return Walker(seed).Make(); }

}  // namespace edgewise::differential
