// Beginning again.
#include "reactor/kernel/simulated/chooser.h"

namespace edgewise::sim {

void Chooser::Restart() {
  asked_ = {};
  taken_ = {};
  trail_.clear();
  faults_ended_ = false;
}

}  // namespace edgewise::sim
