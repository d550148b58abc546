#include "bench/load/load_options.h"

#include <getopt.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

namespace edgewise::load {
namespace {

constexpr char kHelp[] =
    R"(edgewise-load [FLAGS] echo://ADDRESS:PORT | frame://ADDRESS:PORT | http://ADDRESS:PORT

Loads a server, verifies each answer, prints one line of JSON. The address is a numeric IPv4 one.
The default is a closed loop: each connection sends a batch of requests, and the next batch when
all of it is answered.

  --connections N   connections (64)
  --depth D         requests in one batch (1)
  --payload BYTES   bytes in one request of echo or frame (64)
  --duration SEC    how long is measured (1)
  --warmup SEC      how long is not measured, before (0.1)
  --requests N      an exact number of requests instead of a duration and a warm-up
  --patience SEC    longest silence before the run has failed (30)
  --server-pid PID  also report the CPU time of this process

  --idle N          open N connections, make one request on each, hold them until standard input
                    ends, then say how many the server had closed
  --fair            echo: 100 greedy connections that keep 4 requests of 100,000 bytes in flight,
                    and beside them a polite client: 4 connections, 300 requests of 64 bytes a
                    second in all, latency counted from the intended time

Connections come from many loopback addresses (50 from each) when the server is on 127.0.0.0/8.
Exit: 0 done, 1 wrong answers or lost connections, 2 nothing could be measured.
)";

enum Flag : int {
  kConnections = 1,
  kDepth,
  kPayload,
  kDuration,
  kWarmup,
  kRequests,
  kPatience,
  kServerPid,
  kIdle,
  kFair,
  kHelpFlag,
};

constexpr option kFlags[] = {
    {"connections", required_argument, nullptr, kConnections},
    {"depth", required_argument, nullptr, kDepth},
    {"payload", required_argument, nullptr, kPayload},
    {"duration", required_argument, nullptr, kDuration},
    {"warmup", required_argument, nullptr, kWarmup},
    {"requests", required_argument, nullptr, kRequests},
    {"patience", required_argument, nullptr, kPatience},
    {"server-pid", required_argument, nullptr, kServerPid},
    {"idle", required_argument, nullptr, kIdle},
    {"fair", no_argument, nullptr, kFair},
    {"help", no_argument, nullptr, kHelpFlag},
    {nullptr, 0, nullptr, 0},
};

[[noreturn]] void Refuse(std::string_view why, std::string_view what) {
  std::fprintf(stderr, "edgewise-load: %.*s: %.*s\nTry --help.\n", static_cast<int>(why.size()),
               why.data(), static_cast<int>(what.size()), what.data());
  std::exit(2);
}

double ParseNumber(const char* text, double least, double most) {
  char* end = nullptr;
  const double value = std::strtod(text, &end);
  if (end == text || *end != '\0') Refuse("not a number", text);
  if (!(value >= least && value <= most)) Refuse("out of range", text);
  return value;
}

std::uint64_t ParseCount(const char* text, std::uint64_t least, std::uint64_t most) {
  const double value = ParseNumber(text, static_cast<double>(least), static_cast<double>(most));
  return static_cast<std::uint64_t>(value);
}

Duration ParseSeconds(const char* text) {
  return Duration(static_cast<Duration::rep>(ParseNumber(text, 0, 86400) * 1e9));
}

void ParseUrl(std::string_view url, LoadOptions* options) {
  const std::size_t colon = url.find("://");
  if (colon == std::string_view::npos) Refuse("not a URL such as echo://127.0.0.1:9000", url);
  const std::string_view scheme = url.substr(0, colon);
  if (scheme == "echo") {
    options->protocol = Protocol::kEcho;
  } else if (scheme == "frame") {
    options->protocol = Protocol::kFrame;
  } else if (scheme == "http") {
    options->protocol = Protocol::kHttp;
  } else {
    Refuse("unknown scheme", url);
  }
  if (!Target::Parse(url.substr(colon + 3), &options->target)) Refuse("not ADDRESS:PORT", url);
}

void ApplyFlag(int flag, LoadOptions* options) {
  switch (flag) {
    case kConnections:
      options->connections = ParseCount(optarg, 1, 15000);
      return;
    case kDepth:
      options->depth = ParseCount(optarg, 1, 100000);
      return;
    case kPayload:
      options->payload_bytes = ParseCount(optarg, 1, 64 * 1024 * 1024);
      return;
    case kDuration:
      options->duration = ParseSeconds(optarg);
      return;
    case kWarmup:
      options->warmup = ParseSeconds(optarg);
      return;
    case kRequests:
      options->requests = ParseCount(optarg, 1, 1'000'000'000);
      return;
    case kPatience:
      options->patience = ParseSeconds(optarg);
      return;
    case kServerPid:
      options->server_pid = static_cast<pid_t>(ParseCount(optarg, 1, 1 << 30));
      return;
    case kIdle:
      options->mode = Mode::kIdle;
      options->idle = ParseCount(optarg, 1, 18000);
      return;
    case kFair:
      options->mode = Mode::kFair;
      return;
    case kHelpFlag:
      std::fputs(kHelp, stdout);
      std::exit(0);
    default:
      std::fputs("Try --help.\n", stderr);
      std::exit(2);
  }
}

}  // namespace

LoadOptions ParseLoadOptions(int argc, char** argv) {
  LoadOptions options;
  for (;;) {
    const int flag = getopt_long(argc, argv, "", kFlags, nullptr);
    if (flag == -1) break;
    ApplyFlag(flag, &options);
  }
  if (optind + 1 != argc) Refuse("exactly one URL is needed", "see --help");
  ParseUrl(argv[optind], &options);
  if (options.mode == Mode::kFair && options.protocol != Protocol::kEcho) {
    Refuse("--fair speaks echo only", argv[optind]);
  }
  return options;
}

}  // namespace edgewise::load
