// The report of a run as text: wrk's lines where they say something true, ours below them.
#pragma once

#include <string>

#include "bench/edgewrk/edgewrk_options.h"
#include "bench/edgewrk/run_record.h"

namespace edgewise::wrk {

// "Running 30s test @ http://...": what is printed before the run.
std::string ReportBegin(const EdgewrkOptions& options);
// All that is printed after it.
std::string ReportEnd(const RunRecord& record);

}  // namespace edgewise::wrk
