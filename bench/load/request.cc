#include "bench/load/request.h"

#include <random>

namespace edgewise::load {
namespace {

constexpr std::size_t kRibbonBytes = 128 * 1024;
constexpr unsigned kPayloadSeed = 1977;

std::string Payload(std::size_t bytes) {
  std::minstd_rand random(kPayloadSeed);
  std::string payload(bytes, '\0');
  for (char& byte : payload) byte = static_cast<char>(random() >> 8);
  return payload;
}

std::string OneRequest(Protocol protocol, std::size_t payload_bytes) {
  switch (protocol) {
    case Protocol::kEcho:
      return Payload(payload_bytes);
    case Protocol::kFrame: {
      std::string prefix;
      for (int shift = 24; shift >= 0; shift -= 8) {
        prefix.push_back(static_cast<char>(payload_bytes >> shift));
      }
      return prefix + Payload(payload_bytes);
    }
    case Protocol::kHttp:
      return "GET /plaintext HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n";
  }
  return {};
}

}  // namespace

std::string_view ProtocolName(Protocol protocol) {
  switch (protocol) {
    case Protocol::kEcho:
      return "echo";
    case Protocol::kFrame:
      return "frame";
    case Protocol::kHttp:
      return "http";
  }
  return "?";
}

Request::Request(Protocol protocol, std::size_t payload_bytes) : protocol_(protocol) {
  const std::string one = OneRequest(protocol, payload_bytes);
  size_ = one.size();
  do {
    ribbon_ += one;
  } while (ribbon_.size() < kRibbonBytes + size_);
}

}  // namespace edgewise::load
