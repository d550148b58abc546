// MachineRecord: on what a run was made, and what else went on meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace edgewise::wrk {

// What the machine was, and its counters at one moment. A value.
struct MachineRecord {
  std::string kernel;       // "Linux 6.1.0 x86_64"
  std::string cpu;          // model name
  std::string compiler;     // of this program
  std::string build;        // "optimised" or not
  std::vector<int> cpus;    // that this process may run on
  double steal = 0;         // seconds that the hypervisor took, so far, of all processors
  double cpu_pressure = 0;  // seconds in which some task waited for a processor, so far

  static MachineRecord Take();
};

}  // namespace edgewise::wrk
