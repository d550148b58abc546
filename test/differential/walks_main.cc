// edgewise-walks: walks on the real kernel and a simulated one, as many as are asked for.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "reactor/kernel/text.h"
#include "test/differential/walks.h"

namespace edgewise::differential {
namespace {

constexpr const char* kUsage =
    "usage: edgewise-walks [--walks N] [--first SEED] [--failures N]\n\n"
    "Runs the walks of seeds SEED, SEED + 1, ...; prints each that the simulation could not\n"
    "follow, made as small as it gets, and ends with status 1 if there was one.\n\n"
    "  --walks N     how many (1000)\n"
    "  --first SEED  the first of them (1)\n"
    "  --failures N  ends after so many that fail (1)\n";

int Main(int argc, char** argv) {
  std::uint64_t count = 1000;
  std::uint64_t first = 1;
  std::uint64_t failures_max = 1;
  for (int i = 1; i < argc; i += 2) {
    const std::string_view flag = argv[i];
    std::uint64_t* value = flag == "--walks"      ? &count
                           : flag == "--first"    ? &first
                           : flag == "--failures" ? &failures_max
                                                  : nullptr;
    if (value == nullptr || i + 1 == argc || !absl::SimpleAtoi(argv[i + 1], value)) {
      std::fputs(kUsage, stderr);
      return 2;
    }
  }
  Walks walks;
  std::uint64_t failures = 0;
  std::uint64_t run = 0;
  while (run < count && failures < failures_max) {
    const std::uint64_t seed = first + run++;
    const std::optional<std::string> report = walks.Run(seed);
    if (!report) continue;
    ++failures;
    const std::optional<std::string> shrunk = walks.Shrink(seed);
    std::printf("seed %llu, %s:\n%s\n", static_cast<unsigned long long>(seed),
                shrunk ? "shrunk" : "which did not happen again", shrunk.value_or(*report).c_str());
  }
  std::printf(
      "%llu walks, %llu steps (%llu awaited), %llu cut short, %llu failed, %llu disturbed\n",
      static_cast<unsigned long long>(run), static_cast<unsigned long long>(walks.steps()),
      static_cast<unsigned long long>(walks.awaited()),
      static_cast<unsigned long long>(walks.lost()), static_cast<unsigned long long>(failures),
      static_cast<unsigned long long>(walks.disturbed()));
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace edgewise::differential

int main(int argc, char** argv) { return edgewise::differential::Main(argc, argv); }
