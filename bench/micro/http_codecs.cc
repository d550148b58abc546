// What the codecs of HTTP cost: by the message, by the line of a head, and by the byte.
#include <cstdio>
#include <string>

#include "bench/micro/feed.h"
#include "bench/micro/trial.h"
#include "handlers/http/http1.h"
#include "handlers/http/http_responses.h"

namespace edgewise::micro {
namespace {

constexpr std::size_t kLarge = std::size_t{1} << 30;

constexpr std::string_view kSmallGet = "GET / HTTP/1.1\r\nHost: localhost:8080\r\n\r\n";
// What a browser sends for a picture on a page: 670 bytes.
constexpr std::string_view kBrowserGet =
    "GET /static/images/logo-large.png?v=20240131 HTTP/1.1\r\n"
    "Host: www.example.com\r\n"
    "Connection: keep-alive\r\n"
    "sec-ch-ua: \"Chromium\";v=\"120\", \"Not?A_Brand\";v=\"8\"\r\n"
    "sec-ch-ua-mobile: ?0\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/120.0.0.0 Safari/537.36\r\n"
    "sec-ch-ua-platform: \"Linux\"\r\n"
    "Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8\r\n"
    "Sec-Fetch-Site: same-origin\r\n"
    "Sec-Fetch-Mode: no-cors\r\n"
    "Sec-Fetch-Dest: image\r\n"
    "Referer: https://www.example.com/products/overview.html\r\n"
    "Accept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en-GB,en;q=0.9,de;q=0.8\r\n"
    "Cookie: session=0123456789abcdef0123456789abcdef; theme=dark\r\n"
    "\r\n";
constexpr std::string_view kChunkedPost =
    "POST /upload HTTP/1.1\r\nHost: localhost:8080\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kSmallAnswer =
    "HTTP/1.1 200 OK\r\nServer: edgewise\r\nDate: Wed, 31 Jan 2024 12:00:00 GMT\r\n"
    "Content-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, world!";
constexpr std::string_view kChunkedAnswer =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n";

// A chunked body: `chunks` of `bytes` each, and the end.
std::string Chunks(std::size_t chunks, std::size_t bytes) {
  char size[20];
  std::snprintf(size, sizeof(size), "%zx\r\n", bytes);
  return Feed::Repeat(size + std::string(bytes, 'x') + "\r\n", chunks) + "0\r\n\r\n";
}

Http1 Requests() {
  return Http1({.header_block_bytes_max = kLarge, .headers_max = 65535, .body_bytes_max = kLarge});
}
HttpResponses Answers() { return HttpResponses({.head_bytes_max = kLarge}); }

// N messages, one behind another; the figure is for a message.
template <typename Codec>
void Messages(Trial& trial, Codec codec, std::string_view message) {
  const std::string bytes = Feed::Repeat(message, trial.size());
  trial.Measure(trial.size(), [&] { Feed::Whole(codec, bytes); });
}

// One message; the figure is for each of N of whatever it consists of.
template <typename Codec>
void Pieces(Trial& trial, Codec codec, const std::string& message, std::size_t piece_bytes) {
  trial.Measure(trial.size(), [&] { Feed::InPieces(codec, message, piece_bytes); });
}

void SmallGets(Trial& trial) { Messages(trial, Requests(), kSmallGet); }
void BrowserGets(Trial& trial) { Messages(trial, Requests(), kBrowserGet); }
void ChunkedPosts(Trial& trial) {
  Messages(trial, Requests(), std::string(kChunkedPost) + Chunks(4, 256));
}
void SmallAnswers(Trial& trial) { Messages(trial, Answers(), kSmallAnswer); }
void ChunkedAnswers(Trial& trial) {
  Messages(trial, Answers(), std::string(kChunkedAnswer) + Chunks(4, 256));
}

// A head of N lines.
std::string HeadOf(std::string_view first_lines, std::size_t lines) {
  return std::string(first_lines.substr(0, first_lines.size() - 2)) +
         Feed::Repeat("X-Header-Name: some value\r\n", lines) + "\r\n";
}
void RequestLines(Trial& trial) {
  Pieces(trial, Requests(), HeadOf(kSmallGet, trial.size()), Feed::kSegment);
}
void AnswerLines(Trial& trial) {
  Pieces(trial, Answers(), HeadOf("HTTP/1.1 204 No Content\r\n\r\n", trial.size()), Feed::kSegment);
}

// A head of about N bytes, of many lines or of a long one, that comes byte by byte.
void RequestDrip(Trial& trial) {
  Pieces(trial, Requests(), HeadOf(kSmallGet, trial.size() / 27), 1);
}
void RequestDripLine(Trial& trial) {
  Pieces(trial, Requests(),
         "GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(trial.size(), 'x') + "\r\n\r\n", 1);
}
void AnswerDrip(Trial& trial) {
  Pieces(trial, Answers(), HeadOf("HTTP/1.1 204 No Content\r\n\r\n", trial.size() / 27), 1);
}

// A body of N bytes.
void RequestBody(Trial& trial) {
  Pieces(trial, Requests(),
         "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(trial.size()) +
             "\r\n\r\n" + std::string(trial.size(), 'x'),
         Feed::kSegment);
}
void AnswerBody(Trial& trial) {
  Pieces(trial, Answers(),
         "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(trial.size()) + "\r\n\r\n" +
             std::string(trial.size(), 'x'),
         Feed::kSegment);
}

// A body of N chunks of 16 bytes.
void RequestChunks(Trial& trial) {
  Pieces(trial, Requests(), std::string(kChunkedPost) + Chunks(trial.size(), 16), Feed::kSegment);
}
void AnswerChunks(Trial& trial) {
  Pieces(trial, Answers(), std::string(kChunkedAnswer) + Chunks(trial.size(), 16), Feed::kSegment);
}

}  // namespace

std::vector<Family> HttpCodecs() {
  const std::vector<std::int64_t> messages{1, 16, 256, 4096};
  const std::vector<std::int64_t> lines{1, 10, 100, 1000, 10'000};
  const std::vector<std::int64_t> drip{270, 2700, 27'000};
  const std::vector<std::int64_t> bytes{4096, 65536, 1 << 20};
  return {
      {"http1/small-get", SmallGets, messages},
      {"http1/browser-get", BrowserGets, messages},
      {"http1/chunked-post", ChunkedPosts, messages},
      {"http1/header-lines", RequestLines, lines},
      {"http1/head-drip", RequestDrip, drip},
      {"http1/line-drip", RequestDripLine, drip},
      {"http1/body-bytes", RequestBody, bytes},
      {"http1/chunks", RequestChunks, lines},
      {"responses/small", SmallAnswers, messages},
      {"responses/chunked", ChunkedAnswers, messages},
      {"responses/header-lines", AnswerLines, lines},
      {"responses/head-drip", AnswerDrip, drip},
      {"responses/body-bytes", AnswerBody, bytes},
      {"responses/chunks", AnswerChunks, lines},
  };
}

}  // namespace edgewise::micro
