// Adding up and printing.
#include "handlers/connection_counters.h"

#include <string_view>

#include "reactor/counter_field.h"

namespace edgewise {
namespace {

constexpr std::array<CounterField<ConnectionCounters>, 20> kFields{{
    {"connections_opened", &ConnectionCounters::opened},
    {"connections_closed", &ConnectionCounters::closed},
    {"construction_failures", &ConnectionCounters::construction_failures},
    {"finish_failures", &ConnectionCounters::finish_failures},
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
    {"log_lines_dropped", &ConnectionCounters::log_lines_dropped},
}};

}  // namespace

void ConnectionCounters::CountMalformed(const char* reason, std::uint64_t times) {
  for (Reason& one : malformed_for) {
    if (one.words == nullptr) one.words = reason;
    if (std::string_view(one.words) != reason) continue;
    one.count += times;
    return;
  }
}

void ConnectionCounters::Add(const ConnectionCounters& other) {
  AddCounters(kFields, *this, other);
  for (std::size_t i = 0; i < closes.size(); ++i) closes[i] += other.closes[i];
  for (std::size_t i = 0; i < answers.size(); ++i) answers[i] += other.answers[i];
  for (const Reason& one : other.malformed_for) {
    if (one.words != nullptr) CountMalformed(one.words, one.count);
  }
}

std::string ConnectionCounters::ToString() const {
  std::string text = CounterLines(kFields, *this);
  const auto line = [&text](std::string name, std::uint64_t value) {
    for (char& c : name) {
      const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter && !(c >= '0' && c <= '9')) c = '_';
    }
    text += name + " " + std::to_string(value) + "\n";
  };
  for (std::size_t i = 1; i < closes.size(); ++i) {
    line("closed_" + std::string(CloseCauseName(static_cast<CloseCause>(i))), closes[i]);
  }
  for (std::size_t i = 1; i < answers.size(); ++i) {
    line("answers_" + std::to_string(i) + "xx", answers[i]);
  }
  for (const Reason& one : malformed_for) {
    if (one.words != nullptr) line("malformed_" + std::string(one.words), one.count);
  }
  return text;
}

}  // namespace edgewise
