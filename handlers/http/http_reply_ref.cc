// The generation in the connection's own name tells whether the pointer still means something.
#include "handlers/http/http_reply_ref.h"

#include "handlers/connection_table.h"
#include "handlers/http/http_responder.h"

namespace edgewise {

HttpResponder* HttpReplyRef::Find(ConnectionTable& table) const {
  const Connection* const peer = table.Find(connection_);
  if (peer == nullptr || peer->write_side() != WriteSide::kOpen) return nullptr;
  return responder_->number() == number_ && !responder_->done() ? responder_ : nullptr;
}

}  // namespace edgewise
