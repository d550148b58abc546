// What the plain codecs cost: by the frame, for N that stand one behind another, and by the byte,
// for one of N bytes that comes in pieces.
#include <string>

#include "bench/micro/feed.h"
#include "bench/micro/trial.h"
#include "handlers/length_prefixed.h"
#include "handlers/lines.h"
#include "handlers/raw.h"

namespace edgewise::micro {
namespace {

constexpr std::size_t kFrameBytesMax = std::size_t{1} << 30;

std::string Prefixed(std::string_view payload) {
  const LengthPrefixed codec({.frame_bytes_max = kFrameBytesMax});
  const Envelope envelope = codec.Encode(payload.size());
  return std::string(envelope.prefix.data(), envelope.prefix_size).append(payload);
}

// A segment is a frame, whatever is in it.
void RawFrames(Trial& trial) {
  Raw codec;
  const std::string segment(Feed::kSegment, 'x');
  trial.Measure(trial.size(), [&] {
    for (std::size_t i = 0; i < trial.size(); ++i) Feed::Whole(codec, segment);
  });
}

void RawBytes(Trial& trial) {
  Raw codec;
  const std::string bytes(trial.size(), 'x');
  trial.Measure(trial.size(), [&] { Feed::InPieces(codec, bytes, Feed::kSegment); });
}

void PrefixedFrames(Trial& trial) {
  LengthPrefixed codec;
  const std::string bytes = Feed::Repeat(Prefixed("0123456789abcdef"), trial.size());
  trial.Measure(trial.size(), [&] { Feed::Whole(codec, bytes); });
}

void PrefixedBytes(Trial& trial) {
  LengthPrefixed codec({.frame_bytes_max = kFrameBytesMax});
  const std::string bytes = Prefixed(std::string(trial.size(), 'x'));
  trial.Measure(trial.size(), [&] { Feed::InPieces(codec, bytes, Feed::kSegment); });
}

void LineFrames(Trial& trial) {
  Lines codec;
  const std::string bytes = Feed::Repeat("a line of twenty-four b\r\n", trial.size());
  trial.Measure(trial.size(), [&] { Feed::Whole(codec, bytes); });
}

void LineInPieces(Trial& trial, std::size_t piece_bytes) {
  Lines codec({.line_bytes_max = kFrameBytesMax});
  const std::string bytes = std::string(trial.size(), 'x') + "\n";
  trial.Measure(trial.size(), [&] { Feed::InPieces(codec, bytes, piece_bytes); });
}

void LineBytes(Trial& trial) { LineInPieces(trial, Feed::kSegment); }
void LineDrip(Trial& trial) { LineInPieces(trial, 1); }

}  // namespace

std::vector<Family> Codecs() {
  const std::vector<std::int64_t> frames{1, 16, 256, 4096};
  const std::vector<std::int64_t> bytes{4096, 65536, 1 << 20};
  const std::vector<std::int64_t> drip{256, 4096, 65536};
  return {
      {"raw/frames", RawFrames, frames},
      {"raw/bytes", RawBytes, bytes},
      {"length-prefixed/frames", PrefixedFrames, frames},
      {"length-prefixed/bytes", PrefixedBytes, bytes},
      {"lines/frames", LineFrames, frames},
      {"lines/bytes", LineBytes, bytes},
      {"lines/drip", LineDrip, drip},
  };
}

}  // namespace edgewise::micro
