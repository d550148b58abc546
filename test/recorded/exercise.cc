// A pair of sockets, files, timers, signals: what a server does, in one straight line.
#include "test/recorded/exercise.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <span>
#include <string_view>

namespace edgewise::recorded_test {
namespace {

constexpr Handle kNeverOpen = 4000;

class Steps {
 public:
  Steps(Kernel& kernel, const std::string& folder) : kernel_(kernel), folder_(folder) {}

  std::vector<std::string> Run() {
    Sockets();
    Readiness();
    Ending();
    Files();
    TimersAndWakeups();
    Signals();
    TimeAndChance();
    Threads();
    for (const Handle handle : open_) Say("Close", kernel_.Close(handle));
    return lines_;
  }

 private:
  void Say(std::string_view what, Error error) { Add(what, ErrorText(error)); }
  void Say(std::string_view what, IoResult result) {
    Add(what, result.ok() ? std::to_string(result.bytes()) : ErrorText(result.error()));
  }
  void Say(std::string_view what, std::uint64_t number) { Add(what, std::to_string(number)); }
  Handle Say(std::string_view what, const HandleResult& result) {
    Add(what, result.ok() ? std::to_string(result.handle()) : ErrorText(result.error()));
    return result.handle();
  }
  void Add(std::string_view what, std::string_view answer) {
    lines_.push_back(std::string(what) + ": " + std::string(answer));
  }
  void SayReceived(Handle from) {
    std::array<char, 64> room{};
    const IoResult got = kernel_.Receive(from, room);
    Say("Receive", got);
    Add("bytes", std::string_view(room.data(), got.ok() ? got.bytes() : 0));
  }
  // Which tags came, by name: another process has other addresses.
  void Wait(Duration timeout) {
    std::array<EpollEvent, 8> events{};
    const IoResult waited = kernel_.EpollWait(epoll_, events, timeout);
    Say("EpollWait", waited);
    if (!waited.ok()) return;
    for (const EpollEvent& event : std::span(events).first(waited.bytes())) {
      Add("event", std::to_string(event.mask) + " of " +
                       (event.tag == nullptr ? "nobody" : *static_cast<std::string*>(event.tag)));
    }
  }

  void Sockets() {
    Say("DescriptorLimit", kernel_.DescriptorLimit());
    listener_ = Say("OpenSocket", kernel_.OpenSocket(AddressFamily::kIpv4));
    Say("SetOption", kernel_.SetOption(listener_, SocketOption::kReuseAddress, 1));
    Say("Bind", kernel_.Bind(listener_, *SocketAddress::Parse("127.0.0.1:0")));
    Say("Listen", kernel_.Listen(listener_, 5));
    const AddressResult local = kernel_.LocalAddress(listener_);
    Add("LocalAddress", local.address.ToString());
    Say("LocalAddress of nothing", kernel_.LocalAddress(kNoHandle).error);
    client_ = kernel_.OpenSocket(AddressFamily::kIpv4).handle();
    Say("Connect", kernel_.Connect(client_, local.address));
    const AcceptResult accepted = kernel_.Accept(listener_);
    server_ = Say("Accept", HandleResult::Of(accepted.handle));
    Add("peer", accepted.peer.ToString());
    Say("Accept of none", kernel_.Accept(listener_).error);
    Say("TakeSocketError", kernel_.TakeSocketError(client_));
    const Handle path = kernel_.OpenSocket(AddressFamily::kUnix).handle();
    Say("Bind to a path", kernel_.Bind(path, SocketAddress::Unix(folder_ + "/socket")));
    Say("RemovePath", kernel_.RemovePath(folder_ + "/socket"));
    Say("Close", kernel_.Close(path));
    Say("OpenSocket of no family", kernel_.OpenSocket(AddressFamily::kNone));
  }

  void Readiness() {
    epoll_ = Say("OpenEpoll", kernel_.OpenEpoll());
    Say("EpollAdd", kernel_.EpollAdd(epoll_, server_, kEpollIn | kEpollEdge, &first_name_));
    Say("EpollAdd twice", kernel_.EpollAdd(epoll_, server_, kEpollIn, nullptr));
    Say("EpollAdd", kernel_.EpollAdd(epoll_, listener_, kEpollIn | kEpollEdge, nullptr));
    Say("EpollModify of none", kernel_.EpollModify(epoll_, client_, kEpollIn, nullptr));
    Say("Send", kernel_.Send(client_, std::string_view("hello")));
    Wait(kForever);
    SayReceived(server_);
    SayReceived(server_);
    Say("EpollModify", kernel_.EpollModify(epoll_, server_, kEpollOut, &second_name_));
    Wait(std::chrono::seconds(20));
    const std::array<ConstBuffer, 3> pieces{ConstBuffer("gath", 4), ConstBuffer(),
                                            ConstBuffer("ered", 4)};
    Say("SendGathered", kernel_.SendGathered(server_, pieces));
    SayReceived(client_);
    Say("UnacknowledgedBytes of nothing", kernel_.UnacknowledgedBytes(kNoHandle));
    Say("UnacknowledgedBytes", kernel_.UnacknowledgedBytes(server_));
    Say("PollNow", kernel_.PollNow(server_, kEpollIn | kEpollOut));
    Say("EpollRemove", kernel_.EpollRemove(epoll_, server_));
    Say("EpollRemove again", kernel_.EpollRemove(epoll_, server_));
    Wait(Duration::zero());
    // The number is used again, for somebody else.
    Say("EpollAdd", kernel_.EpollAdd(epoll_, client_, kEpollOut, &third_name_));
    Wait(-std::chrono::seconds(1));
    Say("EpollRemove", kernel_.EpollRemove(epoll_, client_));
    open_.insert(open_.end(), {epoll_, listener_, client_, server_});
  }

  void Ending() {
    Say("Shutdown", kernel_.Shutdown(client_, ShutdownSide::kWrite));
    SayReceived(server_);
    const Handle copy = Say("Duplicate", kernel_.Duplicate(server_));
    Say("Close", kernel_.Close(copy));
    Say("Close of nothing", kernel_.Close(kNeverOpen));
    open_.push_back(Say("OpenPlaceholder", kernel_.OpenPlaceholder()));
  }

  void Files() {
    const Handle log = Say("OpenLog", kernel_.OpenLog(folder_ + "/log"));
    Say("Append", kernel_.Append(log, std::string_view("a line\n")));
    const Handle directory = Say("OpenDirectory", kernel_.OpenDirectory(folder_));
    const Handle file = Say("OpenBeneath", kernel_.OpenBeneath(directory, "log"));
    Say("OpenBeneath of nothing", kernel_.OpenBeneath(directory, "none"));
    const FileInfo info = kernel_.Inspect(file);
    Say("Inspect", info.bytes);
    Say("modified", static_cast<std::uint64_t>(info.modified.time_since_epoch().count()));
    Say("Inspect of nothing", kernel_.Inspect(kNoHandle).error);
    std::array<char, 4> room{};
    Say("ReadAt", kernel_.ReadAt(file, room, 2));
    Add("bytes", std::string_view(room.data(), room.size()));
    open_.insert(open_.end(), {log, directory, file});
    Say("SendFile", kernel_.SendFile(server_, file, 0, 100));
    SayReceived(client_);
  }

  void TimersAndWakeups() {
    const Handle timer = Say("OpenTimer", kernel_.OpenTimer());
    Say("EpollAdd", kernel_.EpollAdd(epoll_, timer, kEpollIn | kEpollEdge, &first_name_));
    Say("ArmTimer", kernel_.ArmTimer(timer, kernel_.MonotonicNow()));
    Wait(kForever);
    Say("ArmTimer", kernel_.ArmTimer(timer, kNever));
    const Handle wakeup = Say("OpenWakeup", kernel_.OpenWakeup());
    Say("Notify", kernel_.Notify(wakeup));
    Say("ClearWakeup", kernel_.ClearWakeup(wakeup));
    Say("ClearWakeup", kernel_.ClearWakeup(wakeup));
    open_.insert(open_.end(), {timer, wakeup});
  }

  void Signals() {
    const SignalSet before = kernel_.BlockSignals(SignalBit(SIGUSR2));
    Say("BlockSignals", before);
    const Handle signals = Say("OpenSignals", kernel_.OpenSignals(SignalBit(SIGUSR2)));
    Say("ReadSignal", kernel_.ReadSignal(signals).error);
    kernel_.RestoreSignals(before);
    open_.push_back(signals);
  }

  void TimeAndChance() {
    Say("MonotonicNow",
        static_cast<std::uint64_t>(kernel_.MonotonicNow().time_since_epoch().count()));
    Say("WallNow", static_cast<std::uint64_t>(kernel_.WallNow().time_since_epoch().count()));
    Say("Random", kernel_.Random());
    kernel_.Log("a line for the operator");
  }

  // Each waits, then adds a line to what all have: without turns that would be a race.
  void Threads() {
    kernel_.RunThreads(3, [this](std::size_t index) {
      std::array<EpollEvent, 1> events{};
      const Handle epoll = kernel_.OpenEpoll().handle();
      for (int round = 0; round < 5; ++round) {
        Say("waited in " + std::to_string(index),
            kernel_.EpollWait(epoll, events, Duration::zero()));
      }
      Say("closed in " + std::to_string(index), kernel_.Close(epoll));
    });
    kernel_.RunThreads(1, [this](std::size_t index) { Say("alone", index); });
  }

  Kernel& kernel_;
  const std::string folder_;
  std::vector<std::string> lines_;
  std::vector<Handle> open_;
  Handle listener_ = kNoHandle;
  Handle client_ = kNoHandle;
  Handle server_ = kNoHandle;
  Handle epoll_ = kNoHandle;
  std::string first_name_ = "the first";
  std::string second_name_ = "the second";
  std::string third_name_ = "the third";
};

}  // namespace

std::vector<std::string> Exercise(Kernel& kernel, const std::string& folder) {
  return Steps(kernel, folder).Run();
}

}  // namespace edgewise::recorded_test
