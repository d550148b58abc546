// What the tests of Http1 share: requests as text, and a request copied out as text.
#pragma once

#include <catch2/catch_get_random_seed.hpp>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "handlers/http/http1.h"
#include "handlers/split_checker.h"

namespace edgewise {

// All that a request says but for its body, in one string.
inline std::string HeadToString(const HttpRequest& request) {
  std::string text(request.method_text());
  text += " " + std::to_string(static_cast<int>(request.method()));
  text += " " + std::string(request.target());
  text += " " + std::to_string(request.minor_version());
  text += request.keep_alive() ? " open" : " close";
  for (const HttpField& field : request.headers()) {
    text += "|" + std::string(field.name) + "=" + std::string(field.value);
  }
  return text + "|";
}

// All that a part says. Joined, those of a request read the same however it was cut.
struct HttpPartToString {
  std::string operator()(const HttpPart& part) const {
    std::string text;
    if (part.kind == HttpPart::Kind::kWhole || part.kind == HttpPart::Kind::kHead) {
      text = HeadToString(part.request);
    }
    text += part.body();
    return part.partial() ? text : text + "\n";
  }
};

// CheckAllSplits for Http1, with the run's seed.
inline absl::Status CheckHttpSplits(std::string_view input, const Http1& codec = Http1()) {
  return CheckAllSplits(
      codec, input,
      {.random_cuts = 50, .seed = Catch::getSeed(), .equality = SplitEquality::kJoined},
      HttpPartToString());
}

// What a codec makes of a whole input: the joined parts, then "refused: " and the reason if it was.
inline std::string Decoding(std::string_view input, Http1 codec = Http1()) {
  std::string text;
  while (true) {
    const Decoded<HttpPart> decoded = codec.Decode(input);
    if (decoded.status == DecodeStatus::kMalformed) return text + "refused: " + decoded.reason;
    if (decoded.status == DecodeStatus::kNeedMore) return text;
    text += HttpPartToString()(decoded.frame);
    input.remove_prefix(decoded.consumed);
  }
}

// A GET of "/" with Host and one more line of text, which has no CRLF.
inline std::string GetWith(std::string_view line) {
  return "GET / HTTP/1.1\r\nHost: x\r\n" + std::string(line) + "\r\n\r\n";
}

}  // namespace edgewise
