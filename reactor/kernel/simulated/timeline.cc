// A binary heap of events.
#include "reactor/kernel/simulated/timeline.h"

#include <algorithm>

namespace edgewise::sim {
namespace {

// An event may go before as many others of its instant as this.
constexpr std::uint32_t kOrders = 4;
constexpr int kOrderShift = 56;

}  // namespace

void Timeline::At(Time when, EventTarget& target, std::uint32_t what, std::uint64_t argument) {
  const std::uint64_t turn = kOrders - 1 - chooser_.Choose(ChoicePoint::kOrder, kOrders);
  heap_.push_back(
      {when, turn << kOrderShift | planned_++, Ref<EventTarget>(&target), what, argument});
  std::push_heap(heap_.begin(), heap_.end(), Later);
}

void Timeline::RunDueEvents() {
  while (next() <= now_) {
    std::pop_heap(heap_.begin(), heap_.end(), Later);
    const Event event = std::move(heap_.back());
    heap_.pop_back();
    event.target->HandleEvent(event.what, event.argument);
  }
}

}  // namespace edgewise::sim
