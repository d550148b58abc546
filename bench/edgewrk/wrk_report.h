// The report of a run as text: wrk's lines where they say something true, ours below them.
#pragma once

#include <string>

#include "bench/edgewrk/audit.h"
#include "bench/edgewrk/edgewrk_options.h"
#include "bench/edgewrk/load_run.h"

namespace edgewise::wrk {

// "Running 30s test @ http://...": what is printed before the run.
std::string ReportBegin(const EdgewrkOptions& options);
// All that is printed after it.
std::string ReportEnd(const EdgewrkOptions& options, const RunResult& result, const Audit& audit);

}  // namespace edgewise::wrk
