// Crowd: connections of one service, with a reactor and a table, on a kernel that costs nothing.
#pragma once

#include <cstdlib>
#include <memory>
#include <utility>

#include "bench/micro/null_kernel.h"
#include "handlers/connection_context.h"
#include "handlers/connection_table.h"
#include "handlers/framed_connection.h"

namespace edgewise::micro {

// Threading: one thread. Ownership: of all connections that are in the table.
template <typename CodecType, typename Handler>
class Crowd {
 public:
  using Member = FramedConnection<CodecType, Handler>;

  // `turn_bytes`: what one turn may receive.
  explicit Crowd(std::size_t size, std::size_t turn_bytes = 128 << 10)
      : reactor_(kernel_, {.events_max = size, .interactive_bytes_max = turn_bytes}),
        workspace_(turn_bytes),
        table_(std::size_t{1} << 20) {
    // Only what is named is measured: no timer is armed for the connection or its frames.
    options_.idle_timeout = kForever;
    options_.frame_timeout = kForever;
    options_.head_timeout = kForever;
    options_.body_timeout = kForever;
  }
  ~Crowd() { EndAll(); }
  Crowd(const Crowd&) = delete;
  Crowd& operator=(const Crowd&) = delete;

  // Open, and not in the table yet.
  std::unique_ptr<Member> Make(Handle handle, const CodecType& codec = CodecType()) {
    auto made = std::make_unique<Member>(context_, PeerAddress(), codec);
    if (made->Open(handle) != Error::kNone) std::abort();
    return made;
  }
  Member& Add(Handle handle, const CodecType& codec = CodecType()) {
    auto made = Make(handle, codec);
    Member& member = *made;
    table_.Insert(std::move(made));
    return member;
  }
  static void End(Connection& connection) { connection.Abort({.cause = CloseCause::kLocal}); }
  void EndAll() {
    table_.ForEach([](Connection& connection) { End(connection); });
    reactor_.DrainRetired();
  }

  NullKernel& kernel() { return kernel_; }
  Reactor& reactor() { return reactor_; }
  ConnectionTable& table() { return table_; }
  ConnectionContext& context() { return context_; }

 private:
  struct Nobody final : ConnectionOrigin {
    void Left(const PeerAddress&) override {}
  };

  NullKernel kernel_;
  Reactor reactor_;
  Workspace workspace_;
  ConnectionTable table_;
  ConnectionOptions options_;
  MemoryGuard guard_{reactor_, table_, workspace_.gauge(), std::size_t{1} << 40,
                     MemoryPolicy::kPause};
  Nobody origin_;
  ConnectionContext context_{.reactor = reactor_,
                             .kernel = kernel_,
                             .workspace = workspace_,
                             .table = table_,
                             .options = options_,
                             .origin = origin_,
                             .memory = guard_};
};

}  // namespace edgewise::micro
