// --sweep: from the options to the table, the files and the exit code.
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_format.h"
#include "bench/edgewrk/commands.h"
#include "bench/edgewrk/page.h"
#include "bench/edgewrk/page_texts.h"
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
  if (!result.unreachable.empty()) return Fail("unable to " + result.unreachable);
  if (result.interrupted && result.steps.empty()) return Fail("interrupted before any rate");
  if (result.closed_loop == 0) return Fail("nothing was answered");
  Print(SweepText(plan, result));
  nlohmann::ordered_json document = SweepDocument(plan, result);
  document["arguments"] = options.arguments;
  if (!WriteDocument(options, kSweepPage, document)) return kInvalid;
  return result.knee != 0 ? 0 : 1;
}

}  // namespace edgewise::wrk
