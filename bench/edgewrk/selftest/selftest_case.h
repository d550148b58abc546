// SelftestCase: an odd server, a command line, and what is true of it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "bench/edgewrk/audit.h"
#include "bench/edgewrk/load_run.h"
#include "bench/edgewrk/selftest/behaviours.h"
#include "bench/edgewrk/units.h"

namespace edgewise::wrk {

// What came of a run against an odd server.
struct SelftestOutcome {
  const OddCounters& server;
  std::uint64_t accepted;
  RunResult result;
  // By how much a witness beside it was woken too late, at the worst.
  Duration machine_late;
  Audit audit;
  std::string report;
  int exit_code;
};

inline double Ms(Duration duration) { return Seconds(duration) * 1e3; }

// Finds out what is not as it should be; each finding is a sentence.
class Findings {
 public:
  // `machine_late`: what the machine may have added to any one time.
  explicit Findings(Duration machine_late) : machine_late_(machine_late) {}

  // `value` must be within `tolerance` of `truth`.
  void Near(const char* what, double value, double truth, double tolerance);
  // The same for one answer's time, in milliseconds, which the machine's lateness may be a part of.
  void NearOneAnswer(const char* what, double value, double truth, double tolerance);
  void Equal(const char* what, std::uint64_t value, std::uint64_t truth);
  void Holds(const char* what, bool holds);
  // A line of the report.
  void Says(const SelftestOutcome& outcome, const std::string& text);

  const std::vector<std::string>& all() const { return all_; }

 private:
  Duration machine_late_;
  std::vector<std::string> all_;
};

struct SelftestCase {
  std::string name;
  // What is true, in a few words.
  std::string truth;
  std::function<OddServer::Behaviour(OddCounters&)> behaviour;
  // edgewrk's arguments, but for the URL. The first `wrk_arguments` of them are also wrk's.
  std::vector<std::string> arguments;
  std::size_t wrk_arguments = 0;
  std::function<void(const SelftestOutcome&, Findings&)> check;
  // Threads that burn processor time beside the client, on the one processor that it is given.
  std::size_t hogs = 0;
  // Requests that wrk is to send at once, by a script of its own.
  std::size_t wrk_depth = 1;
};

// All of them, in the order in which they are run.
std::vector<SelftestCase> SelftestCases();

}  // namespace edgewise::wrk
