// Adding up and printing.
#include "handlers/connection_counters.h"

#include <string_view>
#include <utility>

namespace edgewise {
namespace {

using Field = std::pair<std::string_view, std::uint64_t ConnectionCounters::*>;
constexpr std::array<Field, 18> kFields{{
    {"connections_opened", &ConnectionCounters::opened},
    {"connections_closed", &ConnectionCounters::closed},
    {"construction_failures", &ConnectionCounters::construction_failures},
    {"receives", &ConnectionCounters::receives},
    {"sends", &ConnectionCounters::sends},
    {"would_blocks", &ConnectionCounters::would_blocks},
    {"short_sends", &ConnectionCounters::short_sends},
    {"bytes_received", &ConnectionCounters::bytes_received},
    {"bytes_sent", &ConnectionCounters::bytes_sent},
    {"bytes_discarded", &ConnectionCounters::bytes_discarded},
    {"frames", &ConnectionCounters::frames},
    {"malformed", &ConnectionCounters::malformed},
    {"truncated_frames", &ConnectionCounters::truncated_frames},
    {"holds", &ConnectionCounters::holds},
    {"overflows", &ConnectionCounters::overflows},
    {"sends_refused", &ConnectionCounters::sends_refused},
    {"stall_pardons", &ConnectionCounters::stall_pardons},
    {"lost_edges", &ConnectionCounters::lost_edges},
}};

}  // namespace

void ConnectionCounters::Add(const ConnectionCounters& other) {
  for (const auto& [name, field] : kFields) this->*field += other.*field;
  for (std::size_t i = 0; i < closes.size(); ++i) closes[i] += other.closes[i];
}

std::string ConnectionCounters::ToString() const {
  std::string text;
  const auto line = [&text](std::string_view name, std::uint64_t value) {
    text += std::string(name) + " " + std::to_string(value) + "\n";
  };
  for (const auto& [name, field] : kFields) line(name, this->*field);
  for (std::size_t i = 1; i < closes.size(); ++i) {
    std::string name = "closed_" + std::string(CloseCauseName(static_cast<CloseCause>(i)));
    for (char& letter : name) {
      if (letter == ' ') letter = '_';
    }
    line(name, closes[i]);
  }
  return text;
}

}  // namespace edgewise
