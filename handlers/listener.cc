// socket, bind, listen, and what to say when one of them fails.
#include "handlers/listener.h"

#include <string>
#include <string_view>

#include "reactor/kernel/text.h"

namespace edgewise {
namespace {

absl::Status Explain(const SocketAddress& address, Error error) {
  const std::string what =
      "cannot listen on " + address.ToString() + ": " + ErrorText(error) + ": ";
  const auto status = [&what](absl::StatusCode code, std::string_view remedy) {
    return absl::Status(code, AbslView(what + std::string(remedy)));
  };
  switch (error) {
    case Error::kAddressInUse:
      return status(absl::StatusCode::kAlreadyExists,
                    "somebody listens there already; stop that process (`ss -ltnp` names it) or "
                    "choose another port (0 lets the system choose)");
    case Error::kAccessDenied:
    case Error::kNotPermitted:
      return status(absl::StatusCode::kPermissionDenied,
                    address.family() == AddressFamily::kUnix
                        ? "the directory of the socket is not writable for this user"
                        : "ports below 1024 need a privilege; choose a higher port or grant "
                          "CAP_NET_BIND_SERVICE");
    case Error::kAddressNotAvailable:
      return status(absl::StatusCode::kFailedPrecondition,
                    "no interface of this machine has that address (is IPv6 off?); `ip address` "
                    "lists them");
    case Error::kFamilyNotSupported:
      return status(absl::StatusCode::kFailedPrecondition,
                    "this kernel has that address family switched off; use another one");
    case Error::kExists:
      return status(absl::StatusCode::kAlreadyExists,
                    "a file that is no socket is in the way; move it, or choose another path");
    case Error::kNotFound:
      return status(absl::StatusCode::kFailedPrecondition,
                    "the directory of the socket does not exist; create it first");
    case Error::kProcessLimit:
    case Error::kSystemLimit:
      return status(absl::StatusCode::kUnavailable,
                    "no descriptor is left; raise the limit (`ulimit -n`)");
    default:
      return status(absl::StatusCode::kUnavailable, "the operating system refused it");
  }
}

// A path is in use, or only left behind: a connect tells.
bool IsAbandoned(Kernel& kernel, const SocketAddress& address) {
  const HandleResult probe = kernel.OpenSocket(AddressFamily::kUnix);
  if (!probe.ok()) return false;
  const Error error = kernel.Connect(probe.handle(), address);
  kernel.Close(probe.handle());
  return error == Error::kConnectionRefused;
}

// Not an abstract name, which goes with its socket.
bool IsPath(const SocketAddress& address) {
  return !address.path().empty() && address.path().front() != '\0';
}

Error BindTo(Kernel& kernel, Handle handle, const SocketAddress& address) {
  Error error = kernel.Bind(handle, address);
  if (error == Error::kAddressInUse && IsPath(address) && IsAbandoned(kernel, address)) {
    error = kernel.RemovePath(address.path());
    if (error == Error::kNone) error = kernel.Bind(handle, address);
  }
  return error;
}

Error Prepare(Kernel& kernel, Handle handle, const SocketAddress& address,
              const ListenOptions& options) {
  const bool tcp = address.family() != AddressFamily::kUnix;
  Error error = Error::kNone;
  const auto set = [&](SocketOption option) {
    if (error == Error::kNone) error = kernel.SetOption(handle, option, 1);
  };
  if (tcp) {
    set(SocketOption::kReuseAddress);
    set(SocketOption::kNoDelay);
    if (address.family() == AddressFamily::kIpv6) set(SocketOption::kIpv6Only);
    if (options.sharing == PortSharing::kJoin) set(SocketOption::kReusePort);
  }
  if (error == Error::kNone) error = BindTo(kernel, handle, address);
  // Only after the bind, which has thereby found out whether a stranger shares the port.
  if (tcp && options.sharing == PortSharing::kFirst) set(SocketOption::kReusePort);
  if (error == Error::kNone) {
    error = kernel.Listen(handle, options.backlog);
    // The bind has made the path.
    if (error != Error::kNone && IsPath(address)) kernel.RemovePath(address.path());
  }
  return error;
}

}  // namespace

absl::StatusOr<Handle> OpenListener(Kernel& kernel, const SocketAddress& address,
                                    const ListenOptions& options) {
  const HandleResult opened = kernel.OpenSocket(address.family());
  if (!opened.ok()) return Explain(address, opened.error());
  const Error error = Prepare(kernel, opened.handle(), address, options);
  if (error != Error::kNone) {
    kernel.Close(opened.handle());
    return Explain(address, error);
  }
  return opened.handle();
}

}  // namespace edgewise
