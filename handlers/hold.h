// Hold: why reading from a connection is paused. Several can stand at once.
#pragma once

#include <cstdint>
#include <string>

namespace edgewise {

// Each is one bit of a HoldSet.
enum class Hold : std::uint8_t {
  kHighWater = 1,  // too much output is queued; ends at low water
  kUser = 2,       // the service asked; ends when it says so
  kMemory = 4,     // the buffers of all connections together are over their budget
  kAnswer = 8,     // requests wait for the answer before theirs; ends with it
};

// A set of Hold bits. 0: reading is not held.
using HoldSet = std::uint8_t;

// The set with nothing but `hold` in it.
constexpr HoldSet HoldBit(Hold hold) { return static_cast<HoldSet>(hold); }

// "high-water, user"; empty for none.
std::string HoldNames(HoldSet holds);

}  // namespace edgewise
