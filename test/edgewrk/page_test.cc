// Pages: what is filled in can neither end the script nor break the page.
#include "bench/edgewrk/page.h"

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include "bench/edgewrk/page_texts.h"

namespace edgewise::wrk {
namespace {

std::size_t Count(std::string_view text, std::string_view what) {
  std::size_t count = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string_view::npos; ++at) ++count;
  return count;
}

TEST_CASE("whatever a document has, the page has one script, and it is not ended early") {
  for (const std::string_view page : {kRunPage, kSweepPage, kVersusPage}) {
    const std::string filled =
        FillPage(page, {{"url", "</script><script>alert(1)"}, {"bytes", "\xff\xfe"}});
    CHECK(Count(filled, "<script>") == 1);
    CHECK(Count(filled, "</script>") == 1);
    CHECK(Count(filled, "\\u003c/script>") == 1);
    CHECK(Count(filled, "THE RUN") == 0);
    CHECK(Count(filled, "THE SCRIPTS") == 0);
  }
}

TEST_CASE("each page asks for nothing from elsewhere, and its policy forbids it") {
  for (const std::string_view page : {kRunPage, kSweepPage, kVersusPage}) {
    CHECK(Count(page, "default-src 'none'") == 1);
    CHECK(Count(page, " src=") + Count(page, " href=") + Count(page, "url(") == 0);
  }
}

}  // namespace
}  // namespace edgewise::wrk
