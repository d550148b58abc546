// The command line of edgewrk, as a value: wrk's and wrk2's, and ours besides.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/edgewrk/company_spec.h"
#include "bench/edgewrk/objective.h"
#include "bench/edgewrk/run_plan.h"

namespace edgewise::wrk {

struct EdgewrkOptions {
  std::vector<std::string> arguments;  // as they were given
  RunPlan plan;
  // What `-s` and the like would have decided: the request of http.
  std::string method = "GET";
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  std::size_t payload_bytes = 64;  // of frame and echo
  bool show_latency = false;       // --latency: the distribution
  bool show_raw_latency = false;   // --u_latency: the uncorrected one, too
  std::vector<Objective> objectives;
  // Where else the result is written; empty: nowhere. "-" is standard output.
  std::string json_path;
  std::string hgrm_path;             // HdrHistogram's percentile output
  std::string report_path;           // the page
  pid_t server_pid = 0;              // the process whose cost is reported, too; 0: none
  std::vector<CompanySpec> company;  // beside the load
  // The other server of a comparison; none if its text is empty.
  Url versus;
  bool sweep = false;
  pid_t versus_pid = 0;
  std::size_t blocks = 0;  // 0: as many as VersusPlan has
  bool versus_given() const { return !versus.text.empty(); }

  enum class Ask : std::uint8_t {
    kRun,
    kVersus,
    kSweep,
    kHelp,
    kVersion,
    kSelftest
  } ask = Ask::kRun;
};

// Parses the arguments after the program's name; the plan's addresses and request are still to be
// found. kInvalidArgument: one line that says what is wrong and what to do.
absl::StatusOr<EdgewrkOptions> ParseEdgewrkOptions(int argc, char** argv);

std::string_view EdgewrkHelp();

}  // namespace edgewise::wrk
