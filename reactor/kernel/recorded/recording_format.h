// RecordingFormat: how a recording is written, byte for byte.
//
//   recording   header, then records, the last of which is kEnd. A process that was killed leaves
//               no kEnd, and perhaps half a record: what stands before it is as good as ever.
//   header      kMagic; version, length of the note and checksum, 4 bytes each; the note
//   record      kind (CallKind), 1 byte
//               its numbers, as many as its CallShape says
//               the length of its bytes, a number, if its shape has bytes
//               checksum, 4 bytes
//               its bytes
//   number      of a hash or of chance 8 bytes, the lowest first. Others: zigzag (0, -1, 1, -2 are
//               0, 1, 2, 3), then seven bits to a byte, the lowest first; the highest bit of a byte
//               says that another follows
//
// What is in 4 bytes has its lowest first. A checksum is over all of the record but itself, and the
// record's place in the recording, so that one that is lost, doubled or moved shows. The kinds
// kTurn and kForeign are not calls: they say something about the calls after them.
//
// What a call received is in its bytes. Of what was sent there are only length and ContentHash: who
// replays sends the same or is told so. (The bytes that SendFile moves are nowhere: no part of them
// is ever in the program.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "reactor/kernel/recorded/call_shape.h"

namespace edgewise {

// Pure functions. Threading: any. Limits: those below.
struct RecordingFormat {
  // No letter first, and line ends in it: a transfer as text shows at once.
  static constexpr std::string_view kMagic{
      "\x89"
      "EWR\r\n\x1a\n",
      8};
  // Goes up when a record changes its meaning. What has another version is refused.
  static constexpr std::uint32_t kVersion = 1;
  // Bytes of a checksum, of a header without its note, and of the longest number:
  static constexpr std::size_t kChecksumBytes = 4;
  static constexpr std::size_t kHeaderBytes = kMagic.size() + 2 * 4 + kChecksumBytes;
  static constexpr std::size_t kNumberBytesMax = 10;
  // Of a record without its bytes.
  static constexpr std::size_t kHeadBytesMax =
      1 + (CallShape::kFieldsMax + 1) * kNumberBytesMax + kChecksumBytes;
  // A longer note is cut.
  static constexpr std::size_t kNoteBytesMax = 64 << 10;
  // Bodies of one RunThreads; what claims more is damaged.
  static constexpr std::uint32_t kThreadsMax = 4096;

  // Writes a number to `at`, where there is room for kNumberBytesMax; the end of it.
  static char* PutNumber(char* at, std::int64_t number) {
    auto bits =
        (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63);
    while (bits >= kMore) {
      *at++ = static_cast<char>(bits | kMore);
      bits >>= 7;
    }
    *at++ = static_cast<char>(bits);
    return at;
  }
  // The same to the end of `bytes`.
  static void AppendNumber(std::string& bytes, std::int64_t number);
  // Takes one from the front of `bytes`. False: there is none.
  static bool TakeNumber(std::string_view& bytes, std::int64_t& number);

  // The same as a field of that meaning is written.
  template <CallField kField>
  static char* PutField(char* at, std::int64_t number) {
    if constexpr (kField != CallField::kHash) return PutNumber(at, number);
    const auto bits = static_cast<std::uint64_t>(number);
    return PutFixed(PutFixed(at, static_cast<std::uint32_t>(bits)),
                    static_cast<std::uint32_t>(bits >> 32));
  }
  // TakeNumber for a field of that meaning.
  static bool TakeField(CallField field, std::string_view& bytes, std::int64_t& number);

  // Writes four bytes to `at`, the lowest first; the end of them.
  static char* PutFixed(char* at, std::uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) *at++ = static_cast<char>(value >> shift);
    return at;
  }
  // REQUIRES: four bytes.
  static std::uint32_t FixedOf(std::string_view bytes);

  // `place`: how many records stand before it. `head`: all in front of the checksum.
  static std::uint32_t Checksum(std::uint64_t place, std::string_view head, std::string_view bytes);
  // All of a header. A note beyond kNoteBytesMax is cut.
  static std::string Header(std::string_view note);

 private:
  static constexpr std::uint64_t kMore = 0x80;
};

}  // namespace edgewise
