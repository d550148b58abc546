// edgewrk: loads a server in wrk's manner, verifies its answers, and says what the numbers are
// worth. See --help.
#include "bench/edgewrk/commands.h"
#include "bench/edgewrk/selftest/selftest.h"
#include "bench/edgewrk/terminal.h"
#include "reactor/kernel/text.h"

namespace edgewise::wrk {
namespace {

int Main(int argc, char** argv) {
  absl::StatusOr<EdgewrkOptions> options = ParseEdgewrkOptions(argc, argv);
  if (!options.ok()) return Fail(StdView(options.status().message()));
  switch (options->ask) {
    case EdgewrkOptions::Ask::kHelp:
      Print(EdgewrkHelp());
      return 0;
    case EdgewrkOptions::Ask::kVersion:
      Print("edgewrk 0.1.0 [epoll]\n");
      return 0;
    case EdgewrkOptions::Ask::kSelftest:
      return RunSelftest();
    case EdgewrkOptions::Ask::kVersus:
      return VersusCommand(*options);
    case EdgewrkOptions::Ask::kSweep:
      return SweepCommand(*options);
    case EdgewrkOptions::Ask::kRun:
      break;
  }
  RunRecord record;
  record.options = *std::move(options);
  return RunCommand(record);
}

}  // namespace
}  // namespace edgewise::wrk

int main(int argc, char** argv) { return edgewise::wrk::Main(argc, argv); }
