// Choices as text.
#include "reactor/kernel/simulated/choice.h"

#include <array>
#include <utility>

#include "absl/strings/numbers.h"
#include "reactor/kernel/text.h"

namespace edgewise::sim {
namespace {

// In the order of ChoicePoint. (What a value does is decided where it is chosen; this tells it.)
struct PointText {
  std::string_view name;
  std::string_view meaning;
};
constexpr std::array<PointText, kChoicePointCount> kPoints = {{
    {"next",
     "the Nth time that a thread was to run: not the first that could, but the Vth after it"},
    {"preempt", "the Nth call after which another thread may go first: it does"},
    {"order", "the Nth event: it comes before up to V others of its instant"},
    {"latency", "the Nth segment: it travels 1: 1 us, 2: 100 us, 3: 1 ms, 4: 20 ms, 5: 200 ms"},
    {"segment",
     "the Nth transmission: cut to 1: one byte, 2: half, 3: all but one byte, 4: at most 7 bytes"},
    {"buffers",
     "the Nth TCP socket's buffers, to send and to receive, in bytes: 1: 4096 and 4096, 2: 16384 "
     "and 65536, 3: 256 and 256, 4: 100000 and 2048"},
    {"listener",
     "the Nth connection to a port with several listeners: it goes to the Vth after the first"},
    {"spurious-event",
     "the Nth question whether epoll reports again what it has reported, and which one: "
     "it does, V"},
    {"short-send",
     "the Nth send: takes 1: one byte, 2: half, 3: all but one byte, although there is room"},
    {"random", "the Nth process: Random begins elsewhere"},
    {"scenario", "the Nth Pick of the scenario: V"},
    {"stall", "the Nth wait: the thread stands still before it for 1: 1 ms, 2: 100 ms, 3: 5 s"},
    {"reset",
     "the Nth segment that arrived: met by a reset, as if the network had cut the connection"},
    {"interrupted", "the Nth call that a signal can interrupt: EINTR"},
    {"would-block", "the Nth receive or send: EAGAIN, though it could go on; the edge follows"},
    {"accept-error",
     "the Nth accept: 1: EMFILE, 2: ENFILE, 3: ENOBUFS, 4: ENOMEM, 5: EINTR, 6: EAGAIN, 7 to 16: "
     "an error of the connection that waited first, which is lost"},
    {"open-error", "the Nth call that makes a descriptor: 1: EMFILE, 2: ENFILE, 3: ENOMEM"},
    {"add-error", "the Nth EPOLL_CTL_ADD: 1: ENOMEM, 2: ENOSPC"},
    {"connect-fate",
     "the Nth connect: 1: refused, 2: unreachable at once, 3: no local port, 4: unreachable later, "
     "5: timed out, 6: connected to itself"},
    {"hangup", "the Nth connect: EPOLLHUP before it has its verdict"},
    {"socket-error", "the Nth bind, listen or setting of a socket: fails"},
    {"file-error", "the Nth use of a file: 1: fails, 2: EINTR, 3: one byte"},
}};

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
  while (index < kPoints.size() && kPoints[index].name != text.substr(0, colon)) ++index;
  if (index == kPoints.size()) return std::nullopt;
  choice.point = static_cast<ChoicePoint>(index);
  if (!ParseNumber(text.substr(colon + 1, equals - colon - 1), choice.ordinal)) return std::nullopt;
  if (!ParseNumber(text.substr(equals + 1), choice.value)) return std::nullopt;
  return choice;
}

}  // namespace

std::string_view ChoicePointName(ChoicePoint point) {
  return kPoints[static_cast<std::size_t>(point)].name;
}

std::string_view ChoicePointMeaning(ChoicePoint point) {
  return kPoints[static_cast<std::size_t>(point)].meaning;
}

std::string ExplainChoices(const std::vector<Choice>& choices) {
  std::string text;
  std::array<bool, kChoicePointCount> explained{};
  for (const Choice& choice : choices) {
    if (std::exchange(explained[static_cast<std::size_t>(choice.point)], true)) continue;
    text += "  " + std::string(ChoicePointName(choice.point)) + ":N=V  " +
            std::string(ChoicePointMeaning(choice.point)) + '\n';
  }
  return text;
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
