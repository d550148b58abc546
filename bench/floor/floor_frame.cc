// floor-frame [PORT]: echoes frames with a 4-byte big-endian length prefix. The raw limit for
// frame://; see floor.h. All complete frames of one receive are answered with one send. The answer
// is built anew, as that of a service that does not merely echo would be.
#include "bench/floor/floor.h"

namespace {

constexpr std::size_t kPrefix = 4;
constexpr std::size_t kFrameBytesMax = 64 * 1024 * 1024;

// The answer under construction; grows to the largest batch and stays.
char* out = nullptr;
std::size_t out_capacity = 0;

void Reserve(std::size_t size) {
  if (size <= out_capacity) [[likely]]
    return;
  out_capacity = size < raw::kReceiveBytes ? raw::kReceiveBytes : size;
  std::free(out);
  out = static_cast<char*>(raw::Check(std::malloc(out_capacity)));
}

std::size_t LoadLength(const char* bytes) {
  std::uint32_t length;
  std::memcpy(&length, bytes, kPrefix);
  return ntohl(length);
}

void StoreLength(char* bytes, std::size_t size) {
  const std::uint32_t length = htonl(static_cast<std::uint32_t>(size));
  std::memcpy(bytes, &length, kPrefix);
}

bool AnswerFrames(raw::Peer* peer, raw::Bytes input) {
  const raw::Bytes all = raw::Join(peer, input);
  std::size_t used = 0;
  bool legal = true;
  while (all.size - used >= kPrefix) {
    const std::size_t size = LoadLength(all.data + used);
    legal = size <= kFrameBytesMax;
    if (!legal || all.size - used - kPrefix < size) break;
    if (used == 0) Reserve(all.size);
    StoreLength(out + used, size);
    std::memcpy(out + used + kPrefix, all.data + used + kPrefix, size);
    used += kPrefix + size;
  }
  raw::Leave(peer, all, used);
  if (used != 0 && !raw::Send(peer, out, used)) return false;
  return legal;
}

}  // namespace

int main(int argc, char** argv) { raw::Serve(argc, argv, AnswerFrames); }
