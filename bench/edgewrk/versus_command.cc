// --vs: from the options to the table, the files and the exit code.
#include <chrono>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "absl/strings/str_format.h"
#include "bench/edgewrk/commands.h"
#include "bench/edgewrk/page.h"
#include "bench/edgewrk/page_texts.h"
#include "bench/edgewrk/request_text.h"
#include "bench/edgewrk/server_probe.h"
#include "bench/edgewrk/terminal.h"
#include "bench/edgewrk/units.h"
#include "bench/edgewrk/versus.h"
#include "reactor/kernel/text.h"

namespace edgewise::wrk {

int VersusCommand(EdgewrkOptions& options) {
  VersusPlan plan{.a_pid = options.server_pid, .b_pid = options.versus_pid};
  if (options.blocks != 0) plan.blocks = options.blocks;
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
  if (result.metrics.empty()) {
    for (const auto& [side, one] : {std::pair(&result.a, &plan.a), std::pair(&result.b, &plan.b)}) {
      if (side->unreachable.empty()) continue;
      return Fail(one->url.text + ": unable to " + side->unreachable);
    }
    return Fail(result.interrupted ? "interrupted before one block was complete"
                                   : "nothing was answered");
  }
  Print(VersusText(plan, result));
  nlohmann::ordered_json document = VersusDocument(plan, result);
  document["arguments"] = options.arguments;
  if (!WriteDocument(options, kVersusPage, document)) return kInvalid;
  const auto sound = [](const VersusSide& side) {
    return side.errors == 0 && side.silent == 0 && side.unreachable.empty();
  };
  return sound(result.a) && sound(result.b) ? 0 : 1;
}

}  // namespace edgewise::wrk
