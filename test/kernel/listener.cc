// The listening half of the tests' sockets.
#include "test/kernel/listener.h"

#include <catch2/catch_test_macros.hpp>

#include "test/kernel/transfer.h"

namespace edgewise::kernel_test {
namespace {

SocketAddress AnyFreeAddress(AddressFamily family) {
  switch (family) {
    case AddressFamily::kIpv6:
      return SocketAddress::Ipv6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 0);
    case AddressFamily::kUnix:
      return SocketAddress::Unix("");
    case AddressFamily::kIpv4:
    case AddressFamily::kNone:
      break;
  }
  return SocketAddress::Ipv4({127, 0, 0, 1}, 0);
}

}  // namespace

Listener::Listener(Kernel& kernel, SocketOptions options)
    : kernel_(kernel), options_(options), socket_(kernel, OpenSocket()) {
  REQUIRE(kernel_.Bind(socket_.get(), AnyFreeAddress(options_.family)) == Error::kNone);
  REQUIRE(kernel_.Listen(socket_.get(), options_.backlog) == Error::kNone);
  const AddressResult bound = kernel_.LocalAddress(socket_.get());
  REQUIRE(bound.error == Error::kNone);
  address_ = bound.address;
}

HandleResult Listener::OpenSocket() {
  const HandleResult socket = kernel_.OpenSocket(options_.family);
  if (!socket.ok()) return socket;
  const auto set = [&](SocketOption option, int bytes) {
    if (bytes > 0) REQUIRE(kernel_.SetOption(socket.handle(), option, bytes) == Error::kNone);
  };
  set(SocketOption::kSendBuffer, options_.send_buffer);
  set(SocketOption::kReceiveBuffer, options_.receive_buffer);
  return socket;
}

OwnedHandle Listener::Connect() {
  const HandleResult client = OpenSocket();
  REQUIRE(client.ok());
  const Error error = kernel_.Connect(client.handle(), address_);
  if (error == Error::kInProgress) {
    AwaitReady(kernel_, client.handle(), kEpollOut);
    REQUIRE(kernel_.TakeSocketError(client.handle()) == Error::kNone);
  } else {
    REQUIRE(error == Error::kNone);
  }
  return OwnedHandle(kernel_, client);
}

OwnedHandle Listener::Accept() {
  AwaitReady(kernel_, socket_.get(), kEpollIn);
  const AcceptResult accepted = kernel_.Accept(socket_.get());
  REQUIRE(accepted.error == Error::kNone);
  return OwnedHandle(kernel_, accepted.handle);
}

}  // namespace edgewise::kernel_test
