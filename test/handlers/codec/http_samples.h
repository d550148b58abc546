// What the tests of Http1 share: requests as text, and a request copied out as text.
#pragma once

#include <catch2/catch_get_random_seed.hpp>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "handlers/http1.h"
#include "handlers/split_checker.h"

namespace edgewise {

// All that a request says, in one string.
struct HttpRequestToString {
  std::string operator()(const HttpRequest& request) const {
    std::string text(request.method_text());
    text += " " + std::to_string(static_cast<int>(request.method()));
    text += " " + std::string(request.target());
    text += " " + std::to_string(request.minor_version());
    text += request.keep_alive() ? " open" : " close";
    for (const HttpField& field : request.headers()) {
      text += "|" + std::string(field.name) + "=" + std::string(field.value);
    }
    return text + "|" + std::string(request.body());
  }
};

// CheckAllSplits for Http1, with the run's seed.
inline absl::Status CheckHttpSplits(std::string_view input, const Http1& codec = Http1()) {
  return CheckAllSplits(codec, input, {.random_cuts = 50, .seed = Catch::getSeed()},
                        HttpRequestToString());
}

// A GET of "/" with Host and one more line of text, which has no CRLF.
inline std::string GetWith(std::string_view line) {
  return "GET / HTTP/1.1\r\nHost: x\r\n" + std::string(line) + "\r\n\r\n";
}

}  // namespace edgewise
