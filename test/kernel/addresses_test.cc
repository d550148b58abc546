// Addresses on their way into the kernel and back out.
#include <array>
#include <string>

#include "test/kernel/fact.h"
#include "test/kernel/raw.h"
#include "test/kernel/socket_pair.h"
#include "test/kernel/transfer.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {
namespace {

constexpr std::array<std::uint8_t, 16> kIpv6Loopback = {0, 0, 0, 0, 0, 0, 0, 0,
                                                        0, 0, 0, 0, 0, 0, 0, 1};

// Machines without IPv6 refuse one of these two.
bool HasIpv6(Kernel& kernel) {
  const HandleResult socket = kernel.OpenSocket(AddressFamily::kIpv6);
  if (!socket.ok()) return false;
  OwnedHandle owned(kernel, socket);
  return kernel.Bind(owned.get(), SocketAddress::Ipv6(kIpv6Loopback, 0)) == Error::kNone;
}

// A name that no other process uses.
std::string AbstractName(Kernel& kernel, std::size_t size) {
  std::string name = std::string(1, '\0') + "edgewise-" + std::to_string(kernel.Random());
  name.resize(size, '-');
  return name;
}

// Binds, and asks the kernel what it bound to.
SocketAddress BoundAddress(Kernel& kernel, const OwnedHandle& socket, const SocketAddress& wanted) {
  REQUIRE(kernel.Bind(socket.get(), wanted) == Error::kNone);
  const AddressResult bound = kernel.LocalAddress(socket.get());
  REQUIRE(bound.error == Error::kNone);
  return bound.address;
}

// The client's own address and the peer's address as accept told it.
void CheckAcceptedAddress(Kernel& kernel, Listener& listener, AddressFamily family) {
  OwnedHandle client = listener.Connect();
  AwaitReady(kernel, listener.get(), kEpollIn);
  const AcceptResult accepted = kernel.Accept(listener.get());
  OwnedHandle server(kernel, accepted.handle);
  CHECK(accepted.error == Error::kNone);
  CHECK(accepted.peer.family() == family);
  CHECK(accepted.peer == kernel.LocalAddress(client.get()).address);
}

}  // namespace

KERNEL_FACT(Ipv4RoundTrip, "an IPv4 address comes back as it went in; port 0 becomes a real one") {
  OwnedHandle first(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  const auto any = SocketAddress::Ipv4({127, 1, 2, 3}, 0);
  const SocketAddress bound = BoundAddress(kernel, first, any);
  CHECK(bound.port() != 0);
  CHECK(bound == any.WithPort(bound.port()));
  first.Close();
  OwnedHandle second(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  CHECK(BoundAddress(kernel, second, bound) == bound);
}

KERNEL_FACT(Ipv6RoundTrip, "an IPv6 address comes back as it went in; port 0 becomes a real one") {
  if (!HasIpv6(kernel)) SKIP("there is no IPv6 on this machine");
  OwnedHandle socket(kernel, kernel.OpenSocket(AddressFamily::kIpv6));
  const auto any = SocketAddress::Ipv6(kIpv6Loopback, 0);
  const SocketAddress bound = BoundAddress(kernel, socket, any);
  CHECK(bound.port() != 0);
  CHECK(bound == any.WithPort(bound.port()));
}

KERNEL_FACT(PathRoundTrip, "an AF_UNIX path comes back as it went in, up to the longest") {
  const std::string folder = raw::MakeFolder();
  std::string longest = folder + "/";
  longest.resize(SocketAddress::kUnixPathMax, 'p');
  for (const std::string& path : {folder + "/s", longest}) {
    OwnedHandle socket(kernel, kernel.OpenSocket(AddressFamily::kUnix));
    const SocketAddress address = SocketAddress::Unix(path);
    CHECK(BoundAddress(kernel, socket, address) == address);
    CHECK(kernel.RemovePath(path) == Error::kNone);
  }
  raw::RemoveFolder(folder);
}

KERNEL_FACT(AbstractRoundTrip, "an abstract name comes back as it went in, zero bytes and all") {
  std::string with_zeros = AbstractName(kernel, 40);
  with_zeros[35] = '\0';
  with_zeros[39] = '\0';
  for (const std::string& name :
       {AbstractName(kernel, 32), AbstractName(kernel, SocketAddress::kUnixPathMax), with_zeros}) {
    OwnedHandle socket(kernel, kernel.OpenSocket(AddressFamily::kUnix));
    const SocketAddress address = SocketAddress::Unix(name);
    CHECK(BoundAddress(kernel, socket, address) == address);
    // It vanishes with its socket.
    socket.Close();
    OwnedHandle again(kernel, kernel.OpenSocket(AddressFamily::kUnix));
    CHECK(kernel.Bind(again.get(), address) == Error::kNone);
  }
}

KERNEL_FACT(NoNameIsNoName, "an unbound AF_UNIX socket has no name; binding to none chooses one") {
  OwnedHandle first(kernel, kernel.OpenSocket(AddressFamily::kUnix));
  OwnedHandle second(kernel, kernel.OpenSocket(AddressFamily::kUnix));
  const SocketAddress unnamed = kernel.LocalAddress(first.get()).address;
  CHECK(unnamed == SocketAddress::Unix(""));
  const SocketAddress chosen = BoundAddress(kernel, first, unnamed);
  CHECK(chosen.path().size() == 6);
  CHECK(chosen.path().front() == '\0');
  CHECK(BoundAddress(kernel, second, unnamed) != chosen);
  OwnedHandle client(kernel, kernel.OpenSocket(AddressFamily::kUnix));
  CHECK(kernel.Connect(client.get(), unnamed) == Error::kInvalid);
}

KERNEL_FACT(AcceptedIpv4Peer, "accept tells an IPv4 client's address") {
  Listener listener(kernel);
  CheckAcceptedAddress(kernel, listener, AddressFamily::kIpv4);
}

KERNEL_FACT(AcceptedIpv6Peer, "accept tells an IPv6 client's address") {
  if (!HasIpv6(kernel)) SKIP("there is no IPv6 on this machine");
  Listener listener(kernel, {.family = AddressFamily::kIpv6});
  CheckAcceptedAddress(kernel, listener, AddressFamily::kIpv6);
}

KERNEL_FACT(AcceptedUnixPeer, "accept tells that an AF_UNIX client has no name, or which") {
  Listener listener(kernel, {.family = AddressFamily::kUnix});
  CheckAcceptedAddress(kernel, listener, AddressFamily::kUnix);
  OwnedHandle named(kernel, kernel.OpenSocket(AddressFamily::kUnix));
  const auto name = SocketAddress::Unix(AbstractName(kernel, 30));
  REQUIRE(kernel.Bind(named.get(), name) == Error::kNone);
  REQUIRE(kernel.Connect(named.get(), listener.address()) == Error::kNone);
  const AcceptResult accepted = kernel.Accept(listener.get());
  OwnedHandle server(kernel, accepted.handle);
  CHECK(accepted.peer == name);
}

KERNEL_FACT(DualStack,
            "an IPv6 listener accepts IPv4 clients, as mapped addresses, unless IPv6-only") {
  if (!HasIpv6(kernel)) SKIP("there is no IPv6 on this machine");
  for (const int only : {0, 1}) {
    OwnedHandle listener(kernel, kernel.OpenSocket(AddressFamily::kIpv6));
    REQUIRE(kernel.SetOption(listener.get(), SocketOption::kIpv6Only, only) == Error::kNone);
    const SocketAddress bound = BoundAddress(kernel, listener, SocketAddress::Ipv6({}, 0));
    REQUIRE(kernel.Listen(listener.get(), 4) == Error::kNone);
    OwnedHandle client(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
    REQUIRE(kernel.Connect(client.get(), SocketAddress::Ipv4({127, 0, 0, 1}, bound.port())) ==
            Error::kInProgress);
    AwaitReady(kernel, client.get(), kEpollOut);
    const Error refused = kernel.TakeSocketError(client.get());
    if (only == 1) {
      CHECK(refused == Error::kConnectionRefused);
      continue;
    }
    REQUIRE(refused == Error::kNone);
    AwaitReady(kernel, listener.get(), kEpollIn);
    const AcceptResult accepted = kernel.Accept(listener.get());
    OwnedHandle server(kernel, accepted.handle);
    const std::uint16_t port = kernel.LocalAddress(client.get()).address.port();
    CHECK(accepted.peer.ToString() == "[::ffff:127.0.0.1]:" + std::to_string(port));
  }
}

LINUX_FACT(AddressOfAnotherFamily, "an address of a family that is not known here is no address") {
  OwnedHandle socket(kernel, raw::OpenNetlink());
  const AddressResult local = kernel.LocalAddress(socket.get());
  CHECK(local.error == Error::kNone);
  CHECK(local.address == SocketAddress());
}

KERNEL_FACT(RefusedBinds, "an address in use, not ours, or of another family is refused by name") {
  Listener listener(kernel);
  OwnedHandle socket(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  CHECK(kernel.Bind(socket.get(), listener.address()) == Error::kAddressInUse);
  // 192.0.2.0/24 is set aside for documentation.
  CHECK(kernel.Bind(socket.get(), SocketAddress::Ipv4({192, 0, 2, 1}, 0)) ==
        Error::kAddressNotAvailable);
  CHECK(kernel.Bind(socket.get(), SocketAddress::Ipv6(kIpv6Loopback, 0)) ==
        Error::kFamilyNotSupported);
  CHECK(kernel.Bind(socket.get(), SocketAddress()) == Error::kInvalid);
  CHECK(kernel.Bind(socket.get(), SocketAddress::Ipv4({127, 0, 0, 1}, 0)) == Error::kNone);
}

// Coverage showed that nothing asked: the simulation took [::] and 127.0.0.1 for two places.
KERNEL_FACT(WildcardsOverlap,
            "a port is taken on all addresses by who has it on all, of IPv4 too if not IPv6-only") {
  if (!HasIpv6(kernel)) SKIP("there is no IPv6 on this machine");
  const auto bind = [&](const SocketAddress& address, int only) {
    OwnedHandle socket(kernel, kernel.OpenSocket(address.family()));
    if (address.family() == AddressFamily::kIpv6) {
      REQUIRE(kernel.SetOption(socket.get(), SocketOption::kIpv6Only, only) == Error::kNone);
    }
    return kernel.Bind(socket.get(), address);
  };
  for (const std::array<std::uint8_t, 4>& ip :
       {std::array<std::uint8_t, 4>{127, 0, 0, 1}, std::array<std::uint8_t, 4>{}}) {
    OwnedHandle holder(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
    const std::uint16_t port = BoundAddress(kernel, holder, SocketAddress::Ipv4(ip, 0)).port();
    const bool on_all = ip[0] == 0;
    CHECK(bind(SocketAddress::Ipv4({127, 0, 0, 2}, port), 0) ==
          (on_all ? Error::kAddressInUse : Error::kNone));
    CHECK(bind(SocketAddress::Ipv4({}, port), 0) == Error::kAddressInUse);
    CHECK(bind(SocketAddress::Ipv6({}, port), 0) == Error::kAddressInUse);
    CHECK(bind(SocketAddress::Ipv6({}, port), 1) == Error::kNone);
    CHECK(bind(SocketAddress::Ipv6(kIpv6Loopback, port), 0) == Error::kNone);
  }
}

// A second bind, an option of another family, a connect to where nobody can be.
KERNEL_FACT(RefusedCalls, "what a TCP socket cannot do is refused by name") {
  OwnedHandle socket(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  CHECK(kernel.Connect(socket.get(), SocketAddress::Ipv6(kIpv6Loopback, 1)) ==
        Error::kFamilyNotSupported);
  CHECK(kernel.SetOption(socket.get(), SocketOption::kIpv6Only, 1) == Error::kNoProtocolOption);
  REQUIRE(kernel.Bind(socket.get(), SocketAddress::Ipv4({127, 0, 0, 1}, 0)) == Error::kNone);
  CHECK(kernel.Bind(socket.get(), SocketAddress::Ipv4({127, 0, 0, 1}, 0)) == Error::kInvalid);
  OwnedHandle path(kernel, kernel.OpenSocket(AddressFamily::kUnix));
  CHECK(kernel.Bind(path.get(), SocketAddress::Ipv4({127, 0, 0, 1}, 0)) == Error::kInvalid);
  CHECK(kernel.Listen(path.get(), 1) == Error::kInvalid);
  CHECK(kernel.Connect(path.get(), SocketAddress::Ipv4({127, 0, 0, 1}, 1)) == Error::kInvalid);
  CHECK(kernel.UnacknowledgedBytes(kNoHandle).error() == Error::kBadHandle);
}

KERNEL_FACT(ConnectToAnywhere,
            "a connect to 0.0.0.0, from a socket bound to it, is one to oneself") {
  Listener listener(kernel);
  OwnedHandle client(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
  const std::uint16_t port = BoundAddress(kernel, client, SocketAddress::Ipv4({}, 0)).port();
  REQUIRE(kernel.Connect(client.get(), SocketAddress::Ipv4({}, listener.address().port())) ==
          Error::kInProgress);
  OwnedHandle server = listener.Accept();
  CHECK(kernel.LocalAddress(client.get()).address == SocketAddress::Ipv4({127, 0, 0, 1}, port));
  CHECK(kernel.LocalAddress(server.get()).address == listener.address());
}

KERNEL_FACT(
    ReuseAddressAfterClose,
    "SO_REUSEADDR binds a port that a closed connection occupies, if its listener had it too") {
  for (const int before : {0, 1}) {
    Listener listener(kernel);
    REQUIRE(kernel.SetOption(listener.get(), SocketOption::kReuseAddress, before) == Error::kNone);
    OwnedHandle client = listener.Connect();
    OwnedHandle server = listener.Accept();
    // The end that closes first keeps the port for a minute (TIME_WAIT).
    server.Close();
    CHECK(ReceiveToEnd(kernel, client.get()).error == Error::kNone);
    client.Close();
    listener.Close();
    OwnedHandle strict(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
    CHECK(kernel.Bind(strict.get(), listener.address()) == Error::kAddressInUse);
    OwnedHandle reusing(kernel, kernel.OpenSocket(AddressFamily::kIpv4));
    REQUIRE(kernel.SetOption(reusing.get(), SocketOption::kReuseAddress, 1) == Error::kNone);
    CHECK(kernel.Bind(reusing.get(), listener.address()) ==
          (before == 1 ? Error::kNone : Error::kAddressInUse));
  }
}

}  // namespace edgewise::kernel_test
