// --vs: from the options to the table, the JSON and the exit code.
#include <string>

#include "absl/strings/str_format.h"
#include "bench/edgewrk/commands.h"
#include "bench/edgewrk/request_text.h"
#include "bench/edgewrk/terminal.h"
#include "bench/edgewrk/units.h"
#include "bench/edgewrk/versus.h"
#include "reactor/kernel/text.h"

namespace edgewise::wrk {

int VersusCommand(EdgewrkOptions& options) {
  VersusPlan plan{
      .blocks = options.blocks, .a_pid = options.server_pid, .b_pid = options.versus_pid};
  for (const int pid : {plan.a_pid, plan.b_pid}) {
    if (pid != 0 && !SampleServer(pid)) {
      return Fail(absl::StrFormat("there is no process %d, or no right to look at it", pid));
    }
  }
  for (RunPlan* const one : {&plan.a, &plan.b}) {
    if (one == &plan.b) options.plan.url = options.versus;
    const absl::Status status = CompletePlan(options);
    if (!status.ok()) return Fail(StdView(status.message()));
    *one = options.plan;
  }
  Interrupt interrupt;
  Print(absl::StrFormat("Comparing two servers in %d blocks: about %s\n", plan.blocks,
                        FormatSeconds(std::chrono::ceil<std::chrono::seconds>(VersusTime(plan)))));
  VersusResult result;
  {
    ProgressLine line;
    result = RunVersus(plan, [&](std::size_t done) {
      line.Show([&] { return absl::StrFormat("%d of %d blocks", done, plan.blocks); });
      return !interrupt.came();
    });
  }
  if (result.metrics.empty()) return Fail("nothing could be compared; is a server gone?");
  Print(VersusText(plan, result));
  if (!WriteFile(options.json_path, VersusJson(plan, result))) return kInvalid;
  return result.errors == 0 ? 0 : 1;
}

}  // namespace edgewise::wrk
