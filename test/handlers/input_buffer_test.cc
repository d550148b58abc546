// The bytes of an unfinished frame.
#include "handlers/input_buffer.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <cstdint>
#include <cstring>
#include <string>

#include "test/reactor/death.h"

namespace edgewise {
namespace {

// Clears the buffer before it goes, as an owner must.
struct Owned {
  ~Owned() { buffer.Clear(gauge); }
  void Fill(std::string_view bytes, std::size_t total) {
    while (!bytes.empty()) {
      const std::span<char> room = buffer.Room(total, gauge);
      const std::size_t size = std::min(room.size(), bytes.size());
      std::memcpy(room.data(), bytes.data(), size);
      buffer.Commit(size);
      bytes.remove_prefix(size);
    }
  }
  BufferGauge gauge;
  InputBuffer buffer;
};

}  // namespace

TEST_CASE("a buffer that is destroyed with bytes in it says so and ends") {
  const std::string said = DeathMessage([] {
    BufferGauge gauge;
    InputBuffer buffer;
    buffer.Assign("bytes", gauge);
  });
  CHECK(said.find("destroyed with bytes in it: Clear it") != std::string::npos);
}

TEST_CASE("an empty buffer holds no memory and answers everything with nothing") {
  Owned owned;
  CHECK(owned.buffer.empty());
  CHECK(owned.buffer.size() == 0);
  CHECK(owned.buffer.capacity() == 0);
  CHECK(owned.buffer.bytes().empty());
  CHECK(owned.buffer.need() == 0);
  CHECK_FALSE(owned.buffer.unseen());
  owned.buffer.Clear(owned.gauge);
  CHECK(owned.gauge.bytes() == 0);
}

TEST_CASE("what is assigned is kept, and an assignment of nothing gives the memory back") {
  Owned owned;
  owned.buffer.Assign("unfinished", owned.gauge);
  CHECK(owned.buffer.bytes() == "unfinished");
  CHECK(owned.gauge.bytes() == owned.buffer.capacity());
  owned.buffer.set_need(77);
  owned.buffer.set_unseen(true);
  owned.buffer.Assign("other", owned.gauge);
  CHECK(owned.buffer.bytes() == "other");
  owned.buffer.Assign("", owned.gauge);
  CHECK(owned.buffer.empty());
  CHECK(owned.gauge.bytes() == 0);
  owned.buffer.Assign("fresh", owned.gauge);
  CHECK(owned.buffer.need() == 0);
  CHECK_FALSE(owned.buffer.unseen());
}

TEST_CASE("room grows with what has arrived, never ahead of it by more than as much again") {
  constexpr std::size_t kTotal = std::size_t{8} << 20;
  Owned owned;
  owned.buffer.Assign(std::string(9000, 'x'), owned.gauge);
  const std::string piece(70'000, 'y');
  while (owned.buffer.size() + piece.size() < kTotal) {
    owned.Fill(piece, kTotal);
    REQUIRE(owned.buffer.capacity() <= std::max<std::size_t>(2 * owned.buffer.size(), 65'536));
    REQUIRE(owned.gauge.bytes() == owned.buffer.capacity());
  }
  owned.Fill(std::string(kTotal - owned.buffer.size(), 'z'), kTotal);
  CHECK(owned.buffer.size() == kTotal);
  CHECK(owned.buffer.capacity() <= kTotal + 16 * 1024);
}

TEST_CASE("there is room worth a receive even where the hint asks for one byte, or for nothing") {
  const std::size_t hint = GENERATE(0u, 20'000u, 20'001u);
  Owned owned;
  owned.buffer.Assign(std::string(20'000, 'x'), owned.gauge);
  CHECK(owned.buffer.Room(hint, owned.gauge).size() >= 8192);
}

// (Broken on purpose: with a memmove in DropFront, frames that wait cost the square of their
// number.)
TEST_CASE("dropping from the front moves no byte of what is left") {
  Owned owned;
  owned.buffer.Assign(std::string(4000, 'a') + std::string(4000, 'b'), owned.gauge);
  const char* const begin = owned.buffer.bytes().data();
  for (std::size_t dropped = 20; dropped < 8000; dropped += 20) {
    owned.buffer.DropFront(20, owned.gauge);
    REQUIRE(owned.buffer.bytes().data() == begin + dropped);
  }
  CHECK(owned.buffer.bytes() == std::string(20, 'b'));
}

TEST_CASE("room is made of what was dropped where that is most of the block, else by growing") {
  Owned owned;
  owned.buffer.Assign(std::string(8000, 'a'), owned.gauge);
  const std::size_t capacity = owned.buffer.capacity();
  owned.buffer.DropFront(7000, owned.gauge);
  CHECK(owned.buffer.Room(100'000, owned.gauge).size() == capacity - 1000);
  CHECK(owned.buffer.capacity() == capacity);
  CHECK(owned.buffer.bytes() == std::string(1000, 'a'));
  owned.Fill(std::string(capacity - 1000, 'b'), capacity);
  owned.buffer.DropFront(100, owned.gauge);
  CHECK(owned.buffer.Room(100'000, owned.gauge).size() >= 8192);
  CHECK(owned.gauge.bytes() == owned.buffer.capacity());
  CHECK(owned.buffer.size() == capacity - 100);
}

TEST_CASE("random use agrees with a string") {
  const unsigned seed = GENERATE(range(1u, 6u));
  CAPTURE(seed);
  std::uint32_t state = seed;
  const auto random = [&state](std::uint32_t bound) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % bound;
  };
  Owned owned;
  std::string model;
  for (int step = 0; step < 2000; ++step) {
    const std::string bytes(random(5000), static_cast<char>('a' + random(26)));
    switch (random(4)) {
      case 0:
        owned.buffer.Assign(bytes, owned.gauge);
        model = bytes;
        break;
      case 1:
        if (model.empty()) break;
        owned.Fill(bytes, model.size() + random(100'000));
        model += bytes;
        break;
      case 2: {
        if (model.empty()) break;
        const std::size_t count = random(static_cast<std::uint32_t>(model.size()) + 1);
        owned.buffer.DropFront(count, owned.gauge);
        model.erase(0, count);
        break;
      }
      default:
        if (random(10) != 0) break;
        owned.buffer.Clear(owned.gauge);
        model.clear();
    }
    REQUIRE((owned.buffer.bytes() == model));
    REQUIRE(owned.buffer.empty() == model.empty());
    REQUIRE(owned.gauge.bytes() == owned.buffer.capacity());
  }
}

}  // namespace edgewise
