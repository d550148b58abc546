// peer-beast-http [PORT]: GET /plaintext over HTTP/1.1 by Boost.Beast, after its example
// "http-server-async": one async_read, then one async_write, of a string_body on a tcp_stream with
// the example's deadline. Requests that came together are answered one by one, as there. That is
// also its backpressure: nothing is read while an answer is owed.
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/version.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "bench/floor/plaintext.h"
#include "bench/peers/services.h"

namespace {

namespace beast = boost::beast;
namespace http = beast::http;
namespace net = boost::asio;
using net::ip::tcp;

constexpr std::chrono::seconds kDeadline{30};

beast::string_view Date() {
  static char date[raw::kDateSize + 1];
  static time_t second = 0;
  const time_t now = time(nullptr);
  if (now != second) raw::WriteDate(second = now, date);
  return {date, raw::kDateSize};
}

class Session : public std::enable_shared_from_this<Session> {
 public:
  explicit Session(tcp::socket socket) : stream_(std::move(socket)) {}

  void Read() {
    request_ = {};
    stream_.expires_after(kDeadline);
    http::async_read(stream_, buffer_, request_,
                     beast::bind_front_handler(&Session::OnRead, shared_from_this()));
  }

 private:
  void OnRead(beast::error_code error, std::size_t) {
    if (error == http::error::end_of_stream) return End();
    if (error) return;
    const bool found = request_.method() == http::verb::get && request_.target() == "/plaintext";
    response_.emplace(found ? http::status::ok : http::status::not_found, request_.version());
    response_->set(http::field::server, BOOST_BEAST_VERSION_STRING);
    response_->set(http::field::date, Date());
    response_->set(http::field::content_type, "text/plain");
    response_->keep_alive(request_.keep_alive());
    response_->body() = found ? "Hello, World!" : "Not found.";
    response_->prepare_payload();
    http::async_write(stream_, *response_,
                      beast::bind_front_handler(&Session::OnWrite, shared_from_this()));
  }

  void OnWrite(beast::error_code error, std::size_t) {
    if (error) return;
    if (response_->need_eof()) return End();
    Read();
  }

  void End() {
    beast::error_code ignored;  // the peer may be gone already
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored);
  }

  beast::tcp_stream stream_;
  beast::flat_buffer buffer_;
  http::request<http::string_body> request_;
  std::optional<http::response<http::string_body>> response_;
};

class Listener {
 public:
  Listener(net::io_context* context, int port) : acceptor_(*context) {
    const tcp::endpoint endpoint(net::ip::address_v4::loopback(), static_cast<std::uint16_t>(port));
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(net::socket_base::reuse_address(true));
    acceptor_.bind(endpoint);
    acceptor_.listen(raw::kBacklog);
    peers::Announce(acceptor_.local_endpoint().port());
    Accept();
  }

 private:
  // After an error too, as in the example of Boost 1.74, which Debian 12 has: at the limit of
  // descriptors it spins until one is free. Newer examples give up after the first error (pull
  // request 2319, September 2021), and a maintainer advises against that for just this error
  // (issue 3010).
  void Accept() {
    acceptor_.async_accept([this](beast::error_code error, tcp::socket socket) {
      if (error) {
        peers::ComplainOnce("accept", error.message().c_str());
      } else {
        beast::error_code ignored;  // the peer may be gone already
        socket.set_option(tcp::no_delay(true), ignored);
        std::make_shared<Session>(std::move(socket))->Read();
      }
      Accept();
    });
  }

  tcp::acceptor acceptor_;
};

}  // namespace

int main(int argc, char** argv) {
  net::io_context context(BOOST_ASIO_CONCURRENCY_HINT_UNSAFE);  // one thread: no locks
  Listener listener(&context, peers::PortOf(argc, argv));
  context.run();
  return 0;
}
