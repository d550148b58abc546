// A server on libuv, for each of the three services.
//
// Its guide answers with uv_write only, each with a request and a buffer from malloc. The reference
// has uv_try_write for data that can be sent at once, which Node's streams try first too; so it is
// done here, and uv_write takes only what the socket refused. That allows one receive buffer for
// all connections (the alloc callback may hand out whatever it likes until the read callback). The
// guide shows no backpressure, but the reference's uv_read_stop is meant for it: a connection that
// owes output is not read.
//
// The end is the documented one: uv_shutdown, which waits for the writes there are, and uv_close
// from its callback.
#pragma once

#include <uv.h>

#include <array>
#include <csignal>
#include <string>

#include "bench/peers/inbox.h"
#include "bench/peers/services.h"

namespace peers {

inline void CheckUv(int status, const char* what) {
  if (status >= 0) return;
  std::fprintf(stderr, "%s: %s\n", what, uv_strerror(status));
  std::exit(1);
}

inline uv_handle_t* AsHandle(void* handle) { return static_cast<uv_handle_t*>(handle); }
inline uv_stream_t* AsStream(void* handle) { return static_cast<uv_stream_t*>(handle); }

template <typename Service>
class LibuvSession {
 public:
  // Owns itself, until libuv has closed the handle.
  static void Accept(uv_stream_t* server) {
    auto* session = new LibuvSession;
    CheckUv(uv_tcp_init(server->loop, &session->tcp_), "uv_tcp_init");
    session->tcp_.data = session;
    session->write_.data = session;
    session->shutdown_.data = session;
    if (uv_accept(server, AsStream(&session->tcp_)) < 0) {
      session->Close();
      return;
    }
    uv_tcp_nodelay(&session->tcp_, 1);
    session->Read();
  }

 private:
  void Read() { uv_read_start(AsStream(&tcp_), Allocate, OnRead); }

  void Close() {
    if (uv_is_closing(AsHandle(&tcp_))) return;
    uv_close(AsHandle(&tcp_),
             [](uv_handle_t* handle) { delete static_cast<LibuvSession*>(handle->data); });
  }

  // What is owed goes out first.
  void End() {
    if (uv_is_closing(AsHandle(&tcp_))) return;
    uv_read_stop(AsStream(&tcp_));
    const auto on_shutdown = [](uv_shutdown_t* shutdown, int) {
      static_cast<LibuvSession*>(shutdown->data)->Close();
    };
    if (uv_shutdown(&shutdown_, AsStream(&tcp_), on_shutdown) < 0) Close();
  }

  static void Allocate(uv_handle_t*, std::size_t, uv_buf_t* buffer) {
    *buffer = uv_buf_init(receive_.data(), static_cast<unsigned>(receive_.size()));
  }

  static void OnRead(uv_stream_t* stream, ssize_t got, const uv_buf_t* buffer) {
    auto* session = static_cast<LibuvSession*>(stream->data);
    if (got > 0) session->Answer({buffer->base, static_cast<std::size_t>(got)});
    if (got < 0) session->Close();  // nothing is owed: it would not be read
  }

  void Answer(raw::Bytes input) {
    const raw::Bytes all = inbox_.Join(input);
    const Reply reply = service_.Answer(all);
    if (reply.size != 0) Send(reply.data, reply.size);
    inbox_.Leave(all, reply);
    if (!reply.legal) End();
  }

  void Send(const char* data, std::size_t size) {
    uv_buf_t buffer = uv_buf_init(const_cast<char*>(data), static_cast<unsigned>(size));
    const int sent = uv_try_write(AsStream(&tcp_), &buffer, 1);
    if (sent == static_cast<int>(size)) [[likely]]
      return;
    if (sent < 0 && sent != UV_EAGAIN) {
      Close();
      return;
    }
    const std::size_t done = sent < 0 ? 0 : static_cast<std::size_t>(sent);
    owed_.assign(data + done, size - done);
    buffer = uv_buf_init(owed_.data(), static_cast<unsigned>(owed_.size()));
    uv_read_stop(AsStream(&tcp_));
    if (uv_write(&write_, AsStream(&tcp_), &buffer, 1, OnWritten) < 0) Close();
  }

  // Also called, with an error, for a write that uv_close cuts off. After the last write there is
  // nothing to read: a stream that is shutting down is no longer writable.
  static void OnWritten(uv_write_t* write, int status) {
    auto* session = static_cast<LibuvSession*>(write->data);
    if (status < 0) {
      session->Close();
      return;
    }
    std::string().swap(session->owed_);
    if (uv_is_writable(AsStream(&session->tcp_))) session->Read();
  }

  inline static Service service_;
  alignas(4096) inline static std::array<char, raw::kReceiveBytes> receive_;

  uv_tcp_t tcp_;
  uv_write_t write_;
  uv_shutdown_t shutdown_;
  Inbox inbox_;
  std::string owed_;  // what uv_write is at work on; empty if nothing
};

// The whole program. Ends by a signal.
template <typename Service>
int ServeByLibuv(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // as the guide advises
  uv_loop_t* const loop = uv_default_loop();
  uv_tcp_t server;
  CheckUv(uv_tcp_init(loop, &server), "uv_tcp_init");
  sockaddr_storage address;
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  auto* const ip4 = reinterpret_cast<sockaddr_in*>(&address);
  CheckUv(uv_ip4_addr("127.0.0.1", PortOf(argc, argv), ip4), "uv_ip4_addr");
  CheckUv(uv_tcp_bind(&server, generic, 0), "uv_tcp_bind");
  const auto on_connection = [](uv_stream_t* stream, int status) {
    // The guide says what is wrong and returns. The limit of descriptors is not seen here: libuv
    // keeps one, to accept and close a peer with.
    if (status < 0) return ComplainOnce("accept", uv_strerror(status));
    LibuvSession<Service>::Accept(stream);
  };
  CheckUv(uv_listen(AsStream(&server), raw::kBacklog, on_connection), "uv_listen");
  int length = sizeof address;
  CheckUv(uv_tcp_getsockname(&server, generic, &length), "uv_tcp_getsockname");
  Announce(ntohs(ip4->sin_port));
  return uv_run(loop, UV_RUN_DEFAULT);
}

}  // namespace peers
