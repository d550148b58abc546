// A server's start: what is wrong is said at once, and nothing is left open.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "handlers/edgewise.h"
#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/text.h"
#include "test/handlers/echo.h"
#include "test/handlers/peer.h"
#include "test/handlers/running_server.h"
#include "test/handlers/socket_folder.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

bool Says(const absl::Status& status, std::string_view part) {
  return StdView(status.message()).find(part) != std::string_view::npos;
}

bool Exists(const SocketAddress& address) {
  LinuxKernel& kernel = LinuxKernel::Instance();
  const Handle socket = kernel.OpenSocket(AddressFamily::kUnix).handle();
  const Error error = kernel.Connect(socket, address);
  kernel.Close(socket);
  return error != Error::kNotFound;
}

}  // namespace

TEST_CASE("a server with nothing to serve says so, and Run answers 1") {
  FaultyKernel kernel(LinuxKernel::Instance());
  Server server({.kernel = &kernel});
  CHECK(Says(server.Start(), "call Serve"));
  CHECK(server.Run() == 1);
  REQUIRE(kernel.log().size() == 1);
  CHECK(kernel.log().front().find("call Serve") != std::string::npos);
}

TEST_CASE("a server that announces itself says where it listens, when it runs") {
  FaultyKernel kernel(LinuxKernel::Instance());
  Server server({.announce = true, .signals = SignalPolicy::kNone, .kernel = &kernel});
  server.Serve<LengthPrefixed, Echo>();
  server.ServeOn<Lines, Echo>("127.0.0.1:0", Lines());
  REQUIRE(server.Start().ok());
  CHECK(kernel.log().empty());
  server.Stop();
  CHECK(server.Run() == 0);
  const std::vector<std::string> said = {
      "edgewise: listening on " + server.addresses()[0].ToString(),
      "edgewise: listening on " + server.addresses()[1].ToString()};
  CHECK(kernel.log() == said);
}

TEST_CASE("a codec with options of its own is served at the server's address") {
  Server server({.signals = SignalPolicy::kNone});
  server.Serve<LengthPrefixed, Echo>(LengthPrefixed({.frame_bytes_max = 10}));
  RunningServer running(server);
  Peer peer(server.addresses().front());
  REQUIRE(peer.Echoes(Frame("ten bytes.")));
  peer.Forget();
  peer.Send(Frame("eleven byte"));
  peer.PullToEnd();
  CHECK(peer.Pull().empty());
  CHECK(server.Counters().connection.frames == 1);
}

TEST_CASE("options that cannot work are refused by name") {
  const auto refused = [](ServerOptions options, std::string_view name) {
    FaultyKernel kernel(LinuxKernel::Instance());
    options.kernel = &kernel;
    {
      Server server(options);
      server.Serve<LengthPrefixed, Echo>();
      const absl::Status status = server.Start();
      CAPTURE(std::string(StdView(status.message())));
      CHECK(absl::IsInvalidArgument(status));
      CHECK(Says(status, name));
    }
    CHECK(kernel.open_handles() == 0);
  };
  refused({.listen = "nonsense"}, "nonsense");
  refused({.threads = 0}, "threads");
  refused({.threads = 257}, "threads");
  refused({.connection = {.idle_timeout = Duration(0)}}, "idle_timeout");
  refused({.connection = {.high_water = 1000, .low_water = 2000}}, "low_water");
  refused({.connection = {.high_water = 2000, .low_water = 1000, .outbound_bytes_max = 1000}},
          "outbound_bytes_max");
  refused({.connection = {.requests_max = 0}}, "requests_max");
  refused({.reactor = {.bulk_slice = 0}}, "bulk_slice");
  refused({.reactor = {.bulk_bytes_max = 0}}, "bulk_bytes_max");
  refused({.reactor = {.interactive_bytes_max = 0}}, "interactive_bytes_max");
}

TEST_CASE("a port in use is an error, with one thread or several, and nothing is left open") {
  const int threads = GENERATE(1, 3);
  FaultyKernel kernel(LinuxKernel::Instance());
  Server first({.threads = GENERATE(1, 2)});
  first.Serve<LengthPrefixed, Echo>();
  REQUIRE(first.Start().ok());
  const std::string address = first.addresses().front().ToString();
  {
    Server second({.listen = address, .threads = threads, .kernel = &kernel});
    second.Serve<LengthPrefixed, Echo>();
    const absl::Status status = second.Start();
    CHECK(absl::IsAlreadyExists(status));
    CHECK(Says(status, address));
    CHECK(second.Run() == 1);
  }
  CHECK(kernel.open_handles() == 0);
}

TEST_CASE("any call that fails during the start leaves nothing open and nothing on disk") {
  const Call call = GENERATE(Call::kOpenEpoll, Call::kOpenWakeup, Call::kOpenTimer, Call::kEpollAdd,
                             Call::kBind, Call::kListen, Call::kDuplicate, Call::kSetOption);
  const std::uint64_t use = GENERATE(1u, 2u, 3u, 5u, 6u);
  CAPTURE(static_cast<int>(call), use);
  FaultyKernel kernel(LinuxKernel::Instance());
  SocketFolder folder;
  const SocketAddress address = folder.Socket("one");
  {
    Server server({.threads = 2, .kernel = &kernel});
    server.ServeOn<LengthPrefixed, Echo>(address.ToString(), LengthPrefixed());
    server.ServeOn<LengthPrefixed, Echo>("127.0.0.1:0", LengthPrefixed());
    kernel.Fail(call, Error::kNoMemory, {.first = use});
    const absl::Status status = server.Start();
    CHECK(status.ok() == (kernel.faults() == 0));
    if (!status.ok()) CHECK(kernel.open_handles() == 0);
  }
  CHECK(kernel.open_handles() == 0);
  CHECK(kernel.strange_closes() == 0);
  CHECK_FALSE(Exists(address));
}

TEST_CASE("a start that failed may be tried again when the cause is gone") {
  FaultyKernel kernel(LinuxKernel::Instance());
  Server server({.kernel = &kernel});
  server.Serve<LengthPrefixed, Echo>();
  kernel.Fail(Call::kListen, Error::kAddressInUse);
  CHECK_FALSE(server.Start().ok());
  REQUIRE(server.Start().ok());
  CHECK(server.addresses().size() == 1);
}

TEST_CASE("the path of a socket goes with the server that made it") {
  SocketFolder folder;
  const SocketAddress address = folder.Socket("socket");
  {
    Server server({.listen = address.ToString()});
    server.Serve<LengthPrefixed, Echo>();
    REQUIRE(server.Start().ok());
    CHECK(Exists(address));
  }
  CHECK_FALSE(Exists(address));
}

TEST_CASE("the path of an adopted socket stays: whoever made it may still need it") {
  LinuxKernel& kernel = LinuxKernel::Instance();
  SocketFolder folder;
  const SocketAddress address = folder.Socket("socket");
  const auto listener = OpenListener(kernel, address);
  REQUIRE(listener.ok());
  {
    Server server;
    server.ServeAdopted<LengthPrefixed, Echo>(*listener, LengthPrefixed());
    REQUIRE(server.Start().ok());
    CHECK(server.addresses().front() == address);
  }
  CHECK(Exists(address));
}

// Without the option, accept waits in the kernel behind the one client, and nobody is answered.
TEST_CASE("an adopted socket that blocks, as systemd makes it, blocks no more") {
  LinuxKernel& kernel = LinuxKernel::Instance();
  const Handle listener = OpenListener(kernel, SocketAddress::Ipv4({127, 0, 0, 1}, 0)).value();
  REQUIRE(kernel.SetOption(listener, SocketOption::kNonBlocking, 0) == Error::kNone);
  Server server({.signals = SignalPolicy::kNone});
  server.ServeAdopted<LengthPrefixed, Echo>(listener, LengthPrefixed());
  RunningServer running(server);
  Peer peer(server.addresses().front());
  CHECK(peer.Echoes(Frame("hello")));
  CHECK(running.Stop() == 0);
}

TEST_CASE("a descriptor that is no socket is not adopted") {
  LinuxKernel& kernel = LinuxKernel::Instance();
  const Handle no_socket = kernel.OpenPlaceholder().handle();
  Server server;
  server.ServeAdopted<LengthPrefixed, Echo>(no_socket, LengthPrefixed());
  CHECK(Says(server.Start(), "not a socket"));
  kernel.Close(no_socket);
}

}  // namespace edgewise::handlers_test
