// HttpAccessRecord: what the access log says of one request.
#pragma once

#include <cstdint>
#include <string>

#include "handlers/access_log.h"
#include "handlers/http/http_request.h"
#include "handlers/http/http_response_head.h"
#include "handlers/peer_address.h"
#include "reactor/kernel/time.h"

namespace edgewise {

// One for each connection that logs, used for one request after the other, so that its memory is
// allocated once. What a client sent is written so that it cannot break a line or an object: bytes
// that are not printable ASCII, quotes and backslashes are escaped.
//
// Threading: one thread at a time. Ownership: copies of what it needs.
class HttpAccessRecord {
 public:
  // A request has come. `now` is the wall's, `began` the monotonic clock's.
  void Begin(const HttpRequest& request, WallTime now, Time began);
  // Bytes of the body that were given to the connection. (How many of them a client took that went
  // away, the counters of its connection tell; the line is written when the answer is complete.)
  void AddBytes(std::uint64_t bytes) { bytes_ += bytes; }
  // What was answered. REQUIRES: after Begin, which forgets that of the request before.
  void set_status(HttpStatus status) { status_ = status; }

  // The line, with its line feed. (Of a request without a method: of bytes that were none.) Lives
  // until the next call. No status was set: the answer never came, which the common format shows as
  // 499, as nginx does.
  std::string_view Line(AccessLogFormat format, const PeerAddress& peer, Time ended);

 private:
  void WriteCommon(const std::string& peer);
  void WriteJson(const std::string& peer, Time ended);

  std::string method_;
  std::string target_;
  std::string referer_;
  std::string user_agent_;
  WallTime at_{};
  Time began_{};
  std::uint64_t bytes_ = 0;
  HttpStatus status_{};
  int minor_version_ = 1;
  std::string line_;
};

}  // namespace edgewise
