// copy-alignment: what it costs to send and receive once, by where the receive buffer begins.
//
// The kernel copies what a socket holds to the program with `rep movsb` where the processor is said
// to be good at that. Some are not when the target begins a little behind the source, both counted
// within their pages: a load then seems to depend on the store just before it. What a socket holds
// often begins at a page, and a large block of malloc 16 bytes after one.
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

constexpr std::align_val_t kPage{4096};
constexpr std::size_t kSizeMax = 64 * 1024;
constexpr int kTries = 9;
constexpr int kRounds = 4000;

double SendAndReceiveNs(const std::array<int, 2>& pair, char* from, char* to, std::size_t size) {
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRounds; ++i) {
    if (send(pair[0], from, size, 0) != static_cast<ssize_t>(size) ||
        recv(pair[1], to, size, 0) != static_cast<ssize_t>(size)) {
      std::perror("copy-alignment: send or recv");
      std::exit(1);
    }
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  return took.count() / kRounds;
}

}  // namespace

int main() {
  std::array<int, 2> pair{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()) != 0) {
    std::perror("copy-alignment: socketpair");
    return 1;
  }
  char* const from = new (kPage) char[kSizeMax]();
  char* const to = new (kPage) char[kSizeMax + 4096]();
  std::printf("%-8s", "bytes");
  constexpr std::array<std::size_t, 6> kOffsets{0, 16, 32, 48, 64, 2048};
  for (const std::size_t offset : kOffsets) std::printf("%9s+%zu", "page", offset);
  std::printf("   (ns for one send and one receive, best of %d)\n", kTries);
  for (const std::size_t size :
       {std::size_t{64}, std::size_t{1024}, std::size_t{4096}, std::size_t{16384}, kSizeMax}) {
    std::array<double, kOffsets.size()> best;
    best.fill(1e18);
    for (int attempt = 0; attempt < kTries; ++attempt) {
      for (std::size_t i = 0; i < kOffsets.size(); ++i) {
        best[i] = std::min(best[i], SendAndReceiveNs(pair, from, to + kOffsets[i], size));
      }
    }
    std::printf("%-8zu", size);
    for (const double ns : best) std::printf(" %11.0f", ns);
    std::printf("\n");
  }
  operator delete[](from, kPage);
  operator delete[](to, kPage);
  return 0;
}
