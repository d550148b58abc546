// The corpus of HTTP requests with the verdict that each is due.
//
// A file of it is text: `# comment`, `= name of a case`, `< text` (several lines are one text),
// `> verdict` (one for each request, in order). Text and verdicts have the escapes \r \n \t \v \f
// \\ \xHH and \{COUNT*text}. A verdict is one of
//
//   accept METHOD TARGET "BODY"
//   refuse STATUS reason            the last: nothing behind it is read
//   wait                            the last: more must come before anything can be said
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace edgewise::http_test {

struct CorpusCase {
  std::string name;
  std::string text;
  std::vector<std::string> verdicts;
};

// All cases of one file. Throws std::runtime_error, which names file and line, if it is malformed
// or has none.
std::vector<CorpusCase> ReadCorpus(const std::string& path);

// `text` with its escapes resolved. Throws std::runtime_error.
std::string Unescaped(std::string_view text);

}  // namespace edgewise::http_test
