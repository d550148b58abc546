// Fuzz target of HttpResponses, with limits that short inputs reach.
#include "handlers/http/http_responses.h"
#include "test/fuzz/differential.h"

namespace edgewise {
namespace {

using Kind = HttpResponsePart::Kind;

bool HasHead(const HttpResponsePart& part) {
  return part.kind == Kind::kWhole || part.kind == Kind::kHead || part.kind == Kind::kInterim;
}

// Joined, the parts of a response read the same however it was cut.
struct PartToString {
  std::string operator()(const HttpResponsePart& part) const {
    std::string text;
    if (HasHead(part)) {
      text = std::to_string(part.status) + (part.keep_alive ? " open " : " close ") +
             (part.until_close ? "~" : "") + std::string(part.fields) + "|";
    }
    text += part.body;
    return part.last() || part.kind == Kind::kInterim ? text + "\n" : text;
  }
};

void CheckPart(const HttpResponsePart& part, std::string_view bytes) {
  Require(Within(part.body, bytes), "a body is within its bytes");
  if (!HasHead(part)) return;
  Require(Within(part.fields, bytes), "fields are within their bytes");
  Require(part.status >= 100 && part.status <= 999, "a status has three digits");
  Require(part.fields.empty() || part.fields.ends_with("\r\n"), "fields are whole lines");
  Require(part.fields.find("\r\n\r\n") == std::string_view::npos, "a head has one empty line");
  Require(!part.until_close || !part.keep_alive, "what ends with the stream keeps nothing alive");
  Require(part.kind != Kind::kInterim || part.status < 200, "an interim response says so");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FuzzInput input = ParseFuzzInput(data, size);
  for (const HttpResponsesTo to : {HttpResponsesTo::kUsual, HttpResponsesTo::kHead}) {
    const HttpResponses codec({.to = to, .head_bytes_max = 160, .chunk_extension_bytes_max = 12});
    CheckStructure(codec, input.stream, CheckPart);
    CheckSplits(codec, input, SplitEquality::kJoined, PartToString());
  }
  return 0;
}

}  // namespace edgewise
