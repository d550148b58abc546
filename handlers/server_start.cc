// Server, the half that opens master sockets.
#include <string>

#include "handlers/server.h"
#include "reactor/kernel/text.h"

namespace edgewise {
namespace {

constexpr int kThreadsMax = 256;

absl::Status Invalid(const std::string& why) { return absl::InvalidArgumentError(AbslView(why)); }

}  // namespace

Server& Server::Add(std::string_view listen, Service::Maker maker) {
  const absl::StatusOr<SocketAddress> address = SocketAddress::Parse(listen);
  if (!address.ok()) {
    if (set_up_.ok()) set_up_ = address.status();
    return *this;
  }
  services_.push_back(std::make_unique<Service>(Service{.address = *address,
                                                        .options = options_.connection,
                                                        .make = std::move(maker),
                                                        .access_log = options_.access_log}));
  return *this;
}

Server& Server::Adopt(Handle listener, Service::Maker maker) {
  const AddressResult local = kernel_.LocalAddress(listener);
  if (local.error != Error::kNone && set_up_.ok()) {
    set_up_ = Invalid("the adopted descriptor is not a socket: " + ErrorText(local.error));
    return *this;
  }
  services_.push_back(std::make_unique<Service>(Service{.address = local.address,
                                                        .options = options_.connection,
                                                        .make = std::move(maker),
                                                        .access_log = options_.access_log,
                                                        .adopted = listener}));
  return *this;
}

absl::Status Server::Check() const {
  if (!set_up_.ok()) return set_up_;
  if (services_.empty()) return Invalid("nothing to serve: call Serve before Run");
  if (options_.threads < 1 || options_.threads > kThreadsMax) {
    return Invalid("threads must be from 1 to " + std::to_string(kThreadsMax));
  }
  if (options_.reactor.bulk_slice < 1 || options_.reactor.bulk_bytes_max < 1 ||
      options_.reactor.interactive_bytes_max < 1) {
    return Invalid("bulk_slice, bulk_bytes_max and interactive_bytes_max must be at least 1");
  }
  return options_.connection.Validate();
}

absl::Status Server::Start() {
  absl::Status status = Check();
  if (!status.ok()) return status;
  WorkerOptions options{.reactor = options_.reactor,
                        .acceptor = options_.acceptor,
                        .buffer_bytes_max = options_.buffer_bytes_max,
                        .memory_policy = options_.memory_policy};
  options.buffer_bytes_max /= static_cast<std::size_t>(options_.threads);
  for (int i = 0; i < options_.threads; ++i) {
    options.index = static_cast<std::uint32_t>(i);
    workers_.push_back(std::make_unique<Worker>(kernel_, admissions_, options));
    if (workers_.back()->status() != Error::kNone) {
      status = absl::UnavailableError(
          AbslView("no reactor could be made: " + ErrorText(workers_.back()->status()) +
                   "; raise the descriptor limit (`ulimit -n`)"));
    }
  }
  for (const auto& service : services_) {
    if (status.ok()) status = OpenPort(*service);
  }
  started_ = status.ok();
  if (started_) {
    WatchSignals();
  } else {
    workers_.clear();
    RemovePaths();
  }
  return status;
}

absl::Status Server::OpenPort(Service& service) {
  if (service.adopted != kNoHandle) {
    // Where it was made, blocking may be what is usual; here one accept would wait for ever.
    const Error error = kernel_.SetOption(service.adopted, SocketOption::kNonBlocking, 1);
    if (error != Error::kNone) return absl::UnavailableError(AbslView(ErrorText(error)));
    return OpenPorts(service, service.adopted);
  }
  const bool tcp = service.address.family() != AddressFamily::kUnix;
  const bool many = options_.threads > 1 && tcp;
  const absl::StatusOr<Handle> opened = OpenListener(
      kernel_, service.address,
      {.backlog = options_.backlog, .sharing = many ? PortSharing::kFirst : PortSharing::kAlone});
  if (!opened.ok()) return opened.status();
  const AddressResult local = kernel_.LocalAddress(*opened);
  if (tcp) service.address = service.address.WithPort(local.address.port());
  return OpenPorts(service, *opened);
}

// The first worker gets `first`. The others get a master socket of their own at the same address,
// or, where that cannot be (a path, an adopted descriptor), a duplicate that wakes one of them at a
// time.
absl::Status Server::OpenPorts(Service& service, Handle first) {
  const bool duplicate =
      service.adopted != kNoHandle || service.address.family() == AddressFamily::kUnix;
  addresses_.push_back(service.address);
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    Handle listener = first;
    if (i != 0 && duplicate) {
      const HandleResult copy = kernel_.Duplicate(first);
      if (!copy.ok()) return absl::UnavailableError(AbslView(ErrorText(copy.error())));
      listener = copy.handle();
    } else if (i != 0) {
      const absl::StatusOr<Handle> opened = OpenListener(
          kernel_, service.address, {.backlog = options_.backlog, .sharing = PortSharing::kJoin});
      if (!opened.ok()) return opened.status();
      listener = *opened;
    }
    const bool shared = duplicate && workers_.size() > 1;
    const Error error =
        workers_[i]->AddPort(service, listener, shared ? Watch::kSharedInput : Watch::kInput);
    if (error != Error::kNone) {
      kernel_.Close(listener);
      return absl::UnavailableError(
          AbslView("cannot watch " + service.address.ToString() + ": " + ErrorText(error)));
    }
  }
  return absl::OkStatus();
}

}  // namespace edgewise
