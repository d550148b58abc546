// getopt_long, as wrk has it, so that what it takes is taken: -t2, -t 2, --threads=2, --thr 2.
#include "bench/edgewrk/edgewrk_options.h"

#include <getopt.h>

#include <fstream>
#include <sstream>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bench/edgewrk/units.h"
#include "reactor/kernel/text.h"

namespace edgewise::wrk {
namespace {

constexpr std::string_view kHelp =
    R"(Usage: edgewrk <options> <url>
       edgewrk selftest

  wrk's options (numbers may end in k, M or G, times in s, m or h; also ms and us):
    -c, --connections <N>  Connections to keep open (10)
    -d, --duration    <T>  Duration of test (10s)
    -t, --threads     <N>  Number of threads to use (2)
    -H, --header      <H>  Add header to request
        --latency          Print latency statistics
        --timeout     <T>  A request that takes longer is counted as timed out (2s)
  wrk2's:
    -R, --rate        <T>  Requests a second in all, at times that no answer moves; latency counts
                           from then
    -L, --latency          Print latency statistics, with the detailed percentile spectrum
    -U, --u_latency        Print uncorrected latency statistics, too
    -B, --batch_latency    Accepted: a batch is measured request by request
  Ours:
    -P, --pipeline    <N>  Requests in flight on each connection (1)
        --method      <M>  Method of the request (GET; POST with a body)
        --body <TEXT|@FILE>  Body of the request
        --payload     <N>  Bytes in one request of frame:// and echo:// (64)
        --arrivals <constant|poisson>  With a rate: at equal distances, or by chance (constant)
        --seed        <N>  Of chance (1)
        --warmup      <T>  Load before, that is not measured (0s)
        --ramp-up     <T>  The connections begin one after the other, over so long (0s)
        --think       <T>  Without a rate: a pause before each request or batch (0s)
        --churn       <N>  Requests on one connection, which is replaced then (no limit)
        --json    <FILE>   Everything, for programs ("-": standard output)
        --hgrm    <FILE>   HdrHistogram's percentile output
        --report  <FILE>   One HTML page with pictures
        --assert  <A>      'p99<2ms', 'rate>10k', 'errors<0.1%' ...: exit 1 if it is not so. May
                           be repeated; one about errors replaces the rule that there be none
        --server-pid <PID> The server's processor time, context switches and memory, too
    -v, --version          Print version details
    -h, --help             Print this

  URLs: http://HOST[:PORT]/PATH, frame://HOST:PORT (a 4-byte big-endian length, then so many bytes,
  which are to come back), echo://HOST:PORT, and all of them over AF_UNIX: http+unix:///PATH:/PATH
  Lua scripts (-s) are refused: what they are mostly for is --method, --body, -H and -P.
  Exit: 0 a sound run, 1 answers were wrong, failed or late, 2 nothing could be measured.
)";

enum LongOnly : int {
  kMethod = 1000,
  kBody,
  kPayload,
  kArrivals,
  kSeed,
  kWarmup,
  kRampUp,
  kThink,
  kChurn,
  kJson,
  kHgrm,
  kReport,
  kAssert,
  kServerPid,
};

constexpr option kLong[] = {
    {"connections", required_argument, nullptr, 'c'},
    {"duration", required_argument, nullptr, 'd'},
    {"threads", required_argument, nullptr, 't'},
    {"script", required_argument, nullptr, 's'},
    {"header", required_argument, nullptr, 'H'},
    {"latency", no_argument, nullptr, 'L'},
    {"u_latency", no_argument, nullptr, 'U'},
    {"batch_latency", no_argument, nullptr, 'B'},
    {"timeout", required_argument, nullptr, 'T'},
    {"rate", required_argument, nullptr, 'R'},
    {"help", no_argument, nullptr, 'h'},
    {"version", no_argument, nullptr, 'v'},
    {"pipeline", required_argument, nullptr, 'P'},
    {"method", required_argument, nullptr, kMethod},
    {"body", required_argument, nullptr, kBody},
    {"payload", required_argument, nullptr, kPayload},
    {"arrivals", required_argument, nullptr, kArrivals},
    {"seed", required_argument, nullptr, kSeed},
    {"warmup", required_argument, nullptr, kWarmup},
    {"ramp-up", required_argument, nullptr, kRampUp},
    {"think", required_argument, nullptr, kThink},
    {"churn", required_argument, nullptr, kChurn},
    {"json", required_argument, nullptr, kJson},
    {"hgrm", required_argument, nullptr, kHgrm},
    {"report", required_argument, nullptr, kReport},
    {"assert", required_argument, nullptr, kAssert},
    {"server-pid", required_argument, nullptr, kServerPid},
    {nullptr, 0, nullptr, 0},
};

absl::Status Wrong(std::string_view what, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(what), ": ", std::string(why), "; see --help"));
}

// Each reads `text` into a value within bounds, or says what is wrong with `flag`.
absl::Status ReadCount(std::string_view flag, const char* text, std::uint64_t least,
                       std::uint64_t most, auto& into) {
  const std::optional<std::uint64_t> value = ParseCount(text);
  if (!value || *value < least || *value > most) {
    return Wrong(
        flag, absl::StrCat("not a whole number from ", least, " to ", most, " (1k, 1M): ", text));
  }
  into = static_cast<std::remove_reference_t<decltype(into)>>(*value);
  return absl::OkStatus();
}

absl::Status ReadTime(std::string_view flag, const char* text, Duration least, Duration& into) {
  const std::optional<Duration> value = ParseTime(text);
  if (!value || *value < least) return Wrong(flag, absl::StrCat("not a time (2s, 2m, 2h): ", text));
  into = *value;
  return absl::OkStatus();
}

absl::Status ReadBody(const char* text, std::string& body) {
  if (*text != '@') {
    body = text;
    return absl::OkStatus();
  }
  const std::ifstream file(text + 1, std::ios::binary);
  std::ostringstream bytes;
  if (!file || !(bytes << file.rdbuf())) {
    return Wrong("--body", absl::StrCat("no file, or an empty one: ", text + 1));
  }
  body = bytes.str();
  return absl::OkStatus();
}

absl::Status ReadRate(const char* text, double& rate) {
  const std::optional<double> value = ParseRate(text);
  if (!value || *value <= 0) return Wrong("--rate", absl::StrCat("not above zero: ", text));
  rate = *value;
  return absl::OkStatus();
}

absl::Status ReadArrivals(std::string_view text, Arrivals& arrivals) {
  if (text != "constant" && text != "poisson") {
    return Wrong("--arrivals", "neither constant nor poisson");
  }
  arrivals = text == "poisson" ? Arrivals::kPoisson : Arrivals::kConstant;
  return absl::OkStatus();
}

absl::Status ReadHeader(std::string_view text, std::vector<std::string>& headers) {
  const std::size_t colon = text.find(':');
  if (text.find_first_of("\r\n") != std::string_view::npos) {
    return Wrong("--header", "there is a line break; give each header by an -H of its own");
  }
  if (colon == 0 || colon == std::string_view::npos) {
    return Wrong("--header", absl::StrCat("not 'Name: value': ", std::string(text)));
  }
  headers.emplace_back(text);
  return absl::OkStatus();
}

absl::Status ReadObjective(const char* text, std::vector<Objective>& objectives) {
  absl::StatusOr<Objective> objective = Objective::Parse(text);
  if (objective.ok()) objectives.push_back(*std::move(objective));
  return objective.status();
}

// What is written, and watched, besides.
absl::Status ApplyOutput(int flag, const char* text, EdgewrkOptions& options) {
  switch (flag) {
    case kJson:
      options.json_path = text;
      return absl::OkStatus();
    case kHgrm:
      options.hgrm_path = text;
      return absl::OkStatus();
    case kReport:
      options.report_path = text;
      return absl::OkStatus();
    case kAssert:
      return ReadObjective(text, options.objectives);
    case kServerPid:
      return ReadCount("--server-pid", text, 1, 1 << 30, options.server_pid);
    default:
      return absl::InvalidArgumentError("an option that is unknown, or lacks its value");
  }
}

absl::Status Apply(int flag, const char* text, EdgewrkOptions& options) {
  RunPlan& plan = options.plan;
  const Duration none = Duration::zero();
  constexpr std::uint64_t kMany = 1'000'000'000;
  switch (flag) {
    case 'c':
      return ReadCount("--connections", text, 1, 1'000'000, plan.connections);
    case 't':
      return ReadCount("--threads", text, 1, 1024, plan.threads);
    case 'd':
      return ReadTime("--duration", text, Duration(1), plan.duration);
    case 'T':
      return ReadTime("--timeout", text, Duration(1), plan.timeout);
    case 'R':
      return ReadRate(text, plan.rate);
    case 'H':
      return ReadHeader(text, options.headers);
    case 'P':
      return ReadCount("--pipeline", text, 1, 100'000, plan.depth);
    case 'U':
      options.show_raw_latency = true;
      [[fallthrough]];
    case 'L':
      options.show_latency = true;
      return absl::OkStatus();
    case 'B':
      return absl::OkStatus();
    case 's':
      return Wrong("--script", "Lua is not run here; use --method, --body, -H and -P instead");
    case 'v':
      options.ask = EdgewrkOptions::Ask::kVersion;
      return absl::OkStatus();
    case 'h':
      options.ask = EdgewrkOptions::Ask::kHelp;
      return absl::OkStatus();
    case kMethod:
      options.method = text;
      return absl::OkStatus();
    case kBody:
      if (options.method == "GET") options.method = "POST";
      return ReadBody(text, options.body);
    case kPayload:
      return ReadCount("--payload", text, 1, 64 << 20, options.payload_bytes);
    case kArrivals:
      return ReadArrivals(text, plan.arrivals);
    case kSeed:
      return ReadCount("--seed", text, 0, kMany, plan.seed);
    case kWarmup:
      return ReadTime("--warmup", text, none, plan.warmup);
    case kRampUp:
      return ReadTime("--ramp-up", text, none, plan.ramp_up);
    case kThink:
      return ReadTime("--think", text, none, plan.think);
    case kChurn:
      return ReadCount("--churn", text, 1, kMany, plan.requests_per_connection);
    default:
      return ApplyOutput(flag, text, options);
  }
}

}  // namespace

std::string_view EdgewrkHelp() { return kHelp; }

absl::StatusOr<EdgewrkOptions> ParseEdgewrkOptions(int argc, char** argv) {
  EdgewrkOptions options;
  optind = 1;
  opterr = 0;
  for (;;) {
    const int flag = getopt_long(argc, argv, "t:c:d:s:H:T:R:P:LUBrvh?", kLong, nullptr);
    if (flag == -1) break;
    const absl::Status status = Apply(flag, optarg, options);
    if (status.ok()) continue;
    return flag == '?' ? Wrong(argv[optind - 1], StdView(status.message())) : status;
  }
  if (options.ask != EdgewrkOptions::Ask::kRun) return options;
  if (optind == argc) return absl::InvalidArgumentError("there is no URL; see --help");
  const std::string_view target = argv[optind];
  if (target == "selftest") {
    options.ask = EdgewrkOptions::Ask::kSelftest;
    return options;
  }
  RunPlan& plan = options.plan;
  if (plan.connections < plan.threads) {
    return absl::InvalidArgumentError("number of connections must be >= threads");
  }
  if (plan.open_loop() && plan.think != Duration::zero()) {
    return absl::InvalidArgumentError("--think is for a closed loop; --rate says when to send");
  }
  absl::StatusOr<Url> url = Url::Parse(target);
  if (!url.ok()) return url.status();
  plan.url = *std::move(url);
  return options;
}

}  // namespace edgewise::wrk
