// HttpReplyRef: the weak name of an answer that is owed.
#pragma once

#include <cstdint>

#include "handlers/connection_ref.h"

namespace edgewise {

class ConnectionTable;
class HttpResponder;

// Tells, at any later time, whether that very request still waits for its answer.
//
// Threading: a value that any thread may keep; Find in the connection's own.
//
//   const HttpReplyRef ref = response.Later();
//   pool.Run([ref, &server] {
//     std::string text = SlowQuery();
//     const auto posted = server.Post(ref.connection(), [ref, text](Connection& peer) {
//       if (HttpResponder* waiting = ref.Find(peer.context().table)) waiting->Send({}, text);
//     });
//     ...  // kFull: try again later, for nobody else will answer
//   });
class HttpReplyRef {
 public:
  HttpReplyRef() = default;
  // `number`: of the request on its connection.
  HttpReplyRef(const ConnectionRef& connection, HttpResponder* responder, std::uint32_t number)
      : connection_(connection), responder_(responder), number_(number) {}

  // The connection that waits for it: for Server::Post.
  const ConnectionRef& connection() const { return connection_; }
  // Null if the connection is gone or closing, or the request has been answered.
  HttpResponder* Find(ConnectionTable& table) const;

 private:
  ConnectionRef connection_{};
  HttpResponder* responder_ = nullptr;  // alive as long as the connection that is named
  std::uint32_t number_ = 0;
};

}  // namespace edgewise
