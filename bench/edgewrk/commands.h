// What edgewrk can be asked to do, each with its own file: from the options to the exit code.
#pragma once

#include "bench/edgewrk/edgewrk_options.h"
#include "bench/edgewrk/run_record.h"

namespace edgewise::wrk {

// One run against one server, with its report. `record` has the arguments and the options.
int RunCommand(RunRecord& record);
// --vs: two servers in turn.
int VersusCommand(EdgewrkOptions& options);
// --sweep: one server at many rates.
int SweepCommand(EdgewrkOptions& options);

}  // namespace edgewise::wrk
