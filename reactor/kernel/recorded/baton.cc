// A handful of threads at most: waking all of them, so that one finds that it is its turn, is good
// enough.
#include "reactor/kernel/recorded/baton.h"

namespace edgewise {

void Baton::Take() {
  std::unique_lock lock(mutex_);
  const std::uint64_t ticket = asked_++;
  given_.wait(lock, [this, ticket] { return !is_taken_ && served_ == ticket; });
  ++served_;
  is_taken_ = true;
}

void Baton::TakeWhen(absl::FunctionRef<bool()> condition) {
  std::unique_lock lock(mutex_);
  given_.wait(lock, [this, condition] { return !is_taken_ && condition(); });
  is_taken_ = true;
}

void Baton::Give() {
  {
    const std::lock_guard lock(mutex_);
    is_taken_ = false;
  }
  given_.notify_all();
}

}  // namespace edgewise
