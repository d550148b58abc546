// GET /plaintext over HTTP/1.1, as little of it as a server can do with: shared by floor-http and
// bench/peers. The parser is trivial: it looks at the request line, knows one header and no bodies.
// The header is "Connection: close", in any case but with this one space: the request gets the
// usual answer and then the end, and what follows it is not looked at. Anything but GET /plaintext
// gets 404 and the end.
#pragma once

#include <strings.h>

#include <cstring>
#include <ctime>

#include "bench/floor/bytes.h"

namespace raw {

inline constexpr std::size_t kDateSize = 29;  // "Sun, 06 Nov 1994 08:49:37 GMT"
inline constexpr std::size_t kHeadBytesMax = 8 * 1024;

// REQUIRES: room for kDateSize + 1 bytes.
inline void WriteDate(time_t now, char* out) {
  tm parts;
  gmtime_r(&now, &parts);
  std::strftime(out, kDateSize + 1, "%a, %d %b %Y %H:%M:%S GMT", &parts);
}

struct Head {
  std::size_t size;  // 0 if it is not complete
  bool last;         // it asks for the end of the connection
};

// The request head at the front of the bytes. Only a line as long as the header that ends a
// connection is compared with it: that costs the usual request a handful of instructions.
inline Head ReadHead(const char* bytes, std::size_t size) {
  static constexpr char kLast[] = "connection: close\r\n";
  constexpr std::ptrdiff_t kLastSize = sizeof kLast - 1;
  const char* const end = bytes + size;
  const char* line = bytes;
  bool last = false;
  for (;;) {
    const void* found = std::memchr(line, '\n', static_cast<std::size_t>(end - line));
    if (found == nullptr) return {0, false};
    const char* next = static_cast<const char*>(found) + 1;
    if (next - line == 2 && line != bytes) return {static_cast<std::size_t>(next - bytes), last};
    if (next - line == kLastSize && strncasecmp(line, kLast, kLastSize) == 0) [[unlikely]]
      last = true;
    line = next;
  }
}

// Plaintext service("name of the server");
template <std::size_t kNameSize>
class Plaintext {
 public:
  explicit Plaintext(const char (&name)[kNameSize]) : name_(name) {}

  // How large the answer to so many bytes may become: as many answers as the shortest requests can
  // ask for, and one refusal.
  static constexpr std::size_t RoomFor(std::size_t size) {
    return (size / (kRequestSize + 2) + 1) * kAnswerSize + sizeof kRefusal;
  }

  // Answers the complete requests at the front of `all`. REQUIRES: RoomFor(all.size) at `out`.
  Outcome Answer(Bytes all, char* out) {
    Refresh();
    std::size_t used = 0;
    std::size_t out_size = 0;
    while (used < all.size) {
      const Head head = ReadHead(all.data + used, all.size - used);
      if (head.size == 0) break;
      if (head.size <= kRequestSize || std::memcmp(all.data + used, kRequest, kRequestSize) != 0) {
        std::memcpy(out + out_size, kRefusal, sizeof kRefusal - 1);
        return {used, out_size + sizeof kRefusal - 1, false};
      }
      std::memcpy(out + out_size, answer_, kAnswerSize);
      out_size += kAnswerSize;
      used += head.size;
      if (head.last) [[unlikely]]
        return {used, out_size, false};
    }
    return {used, out_size, all.size - used <= kHeadBytesMax};
  }

 private:
  static constexpr char kRequest[] = "GET /plaintext HTTP/1.1\r\n";
  static constexpr std::size_t kRequestSize = sizeof kRequest - 1;
  static constexpr char kHead[] = "HTTP/1.1 200 OK\r\nServer: ";
  static constexpr char kDate[] = "\r\nDate: ";
  static constexpr char kTail[] =
      "\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!";
  static constexpr char kRefusal[] =
      "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  static constexpr std::size_t kAnswerSize =
      sizeof kHead + kNameSize + sizeof kDate + kDateSize + sizeof kTail - 4;

  // The answer with the date of this second.
  void Refresh() {
    const time_t now = time(nullptr);
    if (now == answer_second_) [[likely]]
      return;
    answer_second_ = now;
    char date[kDateSize + 1];
    WriteDate(now, date);
    char* at = answer_;
    at = Put(at, kHead, sizeof kHead - 1);
    at = Put(at, name_, kNameSize - 1);
    at = Put(at, kDate, sizeof kDate - 1);
    at = Put(at, date, kDateSize);
    Put(at, kTail, sizeof kTail - 1);
  }

  static char* Put(char* at, const char* text, std::size_t size) {
    std::memcpy(at, text, size);
    return at + size;
  }

  const char* name_;
  char answer_[kAnswerSize];
  time_t answer_second_ = 0;
};

}  // namespace raw
