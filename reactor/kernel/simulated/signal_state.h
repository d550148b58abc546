// SignalState: the signals of a process.
#pragma once

#include "reactor/kernel/kernel.h"

namespace edgewise::sim {

// A value.
struct SignalState {
  SignalSet blocked = 0;
  SignalSet pending = 0;
};

}  // namespace edgewise::sim
