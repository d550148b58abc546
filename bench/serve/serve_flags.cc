// Flags by Abseil, but for --listen, which may be repeated, and --help, which teaches.
#include "bench/serve/serve_flags.h"

#include <array>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/time/time.h"
#include "reactor/kernel/text.h"

ABSL_FLAG(int, threads, 1, "reactors");
ABSL_FLAG(absl::Duration, spin, absl::ZeroDuration(), "time polled before blocking");
ABSL_FLAG(absl::Duration, idle_timeout, absl::Seconds(75), "nothing moved");
ABSL_FLAG(absl::Duration, frame_timeout, absl::Seconds(30), "a frame begun, not finished");
ABSL_FLAG(absl::Duration, head_timeout, absl::Seconds(10), "a request begun, its head not there");
ABSL_FLAG(absl::Duration, body_timeout, absl::Seconds(20), "a body behind its minimum rate");
ABSL_FLAG(std::uint64_t, body_rate_min, 500, "bytes of a body per second");
ABSL_FLAG(absl::Duration, write_timeout, absl::Seconds(30), "no output taken");
ABSL_FLAG(absl::Duration, linger_timeout, absl::Seconds(2), "peer's end after our own");
ABSL_FLAG(absl::Duration, drain_timeout, absl::Seconds(10), "finishing at the end");
ABSL_FLAG(std::uint32_t, requests_max, 1'000'000, "requests on one connection");
ABSL_FLAG(std::uint64_t, connections_max, 0, "connections at once");
ABSL_FLAG(std::uint64_t, connections_per_address_max, 0, "connections at once from an address");
ABSL_FLAG(std::uint64_t, frame_bytes_max, 64u << 20, "largest frame or line");
ABSL_FLAG(std::uint64_t, http_body_bytes_max, 1u << 20, "largest request body");
ABSL_FLAG(std::string, access_log, "", "file that HTTP requests are written to");
ABSL_FLAG(std::string, access_log_format, "common", "common or json");
ABSL_FLAG(std::string, root, "", "directory of files that http serves");
ABSL_FLAG(std::string, record, "", "file that the kernel's answers are recorded in");
ABSL_FLAG(std::string, replay, "", "such a file, which answers instead of the kernel");
ABSL_FLAG(std::string, print_recording, "", "such a file, printed");
ABSL_FLAG(std::uint64_t, high_water, 1u << 20, "pending output that holds reading");
ABSL_FLAG(std::uint64_t, low_water, 256u << 10, "pending output that releases it");
ABSL_FLAG(std::uint64_t, outbound_bytes_max, 128u << 20, "pending output that ends a connection");
ABSL_FLAG(std::uint64_t, buffer_bytes_max, 1u << 30, "buffers of all connections");
ABSL_FLAG(std::string, memory_policy, "pause", "pause, refuse or shed");
ABSL_FLAG(int, backlog, 4096, "connections kept by the kernel");
ABSL_FLAG(std::uint64_t, bulk_bytes_max, 128u << 10, "bytes moved in one turn of a bulk one");
ABSL_FLAG(std::uint64_t, bulk_slice, 1, "bulk upcalls in a round");

namespace edgewise {
namespace {

constexpr std::string_view kHelp =
    R"(edgewise-serve: the protocols of Edgewise, to try and to measure

  edgewise-serve --listen http://127.0.0.1:8080 --listen frame://127.0.0.1:9000

Each --listen opens one master socket. What is in front of :// is what is spoken:
  http://   GET / (a page), GET /plaintext ("Hello, World!"), POST /echo (the body); 404 elsewhere
  frame://  frames with a 4-byte big-endian length, echoed
  echo://   raw bytes, echoed
  line://   lines ended by LF or CRLF, echoed with LF
                          With --root DIR also the files beneath DIR: / is DIR/index.html
An address is 127.0.0.1:8080, [::1]:8080 or *:8080; port 0 lets the system choose. After +unix it is
a path: echo+unix:///tmp/echo.sock. Each is printed on standard output once it accepts connections:
  listening on http://127.0.0.1:8080

Try it:      curl http://127.0.0.1:8080/plaintext
             printf 'hello\n' | nc -N 127.0.0.1 9002          (a line:// listener)
Look inside: kill -USR1 PID prints the counters on standard error.
Stop it:     SIGINT or SIGTERM stops accepting, finishes what is in flight, and exits with 0; a
             second one exits at once.

Files
  --root=                 directory whose files http:// serves: nothing from outside of it, nothing
                          that begins with a dot, no listings
  --access_log= --access_log_format=common   a file that each request of http:// is written to (- is
                          standard output), in the Common Log Format or as json

Speed
  --threads=1             reactors, each in its own thread with its own master socket (SO_REUSEPORT)
  --spin=0                time spent polling before a reactor blocks, e.g. 50us: a quiet service
                          answers sooner, at the price of a busier core
  --bulk_bytes_max=131072 bytes moved for one busy connection before others have their turn
  --bulk_slice=1          turns of greedy connections between two looks for polite ones

Incidents (docs/record-and-replay.md)
  --record=               file that all that the kernel answers is recorded in
  --replay=               such a file: the same happens again, alone and without the machine. The
                          other flags as they were, but for --access_log
  --print_recording=      such a file, a line for each call, and nothing else

Limits (durations like 500ms, 30s, 2m; inf switches a timeout off)
  --idle_timeout=75s      closes a connection on which nothing moves for so long (or a fourth more)
  --frame_timeout=30s     from the first byte of a frame or line to its last
  --head_timeout=10s      http: from the first byte of a request to the end of its headers
  --body_timeout=20s --body_rate_min=500   http: how far a body may fall behind that many bytes per
                          second; also its longest pause
  --write_timeout=30s     without the peer taking any output
  --linger_timeout=2s     waiting for the peer's end after our own
  --drain_timeout=10s     finishing in flight at SIGTERM
  --requests_max=1000000  http: requests on one connection before it closes
  --connections_max=0     at once; 0: somewhat less than half of the descriptor limit
  --connections_per_address_max=0   at once from one IP address; 0: no such limit
  --frame_bytes_max=67108864        largest frame or line
  --http_body_bytes_max=1048576     largest request body
  --high_water=1048576 --low_water=262144   pending output that holds reading, and releases it
  --outbound_bytes_max=134217728    pending output at which a connection is given up
  --buffer_bytes_max=1073741824     buffers of all connections together, and what then:
  --memory_policy=pause   pause (hold reading), refuse (close who grows), shed (close the largest)
  --backlog=4096          connections the kernel keeps before they are accepted
)";

absl::Status Invalid(const std::string& why) { return absl::InvalidArgumentError(AbslView(why)); }

Duration ToDuration(absl::Duration duration) {
  return duration == absl::InfiniteDuration() ? kForever : absl::ToChronoNanoseconds(duration);
}

absl::StatusOr<MemoryPolicy> ParsePolicy(std::string_view text) {
  if (text == "pause") return MemoryPolicy::kPause;
  if (text == "refuse") return MemoryPolicy::kRefuse;
  if (text == "shed") return MemoryPolicy::kShedLargest;
  return Invalid("--memory_policy=" + std::string(text) + ": use pause, refuse or shed");
}

absl::StatusOr<AccessLogFormat> ParseLogFormat(std::string_view text) {
  if (text == "common") return AccessLogFormat::kCommon;
  if (text == "json") return AccessLogFormat::kJson;
  return Invalid("--access_log_format=" + std::string(text) + ": use common or json");
}

absl::StatusOr<ServeCommand> FromFlags() {
  ServeCommand command;
  ServerOptions& server = command.server;
  server.threads = absl::GetFlag(FLAGS_threads);
  server.drain_timeout = ToDuration(absl::GetFlag(FLAGS_drain_timeout));
  server.connections_max = absl::GetFlag(FLAGS_connections_max);
  server.connections_per_address_max = absl::GetFlag(FLAGS_connections_per_address_max);
  server.buffer_bytes_max = absl::GetFlag(FLAGS_buffer_bytes_max);
  server.backlog = absl::GetFlag(FLAGS_backlog);
  server.reactor.spin_budget = ToDuration(absl::GetFlag(FLAGS_spin));
  server.reactor.bulk_bytes_max = absl::GetFlag(FLAGS_bulk_bytes_max);
  server.reactor.bulk_slice = absl::GetFlag(FLAGS_bulk_slice);
  server.connection = {.idle_timeout = ToDuration(absl::GetFlag(FLAGS_idle_timeout)),
                       .frame_timeout = ToDuration(absl::GetFlag(FLAGS_frame_timeout)),
                       .head_timeout = ToDuration(absl::GetFlag(FLAGS_head_timeout)),
                       .body_timeout = ToDuration(absl::GetFlag(FLAGS_body_timeout)),
                       .body_rate_min = absl::GetFlag(FLAGS_body_rate_min),
                       .requests_max = absl::GetFlag(FLAGS_requests_max),
                       .write_timeout = ToDuration(absl::GetFlag(FLAGS_write_timeout)),
                       .linger_timeout = ToDuration(absl::GetFlag(FLAGS_linger_timeout)),
                       .high_water = absl::GetFlag(FLAGS_high_water),
                       .low_water = absl::GetFlag(FLAGS_low_water),
                       .outbound_bytes_max = absl::GetFlag(FLAGS_outbound_bytes_max)};
  command.frame_bytes_max = absl::GetFlag(FLAGS_frame_bytes_max);
  command.root = absl::GetFlag(FLAGS_root);
  command.record = absl::GetFlag(FLAGS_record);
  command.replay = absl::GetFlag(FLAGS_replay);
  command.print_recording = absl::GetFlag(FLAGS_print_recording);
  if (!command.record.empty() && !command.replay.empty()) {
    return Invalid("--record or --replay, not both");
  }
  command.http_body_bytes_max = absl::GetFlag(FLAGS_http_body_bytes_max);
  const absl::StatusOr<MemoryPolicy> policy = ParsePolicy(absl::GetFlag(FLAGS_memory_policy));
  if (!policy.ok()) return policy.status();
  server.memory_policy = *policy;
  command.access_log = absl::GetFlag(FLAGS_access_log);
  const absl::StatusOr<AccessLogFormat> format =
      ParseLogFormat(absl::GetFlag(FLAGS_access_log_format));
  if (!format.ok()) return format.status();
  command.access_log_format = *format;
  return command;
}

}  // namespace

std::string_view ServeHelp() { return kHelp; }

absl::StatusOr<ServeListen> ParseServeListen(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, ServeProtocol>, 4> kSchemes{{
      {"http", ServeProtocol::kHttp},
      {"frame", ServeProtocol::kFrame},
      {"echo", ServeProtocol::kEcho},
      {"line", ServeProtocol::kLine},
  }};
  const std::size_t end = text.find("://");
  const std::string shown = "--listen " + std::string(text) + ": ";
  if (end == std::string_view::npos) {
    return Invalid(shown + "write it as http://127.0.0.1:8080 or echo+unix:///path");
  }
  std::string_view scheme = text.substr(0, end);
  std::string_view rest = text.substr(end + 3);
  ServeListen listen{.scheme = std::string(scheme)};
  constexpr std::string_view kUnixSuffix = "+unix";
  const bool is_path = scheme.ends_with(kUnixSuffix);
  if (is_path) scheme.remove_suffix(kUnixSuffix.size());
  if (!is_path && rest.ends_with('/')) rest.remove_suffix(1);
  for (const auto& [name, protocol] : kSchemes) {
    if (scheme != name) continue;
    listen.protocol = protocol;
    listen.address = (is_path ? "unix:" : "") + std::string(rest);
    return listen;
  }
  return Invalid(shown + "unknown protocol \"" + std::string(scheme) +
                 "\"; there are http, frame, echo and line");
}

absl::StatusOr<ServeCommand> ParseServeCommand(int argc, char** argv) {
  std::vector<char*> others{argv[0]};
  std::vector<ServeListen> listens;
  constexpr std::string_view kListen = "--listen";
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--help" || argument == "-h") return absl::CancelledError("--help");
    std::string_view value;
    if (argument == kListen) {
      if (++i == argc) return Invalid("--listen needs an address; see --help");
      value = argv[i];
    } else if (argument.starts_with("--listen=")) {
      value = argument.substr(kListen.size() + 1);
    } else {
      others.push_back(argv[i]);
      continue;
    }
    absl::StatusOr<ServeListen> listen = ParseServeListen(value);
    if (!listen.ok()) return listen.status();
    listens.push_back(*std::move(listen));
  }
  const std::vector<char*> left =
      absl::ParseCommandLine(static_cast<int>(others.size()), others.data());
  if (left.size() > 1) return Invalid(std::string(left[1]) + ": not a flag; see --help");
  absl::StatusOr<ServeCommand> command = FromFlags();
  if (!command.ok()) return command;
  if (listens.empty() && command->print_recording.empty()) {
    return Invalid("nothing to do: give at least one --listen http://127.0.0.1:8080; see --help");
  }
  command->listens = std::move(listens);
  for (int i = 0; i < argc; ++i) command->line += (i == 0 ? "" : " ") + std::string(argv[i]);
  return command;
}

}  // namespace edgewise
