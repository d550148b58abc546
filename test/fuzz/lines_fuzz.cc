// Fuzz target of Lines, with a maximum that short inputs reach.
#include "handlers/lines.h"
#include "test/fuzz/differential.h"

namespace edgewise {

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FuzzInput input = ParseFuzzInput(data, size);
  const Lines codec({.line_bytes_max = 20});
  CheckStructure(codec, input.stream, [&](std::string_view line, std::string_view bytes) {
    Require(line.size() <= codec.frame_bytes_max(), "a line is at most the maximum");
    Require(line.find('\n') == std::string_view::npos, "a line holds no LF");
    Require(Within(line, bytes), "a line is a view of its bytes");
    const std::string_view ending = bytes.substr(line.size());
    Require(ending == "\n" || ending == "\r\n", "a line ends in LF or CRLF");
    Require(ending == "\r\n" || line.empty() || line.back() != '\r', "CRLF is taken whole");
  });
  CheckSplits(codec, input);
  return 0;
}

}  // namespace edgewise
