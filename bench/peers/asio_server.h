// A server on standalone Asio, for each of the three services.
//
// Asio's examples have both forms: sessions with callbacks that keep themselves alive by
// shared_from_this, and coroutines. Callbacks are taken, because they are the faster form: no
// coroutine frame lies between two operations. Also as in the examples, one operation runs at a
// time: what came is answered by one async_write, and read on when that is done. So a peer that
// never reads holds up its own reading, and nobody's memory. The concurrency hint is the documented
// one for a program that has one thread: no locks. The end is that of the example "HTTP Server":
// the socket is shut down both ways, then destroyed.
#pragma once

#include <asio.hpp>
#include <cstring>
#include <memory>
#include <utility>

#include "bench/peers/services.h"

namespace peers {

// A session's receive buffer, which the operation needs while it waits: as large as max_length in
// the echo example to begin with, and twice as large after each read that fills it, up to the
// largest that the other peers receive at a time.
inline constexpr std::size_t kSessionBytes = 1024;
inline constexpr std::size_t kSessionBytesMax = raw::kReceiveBytes;

template <typename Service>
class AsioSession : public std::enable_shared_from_this<AsioSession<Service>> {
 public:
  explicit AsioSession(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {}

  void Read() {
    socket_.async_read_some(
        asio::buffer(in_.get() + filled_, capacity_ - filled_),
        [self = this->shared_from_this()](const asio::error_code& error, std::size_t size) {
          if (!error) self->Answer(size);
        });
  }

 private:
  void Answer(std::size_t size) {
    filled_ += size;
    const Reply reply = service_.Answer({in_.get(), filled_});
    if (reply.size == 0) {
      if (!reply.legal) return End();
      return Continue(reply.used, reply.wanted);
    }
    asio::async_write(socket_, asio::buffer(reply.data, reply.size),
                      [self = this->shared_from_this(), used = reply.used, wanted = reply.wanted,
                       legal = reply.legal](const asio::error_code& error, std::size_t) {
                        if (error) return;
                        if (!legal) return self->End();
                        self->Continue(used, wanted);
                      });
  }

  // No operation is begun, so nothing keeps the session.
  void End() {
    asio::error_code ignored;  // the peer may be gone already
    socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  }

  // Reads on, behind what was not used. The buffer becomes as large as the largest request, and
  // stays.
  void Continue(std::size_t used, std::size_t wanted) {
    const bool was_full = filled_ == capacity_;
    filled_ -= used;
    if (filled_ != 0 && used != 0) std::memmove(in_.get(), in_.get() + used, filled_);
    if (was_full && capacity_ < kSessionBytesMax) wanted = std::max(wanted, 2 * capacity_);
    if (wanted > capacity_) {
      capacity_ = wanted;
      auto larger = std::make_unique_for_overwrite<char[]>(capacity_);
      std::memcpy(larger.get(), in_.get(), filled_);
      in_ = std::move(larger);
    }
    Read();
  }

  asio::ip::tcp::socket socket_;
  Service service_;
  std::size_t capacity_ = kSessionBytes;
  std::size_t filled_ = 0;
  std::unique_ptr<char[]> in_ = std::make_unique_for_overwrite<char[]>(kSessionBytes);
};

template <typename Service>
class AsioServer {
 public:
  AsioServer(asio::io_context* context, int port) : acceptor_(*context) {
    const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(),
                                           static_cast<asio::ip::port_type>(port));
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(asio::socket_base::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(raw::kBacklog);
    Announce(acceptor_.local_endpoint().port());
    Accept();
  }

 private:
  // After an error too, as in the examples: at the limit of descriptors that is a loop which takes
  // a whole processor until one is free. The documentation shows no other way.
  void Accept() {
    acceptor_.async_accept([this](const asio::error_code& error, asio::ip::tcp::socket socket) {
      if (!error) {
        asio::error_code ignored;  // the peer may be gone already
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        std::make_shared<AsioSession<Service>>(std::move(socket))->Read();
      }
      Accept();
    });
  }

  asio::ip::tcp::acceptor acceptor_;
};

// The whole program. Ends by a signal.
template <typename Service>
int ServeByAsio(int argc, char** argv) {
  asio::io_context context(ASIO_CONCURRENCY_HINT_UNSAFE);
  AsioServer<Service> server(&context, PortOf(argc, argv));
  context.run();
  return 0;
}

}  // namespace peers
