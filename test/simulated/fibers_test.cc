// Fibers, and the threads that run on them.
#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <exception>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "reactor/kernel/simulated/fiber.h"
#include "reactor/kernel/simulated/plain_chooser.h"
#include "reactor/kernel/simulated/seeded_chooser.h"
#include "test/simulated/found.h"

namespace edgewise::simulated_test {
namespace {

using std::chrono::milliseconds;

// Uses so many bytes of stack, and touches them all.
int Deep(int bytes) {
  volatile char frame[1024];
  for (volatile char& each : frame) each = static_cast<char>(bytes);
  if (bytes <= 1024) return frame[7];
  return Deep(bytes - 1024) + frame[100] * 0;
}

int ThrowAndCatch(int depth) {
  try {
    if (depth == 0) throw std::runtime_error("thrown");
    return ThrowAndCatch(depth - 1) + 1;
  } catch (const std::runtime_error&) {
    if (depth < 5) throw;
    return 1000;
  }
}

}  // namespace

TEST_CASE("fibers take turns, each on a stack of its own, and end where they say") {
  sim::Fiber here;
  std::string said;
  std::unique_ptr<sim::Fiber> ping;
  std::unique_ptr<sim::Fiber> pong;
  ping = std::make_unique<sim::Fiber>([&]() -> sim::Fiber& {
    for (int i = 0; i < 3; ++i) {
      said += "ping ";
      ping->SwitchTo(*pong);
    }
    return here;
  });
  pong = std::make_unique<sim::Fiber>([&]() -> sim::Fiber& {
    for (int i = 0; i < 2; ++i) {
      said += "pong ";
      pong->SwitchTo(*ping);
    }
    said += "over ";
    return *ping;
  });
  here.SwitchTo(*ping);
  CHECK(said == "ping pong ping pong ping over ");
}

TEST_CASE("an exception is thrown and caught within a fiber while others hold theirs") {
  sim::Fiber here;
  std::unique_ptr<sim::Fiber> fibers[2];
  int caught = 0;
  for (int i = 0; i < 2; ++i) {
    fibers[i] = std::make_unique<sim::Fiber>([&, i]() -> sim::Fiber& {
      try {
        throw i;
      } catch (int number) {
        // Another one throws while this one is being handled.
        if (i == 0) fibers[0]->SwitchTo(*fibers[1]);
        caught += number == i ? 1 : 100;
      }
      caught += ThrowAndCatch(9) >= 1000 ? 1 : 100;
      return i == 1 ? *fibers[0] : here;
    });
  }
  here.SwitchTo(*fibers[0]);
  CHECK(caught == 4);
}

TEST_CASE("an exception is thrown again where it was caught, although others were caught since") {
  sim::PlainChooser chooser;
  sim::World world(chooser);
  sim::SimulatedKernel kernel(world);
  int right = 0;
  kernel.RunThreads(5, [&](std::size_t index) {
    const auto wait = [&] { world.threads().WaitUntil(world.timeline().now() + milliseconds(1)); };
    try {
      try {
        wait();
        throw std::runtime_error("of thread " + std::to_string(index));
      } catch (const std::runtime_error&) {
        wait();
        throw;
      }
    } catch (const std::runtime_error& exception) {
      wait();
      right += exception.what() == "of thread " + std::to_string(index) ? 1 : 100;
    }
  });
  CHECK(right == 5);
  CHECK(std::current_exception() == nullptr);
}

TEST_CASE("stacks are deep, and used again by the next fiber") {
  sim::Fiber here;
  for (int i = 0; i < 200; ++i) {
    int depth = 0;
    sim::Fiber fiber([&]() -> sim::Fiber& {
      depth = Deep(100 * 1024);
      return here;
    });
    here.SwitchTo(fiber);
    CHECK(depth == static_cast<char>(1024));
  }
}

TEST_CASE("a stack that is too deep ends the process, and damages nothing silently") {
  CHECK_FALSE(Found([](sim::Simulation& simulation) {
                simulation.AddThread("digger", [] { Deep(64 * 1024 * 1024); });
                simulation.Run();
              }).empty());
}

TEST_CASE("RunThreads runs each index in a thread of its own, and returns when all are over") {
  sim::SeededChooser chooser(4);
  sim::World world(chooser);
  sim::SimulatedKernel kernel(world);
  constexpr std::size_t kThreads = 100;
  std::vector<std::size_t> thread_of(kThreads);
  std::size_t over = 0;
  kernel.RunThreads(kThreads, [&](std::size_t index) {
    thread_of[index] = world.threads().current();
    world.threads().WaitUntil(world.timeline().now() + milliseconds(index % 7));
    CHECK(world.threads().current() == thread_of[index]);
    ++over;
  });
  CHECK(over == kThreads);
  CHECK(std::set<std::size_t>(thread_of.begin(), thread_of.end()).size() == kThreads);
}

TEST_CASE("threads wait for a time in its order, whatever the order of their beginning") {
  sim::PlainChooser chooser;
  sim::World world(chooser);
  sim::SimulatedKernel kernel(world);
  std::vector<std::size_t> order;
  kernel.RunThreads(10, [&](std::size_t index) {
    world.threads().WaitUntil(sim::Timeline::kBegin + milliseconds((index * 7) % 10 + 1));
    order.push_back((index * 7) % 10);
  });
  CHECK(order == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("threads within threads: a group is waited for by who began it") {
  sim::PlainChooser chooser;
  sim::World world(chooser);
  sim::SimulatedKernel kernel(world);
  int leaves = 0;
  kernel.RunThreads(4, [&](std::size_t) {
    kernel.RunThreads(4, [&](std::size_t index) {
      world.threads().WaitUntil(world.timeline().now() + milliseconds(index));
      ++leaves;
    });
    CHECK(leaves >= 4);
  });
  CHECK(leaves == 16);
}

TEST_CASE("whether a thread is in the kernel is its own, not that of the one that runs") {
  sim::PlainChooser chooser;
  sim::World world(chooser);
  sim::SimulatedKernel kernel(world);
  const Handle epoll = kernel.OpenEpoll().handle();
  CHECK_FALSE(sim::SimulatedKernel::in_call());
  kernel.RunThreads(2, [&](std::size_t index) {
    CHECK_FALSE(sim::SimulatedKernel::in_call());
    EpollEvent event;
    // The one is in the middle of its wait whenever the other runs.
    for (int i = 0; i < 5; ++i) {
      static_cast<void>(kernel.EpollWait(epoll, {&event, 1}, milliseconds(2 + index)));
      CHECK_FALSE(sim::SimulatedKernel::in_call());
    }
  });
  CHECK_FALSE(sim::SimulatedKernel::in_call());
  static_cast<void>(kernel.Close(epoll));
}

// (A sanitizer that is told wrongly of fibers fails here: by its own stacks, which drift.)
TEST_CASE("ten thousand threads, a hundred at a time, begin and end") {
  sim::PlainChooser chooser;
  int over = 0;
  for (int world_number = 0; world_number < 100; ++world_number) {
    sim::World world(chooser);
    sim::SimulatedKernel kernel(world);
    kernel.RunThreads(100, [&](std::size_t index) {
      world.threads().WaitUntil(world.timeline().now() + milliseconds(index % 5));
      ++over;
    });
  }
  CHECK(over == 10'000);
}

TEST_CASE("a thousand worlds, one after the other, with threads that throw and catch") {
  for (std::uint64_t seed = 1; seed <= 1000; ++seed) {
    sim::SeededChooser chooser(seed);
    sim::Simulation simulation(chooser);
    int sum = 0;
    for (int i = 0; i < 8; ++i) {
      simulation.AddThread("thrower", [&, i] {
        simulation.world().threads().WaitUntil(simulation.now() + milliseconds(i % 3));
        try {
          simulation.world().threads().WaitUntil(simulation.now() + milliseconds(1));
          throw i;
        } catch (int number) {
          simulation.world().threads().WaitUntil(simulation.now() + milliseconds(1));
          sum += number;
        }
      });
    }
    simulation.Run();
    REQUIRE(sum == 28);
  }
}

}  // namespace edgewise::simulated_test
