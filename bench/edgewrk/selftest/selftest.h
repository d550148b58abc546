// edgewrk selftest: the harness against servers of which everything is known.
#pragma once

namespace edgewise::wrk {

// Runs every case, prints what is true, what edgewrk reported, and what wrk prints of the same
// server where it is installed. The answer is the exit code: 0, or 1 if edgewrk was wrong.
int RunSelftest();

}  // namespace edgewise::wrk
