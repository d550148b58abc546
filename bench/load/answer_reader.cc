#include "bench/load/answer_reader.h"

#include <algorithm>
#include <charconv>

namespace edgewise::load {
namespace {

constexpr std::string_view kStatus = "HTTP/1.1 200 ";
constexpr std::string_view kBody = "Hello, World!";
constexpr std::string_view kLengthName = "\r\ncontent-length: ";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

enum class Verdict { kIncomplete, kRight, kWrong };

struct HttpAnswer {
  Verdict verdict;
  std::size_t size = 0;
};

HttpAnswer CheckHttp(std::string_view bytes) {
  const std::size_t head_end = bytes.find(kHeadEnd);
  if (head_end == std::string_view::npos) return {Verdict::kIncomplete};
  const std::string_view head = bytes.substr(0, head_end + 2);
  if (!head.starts_with(kStatus)) return {Verdict::kWrong};
  // Names of fields may be in any case: servers differ.
  const auto at = std::search(
      head.begin(), head.end(), kLengthName.begin(), kLengthName.end(), [](char a, char b) {
        return (a >= 'A' && a <= 'Z' ? static_cast<char>(a - 'A' + 'a') : a) == b;
      });
  if (at == head.end()) return {Verdict::kWrong};
  std::size_t length = 0;
  const char* digits = head.data() + (at - head.begin()) + kLengthName.size();
  if (std::from_chars(digits, head.data() + head.size(), length).ec != std::errc() ||
      length != kBody.size()) {
    return {Verdict::kWrong};
  }
  const std::string_view body = bytes.substr(head_end + kHeadEnd.size(), length);
  if (body.size() < length) return {Verdict::kIncomplete};
  if (body != kBody) return {Verdict::kWrong};
  return {Verdict::kRight, head_end + kHeadEnd.size() + length};
}

}  // namespace

std::optional<std::size_t> AnswerReader::Consume(std::string_view bytes) {
  return request_.protocol() == Protocol::kHttp ? ConsumeHttp(bytes) : ConsumeCopies(bytes);
}

std::optional<std::size_t> AnswerReader::ConsumeCopies(std::string_view bytes) {
  std::size_t answers = 0;
  while (!bytes.empty()) {
    const std::string_view expected = request_.From(position_, bytes.size());
    if (bytes.substr(0, expected.size()) != expected) return std::nullopt;
    bytes.remove_prefix(expected.size());
    answers += Skip(expected.size());
  }
  return answers;
}

std::size_t AnswerReader::Skip(std::size_t bytes) {
  position_ += bytes;
  const std::size_t answers = position_ / request_.size();
  position_ %= request_.size();
  return answers;
}

std::optional<std::size_t> AnswerReader::ConsumeHttp(std::string_view bytes) {
  const bool joined = !partial_.empty();
  if (joined) {
    partial_ += bytes;
    bytes = partial_;
  }
  std::size_t answers = 0;
  std::size_t used = 0;
  for (;;) {
    const HttpAnswer answer = CheckHttp(bytes.substr(used));
    if (answer.verdict == Verdict::kWrong) return std::nullopt;
    if (answer.verdict == Verdict::kIncomplete) break;
    used += answer.size;
    ++answers;
  }
  if (bytes.size() - used > kHttpAnswerBytesMax) return std::nullopt;
  if (joined) {
    partial_.erase(0, used);
  } else {
    partial_.assign(bytes.substr(used));
  }
  return answers;
}

}  // namespace edgewise::load
