// AnswerReader: checks the answers on one connection, byte by byte, however they are cut.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "bench/load/request.h"

namespace edgewise::load {

// Echo and frame: the answer must be the request again. HTTP: status 200 with a Content-Length and
// the body "Hello, World!".
//
// Threading: one thread. Limits: an HTTP answer of at most kHttpAnswerBytesMax.
class AnswerReader {
 public:
  static constexpr std::size_t kHttpAnswerBytesMax = 4096;

  // `request` must outlive this object.
  explicit AnswerReader(const Request& request) : request_(request) {}

  // Takes what was received next. The number of answers that are now complete, or nothing if an
  // answer is wrong; after that the reader is of no more use.
  std::optional<std::size_t> Consume(std::string_view bytes);
  // The same for bytes that nobody has looked at. REQUIRES: echo or frame.
  std::size_t Skip(std::size_t bytes);

 private:
  std::optional<std::size_t> ConsumeCopies(std::string_view bytes);
  std::optional<std::size_t> ConsumeHttp(std::string_view bytes);

  const Request& request_;
  std::size_t position_ = 0;  // echo and frame: within the current answer
  std::string partial_;       // http: an incomplete answer
};

}  // namespace edgewise::load
