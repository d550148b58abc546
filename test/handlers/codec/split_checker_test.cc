// The split checker against codecs that are wrong in the ways in which real ones were.
#include "handlers/split_checker.h"

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <string>
#include <string_view>

#include "handlers/lines.h"

namespace edgewise {
namespace {

using Catch::Matchers::ContainsSubstring;
using TextDecoded = Decoded<std::string_view>;

std::string Verdict(const absl::Status& status) { return std::string(status.message()); }

// Takes what is there at an unfinished end for a line.
struct DeliversPartialLine {
  using Frame = std::string_view;
  TextDecoded Decode(std::string_view bytes) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      return bytes.size() < 3 ? TextDecoded::NeedMore(bytes.size() + 1)
                              : TextDecoded::Of(bytes, bytes.size());
    }
    return TextDecoded::Of(bytes.substr(0, end), end + 1);
  }
};

// Remembers how far it has looked, and forgets to forget it after a frame.
struct KeepsScannedPosition {
  using Frame = std::string_view;
  std::size_t scanned = 0;
  TextDecoded Decode(std::string_view bytes) {
    const std::size_t end = bytes.find('\n', scanned);
    if (end == std::string_view::npos) {
      scanned = bytes.size();
      return TextDecoded::NeedMore(bytes.size() + 1);
    }
    return TextDecoded::Of(bytes.substr(0, end), end + 1);
  }
};

// Looks for CRLF from where it stopped, and so misses one that is cut in two.
struct MissesCutEnding {
  using Frame = std::string_view;
  std::size_t scanned = 0;
  TextDecoded Decode(std::string_view bytes) {
    const std::size_t end = bytes.find("\r\n", scanned);
    if (end == std::string_view::npos) {
      scanned = bytes.size();
      return TextDecoded::NeedMore(bytes.size() + 1);
    }
    scanned = 0;
    return TextDecoded::Of(bytes.substr(0, end), end + 2);
  }
};

// Asks for more than it can know that there will be.
struct HintsTooHigh {
  using Frame = std::string_view;
  TextDecoded Decode(std::string_view bytes) {
    const std::size_t end = bytes.find('\n');
    return end == std::string_view::npos ? TextDecoded::NeedMore(bytes.size() + 64)
                                         : TextDecoded::Of(bytes.substr(0, end), end + 1);
  }
};

// Refuses an unfinished line for its size, but not the same line when it comes at once.
struct LimitsOnlyUnfinished {
  using Frame = std::string_view;
  TextDecoded Decode(std::string_view bytes) {
    const std::size_t end = bytes.find('\n');
    if (end == std::string_view::npos) {
      return bytes.size() > 4 ? TextDecoded::Malformed("too long")
                              : TextDecoded::NeedMore(bytes.size() + 1);
    }
    return TextDecoded::Of(bytes.substr(0, end), end + 1);
  }
};

// Says another reason for the same fault when it sees it late.
struct ChangesReason {
  using Frame = std::string_view;
  bool asked = false;
  TextDecoded Decode(std::string_view bytes) {
    if (bytes.find('!') != std::string_view::npos) {
      return TextDecoded::Malformed(asked ? "late" : "early");
    }
    asked = true;
    return TextDecoded::NeedMore(bytes.size() + 1);
  }
};

// Says farewell otherwise when it sees the fault late.
struct ChangesFarewell {
  using Frame = std::string_view;
  bool asked = false;
  TextDecoded Decode(std::string_view bytes) {
    if (bytes.find('!') != std::string_view::npos) {
      return TextDecoded::Malformed("fault", asked ? "late" : "early");
    }
    asked = true;
    return TextDecoded::NeedMore(bytes.size() + 1);
  }
};

// Makes the same frame of one byte as of two.
struct TakesMoreAtOnce {
  using Frame = std::string_view;
  bool took = false;
  TextDecoded Decode(std::string_view bytes) {
    if (took || bytes.empty()) return TextDecoded::NeedMore(bytes.size() + 1);
    took = true;
    return TextDecoded::Of(bytes.substr(0, 1), bytes.size());
  }
};

// Makes of each piece how long it is.
struct CountsPieces {
  using Frame = std::string;
  Decoded<std::string> Decode(std::string_view bytes) {
    return bytes.empty() ? Decoded<std::string>::NeedMore(1)
                         : Decoded<std::string>::Of(std::to_string(bytes.size()), bytes.size());
  }
};

// Wrong only if some piece but the first and the last has more than one byte.
struct WrongAtTwoCuts {
  using Frame = std::string_view;
  std::size_t seen = 0;
  TextDecoded Decode(std::string_view bytes) {
    const bool jumped = seen > 0 && bytes.size() > seen + 1;
    seen = bytes.size();
    return jumped || seen == 200 ? TextDecoded::Of(bytes, seen) : TextDecoded::NeedMore(seen + 1);
  }
};

// Broken contracts, one at a time.
enum class Breach : std::uint8_t { kConsumesNothing, kConsumesTooMuch, kNeedsNoMore, kNoReason };

struct BreaksContract {
  using Frame = std::string_view;
  Breach breach;
  TextDecoded Decode(std::string_view bytes) {
    switch (breach) {
      case Breach::kConsumesNothing:
        return TextDecoded::Of(bytes, 0);
      case Breach::kConsumesTooMuch:
        return TextDecoded::Of(bytes, bytes.size() + 1);
      case Breach::kNeedsNoMore:
        return TextDecoded::NeedMore(bytes.size());
      case Breach::kNoReason:
        break;
    }
    return TextDecoded::Malformed(nullptr);
  }
};

TEST_CASE("the split checker catches a codec that delivers half a line") {
  const auto status = CheckAllSplits(DeliversPartialLine(), "hello\nworld\n");
  CHECK_THAT(Verdict(status), ContainsSubstring("frame 0 is \"hel\" instead of \"hello\""));
  CHECK_THAT(Verdict(status), ContainsSubstring("cut at 3, asked after each piece"));
}

TEST_CASE("the split checker catches a codec whose memory outlives the frame") {
  CHECK_FALSE(CheckAllSplits(KeepsScannedPosition(), "hello\na\nb\n").ok());
}

TEST_CASE("the split checker catches a codec that misses an ending cut in two") {
  const auto status = CheckAllSplits(MissesCutEnding(), "ab\r\ncd\r\n");
  CHECK_THAT(Verdict(status), ContainsSubstring("cut at 3"));
}

TEST_CASE("the split checker catches a hint that is never reached") {
  const auto status = CheckAllSplits(HintsTooHigh(), "hello\nworld\n");
  CHECK_THAT(Verdict(status), ContainsSubstring("asked when the hint was reached"));
}

TEST_CASE("the split checker catches a limit that only unfinished frames meet") {
  const auto status = CheckAllSplits(LimitsOnlyUnfinished(), "hello\n");
  CHECK_THAT(Verdict(status), ContainsSubstring("0 frames instead of 1"));
}

TEST_CASE("the split checker catches a reason that depends on the cut") {
  const auto status = CheckAllSplits(ChangesReason(), "hello!");
  CHECK_THAT(Verdict(status), ContainsSubstring("malformed: \"late\" instead of \"early\""));
}

TEST_CASE("the split checker catches a farewell, or bytes, that depend on the cut") {
  CHECK_THAT(Verdict(CheckAllSplits(ChangesFarewell(), "hello!")),
             ContainsSubstring("farewell \"late\" instead of \"early\""));
  CHECK_THAT(Verdict(CheckAllSplits(TakesMoreAtOnce(), "aa")),
             ContainsSubstring("1 bytes consumed instead of 2"));
}

TEST_CASE("the split checker catches frames that are other bytes when they are joined") {
  const auto status =
      CheckAllSplits(DeliversPartialLine(), "hello\nworld\n", {.equality = SplitEquality::kJoined});
  CHECK(status.ok());
  CHECK_THAT(Verdict(CheckAllSplits(CountsPieces(), "abc", {.equality = SplitEquality::kJoined})),
             ContainsSubstring("the frames together are other bytes"));
}

TEST_CASE("the split checker catches answers that break the contract") {
  const auto verdict = [](Breach breach) {
    return Verdict(CheckAllSplits(BreaksContract{breach}, "abc"));
  };
  CHECK_THAT(verdict(Breach::kConsumesNothing), ContainsSubstring("consumed 0 bytes of 3"));
  CHECK_THAT(verdict(Breach::kConsumesTooMuch), ContainsSubstring("consumed 4 bytes of 3"));
  CHECK_THAT(verdict(Breach::kNeedsNoMore), ContainsSubstring("needs 3 bytes and has 3"));
  CHECK_THAT(verdict(Breach::kNoReason), ContainsSubstring("malformed without a reason"));
}

TEST_CASE("the split checker names the seed of a random cut that failed") {
  const SplitLimits limits{.two_pieces_max = 1, .seed = 42};
  REQUIRE(SystematicCuts(200, limits).size() == 3);  // whole, one cut at byte 1, byte by byte
  const auto status = CheckAllSplits(WrongAtTwoCuts(), std::string(200, 'x'), limits);
  CHECK_THAT(Verdict(status), ContainsSubstring("seed 42: cut at"));
}

TEST_CASE("the split checker agrees with a codec that is right") {
  const auto status = CheckAllSplits(Lines(), "one\r\ntwo\n\nthree", {.seed = Catch::getSeed()});
  INFO(status);
  CHECK(status.ok());
}

TEST_CASE("the split checker tries every cut into two and three pieces of a short input") {
  const auto cuts = SystematicCuts(5, {});
  // whole, 4 cuts into two, 6 into three, byte by byte
  CHECK(cuts.size() == 1 + 4 + 6 + 1);
  CHECK(cuts.back().size() == 4);
}

}  // namespace
}  // namespace edgewise
