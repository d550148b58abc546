// No codec allocates, whatever it is given: proven by counting.
#include <atomic>
#include <catch2/catch_test_macros.hpp>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include "handlers/http/http1.h"
#include "handlers/http/http_response_head.h"
#include "handlers/length_prefixed.h"
#include "handlers/lines.h"

namespace {

std::atomic<std::size_t> allocations{0};

void* Allocated(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  void* const block = std::malloc(size == 0 ? 1 : size);
  if (block == nullptr) {
    throw std::bad_alloc();
  }
  return block;
}

}  // namespace

void* operator new(std::size_t size) { return Allocated(size); }
void* operator new[](std::size_t size) { return Allocated(size); }
void operator delete(void* block) noexcept { std::free(block); }
void operator delete[](void* block) noexcept { std::free(block); }
void operator delete(void* block, std::size_t) noexcept { std::free(block); }
void operator delete[](void* block, std::size_t) noexcept { std::free(block); }

namespace edgewise {
namespace {

// Allocations while `input` is decoded at every length from nothing to all of it.
template <typename C>
std::size_t AllocationsOf(C codec, std::string_view input) {
  const std::size_t before = allocations.load();
  for (std::size_t size = 0; size <= input.size(); ++size) {
    if (codec.Decode(input.substr(0, size)).status == DecodeStatus::kMalformed) {
      break;
    }
  }
  return allocations.load() - before;
}

TEST_CASE("the counter of allocations counts") {
  const std::size_t before = allocations.load();
  const auto block = std::make_unique<std::vector<int>>(100);
  CHECK(allocations.load() == before + 2);
}

TEST_CASE("decoding allocates nothing, be it a frame, half a frame or nonsense") {
  CHECK(AllocationsOf(LengthPrefixed(), std::string_view("\0\0\0\5hello", 9)) == 0);
  CHECK(AllocationsOf(LengthPrefixed(), "\xff\xff\xff\xff") == 0);
  CHECK(AllocationsOf(Lines(), "hello\r\n") == 0);
  CHECK(AllocationsOf(Lines({.line_bytes_max = 2}), "hello\r\n") == 0);
  CHECK(AllocationsOf(Http1(),
                      "POST /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                      "Content-Length: 5\r\nA: b\r\n\r\nhello") == 0);
  CHECK(AllocationsOf(Http1(), "GET / HTTP/1.1\r\nHost: x\r\nA b: c\r\n\r\n") == 0);
  CHECK(AllocationsOf(Http1(), "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n") ==
        0);
  CHECK(AllocationsOf(Http1({.body_bytes_max = 1}),
                      "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n") == 0);
}

TEST_CASE("reading a request and writing a head allocate nothing") {
  const std::string_view input = "GET /a?b HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n";
  Http1 codec;
  char out[512];
  HttpDate date;
  const std::size_t before = allocations.load();
  const auto decoded = codec.Decode(input);
  const bool found =
      decoded.frame.request.Header("a") == "b" && decoded.frame.request.path() == "/a";
  const HttpResponseHead head{.content_type = "text/plain", .date = date.At(WallTime())};
  const std::size_t used = head.WriteTo(out);
  const std::size_t after = allocations.load();
  CHECK(found);
  CHECK(used > 0);
  CHECK(after == before);
}

}  // namespace
}  // namespace edgewise
