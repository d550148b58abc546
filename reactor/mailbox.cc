// Posting and taking; the protocol is explained in the header.
#include "reactor/mailbox.h"

#include <utility>

namespace edgewise {

Mailbox::Mailbox(Kernel& kernel, Handle wakeup, std::size_t capacity)
    : kernel_(kernel), wakeup_(wakeup), capacity_(capacity) {}

PostResult Mailbox::Post(Task task) {
  {
    const std::lock_guard lock(mutex_);
    if (closed_) return PostResult::kClosed;
    if (pending_.load(std::memory_order_relaxed) % kInterruption >= capacity_) {
      refused_.fetch_add(1, std::memory_order_relaxed);
      return PostResult::kFull;
    }
    inbox_.push_back(std::move(task));
    pending_.fetch_add(1, std::memory_order_seq_cst);
  }
  Wake();
  return PostResult::kPosted;
}

void Mailbox::Interrupt() {
  pending_.fetch_add(kInterruption, std::memory_order_seq_cst);
  Wake();
}

void Mailbox::Wake() {
  if (!asleep_.load(std::memory_order_seq_cst)) return;
  if (!asleep_.exchange(false, std::memory_order_seq_cst)) return;
  // The only refusal is a counter near overflow, which takes 2^64 notifications: it is never read.
  static_cast<void>(kernel_.Notify(wakeup_));
}

void Mailbox::Close() {
  std::vector<Task> dropped;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(inbox_);
  }
  batch_.clear();
  next_ = 0;
  pending_.store(0, std::memory_order_relaxed);
}

Mailbox::Task Mailbox::Take() {
  if (next_ == batch_.size()) {
    batch_.clear();
    next_ = 0;
    const std::lock_guard lock(mutex_);
    batch_.swap(inbox_);
  }
  if (next_ == batch_.size()) return nullptr;
  Task task = std::move(batch_[next_++]);
  pending_.fetch_sub(1, std::memory_order_relaxed);
  return task;
}

}  // namespace edgewise
