// Each kind of number in the words that its readers use.
#include "reactor/kernel/recorded/recording_printer.h"

#include <array>
#include <cstdio>
#include <utility>

#include "reactor/kernel/recorded/recorded_address.h"
#include "reactor/kernel/recorded/recorded_event.h"
#include "reactor/kernel/recorded/recorded_number.h"

namespace edgewise {
namespace {

template <std::size_t kCount>
std::string NameOf(const std::array<std::string_view, kCount>& names, std::int64_t number) {
  if (number < 0 || static_cast<std::size_t>(number) >= kCount) return std::to_string(number);
  return std::string(names[static_cast<std::size_t>(number)]);
}

constexpr std::array<std::string_view, 4> kFamilies{"none", "ipv4", "ipv6", "unix"};
constexpr std::array<std::string_view, 8> kOptions{
    "reuse-address", "reuse-port",     "ipv6-only",    "no-delay",
    "send-buffer",   "receive-buffer", "linger-reset", "urgent-inline"};
constexpr std::array<std::string_view, 3> kSides{"read", "write", "both"};
constexpr std::array<std::string_view, 3> kFileKinds{"file", "directory", "other"};
constexpr std::array<std::pair<EpollMask, std::string_view>, 8> kMaskNames{{
    {kEpollIn, "in"},
    {kEpollPriority, "urgent"},
    {kEpollOut, "out"},
    {kEpollError, "error"},
    {kEpollHangup, "hangup"},
    {kEpollPeerFinished, "peer-finished"},
    {kEpollExclusive, "exclusive"},
    {kEpollEdge, "edge"},
}};

std::string Hex(std::int64_t number) {
  std::array<char, 20> text{};
  std::snprintf(text.data(), text.size(), "%llx", static_cast<unsigned long long>(number));
  return text.data();
}

std::string MaskText(EpollMask mask) {
  std::string text;
  for (const auto& [bit, name] : kMaskNames) {
    if ((mask & bit) == 0) continue;
    if (!text.empty()) text += '|';
    text += name;
    mask &= ~bit;
  }
  if (mask != 0) text += (text.empty() ? "0x" : "|0x") + Hex(mask);
  return text.empty() ? "0" : text;
}

std::string SignalsText(std::int64_t number) {
  const auto signals = static_cast<SignalSet>(number);
  if (signals == ~SignalSet{0}) return "all signals";
  std::string text;
  for (int signal = 1; signal <= 64; ++signal) {
    if ((signals & SignalBit(signal)) == 0) continue;
    text += (text.empty() ? "signals " : ",") + std::to_string(signal);
  }
  return text.empty() ? "no signals" : text;
}

std::string Microseconds(std::int64_t nanoseconds) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.3f us", static_cast<double>(nanoseconds) / 1000);
  return text.data();
}

std::string FieldText(CallField field, std::int64_t number) {
  switch (field) {
    case CallField::kError:
      return number == 0 ? "ok" : std::string(ErrorSymbol(RecordedNumber::ToError(number)));
    case CallField::kBytesOrError:
    case CallField::kHandleOrError:
      return number >= 0 ? std::to_string(number)
                         : std::string(ErrorSymbol(RecordedNumber::ToError(-number)));
    case CallField::kBytes:
      return std::to_string(number) + " bytes";
    case CallField::kHash:
      return "#" + Hex(number);
    case CallField::kFamily:
      return NameOf(kFamilies, number);
    case CallField::kOption:
      return NameOf(kOptions, number);
    case CallField::kSide:
      return NameOf(kSides, number);
    case CallField::kFileKind:
      return NameOf(kFileKinds, number);
    case CallField::kMask:
      return MaskText(static_cast<EpollMask>(number));
    case CallField::kTimeout:
      return number == RecordedNumber::kNone ? "forever" : Microseconds(number);
    case CallField::kInstant:
      return number == RecordedNumber::kNone ? "never" : std::to_string(number);
    case CallField::kSignals:
      return SignalsText(number);
    case CallField::kRegistration:
      return number == RecordedNumber::kNone ? "" : "registration " + std::to_string(number);
    case CallField::kNumber:
    case CallField::kHandle:
    case CallField::kWall:
      break;
  }
  return std::to_string(number);
}

std::string Quoted(std::string_view bytes, std::size_t shown_max = std::string_view::npos) {
  std::string text = "\"";
  for (const char byte : bytes.substr(0, shown_max)) {
    const auto code = static_cast<unsigned char>(byte);
    if (byte == '"' || byte == '\\') {
      text += {'\\', byte};
    } else if (code >= ' ' && code < 0x7f) {
      text += byte;
    } else if (byte == '\n') {
      text += "\\n";
    } else if (byte == '\r') {
      text += "\\r";
    } else {
      text += code < 0x10 ? "\\x0" : "\\x";
      text += Hex(code);
    }
  }
  text += '"';
  if (bytes.size() > shown_max) {
    text += " and " + std::to_string(bytes.size() - shown_max) + " more";
  }
  return text;
}

std::string EventsText(std::string_view bytes) {
  std::string text = "[";
  RecordedEvent event;
  while (event.Take(bytes)) {
    if (text.size() > 1) text += ' ';
    text += MaskText(event.mask) + ":" + std::to_string(event.registration);
  }
  return text + "]";
}

std::string BytesText(const RecordedCall& call) {
  switch (call.shape().bytes) {
    case CallBytes::kNone:
      return {};
    case CallBytes::kAnswerBytes:
      return call.answer() > 0 ? Quoted(call.bytes, RecordingPrinter::kShownBytesMax)
                               : std::string();
    case CallBytes::kPath:
    case CallBytes::kLine:
      return Quoted(call.bytes);
    case CallBytes::kAnswerEvents:
      return call.answer() > 0 ? EventsText(call.bytes) : std::string();
    case CallBytes::kGivenAddress:
    case CallBytes::kAnswerAddress: {
      const auto address = RecordedAddress::Decode(call.bytes);
      if (!address) return "no address";
      return address->family() == AddressFamily::kNone ? std::string() : address->ToString();
    }
  }
  return {};
}

// Adds `part`, if there is something in it.
void Join(std::string& text, std::string_view between, std::string_view part) {
  if (part.empty()) return;
  if (!text.empty()) text += between;
  text += part;
}

}  // namespace

std::string RecordingPrinter::Asked(const RecordedCall& call) {
  const CallShape& shape = call.shape();
  std::string arguments;
  for (std::size_t i = 0; i < shape.argument_count; ++i) {
    Join(arguments, ", ", FieldText(shape.fields[i], call.numbers[i]));
  }
  if (shape.bytes_are_given()) Join(arguments, ", ", BytesText(call));
  return std::string(shape.name) + "(" + arguments + ")";
}

std::string RecordingPrinter::Answered(const RecordedCall& call) {
  const CallShape& shape = call.shape();
  std::string answers;
  for (std::size_t i = shape.argument_count; i < shape.field_count; ++i) {
    Join(answers, " ", FieldText(shape.fields[i], call.numbers[i]));
  }
  if (!shape.bytes_are_given()) Join(answers, " ", BytesText(call));
  return Asked(call) + (answers.empty() ? "" : " = ") + answers;
}

std::string RecordingPrinter::Line(const RecordedCall& call) {
  return std::to_string(call.number) + " t" + std::to_string(call.thread) + " " + Answered(call);
}

void RecordingPrinter::Print(const Recording& recording,
                             absl::FunctionRef<void(std::string_view)> line) {
  RecordingReader reader = recording.reader();
  RecordedCall call;
  std::uint64_t foreign_calls = 0;
  while (reader.Read(call).value_or(false)) {
    if (call.foreign_calls != foreign_calls) {
      foreign_calls = call.foreign_calls;
      line("(" + std::to_string(foreign_calls) + " calls of other threads so far)");
    }
    line(Line(call));
  }
  line(recording.ended() ? "the end" : "broken off: the process was killed, or crashed");
}

}  // namespace edgewise
