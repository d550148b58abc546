// Out of line: only what anchors the class.
#include "reactor/event_handler.h"

#include "reactor/check.h"

namespace edgewise {

EventHandler::~EventHandler() {
  EDGEWISE_CHECK(registration_ == Registration::kIdle,
                 "a handler was destroyed while its reactor knew it: retire it first, destroy it "
                 "in Reclaim");
}

}  // namespace edgewise
