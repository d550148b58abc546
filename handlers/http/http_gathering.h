// HttpGathering: a request that comes in parts, until all of it is there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "handlers/http/http_request.h"

namespace edgewise {

// Threading: a value that is not moved, used by one thread. Ownership: copies of the head and of
// the body so far.
class HttpGathering {
 public:
  // `body_bytes_max`: see over().
  HttpGathering(const HttpRequest& head, std::uint64_t body_bytes_max);
  HttpGathering(const HttpGathering&) = delete;
  HttpGathering& operator=(const HttpGathering&) = delete;

  // Copies the next piece of the body; ask over() then.
  void Append(std::string_view piece) { body_ += piece; }
  // The body is larger than it may be.
  bool over() const { return body_.size() > body_bytes_max_; }
  // Memory that it takes.
  std::size_t bytes() const { return sizeof(*this) + head_.capacity() + body_.capacity(); }
  // The request as far as it has come. Its views live as long as this object, or until Append.
  HttpRequest Request() const;

 private:
  std::string head_;          // from the method to the last header line
  HttpRequest::Parts parts_;  // views of head_
  std::string body_;
  std::uint64_t body_bytes_max_;
};

}  // namespace edgewise
