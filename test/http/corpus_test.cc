// The corpus: each case has its verdict from Http1, when whole and at every split.
#include "test/http/corpus.h"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <cstddef>
#include <filesystem>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/http/http1.h"
#include "test/handlers/codec/http_samples.h"

namespace edgewise::http_test {
namespace {

// In the order of their names.
std::vector<std::string> CorpusFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(EDGEWISE_HTTP_CORPUS)) {
    files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> VerdictsOf(std::string_view text) {
  std::vector<std::string> verdicts;
  std::string request;
  Http1 codec;
  while (true) {
    const Decoded<HttpPart> decoded = codec.Decode(text);
    if (decoded.status == DecodeStatus::kMalformed) {
      const std::string status(decoded.farewell.substr(std::string_view("HTTP/1.1 ").size(), 3));
      verdicts.push_back("refuse " + status + " " + decoded.reason);
      return verdicts;
    }
    if (decoded.status == DecodeStatus::kNeedMore) {
      if (!text.empty() || !request.empty()) verdicts.emplace_back("wait");
      return verdicts;
    }
    const HttpPart& part = decoded.frame;
    if (request.empty()) {
      request = "accept " + std::string(part.request.method_text()) + " " +
                std::string(part.request.target()) + " \"";
    }
    request += part.body();
    if (!part.partial()) {
      verdicts.push_back(request + "\"");
      request.clear();
    }
    text.remove_prefix(decoded.consumed);
  }
}

TEST_CASE("the corpus: every request gets the verdict that it is due, however it is cut") {
  const std::string path = GENERATE(from_range(CorpusFiles()));
  for (const CorpusCase& one : ReadCorpus(path)) {
    INFO(path << ": " << one.name);
    CHECK(VerdictsOf(one.text) == one.verdicts);
    const absl::Status status = CheckHttpSplits(one.text);
    INFO(status);
    CHECK(status.ok());
  }
}

TEST_CASE("the corpus has at least two hundred cases, each with a name of its own") {
  std::size_t count = 0;
  for (const std::string& path : CorpusFiles()) {
    std::set<std::string> names;
    for (const CorpusCase& one : ReadCorpus(path)) {
      INFO(path << ": " << one.name);
      CHECK(names.insert(one.name).second);
      ++count;
    }
  }
  CHECK(count >= 200);
}

TEST_CASE("escapes are resolved, and unknown ones are errors") {
  CHECK(Unescaped("a\\r\\n\\t\\v\\f\\\\b") == "a\r\n\t\v\f\\b");
  CHECK(Unescaped("\\x00\\xff") == std::string("\0\xff", 2));
  CHECK(Unescaped("<\\{3*a\\n}>") == "<a\na\na\n>");
  for (const std::string_view wrong : {"\\", "\\q", "\\x0", "\\xg0", "\\{3a}", "\\{3*a"}) {
    INFO(wrong);
    CHECK_THROWS_AS(Unescaped(wrong), std::runtime_error);
  }
}

}  // namespace
}  // namespace edgewise::http_test
