// What is said when a program does not do what was recorded.
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>

#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/recorded/recording.h"
#include "reactor/kernel/recorded/recording_kernel.h"
#include "reactor/kernel/recorded/replaying_kernel.h"
#include "test/reactor/death.h"
#include "test/recorded/memory_sink.h"
#include "test/support/fake_kernel.h"

namespace edgewise::recorded_test {
namespace {

struct Parted : std::runtime_error {
  explicit Parted(const Divergence& how) : std::runtime_error(how.text), divergence(how) {}
  Divergence divergence;
};

using Program = std::function<void(Kernel&)>;

std::string Record(const Program& program) {
  MemorySink sink;
  FakeKernel inner;
  {
    RecordingKernel kernel(inner, sink);
    program(kernel);
  }
  return sink.bytes();
}

Divergence Replay(const std::string& bytes, const Program& program) {
  FakeKernel host;
  ReplayingKernel kernel(*Recording::Parse(bytes), host,
                         [](const Divergence& how) { throw Parted(how); });
  try {
    program(kernel);
  } catch (const Parted& parted) {
    return parted.divergence;
  }
  FAIL("it did not diverge");
  return {};
}

void Ask(Kernel& kernel, std::string_view what) {
  static_cast<void>(kernel.OpenSocket(AddressFamily::kIpv4));
  static_cast<void>(kernel.Send(3, what));
}

}  // namespace

TEST_CASE("another call is reported with its number, what was recorded and what came") {
  const Divergence how =
      Replay(Record([](Kernel& kernel) { Ask(kernel, "hello"); }), [](Kernel& kernel) {
        static_cast<void>(kernel.OpenSocket(AddressFamily::kIpv4));
        static_cast<void>(kernel.Close(3));
      });
  CHECK(how.kind == Divergence::Kind::kOtherCall);
  CHECK(how.call == 2);
  CHECK(how.thread == 0);
  CHECK(how.expected.starts_with("Send(3, 5 bytes, #"));
  CHECK(how.came == "Close(3)");
  CHECK(how.text.find("stops at call 2 (thread 0): recorded was thread 0: Send(3, 5 bytes, #") !=
        std::string::npos);
  CHECK(how.text.find("; the program called Close(3).") != std::string::npos);
}

TEST_CASE("bytes that are sent otherwise show, though as many and to the same") {
  const Divergence how = Replay(Record([](Kernel& kernel) { Ask(kernel, "hello"); }),
                                [](Kernel& kernel) { Ask(kernel, "hullo"); });
  CHECK(how.call == 2);
  CHECK(how.came.starts_with("Send(3, 5 bytes, #"));
  CHECK_FALSE(how.expected.starts_with(how.came));
}

TEST_CASE("each argument counts: numbers, paths, addresses, timeouts, pieces") {
  const std::array<std::pair<Program, Program>, 6> pairs{{
      {[](Kernel& k) { k.Close(3); }, [](Kernel& k) { k.Close(4); }},
      {[](Kernel& k) { k.RemovePath("/a"); }, [](Kernel& k) { k.RemovePath("/b"); }},
      {[](Kernel& k) { k.Bind(3, *SocketAddress::Parse("127.0.0.1:1")); },
       [](Kernel& k) { k.Bind(3, *SocketAddress::Parse("127.0.0.1:2")); }},
      {[](Kernel& k) { static_cast<void>(k.EpollWait(3, {}, Duration::zero())); },
       [](Kernel& k) { static_cast<void>(k.EpollWait(3, {}, Duration(1))); }},
      {[](Kernel& k) { k.ArmTimer(3, Time(Duration(5))); },
       [](Kernel& k) { k.ArmTimer(3, kNever); }},
      {[](Kernel& k) { k.Log("one"); }, [](Kernel& k) { k.Log("another"); }},
  }};
  for (const auto& [recorded, replayed] : pairs) {
    CHECK(Replay(Record(recorded), replayed).call == 1);
  }
}

TEST_CASE("a program that goes on after the end is told apart from one whose recording broke off") {
  const std::string bytes = Record([](Kernel& kernel) { kernel.Log("one"); });
  const auto twice = [](Kernel& kernel) {
    kernel.Log("one");
    kernel.Log("two");
  };
  const Divergence after = Replay(bytes, twice);
  CHECK(after.kind == Divergence::Kind::kAfterEnd);
  CHECK(after.call == 2);
  CHECK(after.came == "Log(\"two\")");
  CHECK(after.expected.empty());
  const Divergence broken = Replay(bytes.substr(0, bytes.size() - 3), twice);
  CHECK(broken.kind == Divergence::Kind::kBrokenOff);
  CHECK(broken.text.find("killed or crashed") != std::string::npos);
}

TEST_CASE("a divergence in a thread names it, and the thread that was recorded") {
  const auto program = [](std::size_t loud) {
    return [loud](Kernel& kernel) {
      kernel.RunThreads(2, [&kernel, loud](std::size_t index) {
        if (index == loud) kernel.Log("here");
      });
    };
  };
  const std::string bytes = Record([&program](Kernel& kernel) { program(1)(kernel); });
  // The fake kernel runs bodies one after the other in one thread, so it may throw.
  const Divergence how = Replay(bytes, program(0));
  CHECK(how.kind == Divergence::Kind::kOtherCall);
  CHECK(how.thread == 0);
  CHECK(how.came == "Log(\"here\")");
}

TEST_CASE("by default a divergence is logged, and the program aborted") {
  const std::string bytes = Record([](Kernel& kernel) { kernel.Log("one"); });
  const std::string said = DeathMessage([&bytes] {
    ReplayingKernel kernel(*Recording::Parse(bytes), LinuxKernel::Instance());
    kernel.Log("another");
  });
  CHECK(said.find("edgewise: the replay stops at call 1 (thread 0): recorded was thread 0: "
                  "Log(\"one\"); the program called Log(\"another\")") != std::string::npos);
}

TEST_CASE("a thread that is not recorded is passed on and counted, and named by the replay") {
  MemorySink sink;
  {
    RecordingKernel kernel(LinuxKernel::Instance(), sink);
    const Handle wakeup = kernel.OpenWakeup().handle();
    kernel.RunThreads(1, [&](std::size_t) {
      std::thread([&] { CHECK(kernel.Notify(wakeup) == Error::kNone); }).join();
      kernel.Close(wakeup);
    });
    CHECK(kernel.foreign_calls() == 1);
  }
  const absl::StatusOr<Recording> recording = Recording::Parse(sink.bytes(), BrokenOff::kRefuse);
  REQUIRE(recording.ok());
  const Divergence how = Replay(sink.bytes(), [](Kernel& kernel) {
    const Handle wakeup = kernel.OpenWakeup().handle();
    kernel.RunThreads(1, [&kernel, wakeup](std::size_t) { kernel.Close(wakeup + 1); });
  });
  CHECK(how.text.find("1 calls of other threads, which are not replayed, had come before it") !=
        std::string::npos);
  // In a replay, too, others may notify; but they may do no more than that.
  const Divergence foreign = Replay(sink.bytes(), [](Kernel& kernel) {
    const Handle wakeup = kernel.OpenWakeup().handle();
    kernel.RunThreads(1, [&kernel, wakeup](std::size_t) {
      std::thread([&] {
        CHECK(kernel.Notify(wakeup) == Error::kNone);
        CHECK_THROWS_AS(kernel.Close(wakeup), Parted);
      }).join();
      kernel.Close(wakeup + 1);
    });
  });
  CHECK(foreign.kind == Divergence::Kind::kOtherCall);
}

// Registrations and waits of such a thread were passed on, but not counted.
TEST_CASE("each call of a thread that is not recorded is made, counted, and left out") {
  MemorySink sink;
  {
    RecordingKernel kernel(LinuxKernel::Instance(), sink);
    kernel.RunThreads(1, [&](std::size_t) {
      std::thread([&] {
        const Handle epoll = kernel.OpenEpoll().handle();
        const Handle wakeup = kernel.OpenWakeup().handle();
        CHECK(kernel.EpollAdd(epoll, wakeup, kEpollIn, nullptr) == Error::kNone);
        CHECK(kernel.Notify(wakeup) == Error::kNone);
        CHECK(kernel.EpollModify(epoll, wakeup, kEpollIn, &kernel) == Error::kNone);
        EpollEvent event;
        CHECK(kernel.EpollWait(epoll, {&event, 1}, kForever).bytes() == 1);
        void* const tag = event.tag;  // packed: no reference can be had
        CHECK(tag == &kernel);
        CHECK(kernel.EpollRemove(epoll, wakeup) == Error::kNone);
        for (const Handle each : {epoll, wakeup}) CHECK(kernel.Close(each) == Error::kNone);
      }).join();
    });
    CHECK(kernel.foreign_calls() == 9);
  }
  const absl::StatusOr<Recording> recording = Recording::Parse(sink.bytes(), BrokenOff::kRefuse);
  REQUIRE(recording.ok());
  RecordingReader reader = recording->reader();
  for (RecordedCall call; reader.Read(call).value_or(false);) {
    for (const CallKind kind : {CallKind::kOpenEpoll, CallKind::kEpollAdd, CallKind::kNotify,
                                CallKind::kEpollWait, CallKind::kClose}) {
      CHECK(call.kind != kind);
    }
  }
}

}  // namespace edgewise::recorded_test
