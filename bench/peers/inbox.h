// An incomplete request, kept until the rest of it comes. For libraries that receive into a buffer
// common to all connections, so that one which owes nothing has no buffer.
#pragma once

#include <string>

#include "bench/floor/bytes.h"
#include "bench/peers/services.h"

namespace peers {

class Inbox {
 public:
  // What came now, behind what was left from before. Valid until Leave.
  raw::Bytes Join(raw::Bytes input) {
    if (rest_.empty()) [[likely]]
      return input;
    rest_.append(input.data, input.size);
    return {rest_.data(), rest_.size()};
  }

  // Keeps what `reply` did not use of `joined`, the answer of Join. The memory stays: who has sent
  // one large frame will send more.
  void Leave(raw::Bytes joined, const Reply& reply) {
    if (!rest_.empty()) {
      rest_.erase(0, reply.used);
    } else if (reply.used != joined.size) {
      rest_.assign(joined.data + reply.used, joined.size - reply.used);
    }
    if (reply.wanted > rest_.capacity()) rest_.reserve(reply.wanted);
  }

 private:
  std::string rest_;
};

}  // namespace peers
