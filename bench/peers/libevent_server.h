// What the servers on libevent share: an event base for one thread, a listener, and sessions on
// bufferevents.
//
// Answers go to a bufferevent's output by moving, not copying, what the library received. Pending
// output is bounded as in le-proxy, libevent's own example: above kOutputMax reading is disabled,
// and the write watermark enables it again at half of that. A bufferevent of 2.1 reads 4096 bytes
// at a time, which no setting changes, and writes only when the next round finds the socket
// writable.
#pragma once

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>
#include <csignal>

#include "bench/peers/services.h"

namespace peers {

inline constexpr std::size_t kOutputMax = 512 * 1024;  // le-proxy's

inline event_base* NewBase() {
  std::signal(SIGPIPE, SIG_IGN);
  event_config* const config = event_config_new();
  // One thread, and no descriptor is duplicated: what event.h asks for each of these.
  event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK);
  event_config_set_flag(config, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
  event_base* const base = event_base_new_with_config(config);
  event_config_free(config);
  if (base == nullptr) raw::Die("event_base_new");
  return base;
}

inline constexpr timeval kAcceptPause{.tv_sec = 0, .tv_usec = 100'000};

// The book's example says what is wrong and leaves the loop, which a server that lacks descriptors
// for a while should not. Without a callback libevent warns and accepts again at once, without end.
// So the listener is disabled, and enabled again by a timer.
inline void OnAcceptError(evconnlistener* listener, void*) {
  const int error = EVUTIL_SOCKET_ERROR();
  ComplainOnce("accept", evutil_socket_error_to_string(error));
  if (error != EMFILE && error != ENFILE && error != ENOBUFS && error != ENOMEM) return;
  const auto resume = [](evutil_socket_t, short, void* paused) {
    evconnlistener_enable(static_cast<evconnlistener*>(paused));
  };
  event_base* const base = evconnlistener_get_base(listener);
  if (event_base_once(base, -1, EV_TIMEOUT, resume, listener, &kAcceptPause) != 0) return;
  evconnlistener_disable(listener);
}

// Accepted sockets inherit TCP_NODELAY.
inline evconnlistener* Listen(event_base* base, int port, evconnlistener_cb on_connection) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t length = sizeof address;
  constexpr unsigned kFlags = LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE;
  evconnlistener* const listener = evconnlistener_new_bind(
      base, on_connection, nullptr, kFlags, raw::kBacklog, generic, static_cast<int>(length));
  if (listener == nullptr) raw::Die("evconnlistener_new_bind");
  evconnlistener_set_error_cb(listener, OnAcceptError);
  const int fd = evconnlistener_get_fd(listener);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (getsockname(fd, generic, &length) != 0) raw::Die("getsockname");
  Announce(ntohs(address.sin_port));
  return listener;
}

enum class Legal { kYes, kNo };

// `Answer(input, output)` moves the answers of all complete requests; kNo: send them, then close.
template <Legal (*Answer)(evbuffer* input, evbuffer* output)>
class LibeventSessions {
 public:
  static void Accept(evconnlistener* listener, evutil_socket_t fd, sockaddr*, int, void*) {
    event_base* const base = evconnlistener_get_base(listener);
    bufferevent* const peer = bufferevent_socket_new(base, fd, BEV_OPT_CLOSE_ON_FREE);
    if (peer == nullptr) raw::Die("bufferevent_socket_new");
    bufferevent_setcb(peer, OnRead, nullptr, OnEvent, nullptr);
    // The default is a quarter of this; large frames gain by it, and nothing loses.
    bufferevent_set_max_single_write(peer, raw::kReceiveBytes);
    bufferevent_enable(peer, EV_READ | EV_WRITE);
  }

 private:
  static void OnRead(bufferevent* peer, void*) {
    evbuffer* const output = bufferevent_get_output(peer);
    if (Answer(bufferevent_get_input(peer), output) == Legal::kNo) return CloseWhenWritten(peer);
    if (evbuffer_get_length(output) < kOutputMax) return;
    bufferevent_setcb(peer, OnRead, OnHalfWritten, OnEvent, nullptr);
    bufferevent_setwatermark(peer, EV_WRITE, kOutputMax / 2, kOutputMax);
    bufferevent_disable(peer, EV_READ);
  }

  static void OnHalfWritten(bufferevent* peer, void*) {
    bufferevent_setcb(peer, OnRead, nullptr, OnEvent, nullptr);
    bufferevent_setwatermark(peer, EV_WRITE, 0, 0);
    bufferevent_enable(peer, EV_READ);
  }

  static void OnWritten(bufferevent* peer, void*) { bufferevent_free(peer); }

  static void OnEvent(bufferevent* peer, short what, void*) {
    if (what & BEV_EVENT_ERROR) return bufferevent_free(peer);
    if (what & BEV_EVENT_EOF) CloseWhenWritten(peer);
  }

  static void CloseWhenWritten(bufferevent* peer) {
    if (evbuffer_get_length(bufferevent_get_output(peer)) == 0) return bufferevent_free(peer);
    bufferevent_disable(peer, EV_READ);
    bufferevent_setwatermark(peer, EV_WRITE, 0, 0);
    bufferevent_setcb(peer, nullptr, OnWritten, OnEvent, nullptr);
  }
};

// The whole program. Ends by a signal.
template <Legal (*Answer)(evbuffer* input, evbuffer* output)>
int ServeByLibevent(int argc, char** argv) {
  event_base* const base = NewBase();
  Listen(base, PortOf(argc, argv), LibeventSessions<Answer>::Accept);
  return event_base_dispatch(base);
}

}  // namespace peers
