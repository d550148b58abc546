// HttpResponder: where the answer to one request goes.
#pragma once

#include <span>
#include <string_view>

#include "handlers/connection.h"
#include "handlers/http/http_response_head.h"

namespace edgewise {

// Knows what the answer must agree with: HEAD has no body, an HTTP/1.0 client is told whether the
// connection stays, and a server that is stopping says so.
//
// Threading: the reactor's thread. Lifetime: until OnRequest returns.
class HttpResponder {
 public:
  // What a service says besides the body.
  struct Answer {
    HttpStatus status = HttpStatus::kOk;
    HttpHeaderValue content_type{};
    std::span<const HttpHeader> headers{};
  };

  HttpResponder(Connection& peer, const HttpRequest& request) : peer_(peer), request_(request) {}
  HttpResponder(const HttpResponder&) = delete;
  HttpResponder& operator=(const HttpResponder&) = delete;

  // Sends the whole answer; `body` is copied. REQUIRES: once for each request.
  SendResult Send(const Answer& answer, std::string_view body);

  bool sent() const { return sent_; }
  Connection& peer() { return peer_; }

 private:
  Connection& peer_;
  const HttpRequest& request_;
  bool sent_ = false;
};

}  // namespace edgewise
