// The examples in the comments of the headers: the parts of HTTP, used by hand.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "docs/api/examples/one_client.h"
#include "handlers/http/http1.h"
#include "handlers/http/http_body_reader.h"
#include "handlers/http/http_date.h"
#include "handlers/http/http_handler.h"
#include "handlers/http/http_header.h"
#include "handlers/http/http_responder.h"
#include "handlers/http/http_response_head.h"
#include "reactor/kernel/linux_kernel.h"

namespace edgewise {

TEST_CASE("a request, taken apart by hand") {
  const std::string_view bytes = kRequest;
  Http1 codec({.body_bytes_max = 64 << 10});
  const Decoded<HttpPart> decoded = codec.Decode(bytes);
  CHECK(decoded.status == DecodeStatus::kFrame);
  CHECK(decoded.consumed == bytes.size());
}

TEST_CASE("what a request says") {
  static int told = 0;
  class Reader : public edgewise::HttpHandler {
    void OnRequest(const HttpRequest& request, HttpResponder& response) override {
      if (request.method() == HttpMethod::kGet && request.path() == "/plaintext") told += 1;
      if (auto agent = request.Header("user-agent")) told += *agent == "me" ? 10 : 0;
      for (const HttpField& field : request.headers()) told += field.name == "Host" ? 100 : 0;
      response.Send({}, "");
    }
  };
  AnswerTo("GET /plaintext HTTP/1.1\r\nHost: here\r\nUser-Agent: me\r\n\r\n",
           [](Server& server) { server.Serve<Http1, Reader>(); });
  CHECK(told == 111);
}

TEST_CASE("a body in chunks, read by hand") {
  std::string_view bytes = "5\r\nhello\r\n0\r\n\r\n";
  const HttpChunkLimits limits{.trailer_bytes_max = 100};
  std::string all;
  const auto Use = [&all](std::string_view data) { all += data; };
  HttpBodyReader body = HttpBodyReader::Chunked(1 << 20);
  for (;;) {
    const HttpBodyReader::Piece piece = body.Read(bytes, limits);
    if (piece.refusal != HttpRefusal::kNone) FAIL("refused");
    Use(piece.data);
    bytes.remove_prefix(piece.consumed);
    if (piece.last) break;
  }
  CHECK(all == "hello");
}

TEST_CASE("a response's head, written by hand") {
  const std::string text = "hello";
  std::array<char, 1000> buffer{};
  Kernel& kernel = LinuxKernel::Instance();
  const WallTime now = kernel.WallNow();
  std::optional<std::size_t> written;
  class Writer : public edgewise::HttpHandler {
   public:
    explicit Writer(const std::function<void(const HttpRequest&)>* use) : use_(use) {}
    void OnRequest(const HttpRequest& request, HttpResponder& response) override {
      (*use_)(request);
      response.Send({}, "");
    }
    const std::function<void(const HttpRequest&)>* use_;
  };
  const std::function<void(const HttpRequest&)> use = [&](const HttpRequest& request) {
    HttpDate date;
    HttpResponseHead head{.persistence = PersistenceFor(request),
                          .content_type = "text/plain",
                          .content_length = text.size(),
                          .date = date.At(now)};
    const std::size_t used = head.WriteTo(buffer);
    written = used;
    head.date = date.At(kernel.WallNow());
    CHECK(head.WriteTo(buffer) == used);
  };
  AnswerTo(kRequest, [&](Server& server) { server.Serve<Http1, Writer>(&use); });
  REQUIRE(written.has_value());
  CHECK(std::string_view(buffer.data(), *written).ends_with("\r\n\r\n"));
}

TEST_CASE("header fields") {
  const std::string target = "/elsewhere";
  bool made = false;
  constexpr HttpHeader kNoStore("Cache-Control", "no-store");
  if (auto location = HttpHeader::From("Location", target)) made = location->value() == target;
  CHECK(kNoStore.name() == "Cache-Control");
  CHECK(made);
}

}  // namespace edgewise
