// Reading, line by line.
#include "test/http/corpus.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace edgewise::http_test {
namespace {

constexpr std::string_view kLetters = "rntvf\\";
constexpr std::string_view kMeanings = "\r\n\t\v\f\\";

// The escape at the front of `text`, behind its backslash, resolved and taken away.
std::string TakeEscape(std::string_view& text) {
  if (text.empty()) throw std::runtime_error("a backslash at the end");
  const char letter = text.front();
  text.remove_prefix(1);
  if (const auto at = kLetters.find(letter); at != std::string_view::npos) return {kMeanings[at]};
  if (letter == 'x') {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(
        text.data(), text.data() + std::min<std::size_t>(text.size(), 2), value, 16);
    if (error != std::errc() || end != text.data() + 2)
      throw std::runtime_error("\\x without two digits");
    text.remove_prefix(2);
    return {static_cast<char>(value)};
  }
  const std::size_t star = text.find('*');
  const std::size_t close = text.find('}');
  if (letter != '{' || star > close || close == std::string_view::npos) {
    throw std::runtime_error("an escape that is not known");
  }
  std::size_t count = 0;
  std::from_chars(text.data(), text.data() + star, count);
  const std::string piece = Unescaped(text.substr(star + 1, close - star - 1));
  text.remove_prefix(close + 1);
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += piece;
  return all;
}

void TakeLine(std::string_view line, std::vector<CorpusCase>& cases) {
  if (line.empty() || line.front() == '#') return;
  if (line.size() < 3 || line[1] != ' ')
    throw std::runtime_error("a line that is no part of a case");
  const std::string_view rest = line.substr(2);
  if (line.front() == '=') {
    cases.push_back({.name = std::string(rest)});
    return;
  }
  if (cases.empty()) throw std::runtime_error("text before the first case");
  if (line.front() == '<') {
    cases.back().text += Unescaped(rest);
  } else if (line.front() == '>') {
    cases.back().verdicts.push_back(Unescaped(rest));
  } else {
    throw std::runtime_error("a line that is no part of a case");
  }
}

}  // namespace

std::string Unescaped(std::string_view text) {
  std::string plain;
  while (!text.empty()) {
    const std::size_t backslash = text.find('\\');
    plain += text.substr(0, backslash);
    if (backslash == std::string_view::npos) break;
    text.remove_prefix(backslash + 1);
    plain += TakeEscape(text);
  }
  return plain;
}

std::vector<CorpusCase> ReadCorpus(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error(path + " cannot be opened");
  std::vector<CorpusCase> cases;
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    try {
      TakeLine(line, cases);
    } catch (const std::runtime_error& error) {
      throw std::runtime_error(path + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  for (const CorpusCase& one : cases) {
    if (one.text.empty() || one.verdicts.empty()) {
      throw std::runtime_error(path + ": \"" + one.name + "\" lacks a text or a verdict");
    }
  }
  if (cases.empty()) throw std::runtime_error(path + " has no case");
  return cases;
}

}  // namespace edgewise::http_test
