// Server: running, stopping, reporting. server_start.cc opens the master sockets.
#include "handlers/server.h"

#include <csignal>
#include <latch>
#include <string>

#include "reactor/check.h"
#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/text.h"

namespace edgewise {
namespace {

// What the shell calls a process that a signal ended.
constexpr int kSignalExitBase = 128;

std::size_t TotalFor(const ServerOptions& options, Kernel& kernel) {
  return options.connections_max != 0 ? options.connections_max
                                      : Admissions::DefaultTotal(kernel.DescriptorLimit());
}

}  // namespace

Server::Server(ServerOptions options)
    : options_(std::move(options)),
      kernel_(options_.kernel != nullptr ? *options_.kernel : LinuxKernel::Instance()),
      admissions_(TotalFor(options_, kernel_), options_.connections_per_address_max) {}

Server::~Server() {
  const std::lock_guard lock(running_mutex_);
  EDGEWISE_CHECK(!running_, "a server was destroyed while Run was under way");
  signals_.reset();
  workers_.clear();
  RemovePaths();
}

// The path of an AF_UNIX socket outlives the socket unless somebody removes it. That of an adopted
// one is left to whoever made it.
void Server::RemovePaths() {
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    const std::string_view path = addresses_[i].path();
    const bool ours = services_[i]->adopted == kNoHandle;
    if (ours && !path.empty() && path.front() != '\0') kernel_.RemovePath(path);
  }
  addresses_.clear();
}

int Server::Run() {
  if (!started_) {
    const absl::Status status = Start();
    if (!status.ok()) {
      kernel_.Log("edgewise: " + std::string(StdView(status.message())));
      return 1;
    }
  }
  if (options_.announce) Announce();
  BeginRun();
  others_running_ = workers_.size() - 1;
  first_is_done_ = false;
  kernel_.RunThreads(workers_.size(), [this](std::size_t i) { RunWorker(i); });
  first_is_done_ = false;
  EndRun();
  return 0;
}

void Server::Announce() {
  for (const SocketAddress& address : addresses_) {
    kernel_.Log("edgewise: listening on " + address.ToString());
  }
}

// Under one lock: until `running_` is false the workers belong to this thread, and whoever counts
// them posts; from then on he reads them himself.
void Server::EndRun() {
  const std::lock_guard lock(running_mutex_);
  // What was posted when a worker had run its last round.
  for (const auto& worker : workers_) worker->reactor().RunPosted();
  signals_.reset();
  running_ = false;
}

void Server::BeginRun() {
  const std::lock_guard lock(running_mutex_);
  running_ = true;
}

// Worker 0 listens for signals, so it stays until the others are done: a second signal is heard as
// long as anybody drains.
void Server::RunWorker(std::size_t index) {
  Reactor& reactor = workers_[index]->reactor();
  reactor.Run();
  if (signals_ == nullptr) return;
  if (index == 0) {
    first_is_done_ = true;
    while (others_running_ != 0) reactor.Run();
    return;
  }
  if (--others_running_ != 0) return;
  const PostResult posted = Post(0, [this](Worker& first) {
    if (first_is_done_) first.reactor().Stop();
  });
  // As in Stop.
  if (posted != PostResult::kPosted) workers_.front()->reactor().Stop();
}

// Before anybody can know that the server is up: a signal that came earlier would end the process.
void Server::WatchSignals() {
  if (options_.signals != SignalPolicy::kDrain) return;
  signals_ = std::make_unique<SignalHandler>(workers_.front()->reactor());
  const Error error = signals_->Start(SignalBit(SIGINT) | SignalBit(SIGTERM) | SignalBit(SIGUSR1),
                                      [this](int number) { OnSignal(number); });
  if (error != Error::kNone) kernel_.Log("edgewise: no signals: " + ErrorText(error));
}

void Server::Stop() {
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const PostResult posted =
        Post(i, [timeout = options_.drain_timeout](Worker& worker) { worker.Drain(timeout); });
    // A mailbox that is full to its bound leaves no way to be gentle.
    if (posted != PostResult::kPosted) workers_[i]->reactor().Stop();
  }
}

PostResult Server::Post(std::size_t index, absl::AnyInvocable<void(Worker&)> task) {
  Worker& worker = *workers_[index];
  return worker.reactor().Post([&worker, task = std::move(task)]() mutable { task(worker); });
}

PostResult Server::Post(const ConnectionRef& to, absl::AnyInvocable<void(Connection&)> task) {
  EDGEWISE_CHECK(to.worker < workers_.size(), "a connection of another server was posted to");
  return Post(to.worker, [to, task = std::move(task)](Worker& worker) mutable {
    if (Connection* const connection = worker.table().Find(to)) task(*connection);
  });
}

WorkerCounters Server::Counters() {
  WorkerCounters sum;
  std::vector<WorkerCounters> parts(workers_.size());
  std::latch done(static_cast<std::ptrdiff_t>(parts.size()));
  {
    // Held, so that no Run begins meanwhile, and none ends without running what is posted here.
    const std::lock_guard lock(running_mutex_);
    if (!running_) {
      for (const auto& worker : workers_) sum.Add(worker->counters());
      return sum;
    }
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const PostResult posted = Post(i, [&part = parts[i], &done](Worker& worker) {
        part = worker.counters();
        done.count_down();
      });
      if (posted != PostResult::kPosted) done.count_down();
    }
  }
  done.wait();
  for (const WorkerCounters& part : parts) sum.Add(part);
  return sum;
}

void Server::OnSignal(int number) {
  if (number == SIGUSR1) return GatherReport();
  if (++stops_seen_ > 1) {
    kernel_.Log("edgewise: told to stop a second time: exiting now");
    kernel_.ExitNow(kSignalExitBase + number);
  }
  kernel_.Log("edgewise: stopping: finishing what is in flight (a second signal exits now)");
  Stop();
}

void Server::GatherReport() {
  if (report_.missing != 0 && lost_report_ != report_.number) return;  // one is on its way
  const std::uint64_t number = report_.number + 1;
  report_ = {.number = number, .missing = workers_.size()};
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const PostResult posted = Post(i, [this, number](Worker& worker) {
      WorkerCounters counters = worker.counters();
      const PostResult answered =
          Post(0, [this, number, counters](Worker&) { AddToReport(number, counters); });
      if (answered != PostResult::kPosted) LoseReport(number);
    });
    if (posted != PostResult::kPosted) LoseReport(number);
  }
}

// In any worker's thread. A part is missing, so there is nothing to print; whoever asks again
// begins anew.
void Server::LoseReport(std::uint64_t number) {
  lost_report_ = number;
  kernel_.Log("edgewise: report lost: mailbox full");
}

void Server::AddToReport(std::uint64_t number, const WorkerCounters& counters) {
  if (number != report_.number) return;  // late, for one that was lost
  report_.sum.Add(counters);
  if (--report_.missing != 0) return;
  kernel_.Log("edgewise: counters of " + std::to_string(workers_.size()) + " reactors, " +
              std::to_string(admissions_.total()) + " connections open\n" + report_.sum.ToString() +
              "end of counters");
}

}  // namespace edgewise
