// The oracles: each finds a small wrong program, and says nothing of the right one beside it.
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <stdexcept>
#include <string>

#include "test/simulated/found.h"

namespace edgewise::simulated_test {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

// A scenario of one thread, which has the kernel.
template <typename Body>
sim::Scenario OneThread(Body body) {
  return [body](sim::Simulation& simulation) {
    simulation.AddThread("program", [&] { body(simulation.kernel()); });
    simulation.Run();
  };
}

// Waits for an epoll instance once; 1 if it said anything.
std::size_t WaitOnce(Kernel& kernel, Handle epoll, Duration timeout = kForever) {
  EpollEvent event;
  return kernel.EpollWait(epoll, {&event, 1}, timeout).bytes();
}

}  // namespace

TEST_CASE("a descriptor that is closed twice is found") {
  const auto program = [](int times) {
    return OneThread([times](Kernel& kernel) {
      const Handle handle = kernel.OpenWakeup().handle();
      for (int i = 0; i < times; ++i) static_cast<void>(kernel.Close(handle));
    });
  };
  CHECK(Found(program(1)) == "");
  CHECK(Found(program(2)) == "process under-test called Close on descriptor 3, which is not open");
}

TEST_CASE("a call on a closed descriptor is found") {
  const auto program = [](bool closes_last) {
    return OneThread([closes_last](Kernel& kernel) {
      const Handle handle = kernel.OpenWakeup().handle();
      if (closes_last) static_cast<void>(kernel.Notify(handle));
      static_cast<void>(kernel.Close(handle));
      if (!closes_last) static_cast<void>(kernel.Notify(handle));
    });
  };
  CHECK(Found(program(true)) == "");
  CHECK(Says(Found(program(false)), "called Notify on descriptor 3, which is not open"));
}

TEST_CASE("misuse that is to be answered is answered, and no violation") {
  CHECK(Found([](sim::Simulation& simulation) {
          sim::SimulatedKernel lenient(simulation.world(), {.misuse = sim::Misuse::kAnswered});
          simulation.Check(lenient.Close(77) == Error::kBadHandle, "EBADF");
          static_cast<void>(lenient.OpenWakeup());
        }) == "");
}

TEST_CASE("a descriptor that is closed while registered, and lives on as a duplicate, is found") {
  const auto program = [](bool removes) {
    return OneThread([removes](Kernel& kernel) {
      const Handle epoll = kernel.OpenEpoll().handle();
      const Handle handle = kernel.OpenWakeup().handle();
      const Handle other = kernel.Duplicate(handle).handle();
      static_cast<void>(kernel.EpollAdd(epoll, handle, kEpollIn | kEpollEdge, nullptr));
      if (removes) static_cast<void>(kernel.EpollRemove(epoll, handle));
      for (const Handle each : {handle, other, epoll}) static_cast<void>(kernel.Close(each));
    });
  };
  CHECK(Found(program(true)) == "");
  CHECK(Says(Found(program(false)),
             "closed descriptor 4 while it was registered with epoll and a duplicate"));
}

TEST_CASE("descriptors that are left at the end are found, by their numbers") {
  const auto program = [](bool closes) {
    return OneThread([closes](Kernel& kernel) {
      const Handle first = kernel.OpenTimer().handle();
      const Handle second = kernel.OpenSocket(AddressFamily::kIpv4).handle();
      if (closes) static_cast<void>(kernel.Close(first));
      if (closes) static_cast<void>(kernel.Close(second));
    });
  };
  CHECK(Found(program(true)) == "");
  CHECK(Found(program(false)) == "process under-test ends with descriptors open: 3 4");
}

TEST_CASE("a thread that looks again and again and never waits spins") {
  const auto program = [](Duration timeout) {
    return OneThread([timeout](Kernel& kernel) {
      const Handle epoll = kernel.OpenEpoll().handle();
      const Time end = kernel.MonotonicNow() + milliseconds(100);
      while (kernel.MonotonicNow() < end) WaitOnce(kernel, epoll, timeout);
      static_cast<void>(kernel.Close(epoll));
    });
  };
  CHECK(Found(program(milliseconds(10))) == "");
  CHECK(Says(Found(program(Duration(0))), "process under-test spins"));
  // Whoever is allowed more calls is found later, or not at all.
  CHECK(Found(program(Duration(0)), {.spin_calls_max = 10'000'000}) == "");
}

TEST_CASE("a level that nobody takes away makes a thread spin, although it waits") {
  const auto program = [](bool clears) {
    return OneThread([clears](Kernel& kernel) {
      const Handle epoll = kernel.OpenEpoll().handle();
      const Handle wakeup = kernel.OpenWakeup().handle();
      static_cast<void>(kernel.EpollAdd(epoll, wakeup, kEpollIn, nullptr));
      static_cast<void>(kernel.Notify(wakeup));
      const Time end = kernel.MonotonicNow() + milliseconds(100);
      while (kernel.MonotonicNow() < end) {
        if (WaitOnce(kernel, epoll, milliseconds(10)) != 0 && clears) {
          static_cast<void>(kernel.ClearWakeup(wakeup));
        }
      }
      static_cast<void>(kernel.Close(wakeup));
      static_cast<void>(kernel.Close(epoll));
    });
  };
  CHECK(Found(program(true)) == "");
  const sim::Verdict verdict = sim::Explore(program(false), {.seeds = 1, .shrink_runs = 0});
  CHECK(Says(verdict.what, "process under-test spins"));
  CHECK(Says(verdict.report, "    ... these two "));
}

TEST_CASE("a world in which everybody waits for ever is found, and who waits for what is told") {
  const auto program = [](bool notifies) {
    return [notifies](sim::Simulation& simulation) {
      sim::SimulatedKernel& kernel = simulation.kernel();
      const Handle epoll = kernel.OpenEpoll().handle();
      const Handle wakeup = kernel.OpenWakeup().handle();
      static_cast<void>(kernel.EpollAdd(epoll, wakeup, kEpollIn, nullptr));
      simulation.AddThread("sleeper", [&] { WaitOnce(kernel, epoll); });
      if (notifies) simulation.AddThread("waker", [&] { kernel.Notify(wakeup); });
      simulation.Run();
      static_cast<void>(kernel.Close(wakeup));
      static_cast<void>(kernel.Close(epoll));
    };
  };
  CHECK(Found(program(true)) == "");
  const sim::Verdict verdict = sim::Explore(program(false), {.seeds = 1, .shrink_runs = 0});
  CHECK(Says(verdict.what, "everybody waits and nothing is to come"));
  CHECK(Says(verdict.report, "thread sleeper waits for epoll descriptor 3"));
  CHECK(Says(verdict.report, "thread main waits for other threads to end"));
  CHECK(Says(verdict.report, " ms  main  EpollAdd(4) = 0"));
}

TEST_CASE("virtual time that has no end is found") {
  const auto program = [](int rounds) {
    return OneThread([rounds](Kernel& kernel) {
      const Handle epoll = kernel.OpenEpoll().handle();
      for (int i = 0; i < rounds; ++i) WaitOnce(kernel, epoll, minutes(59));
      static_cast<void>(kernel.Close(epoll));
    });
  };
  CHECK(Found(program(20)) == "");
  CHECK(Says(Found(program(30)), "the run does not end: its virtual time is over"));
  CHECK(Says(Found(program(20), {.time_max = std::chrono::hours(1)}), "the run does not end"));
}

TEST_CASE("an exception that leaves a thread is found, and what it says is told") {
  CHECK(Found(OneThread([](Kernel&) {
          try {
            throw std::runtime_error("caught");
          } catch (const std::runtime_error&) {
          }
        })) == "");
  CHECK(Found(OneThread([](Kernel&) { throw std::runtime_error("no luck"); })) ==
        "an exception left thread program: no luck");
  CHECK(Found(OneThread([](Kernel&) { throw 7; })) ==
        "an exception left thread program: something that is no std::exception");
}

TEST_CASE("a signal that nobody blocks would end the process, and is found") {
  const auto program = [](bool blocks) {
    return [blocks](sim::Simulation& simulation) {
      constexpr int kTerminate = 15;
      if (blocks) static_cast<void>(simulation.kernel().BlockSignals(SignalBit(kTerminate)));
      simulation.kernel().Raise(kTerminate);
    };
  };
  CHECK(Found(program(true)) == "");
  CHECK(Says(Found(program(false)), "signal 15 ended process under-test, which does not block it"));
}

TEST_CASE("ExitNow ends the threads of its process, whose descriptors are no leak") {
  CHECK(Found([](sim::Simulation& simulation) {
          sim::SimulatedKernel& kernel = simulation.kernel();
          simulation.AddThread("program", [&] {
            static_cast<void>(kernel.OpenWakeup());
            kernel.ExitNow(5);
          });
          simulation.Run();
          simulation.Check(kernel.exit_code() == 5, "the code is kept");
        }) == "");
  CHECK(Says(Found([](sim::Simulation& simulation) { simulation.kernel().ExitNow(5); }),
             "called ExitNow(5) in the thread that made the world"));
}

TEST_CASE("what a scenario itself says must hold is found by its own words") {
  CHECK(Found([](sim::Simulation& simulation) { simulation.Check(true, "water is wet"); }) == "");
  CHECK(Found([](sim::Simulation& simulation) { simulation.Check(false, "water is dry"); }) ==
        "does not hold: water is dry");
}

}  // namespace edgewise::simulated_test
