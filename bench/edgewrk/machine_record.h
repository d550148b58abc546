// MachineRecord: on what a run was made, and what else went on meanwhile.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

namespace edgewise::wrk {

// What the machine was, and its counters at one moment. A value.
struct MachineRecord {
  std::string taken;        // when: "2026-11-24T17:00:00Z"
  std::string kernel;       // "Linux 6.1.0 x86_64"
  std::string cpu;          // model name
  std::string compiler;     // of this program
  std::string build;        // "optimised" or not
  std::vector<int> cpus;    // that this process may run on
  double steal = 0;         // seconds that the hypervisor took, so far, of all processors
  double cpu_pressure = 0;  // seconds in which some task waited for a processor, so far

  static MachineRecord Take();
};

// The same `steal`, read by itself.
double StolenSeconds();

// What the machine was and what went on between two moments; seconds.
nlohmann::ordered_json MachineDocument(const MachineRecord& before, const MachineRecord& after);

}  // namespace edgewise::wrk
