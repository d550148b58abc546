// Url: what a run is aimed at.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "reactor/kernel/socket_address.h"

namespace edgewise::wrk {

enum class Protocol : std::uint8_t {
  kHttp,   // http://
  kFrame,  // frame://, a 4-byte big-endian length before each frame; the answer is the same frame
  kEcho,   // echo://, bytes; the answer is the same bytes
};

// A value.
struct Url {
  std::string text;  // as it was given
  Protocol protocol = Protocol::kHttp;
  std::string host;         // a name or an address; of a path, empty
  std::string port;         // a number or a service's name
  std::string socket_path;  // of an AF_UNIX socket; empty if it is none
  std::string target;       // of http: path and query, "/" at least
  // As a Host header has it.
  std::string authority;

  // "http://host:port/path?query", "http://[::1]:8080", "frame://host:port", "echo://host:port";
  // over AF_UNIX "http+unix:///run/a.sock:/path" and likewise the others. Errors: kInvalidArgument,
  // saying what is wrong and what a right one looks like.
  static absl::StatusOr<Url> Parse(std::string_view text);
};

// The addresses that a name stands for, in the order that the system's resolver gives them. Blocks.
// kNotFound, with the resolver's words.
absl::StatusOr<std::vector<SocketAddress>> Resolve(const Url& url);

}  // namespace edgewise::wrk
