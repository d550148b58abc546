// HttpAnswerFields: the header fields by which a client knows the answer that is its own.
#pragma once

#include <array>
#include <string>

#include "handlers/http/http_responder.h"
#include "test/sim/http_exchange.h"

namespace edgewise::sim_test {

// Lifetime: what Answer returns views this.
struct HttpAnswerFields {
  explicit HttpAnswerFields(const HttpWish& wish)
      : target(wish.Target()),
        wide(wish.Wide()),
        headers{*HttpHeader::From("X-Target", target), *HttpHeader::From("X-Wide", wide)} {}
  HttpAnswerFields(const HttpAnswerFields&) = delete;
  HttpAnswerFields& operator=(const HttpAnswerFields&) = delete;

  HttpResponder::Answer Answer() const {
    return {.content_type = "text/plain", .headers = headers};
  }

  const std::string target;
  const std::string wide;
  const std::array<HttpHeader, 2> headers;
};

}  // namespace edgewise::sim_test
