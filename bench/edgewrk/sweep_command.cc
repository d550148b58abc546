// --sweep: from the options to the table, the JSON and the exit code.
#include <string>

#include "absl/strings/str_format.h"
#include "bench/edgewrk/commands.h"
#include "bench/edgewrk/request_text.h"
#include "bench/edgewrk/sweep.h"
#include "bench/edgewrk/terminal.h"
#include "bench/edgewrk/units.h"
#include "reactor/kernel/text.h"

namespace edgewise::wrk {

int SweepCommand(EdgewrkOptions& options) {
  const absl::Status complete = CompletePlan(options);
  if (!complete.ok()) return Fail(StdView(complete.message()));
  const SweepPlan plan{.load = options.plan, .objectives = options.objectives};
  Interrupt interrupt;
  Print(absl::StrFormat("Looking for the knee of %s: about %s\n", plan.load.url.text,
                        FormatSeconds(std::chrono::ceil<std::chrono::seconds>(SweepTime(plan)))));
  SweepResult result;
  {
    ProgressLine line;
    result = RunSweep(plan, [&](std::size_t done, std::size_t all) {
      line.Show([&] { return absl::StrFormat("run %d of %d", done + 1, all); });
      return !interrupt.came();
    });
  }
  if (result.closed_loop == 0) return Fail("nothing was answered; is the server there?");
  Print(SweepText(plan, result));
  if (!WriteFile(options.json_path, SweepJson(plan, result))) return kInvalid;
  return result.knee != 0 ? 0 : 1;
}

}  // namespace edgewise::wrk
