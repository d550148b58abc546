// The parts of Http1's policy that need no parser: what makes a request line, a target and the
// header fields that decide how a request is framed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "handlers/http/http_refusal.h"
#include "handlers/http/http_request.h"

namespace edgewise {

// 2 if `bytes` begins with an empty line, else 0.
inline std::size_t LeadingEmptyLine(std::string_view bytes) {
  return bytes.size() >= 2 && bytes[0] == '\r' && bytes[1] == '\n' ? 2 : 0;
}

// Whether a complete first line (without its CRLF) ends in a version that we speak. What stands
// before the version is not looked at unless the version is wrong.
HttpRefusal CheckRequestLine(std::string_view line);

// Whether a target has one of the four forms of RFC 9112, 3.2, and only printable ASCII without
// '#'. REQUIRES: a target without control bytes and spaces, not empty.
HttpRefusal CheckTarget(HttpMethod method, std::string_view target);

// Collects the header fields that decide about framing and persistence, and judges them: each as
// it comes, and all of them together at the end. A value on the stack of one Decode.
class HttpFieldPolicy {
 public:
  // REQUIRES (of each value): without the white space around it, and without control bytes.
  HttpRefusal Host(std::string_view value);
  HttpRefusal ContentLength(std::string_view value);
  void TransferEncoding(std::string_view value);
  void Connection(std::string_view value);

  // The reason for a Content-Length or Transfer-Encoding that the parser refused by itself.
  HttpRefusal BadContentLength() const {
    return has_encoding_ ? HttpRefusal::kLengthAndEncoding
                         : (has_length_ ? HttpRefusal::kContentLengthRepeated
                                        : HttpRefusal::kBadContentLength);
  }
  HttpRefusal BadTransferEncoding() const {
    return has_length_ ? HttpRefusal::kLengthAndEncoding : HttpRefusal::kEncodingUnsupported;
  }

  // On all fields together, once all have come.
  HttpRefusal Verdict(int minor_version) const;

  std::uint64_t content_length() const { return content_length_; }
  // REQUIRES: the verdict was kNone.
  bool chunked() const { return has_encoding_; }
  bool KeepsAlive(int minor_version) const {
    return !wants_close_ && (minor_version >= 1 || wants_keep_alive_);
  }

 private:
  std::uint64_t content_length_ = 0;
  bool has_host_ = false;
  bool has_length_ = false;
  bool has_encoding_ = false;
  bool has_other_encoding_ = false;  // than `chunked`, once
  bool wants_close_ = false;
  bool wants_keep_alive_ = false;
};

}  // namespace edgewise
