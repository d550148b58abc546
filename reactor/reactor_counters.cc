// Adding up and printing.
#include "reactor/reactor_counters.h"

#include <algorithm>
#include <array>

#include "reactor/counter_field.h"

namespace edgewise {
namespace {

constexpr std::array<CounterField<ReactorCounters>, 19> kFields{{
    {"rounds", &ReactorCounters::rounds},
    {"waits", &ReactorCounters::waits},
    {"interrupted_waits", &ReactorCounters::interrupted_waits},
    {"spins", &ReactorCounters::spins},
    {"spin_hits", &ReactorCounters::spin_hits},
    {"events", &ReactorCounters::events},
    {"wakeups", &ReactorCounters::wakeups},
    {"upcalls", &ReactorCounters::upcalls},
    {"bulk_upcalls", &ReactorCounters::bulk_upcalls},
    {"preemptions", &ReactorCounters::preemptions},
    {"drains", &ReactorCounters::drains},
    {"stale_events_dropped", &ReactorCounters::stale_events_dropped},
    {"registrations", &ReactorCounters::registrations},
    {"registration_failures", &ReactorCounters::registration_failures},
    {"retired", &ReactorCounters::retired},
    {"exceptions", &ReactorCounters::exceptions},
    {"timers_expired", &ReactorCounters::timers_expired},
    {"alarms", &ReactorCounters::alarms},
    {"tasks_run", &ReactorCounters::tasks_run},
}};

}  // namespace

void ReactorCounters::Add(const ReactorCounters& other) {
  AddCounters(kFields, *this, other);
  longest_upcall = std::max(longest_upcall, other.longest_upcall);
}

std::string ReactorCounters::ToString() const {
  std::string text = CounterLines(kFields, *this);
  text += "longest_upcall_ns " + std::to_string(longest_upcall.count()) + "\n";
  return text;
}

}  // namespace edgewise
