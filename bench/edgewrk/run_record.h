// RunRecord: a run with everything that belongs to it, and as a document.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/edgewrk/audit.h"
#include "bench/edgewrk/company_report.h"
#include "bench/edgewrk/edgewrk_options.h"
#include "bench/edgewrk/load_run.h"
#include "bench/edgewrk/machine_record.h"
#include "bench/edgewrk/objective.h"
#include "bench/edgewrk/server_probe.h"

namespace edgewise::wrk {

struct RunRecord {
  EdgewrkOptions options;
  RunResult result;
  Audit audit;
  struct Judged {
    Objective objective;
    Objective::Judgement judgement;
  };
  std::vector<Judged> objectives;
  std::optional<ServerCost> server;
  std::optional<CompanyRecord> company;
  MachineRecord before;
  MachineRecord after;
  int exit_code = 0;
};

// Latencies in seconds. The keys are described in bench/edgewrk/README.md.
nlohmann::ordered_json RunDocument(const RunRecord& record);

}  // namespace edgewise::wrk
