// EventTarget: somebody to whom things happen later.
#pragma once

#include <cstdint>

#include "reactor/kernel/simulated/counted.h"

namespace edgewise::sim {

class EventTarget : public Counted {
 public:
  // `what` and `argument` are what Timeline::At was given.
  virtual void HandleEvent(std::uint32_t what, std::uint64_t argument) = 0;
};

}  // namespace edgewise::sim
