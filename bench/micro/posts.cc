// What it costs to hand work to a reactor, from its own thread and from others.
#include <atomic>
#include <thread>

#include "bench/micro/null_kernel.h"
#include "bench/micro/trial.h"
#include "reactor/kernel/linux_kernel.h"
#include "reactor/reactor.h"

namespace edgewise::micro {
namespace {

// Tries until there is room. The task is copied for each try: a refused one is gone.
template <typename Task>
void PostSurely(Reactor& reactor, const Task& task) {
  while (reactor.Post(task) == PostResult::kFull) std::this_thread::yield();
}

// Posted, taken and run: N tasks wait at once.
void Mail(Trial& trial) {
  NullKernel kernel;
  Mailbox mailbox(kernel, 0, std::size_t{1} << 20);
  std::size_t ran = 0;
  trial.Measure(trial.size(), [&] {
    for (std::size_t i = 0; i < trial.size(); ++i) {
      benchmark::DoNotOptimize(mailbox.Post([&ran] { ++ran; }));
    }
    while (Mailbox::Task task = mailbox.Take()) task();
  });
  benchmark::DoNotOptimize(ran);
}

// The same through rounds of a reactor, the first of which wakes.
void MailToReactor(Trial& trial) {
  NullKernel kernel;
  Reactor reactor(kernel);
  std::size_t ran = 0;
  trial.Measure(trial.size(), [&] {
    const std::size_t goal = ran + trial.size();
    for (std::size_t i = 0; i < trial.size(); ++i) {
      benchmark::DoNotOptimize(reactor.Post([&ran] { ++ran; }));
    }
    while (ran != goal) reactor.RunOnce(Duration::zero());
  });
}

// A reactor on the real kernel in a thread of its own.
class OtherThread {
 public:
  OtherThread() : reactor_(LinuxKernel::Instance()), thread_([this] { reactor_.Run(); }) {}
  ~OtherThread() {
    reactor_.Stop();
    thread_.join();
  }
  OtherThread(const OtherThread&) = delete;
  OtherThread& operator=(const OtherThread&) = delete;

  Reactor& reactor() { return reactor_; }

 private:
  Reactor reactor_;
  std::thread thread_;
};

// N threads post to one reactor, which runs the tasks meanwhile.
void PostFromThreads(Trial& trial) {
  constexpr std::size_t kPosts = 20'000;  // of each thread
  OtherThread other;
  std::atomic<std::size_t> ran{0};
  std::size_t goal = 0;
  trial.Measure(trial.size() * kPosts, [&] {
    goal += trial.size() * kPosts;
    std::vector<std::thread> posters;
    for (std::size_t i = 0; i < trial.size(); ++i) {
      posters.emplace_back([&] {
        for (std::size_t post = 0; post < kPosts; ++post) {
          PostSurely(other.reactor(), [&ran] { ran.fetch_add(1, std::memory_order_relaxed); });
        }
      });
    }
    for (std::thread& poster : posters) poster.join();
    while (ran.load(std::memory_order_relaxed) != goal) std::this_thread::yield();
  });
}

// To a reactor that sleeps and back to one that sleeps: two posts, two wake-ups.
void RoundTrip(Trial& trial) {
  OtherThread other;
  Reactor own(LinuxKernel::Instance());
  trial.Measure(1, [&] {
    bool back = false;
    PostSurely(other.reactor(), [&own, &back] { PostSurely(own, [&back] { back = true; }); });
    while (!back) own.RunOnce();
  });
}

}  // namespace

std::vector<Family> Posts() {
  const std::vector<std::int64_t> sizes{1, 8, 64, 512, 4096, 65536};
  return {
      {"post/mailbox", Mail, sizes},
      {"post/reactor", MailToReactor, sizes},
      {"post/from-threads", PostFromThreads, {1, 2, 4}, Alone::kNo},
      {"post/round-trip", RoundTrip, {1}, Alone::kNo},
  };
}

}  // namespace edgewise::micro
