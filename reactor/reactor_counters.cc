// Adding up and printing.
#include "reactor/reactor_counters.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace edgewise {
namespace {

using Field = std::pair<std::string_view, std::uint64_t ReactorCounters::*>;
constexpr std::array<Field, 19> kFields{{
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
  for (const auto& [name, field] : kFields) this->*field += other.*field;
  longest_upcall = std::max(longest_upcall, other.longest_upcall);
}

std::string ReactorCounters::ToString() const {
  std::string text;
  for (const auto& [name, field] : kFields) {
    text += std::string(name) + " " + std::to_string(this->*field) + "\n";
  }
  text += "longest_upcall_ns " + std::to_string(longest_upcall.count()) + "\n";
  return text;
}

}  // namespace edgewise
