// Bytes, and what a service makes of them: shared by the raw servers and by bench/peers.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>

namespace raw {

inline constexpr std::size_t kReceiveBytes = 64 * 1024;
inline constexpr int kBacklog = 4096;

struct Bytes {
  char* data;
  std::size_t size;
};

// What became of the input.
struct Outcome {
  std::size_t used;      // the rest is to be shown again, with what follows it
  std::size_t out_size;  // of the answer
  bool legal;            // false: send the answer, then close
};

[[noreturn]] inline void Die(const char* what) {
  std::perror(what);
  std::exit(1);
}

inline void* Check(void* memory) {
  if (memory == nullptr) Die("out of memory");
  return memory;
}

}  // namespace raw
