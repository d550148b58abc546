// What every codec's fuzz target does: the same input whole and in pieces must give the same.
//
// The fuzzer's bytes are split in two: one byte says how many bytes of sizes follow, those are the
// sizes of the first pieces of the stream, all the rest is the stream. The codec is fed the stream
// whole, in those pieces (asked after each, and asked when its hint is reached) and byte by byte
// (a stream of at most kEachByteMax). On the whole input every answer is checked for structure too.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/codec.h"
#include "handlers/split_checker.h"

namespace edgewise {

inline void Require(bool condition, std::string_view what) {
  if (!condition) {
    std::fprintf(stderr, "fuzz: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
  }
}

// Whether `view` lies within `bytes`. Empty views may lie anywhere.
inline bool Within(std::string_view view, std::string_view bytes) {
  return view.empty() ||
         (view.data() >= bytes.data() && view.data() + view.size() <= bytes.data() + bytes.size());
}

// Decodes `input` whole; `check(frame, bytes that it took)` looks at each frame.
template <Codec C, typename Check>
void CheckStructure(C codec, std::string_view input, const Check& check) {
  while (true) {
    const auto decoded = codec.Decode(input);
    switch (decoded.status) {
      case DecodeStatus::kNeedMore:
        Require(decoded.need > input.size(), "the hint must be more than there is");
        return;
      case DecodeStatus::kMalformed:
        Require(decoded.reason != nullptr && *decoded.reason != '\0', "a refusal has a reason");
        return;
      case DecodeStatus::kFrame:
        Require(decoded.consumed > 0 && decoded.consumed <= input.size(), "consumed is in range");
        check(decoded.frame, input.substr(0, decoded.consumed));
        input.remove_prefix(decoded.consumed);
        break;
    }
  }
}

struct FuzzInput {
  std::vector<std::size_t> cuts;  // ascending
  std::string_view stream;
};

inline FuzzInput ParseFuzzInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kPiecesMax = 15;
  FuzzInput input;
  input.stream = {reinterpret_cast<const char*>(data), size};
  if (size == 0) {
    return input;
  }
  const std::size_t pieces = std::min<std::size_t>(data[0] % (kPiecesMax + 1), size - 1);
  input.stream.remove_prefix(1 + pieces);
  std::size_t cut = 0;
  for (std::size_t i = 1; i <= pieces; ++i) {
    cut = std::min<std::size_t>(cut + data[i], input.stream.size());
    input.cuts.push_back(cut);
  }
  return input;
}

template <Codec C, typename ToString = FrameToString>
void CheckSplits(const C& codec, const FuzzInput& input,
                 SplitEquality equality = SplitEquality::kFrames, const ToString& to_string = {}) {
  using Feeder = SplitFeeder<C, ToString>;
  Feeder feeder(codec, Feeder::Asking::kAfterEachPiece, to_string);
  feeder.Feed(input.stream);
  const auto check = [&](const std::vector<std::size_t>& cuts) {
    const auto status =
        CheckSplit(codec, input.stream, cuts, feeder.outcome(), equality, to_string);
    Require(status.ok(), StdView(status.message()));
  };
  check(input.cuts);
  constexpr std::size_t kEachByteMax = 512;
  if (input.stream.size() <= kEachByteMax) {
    std::vector<std::size_t> each_byte;
    for (std::size_t cut = 1; cut < input.stream.size(); ++cut) {
      each_byte.push_back(cut);
    }
    check(each_byte);
  }
}

}  // namespace edgewise
