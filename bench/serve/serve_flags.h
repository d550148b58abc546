// The command line of edgewise-serve.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "handlers/edgewise.h"

namespace edgewise {

enum class ServeProtocol : std::uint8_t { kHttp, kFrame, kEcho, kLine };

// One --listen: "http://127.0.0.1:8080", "echo+unix:///run/echo.sock".
struct ServeListen {
  ServeProtocol protocol = ServeProtocol::kEcho;
  std::string scheme;   // "http", "echo+unix": as given, for printing
  std::string address;  // as SocketAddress::Parse reads it
};

struct ServeCommand {
  std::vector<ServeListen> listens;
  ServerOptions server;
  std::size_t frame_bytes_max = 0;
  std::size_t http_body_bytes_max = 0;
  std::string access_log;  // a path, - for standard output; empty: none
  AccessLogFormat access_log_format = AccessLogFormat::kCommon;
  std::string root;  // of the files that http serves; empty: none
  // Files; empty: none. At most one of the first two.
  std::string record;
  std::string replay;
  std::string print_recording;
  std::string line;  // as it was typed, more or less
};

// kInvalidArgument with what is wrong and what would be right. `--help` is answered with
// kCancelled: print ServeHelp. Flags that no one knows end the process, with a message (as Abseil
// does it).
absl::StatusOr<ServeCommand> ParseServeCommand(int argc, char** argv);

// What --help prints.
std::string_view ServeHelp();

absl::StatusOr<ServeListen> ParseServeListen(std::string_view text);

}  // namespace edgewise
