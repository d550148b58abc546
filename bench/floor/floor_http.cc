// floor-http [PORT]: answers GET /plaintext over HTTP/1.1. The raw limit for http://; see floor.h.
// Its parser is trivial: it looks at the request line, skips the headers and knows no bodies. All
// complete requests of one receive are answered with one send. Anything else gets 404 and the end.
#include <cstdint>
#include <ctime>

#include "bench/floor/floor.h"

namespace {

constexpr char kRequest[] = "GET /plaintext HTTP/1.1\r\n";
constexpr std::size_t kRequestSize = sizeof kRequest - 1;
constexpr std::size_t kHeadBytesMax = 8 * 1024;

constexpr char kHead[] = "HTTP/1.1 200 OK\r\nServer: rawfloor\r\nDate: ";
constexpr char kTail[] = "\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!";
constexpr char kRefusal[] =
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
constexpr std::size_t kDateSize = 29;  // "Sun, 06 Nov 1994 08:49:37 GMT"
constexpr std::size_t kAnswerSize = sizeof kHead - 1 + kDateSize + sizeof kTail - 1;

// As many answers as the shortest requests in one receive can ask for, and one refusal.
constexpr std::size_t kAnswersMax = (raw::kReceiveBytes + kHeadBytesMax) / (kRequestSize + 2) + 1;
char out[kAnswersMax * kAnswerSize + sizeof kRefusal];

char answer[kAnswerSize];
time_t answer_second = 0;

// The answer with the date of this second.
void Refresh() {
  const time_t now = time(nullptr);
  if (now == answer_second) [[likely]]
    return;
  answer_second = now;
  tm parts;
  gmtime_r(&now, &parts);
  char date[kDateSize + 1];
  std::strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  char* at = answer;
  std::memcpy(at, kHead, sizeof kHead - 1);
  at += sizeof kHead - 1;
  std::memcpy(at, date, kDateSize);
  at += kDateSize;
  std::memcpy(at, kTail, sizeof kTail - 1);
}

// The size of the request head at the front of the bytes, 0 if it is not complete.
std::size_t HeadSize(const char* bytes, std::size_t size) {
  const char* const end = bytes + size;
  const char* line = bytes;
  for (;;) {
    const void* found = std::memchr(line, '\n', static_cast<std::size_t>(end - line));
    if (found == nullptr) return 0;
    const char* next = static_cast<const char*>(found) + 1;
    if (next - line == 2 && line != bytes) return static_cast<std::size_t>(next - bytes);
    line = next;
  }
}

bool AnswerRequests(raw::Peer* peer, raw::Bytes input) {
  const raw::Bytes all = raw::Join(peer, input);
  Refresh();
  std::size_t used = 0;
  std::size_t out_size = 0;
  bool legal = true;
  while (used < all.size) {
    const std::size_t size = HeadSize(all.data + used, all.size - used);
    if (size == 0) break;
    legal = size > kRequestSize && std::memcmp(all.data + used, kRequest, kRequestSize) == 0;
    if (!legal) {
      std::memcpy(out + out_size, kRefusal, sizeof kRefusal - 1);
      out_size += sizeof kRefusal - 1;
      break;
    }
    std::memcpy(out + out_size, answer, kAnswerSize);
    out_size += kAnswerSize;
    used += size;
  }
  raw::Leave(peer, all, used);
  if (out_size != 0 && !raw::Send(peer, out, out_size)) return false;
  return legal && peer->partial_size <= kHeadBytesMax;
}

}  // namespace

int main(int argc, char** argv) { raw::Serve(argc, argv, AnswerRequests); }
