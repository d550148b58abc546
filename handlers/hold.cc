// Names of the holds.
#include "handlers/hold.h"

#include <array>
#include <string_view>
#include <utility>

namespace edgewise {

std::string HoldNames(HoldSet holds) {
  constexpr std::array<std::pair<Hold, std::string_view>, 4> kNames{{
      {Hold::kHighWater, "high-water"},
      {Hold::kUser, "user"},
      {Hold::kMemory, "memory"},
      {Hold::kAnswer, "answer"},
  }};
  std::string text;
  for (const auto& [hold, name] : kNames) {
    if ((holds & HoldBit(hold)) == 0) continue;
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

}  // namespace edgewise
