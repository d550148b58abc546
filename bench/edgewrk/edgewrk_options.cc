// getopt_long, as wrk has it, so that what it takes is taken: -t2, -t 2, --threads=2, --thr 2.
#include "bench/edgewrk/edgewrk_options.h"

#include <getopt.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "bench/edgewrk/option_values.h"
#include "reactor/kernel/text.h"

namespace edgewise::wrk {
namespace {

// How long a slice, or a run, is where nobody says.
constexpr Duration kVersusSlice = std::chrono::milliseconds(500);
constexpr Duration kSweepRun = std::chrono::seconds(1);

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
  kVersus,
  kVersusPid,
  kBlocks,
  kSweep,
  kBeside,
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
    {"vs", required_argument, nullptr, kVersus},
    {"vs-pid", required_argument, nullptr, kVersusPid},
    {"blocks", required_argument, nullptr, kBlocks},
    {"sweep", no_argument, nullptr, kSweep},
    {"beside", required_argument, nullptr, kBeside},
    {nullptr, 0, nullptr, 0},
};

absl::Status ReadObjective(const char* text, std::vector<Objective>& objectives) {
  absl::StatusOr<Objective> objective = Objective::Parse(text);
  if (objective.ok()) objectives.push_back(*std::move(objective));
  return objective.status();
}

absl::Status ReadCompany(const char* text, std::vector<CompanySpec>& company) {
  const absl::StatusOr<CompanySpec> spec = CompanySpec::Parse(text);
  if (!spec.ok()) return Wrong("--beside", StdView(spec.status().message()));
  company.push_back(*spec);
  return absl::OkStatus();
}

absl::Status ReadVersus(const char* text, EdgewrkOptions& options) {
  absl::StatusOr<Url> url = Url::Parse(text);
  if (!url.ok()) return Wrong("--vs", StdView(url.status().message()));
  options.versus = *std::move(url);
  return absl::OkStatus();
}

// What is written, watched and compared besides.
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
    case kVersus:
      return ReadVersus(text, options);
    case kVersusPid:
      return ReadCount("--vs-pid", text, 1, 1 << 30, options.versus_pid);
    case kBlocks:
      return ReadCount("--blocks", text, 2, 10'000, options.blocks);
    case kBeside:
      return ReadCompany(text, options.company);
    case kSweep:
      options.sweep = true;
      return absl::OkStatus();
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
      return ReadCount("--seed", text, 0, ~std::uint64_t{0}, plan.seed);
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

// What does not go together: an option that would be swallowed is refused.
absl::Status CheckMode(const EdgewrkOptions& options) {
  const RunPlan& plan = options.plan;
  const bool versus = options.versus_given();
  if (!versus && options.versus_pid != 0) return Wrong("--vs-pid", "there is no --vs");
  if (!versus && options.blocks != 0) return Wrong("--blocks", "there is no --vs");
  if (!versus && !options.sweep) return absl::OkStatus();
  if (versus && options.sweep) return Wrong("--sweep", "not together with --vs");
  if (!options.company.empty()) return Wrong("--beside", "for a run against one server only");
  if (!options.hgrm_path.empty()) return Wrong("--hgrm", "for a run against one server only");
  if (options.show_latency) return Wrong("--latency", "for a run against one server only");
  if (plan.ramp_up != Duration::zero()) return Wrong("--ramp-up", "for a run by itself only");
  if (!versus) {
    if (plan.open_loop()) return Wrong("--rate", "--sweep chooses the rates itself");
    if (plan.think != Duration::zero()) return Wrong("--think", "--sweep decides when to send");
    if (options.server_pid != 0) return Wrong("--server-pid", "a sweep is of latencies only");
    return absl::OkStatus();
  }
  if (options.versus.protocol != plan.url.protocol) {
    return Wrong("--vs", "the two servers must speak the same protocol");
  }
  if (!options.objectives.empty()) return Wrong("--assert", "an objective is for one server");
  if ((options.server_pid != 0) != (options.versus_pid != 0)) {
    return Wrong("--vs", "processor time needs both: --server-pid and --vs-pid");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<EdgewrkOptions> ParseEdgewrkOptions(int argc, char** argv) {
  EdgewrkOptions options;
  options.arguments.assign(argv + 1, argv + argc);
  bool duration_given = false;
  optind = 1;
  opterr = 0;
  for (;;) {
    const int flag = getopt_long(argc, argv, "t:c:d:s:H:T:R:P:LUBrvh?", kLong, nullptr);
    if (flag == -1) break;
    duration_given = duration_given || flag == 'd';
    const absl::Status status = Apply(flag, optarg, options);
    if (status.ok()) continue;
    return flag == '?' ? Wrong(argv[optind - 1], StdView(status.message())) : status;
  }
  using Ask = EdgewrkOptions::Ask;
  if (options.ask == Ask::kHelp || options.ask == Ask::kVersion) return options;
  if (optind == argc) return absl::InvalidArgumentError("there is no URL; see --help");
  const std::string_view target = argv[optind];
  if (target == "selftest") {
    options.ask = Ask::kSelftest;
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
  const absl::Status status = CheckMode(options);
  if (!status.ok()) return status;
  if (options.sweep) options.ask = Ask::kSweep;
  if (options.versus_given()) options.ask = Ask::kVersus;
  if (!duration_given && options.ask == Ask::kVersus) plan.duration = kVersusSlice;
  if (!duration_given && options.ask == Ask::kSweep) plan.duration = kSweepRun;
  return options;
}

}  // namespace edgewise::wrk
