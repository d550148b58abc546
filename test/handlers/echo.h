// Echo: the smallest service, as users write it.
#pragma once

#include "handlers/frame_handler.h"

namespace edgewise::handlers_test {

// Threading, ownership: as for every FrameHandler.
class Echo : public FrameHandler {
 public:
  void OnFrame(Connection& peer, std::string_view frame) override { peer.Send(frame); }
};

}  // namespace edgewise::handlers_test
