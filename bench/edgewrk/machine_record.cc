#include "bench/edgewrk/machine_record.h"

#include <sched.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <array>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

namespace edgewise::wrk {
namespace {

std::string CpuModel() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown";
}

double CpuPressure() {
  std::ifstream file("/proc/pressure/cpu");
  for (std::string word; file >> word;) {
    if (word.starts_with("total=")) return std::stod(word.substr(6)) / 1e6;
  }
  return 0;
}

std::string Now() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

}  // namespace

double StolenSeconds() {
  std::ifstream file("/proc/stat");
  std::string name;
  double value = 0;
  file >> name;
  for (int field = 0; field < 8 && file >> value; ++field) {
  }
  return value / static_cast<double>(sysconf(_SC_CLK_TCK));
}

MachineRecord MachineRecord::Take() {
  MachineRecord record;
  record.taken = Now();
  utsname name{};
  uname(&name);
  record.kernel = std::string(name.sysname) + " " + name.release + " " + name.machine;
  record.cpu = CpuModel();
#ifdef __clang__
  record.compiler = "clang " __clang_version__;
#else
  record.compiler = "g++ " __VERSION__;
#endif
#ifdef __OPTIMIZE__
  record.build = "optimised";
#else
  record.build = "not optimised";
#endif
  cpu_set_t set;
  CPU_ZERO(&set);
  sched_getaffinity(0, sizeof set, &set);
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (CPU_ISSET(static_cast<std::size_t>(cpu), &set)) record.cpus.push_back(cpu);
  }
  record.steal = StolenSeconds();
  record.cpu_pressure = CpuPressure();
  return record;
}

nlohmann::ordered_json MachineDocument(const MachineRecord& before, const MachineRecord& after) {
  return {{"kernel", after.kernel},
          {"cpu", after.cpu},
          {"compiler", after.compiler},
          {"build", after.build},
          {"cpus", after.cpus},
          {"steal_seconds", after.steal - before.steal},
          {"cpu_pressure_seconds", after.cpu_pressure - before.cpu_pressure}};
}

}  // namespace edgewise::wrk
