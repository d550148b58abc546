#include "bench/edgewrk/server_probe.h"

#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

#include "bench/edgewrk/units.h"
#include "reactor/kernel/linux_kernel.h"

namespace edgewise::wrk {
namespace {

// The sum of both kinds of context switches of one thread.
std::uint64_t SwitchesOf(const std::filesystem::path& task) {
  std::ifstream status(task / "status");
  std::uint64_t sum = 0;
  for (std::string word; status >> word;) {
    if (word != "voluntary_ctxt_switches:" && word != "nonvoluntary_ctxt_switches:") continue;
    std::uint64_t count = 0;
    status >> count;
    sum += count;
  }
  return sum;
}

}  // namespace

std::optional<ServerSample> SampleServer(pid_t pid) {
  clockid_t clock{};
  timespec cpu{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &cpu) != 0) {
    return std::nullopt;
  }
  ServerSample sample;
  sample.at = LinuxKernel::Instance().MonotonicNow();
  sample.cpu = std::chrono::seconds(cpu.tv_sec) + Duration(cpu.tv_nsec);
  const std::filesystem::path process = "/proc/" + std::to_string(pid);
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator(process / "task", error)) {
    sample.context_switches += SwitchesOf(task.path());
  }
  std::ifstream statm(process / "statm");
  std::uint64_t size = 0;
  std::uint64_t resident = 0;
  if (statm >> size >> resident) {
    sample.memory_bytes = resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  }
  return sample;
}

double ServerCost::cpu_share() const { return Seconds(cpu) / std::max(Seconds(time), 1e-9); }

double ServerCost::cpu_per_request() const { return Seconds(cpu) / requests; }

double ServerCost::bytes_per_connection() const {
  if (memory_before <= memory_idle || connections == 0 || has_company) return 0;
  return static_cast<double>(memory_before - memory_idle) / static_cast<double>(connections);
}

}  // namespace edgewise::wrk
