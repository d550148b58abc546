// peer-libevent-http [PORT]: GET /plaintext over HTTP/1.1 by evhttp, which parses, routes, adds
// Date and Content-Length, answers 404 by itself, and takes requests that came together one by one.
// It reads on whatever it owes, and its documentation shows no way to hold that: what a peer sends
// ahead of its answers is kept in memory. And it answers nothing more once the peer has
// half-closed.
#include <event2/http.h>

#include "bench/peers/libevent_server.h"

namespace {

void OnPlaintext(evhttp_request* request, void*) {
  evkeyvalq* const headers = evhttp_request_get_output_headers(request);
  evhttp_add_header(headers, "Server", "libevent");
  evhttp_add_header(headers, "Content-Type", "text/plain");
  evbuffer_add_reference(evhttp_request_get_output_buffer(request), "Hello, World!", 13, nullptr,
                         nullptr);
  evhttp_send_reply(request, HTTP_OK, "OK", nullptr);
}

}  // namespace

int main(int argc, char** argv) {
  event_base* const base = peers::NewBase();
  evhttp* const http = evhttp_new(base);
  if (http == nullptr) raw::Die("evhttp_new");
  evhttp_set_allowed_methods(http, EVHTTP_REQ_GET);
  evhttp_set_cb(http, "/plaintext", OnPlaintext, nullptr);
  evconnlistener* const listener = peers::Listen(base, peers::PortOf(argc, argv), nullptr);
  if (evhttp_bind_listener(http, listener) == nullptr) raw::Die("evhttp_bind_listener");
  return event_base_dispatch(base);
}
