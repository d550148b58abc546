// Who goes next.
#include "reactor/kernel/simulated/threads.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace edgewise::sim {

Threads::Threads(Chooser& chooser, Timeline& timeline, Observer& observer)
    : chooser_(chooser), timeline_(timeline), observer_(observer) {
  auto first = std::make_unique<Thread>();
  first->name = "main";
  first->process = kNoProcess;  // the world's end is its own
  first->fiber = std::make_unique<Fiber>();
  threads_.push_back(std::move(first));
}

Threads::~Threads() = default;

int& Threads::KernelDepth() {
  static int depth = 0;
  return depth;
}

void Threads::Start(std::string name, std::uint32_t process, Group group,
                    std::function<void()> body) {
  auto made = std::make_unique<Thread>();
  Thread& thread = *made;
  thread.name = std::move(name);
  thread.process = process;
  thread.group = group;
  thread.fiber = std::make_unique<Fiber>([this, &thread, body = std::move(body)]() -> Fiber& {
    KernelDepth() = 0;
    try {
      body();
    } catch (const std::exception& exception) {
      observer_.ThreadThrew(thread.name, exception.what());
    } catch (...) {
      observer_.ThreadThrew(thread.name, "something that is no std::exception");
    }
    KernelDepth() = 1;
    thread.state = State::kOver;
    current_ = PickNext();
    return *threads_[current_]->fiber;
  });
  threads_.push_back(std::move(made));
}

void Threads::RunTogether(std::uint32_t process, std::size_t count,
                          absl::FunctionRef<void(std::size_t)> body) {
  ++KernelDepth();
  const Group group = NewGroup();
  for (std::size_t i = 1; i < count; ++i) {
    Start(name() + "/" + std::to_string(i), process, group, [body, i] { body(i); });
  }
  --KernelDepth();
  body(0);
  Join(group);
}

void Threads::Join(Group group) {
  Thread& thread = *threads_[current_];
  thread.state = State::kJoining;
  thread.joins = group;
  Pause();
}

bool Threads::IsOver(Group group, std::size_t except) const {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    if (i == except || (group != kEverybody && threads_[i]->group != group)) continue;
    if (threads_[i]->state != State::kOver && threads_[i]->state != State::kDead) return false;
  }
  return true;
}

bool Threads::CanRun(const Thread& thread, std::size_t index) const {
  switch (thread.state) {
    case State::kRunnable:
      return true;
    case State::kWaiting:
      return thread.deadline <= timeline_.now();
    case State::kJoining:
      return IsOver(thread.joins, index);
    case State::kOver:
    case State::kDead:
      break;
  }
  return false;
}

std::size_t Threads::PickNext() {
  while (true) {
    timeline_.RunDue();
    runnable_.clear();
    Time next = timeline_.next();
    for (std::size_t i = 0; i < threads_.size(); ++i) {
      const Thread& thread = *threads_[i];
      if (CanRun(thread, i)) runnable_.push_back(i);
      if (thread.state == State::kWaiting) next = std::min(next, thread.deadline);
    }
    if (!runnable_.empty()) {
      const auto count = static_cast<std::uint32_t>(runnable_.size());
      return runnable_[chooser_.Choose(ChoicePoint::kNext, count)];
    }
    if (next == kNever) observer_.WorldStopped();
    observer_.WorldIdle(next);
    timeline_.AdvanceTo(next);
  }
}

// The running thread has said what it waits for.
void Threads::Pause() {
  Thread& thread = *threads_[current_];
  const int depth = std::exchange(KernelDepth(), 1);
  const std::size_t next = PickNext();
  if (next != current_) {
    current_ = next;
    thread.fiber->SwitchTo(*threads_[next]->fiber);
  }
  KernelDepth() = depth;
  thread.state = State::kRunnable;
  thread.epoll = nullptr;
  thread.deadline = kNever;
}

void Threads::WaitFor(EpollDescription& epoll, Time deadline) {
  Thread& thread = *threads_[current_];
  thread.state = State::kWaiting;
  thread.epoll = &epoll;
  thread.deadline = deadline;
  Pause();
}

void Threads::WaitUntil(Time time) {
  Thread& thread = *threads_[current_];
  thread.state = State::kWaiting;
  thread.deadline = time;
  Pause();
}

void Threads::MaybeYield() {
  if (threads_.size() < 2 || chooser_.Choose(ChoicePoint::kPreempt, 2) == 0) return;
  WaitUntil(timeline_.now());
}

void Threads::End(std::uint32_t process) {
  for (const auto& thread : threads_) {
    if (thread->process == process && thread->state != State::kOver) thread->state = State::kDead;
  }
  if (threads_[current_]->state == State::kDead) Pause();
}

void Threads::WakeWaiters(EpollDescription& epoll) {
  for (const auto& thread : threads_) {
    if (thread->epoll == &epoll && thread->state == State::kWaiting) {
      thread->state = State::kRunnable;
    }
  }
}

bool Threads::HasWaiter(const EpollDescription& epoll) const {
  return std::any_of(threads_.begin(), threads_.end(), [&epoll](const auto& thread) {
    return thread->epoll == &epoll && thread->state == State::kWaiting;
  });
}

std::string Threads::Describe() const {
  std::string text;
  for (const auto& thread : threads_) {
    if (thread->state == State::kOver || thread->state == State::kDead) continue;
    text += "  thread " + thread->name;
    switch (thread->state) {
      case State::kWaiting:
        text += thread->epoll != nullptr
                    ? " waits for epoll descriptor " + std::to_string(thread->epoll->number)
                    : std::string(" waits for a time");
        break;
      case State::kJoining:
        text += " waits for other threads to end";
        break;
      default:
        text += " runs";
        break;
    }
    text += '\n';
  }
  return text;
}

}  // namespace edgewise::sim
