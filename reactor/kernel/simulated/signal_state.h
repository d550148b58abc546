// SignalState: the signals of a process.
#pragma once

#include "reactor/kernel/kernel.h"

namespace edgewise::sim {

// A value.
struct SignalState {
  // Kept pending until somebody reads them, and those that are:
  SignalSet blocked = 0;
  SignalSet pending = 0;
};

}  // namespace edgewise::sim
