// Choices as text.
#include "reactor/kernel/simulated/choice.h"

#include <array>

#include "absl/strings/numbers.h"
#include "reactor/kernel/text.h"

namespace edgewise::sim {
namespace {

constexpr std::array<std::string_view, kChoicePointCount> kNames = {
    "next",         "preempt",        "order",        "latency",      "segment",    "buffers",
    "listener",     "spurious-event", "short-send",   "random",       "scenario",   "stall",
    "reset",        "interrupted",    "would-block",  "accept-error", "open-error", "add-error",
    "connect-fate", "hangup",         "socket-error", "file-error"};

template <typename Number>
bool ParseNumber(std::string_view text, Number& number) {
  return absl::SimpleAtoi(AbslView(text), &number);
}

std::optional<Choice> ParseChoice(std::string_view text) {
  const std::size_t colon = text.find(':');
  const std::size_t equals = text.find('=', colon == std::string_view::npos ? 0 : colon);
  if (colon == std::string_view::npos || equals == std::string_view::npos) return std::nullopt;
  Choice choice;
  std::size_t index = 0;
  while (index < kNames.size() && kNames[index] != text.substr(0, colon)) ++index;
  if (index == kNames.size()) return std::nullopt;
  choice.point = static_cast<ChoicePoint>(index);
  if (!ParseNumber(text.substr(colon + 1, equals - colon - 1), choice.ordinal)) return std::nullopt;
  if (!ParseNumber(text.substr(equals + 1), choice.value)) return std::nullopt;
  return choice;
}

}  // namespace

std::string_view ChoicePointName(ChoicePoint point) {
  return kNames[static_cast<std::size_t>(point)];
}

std::string PrintChoices(const std::vector<Choice>& choices) {
  if (choices.empty()) return "none";
  std::string text;
  for (const Choice& choice : choices) {
    if (!text.empty()) text += ',';
    text += std::string(ChoicePointName(choice.point)) + ':' + std::to_string(choice.ordinal) +
            '=' + std::to_string(choice.value);
  }
  return text;
}

std::optional<std::vector<Choice>> ParseChoices(std::string_view text) {
  std::vector<Choice> choices;
  if (text == "none") return choices;
  while (true) {
    const std::size_t comma = text.find(',');
    const std::optional<Choice> choice = ParseChoice(text.substr(0, comma));
    if (!choice) return std::nullopt;
    choices.push_back(*choice);
    if (comma == std::string_view::npos) return choices;
    text.remove_prefix(comma + 1);
  }
}

}  // namespace edgewise::sim
