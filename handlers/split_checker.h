// CheckAllSplits: proves that a codec does not care how its input was cut into segments.
//
// A stream arrives in pieces that nobody chose. A codec that remembers how far it has looked, or
// that trusts a hint, is easily right for the pieces of one's own machine and wrong for others.
// This checker feeds a codec one input in many ways and demands the same each time: the same
// frames, the same number of bytes consumed, and for malformed input the same reason and farewell.
//
//   * whole (what the other ways are compared with)
//   * byte by byte
//   * every cut into two pieces, and every cut into three, for short inputs
//   * random cuts from a seed, which the answer names if they fail
//
// Each way is tried twice: asking the codec after every piece (also when nothing is left to ask
// about), and asking only once the `need` of its last answer is reached. It feeds as a connection
// does: what was not consumed stays in front of what arrives next. The bytes move to an exactly
// sized block of their own for each call, so that AddressSanitizer sees a codec that reads too far
// or keeps a view from an earlier call.
//
// Threading: none. Cost: quadratic in the input; keep inputs short, or lower the limits.
//
//   TEST_CASE("my codec gives the same frames for every split") {
//     REQUIRE(edgewise::CheckAllSplits(MyCodec(), "one;two;three;").ok());
//   }
//
// A frame that is not a string needs a `to_string` that copies out all that matters in it:
//
//   auto same = CheckAllSplits(PairCodec(), input, {}, [](const Pair& pair) { return ...; });
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "handlers/codec.h"
#include "reactor/kernel/text.h"

namespace edgewise {

// What must be equal between two ways of cutting.
enum class SplitEquality : std::uint8_t {
  kFrames,  // each frame
  kJoined,  // only the concatenation of the frames, for a codec like `Raw` or `Http1`
};

// How much is tried. A value.
struct SplitLimits {
  // Bytes of the longest input that is tried with every cut into two pieces; longer ones with this
  // many cuts, spread evenly.
  std::size_t two_pieces_max = 4096;
  // Bytes of the longest input that is tried with every cut into three pieces.
  std::size_t three_pieces_max = 96;
  // How many random ways of cutting are tried, each into up to eight pieces.
  std::size_t random_cuts = 100;
  // Of the random cuts.
  std::uint64_t seed = 1;
  // What must be the same.
  SplitEquality equality = SplitEquality::kFrames;
};

// The default `to_string`, for frames that are text.
struct FrameToString {
  // A copy of the frame.
  std::string operator()(std::string_view frame) const { return std::string(frame); }
};

// All that a codec made of one input.
struct SplitOutcome {
  // Each frame as `to_string` has it, and bytes consumed in all:
  std::vector<std::string> frames;
  std::size_t consumed = 0;
  // Empty unless malformed. (A malformed answer without a reason is a broken contract.)
  std::string reason;
  // What the malformed answer had for the peer.
  std::string farewell;
  // Empty unless the codec broke its contract in one answer: how.
  std::string broken_contract;

  // Nothing more is asked of the codec.
  bool ended() const { return !reason.empty() || !broken_contract.empty(); }
};

// Feeds one copy of a codec as a connection does. The engine of CheckAllSplits; public because a
// fuzz target wants to choose the pieces itself.
template <Codec C, typename ToString = FrameToString>
class SplitFeeder {
 public:
  // When the codec is asked again.
  enum class Asking : std::uint8_t { kAfterEachPiece, kWhenHintIsReached };

  // Of a copy of the codec that has seen nothing yet.
  SplitFeeder(C codec, Asking asking, ToString to_string = {})
      : codec_(std::move(codec)), to_string_(std::move(to_string)), asking_(asking) {}

  // The next piece of the stream has arrived. No effect after a malformed answer.
  void Feed(std::string_view piece) {
    pending_.append(piece);
    if (!outcome_.ended() && (asking_ == Asking::kAfterEachPiece || pending_.size() >= need_)) {
      while (Step()) {
      }
    }
  }

  // So far. Valid as long as the feeder.
  const SplitOutcome& outcome() const { return outcome_; }

 private:
  // One `Decode`; whether another one is due.
  bool Step() {
    const std::size_t size = pending_.size();
    if (size == 0 && asking_ == Asking::kWhenHintIsReached) {
      need_ = 1;
      return false;
    }
    const auto block = std::make_unique<char[]>(size);
    pending_.copy(block.get(), size);
    const auto decoded = codec_.Decode(std::string_view(block.get(), size));
    switch (decoded.status) {
      case DecodeStatus::kNeedMore:
        need_ = decoded.need;
        if (need_ <= size) {
          outcome_.broken_contract = absl::StrCat("needs ", need_, " bytes and has ", size);
        }
        return false;
      case DecodeStatus::kMalformed:
        outcome_.reason = decoded.reason == nullptr ? "" : decoded.reason;
        outcome_.farewell = std::string(decoded.farewell);
        if (outcome_.reason.empty()) {
          outcome_.broken_contract = "malformed without a reason";
        }
        return false;
      case DecodeStatus::kFrame:
        break;
    }
    if (decoded.consumed == 0 || decoded.consumed > size) {
      outcome_.broken_contract = absl::StrCat("consumed ", decoded.consumed, " bytes of ", size);
      return false;
    }
    outcome_.frames.push_back(to_string_(decoded.frame));
    outcome_.consumed += decoded.consumed;
    pending_.erase(0, decoded.consumed);
    return true;
  }

  C codec_;
  ToString to_string_;
  Asking asking_;
  std::string pending_;
  std::size_t need_ = 1;
  SplitOutcome outcome_;
};

// Empty if the two are equal, else the first difference in words.
inline std::string DescribeDifference(const SplitOutcome& whole, const SplitOutcome& split,
                                      SplitEquality equality) {
  const auto shown = [](std::string_view text) {
    constexpr std::size_t kShownMax = 80;
    return absl::StrCat("\"", absl::CHexEscape(AbslView(text.substr(0, kShownMax))),
                        text.size() > kShownMax ? "...\"" : "\"");
  };
  if (!split.broken_contract.empty()) {
    return absl::StrCat("the codec broke its contract: ", split.broken_contract);
  }
  if (equality == SplitEquality::kFrames) {
    const std::size_t common = std::min(whole.frames.size(), split.frames.size());
    for (std::size_t i = 0; i < common; ++i) {
      if (whole.frames[i] != split.frames[i]) {
        return absl::StrCat("frame ", i, " is ", shown(split.frames[i]), " instead of ",
                            shown(whole.frames[i]));
      }
    }
    if (whole.frames.size() != split.frames.size()) {
      return absl::StrCat(split.frames.size(), " frames instead of ", whole.frames.size());
    }
  } else if (absl::StrJoin(whole.frames, "") != absl::StrJoin(split.frames, "")) {
    return "the frames together are other bytes";
  }
  if (whole.reason != split.reason) {
    return absl::StrCat("malformed: ", shown(split.reason), " instead of ", shown(whole.reason));
  }
  if (whole.farewell != split.farewell) {
    return absl::StrCat("farewell ", shown(split.farewell), " instead of ", shown(whole.farewell));
  }
  // How far a codec that delivers parts got before it refused depends on the cut, and on nothing
  // does it matter: nothing is read behind a refusal.
  const bool must_consume_alike = equality == SplitEquality::kFrames || whole.reason.empty();
  if (must_consume_alike && whole.consumed != split.consumed) {
    return absl::StrCat(split.consumed, " bytes consumed instead of ", whole.consumed);
  }
  return {};
}

// Runs `codec` (each time a fresh copy) over `input` cut at `cuts` (ascending offsets), asked both
// ways, and compares with `whole`. Errors: kFailedPrecondition with the cuts and the difference.
template <Codec C, typename ToString>
absl::Status CheckSplit(const C& codec, std::string_view input,
                        const std::vector<std::size_t>& cuts, const SplitOutcome& whole,
                        SplitEquality equality, const ToString& to_string) {
  using Feeder = SplitFeeder<C, ToString>;
  for (const auto asking : {Feeder::Asking::kAfterEachPiece, Feeder::Asking::kWhenHintIsReached}) {
    Feeder feeder(codec, asking, to_string);
    std::size_t begin = 0;
    for (const std::size_t cut : cuts) {
      feeder.Feed(input.substr(begin, cut - begin));
      begin = cut;
    }
    feeder.Feed(input.substr(begin));
    const std::string difference = DescribeDifference(whole, feeder.outcome(), equality);
    if (!difference.empty()) {
      constexpr std::size_t kCutsShownMax = 16;
      const std::vector<std::size_t> shown(
          cuts.begin(),
          cuts.begin() + static_cast<std::ptrdiff_t>(std::min(cuts.size(), kCutsShownMax)));
      return absl::FailedPreconditionError(absl::StrCat(
          "cut at ", absl::StrJoin(shown, ","), shown.size() < cuts.size() ? ",..." : "", ", ",
          asking == Feeder::Asking::kAfterEachPiece ? "asked after each piece"
                                                    : "asked when the hint was reached",
          ": ", difference));
    }
  }
  return absl::OkStatus();
}

// The ways of cutting `size` bytes that `limits` ask for, but for the random ones.
inline std::vector<std::vector<std::size_t>> SystematicCuts(std::size_t size,
                                                            const SplitLimits& limits) {
  std::vector<std::vector<std::size_t>> ways(1);  // no cut: the whole, asked both ways
  std::vector<std::size_t> each_byte;
  for (std::size_t cut = 1; cut < size; ++cut) {
    each_byte.push_back(cut);
  }
  const std::size_t stride = size / std::max<std::size_t>(limits.two_pieces_max, 1) + 1;
  for (std::size_t cut = 1; cut < size; cut += stride) {
    ways.push_back({cut});
  }
  if (size <= limits.three_pieces_max) {
    for (std::size_t first = 1; first < size; ++first) {
      for (std::size_t second = first + 1; second < size; ++second) {
        ways.push_back({first, second});
      }
    }
  }
  ways.push_back(std::move(each_byte));
  return ways;
}

// OK if every way of cutting `input` that `limits` name makes `codec` say the same. Otherwise
// kFailedPrecondition; the message says how the input was cut, how the codec was asked, and the
// first difference.
template <Codec C, typename ToString = FrameToString>
requires std::invocable<const ToString&, const typename C::Frame&>
[[nodiscard]] absl::Status CheckAllSplits(const C& codec, std::string_view input,
                                          const SplitLimits& limits = {},
                                          const ToString& to_string = {}) {
  using Feeder = SplitFeeder<C, ToString>;
  Feeder feeder(codec, Feeder::Asking::kAfterEachPiece, to_string);
  feeder.Feed(input);
  const SplitOutcome whole = feeder.outcome();
  for (const auto& cuts : SystematicCuts(input.size(), limits)) {
    absl::Status status = CheckSplit(codec, input, cuts, whole, limits.equality, to_string);
    if (!status.ok()) {
      return status;
    }
  }
  std::mt19937_64 random(limits.seed);
  for (std::size_t i = 0; i < limits.random_cuts && input.size() > 1; ++i) {
    constexpr std::size_t kCutsMax = 7;
    std::vector<std::size_t> cuts(1 + random() % kCutsMax);
    for (std::size_t& cut : cuts) {
      cut = random() % (input.size() + 1);
    }
    std::sort(cuts.begin(), cuts.end());
    absl::Status status = CheckSplit(codec, input, cuts, whole, limits.equality, to_string);
    if (!status.ok()) {
      return absl::FailedPreconditionError(
          absl::StrCat("seed ", limits.seed, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

}  // namespace edgewise
