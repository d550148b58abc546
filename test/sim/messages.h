// What clients of the scenarios say.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace edgewise::sim_test {

// `count` bytes that tell where they stand.
inline std::string Pattern(std::size_t count, std::size_t from = 0) {
  std::string bytes(count, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    bytes[i] = static_cast<char>('a' + (from + i + (from + i) / 26) % 26);
  }
  return bytes;
}

// As LengthPrefixed has it.
inline std::string LengthFramed(std::string_view payload) {
  std::string frame(4, '\0');
  for (std::size_t i = 0; i < 4; ++i) {
    frame[i] = static_cast<char>(payload.size() >> (24 - 8 * i));
  }
  return frame.append(payload);
}

}  // namespace edgewise::sim_test
