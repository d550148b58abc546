// Opening a master socket: each error names its cause and a remedy, and leaves nothing open.
#include "handlers/listener.h"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <string>

#include "handlers/edgewise.h"
#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/text.h"
#include "test/handlers/socket_folder.h"
#include "test/handlers/stage.h"
#include "test/kernel/raw.h"

namespace edgewise::handlers_test {
namespace {

namespace raw = kernel_test::raw;

SocketAddress Parsed(std::string_view text) { return *SocketAddress::Parse(text); }

// Closes at the end of its scope.
struct Opened {
  Opened(Kernel& opener, absl::StatusOr<Handle> result) : kernel(opener) {
    REQUIRE(result.ok());
    handle = *result;
  }
  ~Opened() { kernel.Close(handle); }
  SocketAddress address() { return kernel.LocalAddress(handle).address; }
  Kernel& kernel;
  Handle handle = kNoHandle;
};

std::string Message(const absl::StatusOr<Handle>& result) {
  return std::string(StdView(result.status().message()));
}

bool Says(const absl::StatusOr<Handle>& result, std::string_view part) {
  return Message(result).find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a port in use is an error that names the address and the way out") {
  const PortSharing sharing = GENERATE(PortSharing::kAlone, PortSharing::kFirst);
  FaultyKernel kernel(LinuxKernel::Instance());
  {
    Opened taken(kernel, OpenListener(kernel, Parsed("127.0.0.1:0")));
    const auto second = OpenListener(kernel, taken.address(), {.sharing = sharing});
    CAPTURE(Message(second));
    CHECK(absl::IsAlreadyExists(second.status()));
    CHECK(Says(second, taken.address().ToString()));
    CHECK(Says(second, "EADDRINUSE"));
    CHECK(Says(second, "choose another port"));
  }
  CHECK(kernel.open_handles() == 0);
}

TEST_CASE("a port that another server shares with its own threads is in use all the same") {
  const PortSharing sharing = GENERATE(PortSharing::kAlone, PortSharing::kFirst);
  LinuxKernel& kernel = LinuxKernel::Instance();
  Opened first(kernel,
               OpenListener(kernel, Parsed("127.0.0.1:0"), {.sharing = PortSharing::kFirst}));
  Opened joined(kernel, OpenListener(kernel, first.address(), {.sharing = PortSharing::kJoin}));
  const auto stranger = OpenListener(kernel, first.address(), {.sharing = sharing});
  CHECK(absl::IsAlreadyExists(stranger.status()));
  if (stranger.ok()) kernel.Close(*stranger);
}

TEST_CASE("each cause has its remedy, and nothing stays open") {
  struct Row {
    Call call;
    Error error;
    std::string_view address;
    absl::StatusCode code;
    std::string_view remedy;
  };
  const Row row = GENERATE(Row{Call::kBind, Error::kAccessDenied, "127.0.0.1:80",
                               absl::StatusCode::kPermissionDenied, "CAP_NET_BIND_SERVICE"},
                           Row{Call::kBind, Error::kNotPermitted, "127.0.0.1:80",
                               absl::StatusCode::kPermissionDenied, "below 1024"},
                           Row{Call::kBind, Error::kAccessDenied, "unix:/nowhere/a",
                               absl::StatusCode::kPermissionDenied, "not writable"},
                           Row{Call::kBind, Error::kAddressNotAvailable, "[::1]:9000",
                               absl::StatusCode::kFailedPrecondition, "is IPv6 off?"},
                           Row{Call::kOpenSocket, Error::kFamilyNotSupported, "[::1]:9000",
                               absl::StatusCode::kFailedPrecondition, "switched off"},
                           Row{Call::kBind, Error::kNotFound, "unix:/nowhere/a",
                               absl::StatusCode::kFailedPrecondition, "create it first"},
                           Row{Call::kOpenSocket, Error::kProcessLimit, "127.0.0.1:9000",
                               absl::StatusCode::kUnavailable, "ulimit -n"},
                           Row{Call::kOpenSocket, Error::kSystemLimit, "127.0.0.1:9000",
                               absl::StatusCode::kUnavailable, "raise the limit"},
                           Row{Call::kListen, Error::kAddressInUse, "127.0.0.1:0",
                               absl::StatusCode::kAlreadyExists, "listens there already"},
                           Row{Call::kSetOption, Error::kNoProtocolOption, "127.0.0.1:0",
                               absl::StatusCode::kUnavailable, "the operating system refused it"});
  FaultyKernel kernel(LinuxKernel::Instance());
  kernel.Fail(row.call, row.error);
  const auto result = OpenListener(kernel, Parsed(row.address));
  CAPTURE(Message(result));
  CHECK(result.status().code() == row.code);
  CHECK(Says(result, row.remedy));
  CHECK(Says(result, row.address));
  CHECK(Says(result, ErrorSymbol(row.error)));
  CHECK(kernel.open_handles() == 0);
}

TEST_CASE("real refusals: no such address, no such folder") {
  LinuxKernel& kernel = LinuxKernel::Instance();
  // TEST-NET-1 belongs to nobody.
  const auto elsewhere = OpenListener(kernel, Parsed("192.0.2.1:0"));
  CHECK(absl::IsFailedPrecondition(elsewhere.status()));
  const auto nowhere = OpenListener(kernel, Parsed("unix:/no-such-folder-anywhere/socket"));
  CHECK(absl::IsFailedPrecondition(nowhere.status()));
  CHECK(Says(nowhere, "does not exist"));
}

TEST_CASE("a path that was left behind is taken over") {
  LinuxKernel& kernel = LinuxKernel::Instance();
  SocketFolder folder;
  const SocketAddress address = folder.Socket("stale");
  { Opened crashed(kernel, OpenListener(kernel, address)); }
  Opened next(kernel, OpenListener(kernel, address));
  CHECK(next.address() == address);
}

TEST_CASE("a path that somebody listens on is not taken away") {
  const bool is_path = GENERATE(true, false);
  FaultyKernel kernel(LinuxKernel::Instance());
  SocketFolder folder;
  const SocketAddress address =
      is_path ? folder.Socket("live") : SocketAddress::Unix(std::string(1, '\0') + folder.path());
  {
    Opened alive(kernel, OpenListener(kernel, address));
    const auto second = OpenListener(kernel, address);
    CHECK(absl::IsAlreadyExists(second.status()));
    CHECK(kernel.calls(Call::kRemovePath) == 0);
  }
  CHECK(kernel.open_handles() == 0);
}

TEST_CASE("what is no socket is not removed") {
  LinuxKernel& kernel = LinuxKernel::Instance();
  SocketFolder folder;
  // A folder stands where the socket should: connecting to it is refused, like to a stale path.
  const SocketAddress address = SocketAddress::Unix(folder.path());
  const auto result = OpenListener(kernel, address);
  CHECK_FALSE(result.ok());
  { Opened inside(kernel, OpenListener(kernel, folder.Socket("still-there"))); }
}

TEST_CASE("listeners that join share the port") {
  LinuxKernel& kernel = LinuxKernel::Instance();
  const std::string_view any = GENERATE("127.0.0.1:0", "[::1]:0");
  Opened first(kernel, OpenListener(kernel, Parsed(any), {.sharing = PortSharing::kFirst}));
  Opened second(kernel, OpenListener(kernel, first.address(), {.sharing = PortSharing::kJoin}));
  Opened third(kernel, OpenListener(kernel, first.address(), {.sharing = PortSharing::kJoin}));
  CHECK(third.address() == first.address());
}

}  // namespace edgewise::handlers_test
