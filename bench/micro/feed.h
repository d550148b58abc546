// Feed: gives bytes to a codec as a connection would, all at once or as they come.
#pragma once

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include "handlers/codec.h"

namespace edgewise::micro {

// Threading: one thread. Ownership: none.
struct Feed {
  // Bytes of a full packet over Ethernet.
  static constexpr std::size_t kSegment = 1460;

  static std::string Repeat(std::string_view text, std::size_t times) {
    std::string all;
    all.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
  }

  // Lets `codec` take frames from `bytes` until it wants more; answers what it left.
  template <Codec CodecType>
  static std::string_view Take(CodecType& codec, std::string_view bytes) {
    while (!bytes.empty()) {
      const auto decoded = codec.Decode(bytes);
      if (decoded.status == DecodeStatus::kNeedMore) break;
      if (decoded.status == DecodeStatus::kMalformed) std::abort();
      benchmark::DoNotOptimize(&decoded.frame);
      bytes.remove_prefix(decoded.consumed);
    }
    return bytes;
  }

  // Everything is there. REQUIRES: whole frames.
  template <Codec CodecType>
  static void Whole(CodecType& codec, std::string_view bytes) {
    if (!Take(codec, bytes).empty()) std::abort();
  }

  // `piece_bytes` more are there each time. REQUIRES: whole frames.
  template <Codec CodecType>
  static void InPieces(CodecType& codec, std::string_view bytes, std::size_t piece_bytes) {
    std::size_t taken = 0;
    for (std::size_t come = 0; come < bytes.size();) {
      come = std::min(come + piece_bytes, bytes.size());
      taken = come - Take(codec, bytes.substr(taken, come - taken)).size();
    }
    if (taken != bytes.size()) std::abort();
  }
};

}  // namespace edgewise::micro
