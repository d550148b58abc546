// What a socket refused: in order, in bounded pieces, in borrowed chunks.
#include "handlers/output_queue.h"

#include <array>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <cstdint>
#include <string>

#include "test/reactor/death.h"

namespace edgewise {
namespace {

using std::chrono::seconds;

constexpr Time kBegin = Time() + std::chrono::hours(1);

struct Owned {
  ~Owned() { queue.Clear(pool); }
  void Append(std::string_view bytes, Time now = kBegin) { queue.Append(bytes, pool, now); }
  std::string Front() {
    std::array<ConstBuffer, Kernel::kGatherMax> pieces;
    std::string bytes;
    const std::size_t count = queue.Describe(pieces);
    for (std::size_t i = 0; i < count; ++i) bytes.append(pieces[i].data(), pieces[i].size());
    return bytes;
  }
  ChunkPool pool;
  OutputQueue queue;
};

}  // namespace

TEST_CASE("a queue that is destroyed with bytes in it says so and ends") {
  const std::string said = DeathMessage([] {
    ChunkPool pool;
    OutputQueue queue;
    queue.Append("bytes", pool, kBegin);
  });
  CHECK(said.find("destroyed with bytes in it: Clear it") != std::string::npos);
}

TEST_CASE("an empty queue holds no memory") {
  Owned owned;
  CHECK(owned.queue.empty());
  CHECK(owned.queue.bytes() == 0);
  owned.Append("");
  CHECK(owned.queue.empty());
  CHECK(owned.Front().empty());
  owned.queue.Clear(owned.pool);
  CHECK(owned.pool.gauge().bytes() == 0);
}

TEST_CASE("small pieces share a chunk and large ones get their own") {
  Owned owned;
  for (int i = 0; i < 100; ++i) owned.Append("0123456789");
  std::array<ConstBuffer, Kernel::kGatherMax> pieces;
  CHECK(owned.queue.Describe(pieces) == 1);
  CHECK(owned.pool.gauge().bytes() == ChunkPool::kStandardBytes);
  owned.Append(std::string(1'000'000, 'x'));
  CHECK(owned.queue.Describe(pieces) == 2);
  CHECK(owned.queue.bytes() == 1'001'000);
}

TEST_CASE("one gathered send describes at most what the kernel takes") {
  Owned owned;
  const std::string chunk(ChunkPool::kStandardBytes, 'x');
  for (std::size_t i = 0; i < Kernel::kGatherMax + 10; ++i) owned.Append(chunk);
  std::array<ConstBuffer, Kernel::kGatherMax> pieces;
  CHECK(owned.queue.Describe(pieces) == Kernel::kGatherMax);
}

TEST_CASE("random appends and takes agree with a string") {
  const unsigned seed = GENERATE(range(1u, 6u));
  CAPTURE(seed);
  std::uint32_t state = seed;
  const auto random = [&state](std::uint32_t bound) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % bound;
  };
  Owned owned;
  std::string model;
  for (int step = 0; step < 3000; ++step) {
    if (random(2) == 0) {
      const std::string bytes(random(random(8) == 0 ? 60'000 : 300),
                              static_cast<char>('a' + random(26)));
      owned.Append(bytes);
      model += bytes;
    } else if (!model.empty()) {
      const std::string front = owned.Front();
      REQUIRE((model.compare(0, front.size(), front) == 0));
      const std::size_t count = random(static_cast<std::uint32_t>(front.size()) + 1);
      owned.queue.Take(count, owned.pool);
      model.erase(0, count);
    }
    REQUIRE(owned.queue.bytes() == model.size());
    REQUIRE(owned.queue.empty() == model.empty());
    REQUIRE(owned.pool.gauge().bytes() >= model.size());
  }
  owned.queue.Clear(owned.pool);
  CHECK(owned.pool.gauge().bytes() == 0);
}

TEST_CASE("progress is what the peer acknowledges, not what the socket takes") {
  Owned owned;
  owned.Append(std::string(1000, 'x'), kBegin);
  // The first look sets the mark.
  CHECK(owned.queue.StalledSince(500, kBegin + seconds(1)) == kBegin + seconds(1));
  // The socket took 100 more and the peer acknowledged none of it.
  owned.queue.Take(100, owned.pool);
  CHECK(owned.queue.StalledSince(600, kBegin + seconds(5)) == kBegin + seconds(1));
  // One byte is progress.
  CHECK(owned.queue.StalledSince(599, kBegin + seconds(9)) == kBegin + seconds(9));
  CHECK(owned.queue.StalledSince(599, kBegin + seconds(12)) == kBegin + seconds(9));
  // A look that finds more unacknowledged than before (the kernel counts differently for paths)
  // is no progress.
  CHECK(owned.queue.StalledSince(650, kBegin + seconds(13)) == kBegin + seconds(9));
}

TEST_CASE("the pool keeps a bounded number of chunks of the usual size") {
  ChunkPool pool;
  std::vector<OutputChunk*> lent;
  for (std::size_t i = 0; i < ChunkPool::kKeptMax + 10; ++i) lent.push_back(&pool.Lend(100));
  lent.push_back(&pool.Lend(ChunkPool::kStandardBytes + 1));
  CHECK(lent.back()->capacity() == ChunkPool::kStandardBytes + 1);
  OutputChunk* last = lent.front();
  for (OutputChunk* chunk : lent) pool.Return(*chunk);
  CHECK(pool.gauge().bytes() == 0);
  // The kept ones come back, empty.
  bool seen = false;
  lent.clear();
  for (std::size_t i = 0; i < ChunkPool::kKeptMax; ++i) {
    lent.push_back(&pool.Lend(ChunkPool::kStandardBytes));
    CHECK(lent.back()->size() == 0);
    CHECK(lent.back()->room() == ChunkPool::kStandardBytes);
    seen = seen || lent.back() == last;
  }
  CHECK(seen);
  for (OutputChunk* chunk : lent) pool.Return(*chunk);
}

}  // namespace edgewise
