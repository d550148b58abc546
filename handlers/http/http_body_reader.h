// HttpBodyReader: what of the bytes behind a request's head is its body, and where it ends.
//
// Two ways to tell (RFC 9112, 6 and 7.1): a length, or chunks. Chunks are read strictly: a size is
// one to sixteen hexadecimal digits at the beginning of its line; every line ends in CRLF; so does
// the data of every chunk. Extensions (`;name`, `;name=token` or `;name="text"` behind a size,
// without white space or backslashes) are checked and skipped, trailer fields are checked like
// header fields and dropped: nothing that comes after the head can change how it was understood.
// Those that would mean to (framing, routing, the connection: RFC 9110, 6.5.1) are refused, in case
// the next program believes them. Each byte is looked at once and nothing is kept, so that the
// verdict cannot depend on how the input was cut.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "handlers/http/http_refusal.h"

namespace edgewise {

// What the framing of a chunked body may take, in all of its chunks together.
struct HttpChunkLimits {
  // Bytes of all extensions.
  std::size_t extension_bytes_max = 0;
  std::size_t trailer_bytes_max = 0;  // all lines with their CRLFs and the empty line
  // How many trailer fields.
  std::size_t trailers_max = 0;
};

// Threading: a value. Ownership: none; nothing is allocated.
//
//   HttpBodyReader body = HttpBodyReader::Chunked(1 << 20);
//   for (;;) {
//     const HttpBodyReader::Piece piece = body.Read(bytes, limits);
//     if (piece.refusal != HttpRefusal::kNone) ...;
//     Use(piece.data);
//     bytes.remove_prefix(piece.consumed);
//     if (piece.last) break;
//   }
class HttpBodyReader {
 public:
  // What one Read found.
  struct Piece {
    std::string_view data;     // a view of the bytes given; may be empty
    std::size_t consumed = 0;  // from the front of the bytes given, at least 1
    bool last = false;         // the body ends with it
    // Unless kNone, the rest means nothing and nothing more may be read.
    HttpRefusal refusal = HttpRefusal::kNone;
  };

  // A body that is over.
  HttpBodyReader() = default;
  // A body of exactly so many bytes; 0: over at once.
  static HttpBodyReader OfLength(std::uint64_t bytes);
  // One whose chunks hold at most `bytes_max` together.
  static HttpBodyReader Chunked(std::uint64_t bytes_max);

  // What of `bytes` belongs to the body up to the end of one chunk. REQUIRES: bytes; not over, and
  // nothing was refused.
  Piece Read(std::string_view bytes, const HttpChunkLimits& limits);
  // All of the body was read.
  bool over() const { return state_ == State::kOver; }

 private:
  enum class State : std::uint8_t {
    kOver,
    kLength,      // data, up to the end of the body
    kData,        // data, up to the end of its chunk
    kDataReturn,  // the CR, then the LF behind a chunk's data
    kDataFeed,
    kSizeFirst,  // the first digit of a size
    kSize,
    kExtensionNameFirst,
    kExtensionName,
    kExtensionValueFirst,
    kExtensionValue,
    kExtensionQuoted,
    kExtensionQuoteEnd,
    kSizeFeed,
    kTrailer,  // the beginning of a trailer field, or the CR of the empty line
    kTrailerName,
    kTrailerValue,
    kTrailerFeed,
    kEndFeed,
  };

  HttpRefusal Step(char c, const HttpChunkLimits& limits);
  HttpRefusal StepExtension(char c, const HttpChunkLimits& limits);
  HttpRefusal StepTrailer(char c, const HttpChunkLimits& limits);

  std::uint64_t left_ = 0;        // of the body, or of the chunk
  std::uint64_t bytes_left_ = 0;  // what further chunks may hold
  std::uint32_t extension_bytes_ = 0;
  std::uint32_t trailer_bytes_ = 0;
  std::uint32_t name_hash_ = 0;  // of the trailer's name so far, in small letters
  std::uint16_t trailers_ = 0;
  std::uint8_t digits_ = 0;
  State state_ = State::kOver;
};

}  // namespace edgewise
