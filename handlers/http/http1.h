// Http1: cuts a stream of bytes into HTTP/1.0 and HTTP/1.1 requests.
//
// Strict by design: where the standard (RFC 9110, 9112) lets a recipient repair what it got, this
// one refuses, for what two programs in a row repair differently is how requests are smuggled.
// Refused with an answer of its own, after which nothing is read as a request (HttpRefusal has the
// list): any line end but CRLF, folded lines, white space before a colon or doubled in the request
// line, an empty or malformed name, control bytes; targets with non-ASCII bytes, with a fragment or
// of no known form; versions other than 1.0 and 1.1; a Host that is missing (in 1.1), repeated or
// malformed; a Content-Length that is repeated or not just digits; a Transfer-Encoding other than
// one `chunked` (501), in HTTP/1.0, or beside a Content-Length (400); chunks that are not made as
// the standard says (HttpBodyReader). One empty line before a request is skipped, as RFC 9112, 2.2
// asks.
//
// How it works: `Decode` looks for the empty line that ends the head, each byte once, checking the
// length limits and the shape of lines as it goes. Only a complete head is parsed: by a
// Boost.Beast `basic_parser` that lives on the stack for the length of one call, with our policy
// in its callbacks. So a connection holds 56 bytes, not a parser. The verdict on a
// head never depends on how it was cut: checks that happen before the head is complete are made
// line by line, in order, and each is decided by that line and those before it. A body is never
// waited for: what there is of it goes on as a part.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "handlers/codec.h"
#include "handlers/http/http_body_reader.h"
#include "handlers/http/http_part.h"
#include "handlers/http/http_refusal.h"

namespace edgewise {

// The limits of a request. A value; each has a safe default.
struct Http1Options {
  // Bytes of the longest request line, its CRLF not counted. Beyond: 414. At most 65,000.
  std::size_t request_line_bytes_max = std::size_t{8} << 10;
  // Bytes of all header lines with their CRLFs and the empty line. Beyond: 431. At most 1 GiB.
  std::size_t header_block_bytes_max = std::size_t{32} << 10;
  // Header lines in one request. Beyond: 431. At most 65,535.
  std::size_t headers_max = 100;
  // Bytes of the largest body. A Content-Length beyond is refused with 413 before anything of the
  // body is delivered; a chunk that would lead beyond, before anything of that chunk is.
  std::uint64_t body_bytes_max = std::uint64_t{1} << 20;
  // Bytes of all chunk extensions of one body. Beyond: 400.
  std::size_t chunk_extension_bytes_max = std::size_t{4} << 10;
};

// Threading: a value, used by one thread at a time. Ownership: none; nothing is allocated.
// Lifetime of views: a part is a set of views of the bytes given to `Decode`. Limits: those of
// Http1Options; a value above what an option allows stands for the most that it allows.
//
//   Http1 codec({.body_bytes_max = 64 << 10});
//   const Decoded<HttpPart> decoded = codec.Decode(bytes);
class Http1 {
 public:
  // What every codec names (codec.h); its frames may be parts of a request:
  using Frame = HttpPart;
  using Options = Http1Options;
  static constexpr bool kDeliversParts = true;

  Http1() : Http1(Options{}) {}
  // Takes the limits from `options`, each clipped to the most that it allows.
  explicit Http1(const Options& options);

  // After a malformed answer every further call gives the same one.
  Decoded<HttpPart> Decode(std::string_view bytes);
  // What follows is another protocol's: delivered as it comes (HttpPart::Kind::kBytes).
  void EndFraming() { phase_ = Phase::kBytes; }
  // 408 to those who were too slow, 503 to those for whom there is no memory.
  static std::string_view FarewellFor(CloseCause cause);

 private:
  // What is being waited for.
  enum class Phase : std::uint8_t { kHead, kBody, kBytes, kRefused };

  // Where the head begins and ends in the input. `end` is 0 while it is not complete.
  struct Head {
    std::size_t begin = 0;
    std::size_t end = 0;
    HttpRefusal refusal = HttpRefusal::kNone;
  };

  Head FindHead(std::string_view bytes);
  std::size_t LineEndMax(std::size_t line_begin, std::size_t block_begin) const;
  Decoded<HttpPart> DecodeWithHead(std::string_view bytes, const Head& head);
  Decoded<HttpPart> DecodeBody(std::string_view bytes);
  Decoded<HttpPart> Refuse(HttpRefusal refusal);
  void ForgetHead();

  std::uint64_t body_bytes_max_;
  HttpBodyReader body_;
  std::uint32_t header_block_bytes_max_;
  std::uint32_t chunk_extension_bytes_max_;
  std::uint16_t request_line_bytes_max_;
  std::uint16_t headers_max_;
  // Where header lines begin; 0 while the request line is not complete.
  std::uint16_t block_begin_ = 0;
  Phase phase_ = Phase::kHead;
  HttpRefusal refusal_ = HttpRefusal::kNone;
  // Where the line that is being looked at begins, and up to where no end of it was found.
  std::uint32_t line_begin_ = 0;
  std::uint32_t scanned_ = 0;
};

static_assert(Codec<Http1>);
static_assert(sizeof(Http1) <= 64);

}  // namespace edgewise
