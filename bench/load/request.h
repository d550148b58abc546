// Request: the bytes that the load client sends again and again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace edgewise::load {

enum class Protocol : std::uint8_t { kEcho, kFrame, kHttp };

std::string_view ProtocolName(Protocol protocol);

// One request, and a ribbon of copies of it from which any number is sent at once. The payload is
// made of pseudo-random bytes of a fixed seed, so that an answer that is shifted by a byte is seen.
//
// Threading: immutable. The views live as long as this object.
class Request {
 public:
  // `payload_bytes` is that of echo and frame. REQUIRES: at least 1.
  Request(Protocol protocol, std::size_t payload_bytes);
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  Protocol protocol() const { return protocol_; }
  // Bytes of one request on the wire.
  std::size_t size() const { return size_; }
  // The endless stream of requests from position `offset` on: at least one byte, at most
  // `limit`. REQUIRES: offset < size(), limit > 0.
  std::string_view From(std::size_t offset, std::size_t limit) const {
    return std::string_view(ribbon_).substr(offset, limit);
  }

 private:
  Protocol protocol_;
  std::size_t size_;
  std::string ribbon_;
};

}  // namespace edgewise::load
