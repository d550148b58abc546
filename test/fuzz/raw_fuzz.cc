// Fuzz target of Raw.
#include "handlers/raw.h"
#include "test/fuzz/differential.h"

namespace edgewise {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FuzzInput input = ParseFuzzInput(data, size);
  CheckStructure(Raw(), input.stream, [](std::string_view frame, std::string_view bytes) {
    Require(frame == bytes && frame.data() == bytes.data(), "the frame is what arrived");
  });
  CheckSplits(Raw(), input, SplitEquality::kJoined);
  return 0;
}

}  // namespace edgewise
