// Fuzz target of LengthPrefixed: the usual width, and the narrowest and widest ones.
#include "handlers/length_prefixed.h"
#include "test/fuzz/differential.h"

namespace edgewise {
namespace {

template <typename C>
void Check(const FuzzInput& input) {
  const C codec({.frame_bytes_max = 200});
  CheckStructure(codec, input.stream, [&](std::string_view frame, std::string_view bytes) {
    Require(frame.size() <= codec.frame_bytes_max(), "a frame is at most the maximum");
    Require(Within(frame, bytes), "a frame is a view of its bytes");
    // What Encode puts around the frame is what Decode took it out of.
    const Envelope envelope = codec.Encode(frame.size());
    const std::string_view prefix(envelope.prefix.data(), envelope.prefix_size);
    Require(bytes.substr(0, prefix.size()) == prefix, "decode is the reverse of encode");
    Require(bytes.size() == prefix.size() + frame.size(), "nothing but prefix and frame is taken");
  });
  CheckSplits(codec, input);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FuzzInput input = ParseFuzzInput(data, size);
  Check<LengthPrefixed>(input);
  Check<BasicLengthPrefixed<1>>(input);
  Check<BasicLengthPrefixed<8, std::endian::little>>(input);
  return 0;
}

}  // namespace edgewise
