// Threads: the threads of a simulated world, one of which runs at a time.
//
// A thread runs until it waits in the kernel (or, if the chooser says so, lets another one go
// first); then the chooser picks one of those that can run. Only when nobody can does time go on,
// to the next event or the next end of a wait. If there is neither, the world has come to a stop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "reactor/kernel/simulated/chooser.h"
#include "reactor/kernel/simulated/epoll_description.h"
#include "reactor/kernel/simulated/fiber.h"
#include "reactor/kernel/simulated/timeline.h"

namespace edgewise::sim {

// Threading: one real thread. Ownership: of its fibers.
class Threads final : public EpollWaiters {
 public:
  // Told of what only threads as a whole can show.
  class Observer {
   public:
    virtual ~Observer() = default;
    // Nobody can run and nothing is to come. Must not return.
    virtual void WorldStopped() = 0;
    // Nobody can run before `next`.
    virtual void WorldIdle(Time next) = 0;
    // An exception left the body of a thread. Must not return.
    virtual void ThreadThrew(const std::string& thread, const std::string& what) = 0;
  };

  // All three must outlive it.
  Threads(Chooser& chooser, Timeline& timeline, Observer& observer);
  ~Threads() override;

  // Threads that are waited for together.
  using Group = std::size_t;
  // A number that no other group has.
  Group NewGroup() { return groups_++; }
  // A thread that begins when the one that runs now waits.
  void Start(std::string name, std::uint32_t process, Group group, std::function<void()> body);
  // Waits until every thread of the group is over; of all groups, but for this one:
  void Join(Group group);
  void JoinAll() { Join(kEverybody); }
  // Kernel::RunThreads.
  void RunTogether(std::uint32_t process, std::size_t count,
                   absl::FunctionRef<void(std::size_t)> body);

  // The running thread waits for `epoll` until something is put into its ready list, at most until
  // `deadline`.
  void WaitFor(EpollDescription& epoll, Time deadline);
  // The running thread waits until then.
  void WaitUntil(Time time);
  // The running thread may let another one go first.
  void MaybeYield();
  // The threads of a process never run again; the running one, if it is one of them, does not
  // return.
  void End(std::uint32_t process);

  // The thread that runs: its number (0 made the world) and its name:
  std::size_t current() const { return current_; }
  const std::string& name() const { return NameOf(current_); }
  // That of any one, over or not. REQUIRES: `number` is the number of a thread.
  const std::string& NameOf(std::size_t number) const { return threads_[number]->name; }
  // Its process. (The thread that made the world is in none: ~0.)
  std::uint32_t process() const { return threads_[current_]->process; }
  // How deep the thread that runs is in the kernel; 0: in its own code. Each thread has its own.
  static int& KernelDepth();
  // A line for each thread that is not over.
  std::string Describe() const;

  void WakeWaiters(EpollDescription& epoll) override;
  bool HasWaiter(const EpollDescription& epoll) const override;

 private:
  enum class State : std::uint8_t { kRunnable, kWaiting, kJoining, kOver, kDead };
  struct Thread {
    std::string name;
    std::uint32_t process = 0;
    Group group = 0;
    State state = State::kRunnable;
    EpollDescription* epoll = nullptr;
    Time deadline = kNever;
    Group joins = 0;  // which is waited for
    std::unique_ptr<Fiber> fiber;
  };
  static constexpr Group kEverybody = ~Group{0};
  static constexpr std::uint32_t kNoProcess = ~std::uint32_t{0};

  bool IsOver(Group group, std::size_t except) const;
  bool CanRun(const Thread& thread, std::size_t index) const;
  std::size_t PickNext();
  void Pause();

  Chooser& chooser_;
  Timeline& timeline_;
  Observer& observer_;
  std::vector<std::unique_ptr<Thread>> threads_;
  std::vector<std::size_t> runnable_;  // scratch
  std::size_t current_ = 0;
  Group groups_ = 1;
};

}  // namespace edgewise::sim
