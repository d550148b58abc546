// Server: from options to a running service in a few lines.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "handlers/admissions.h"
#include "handlers/server_options.h"
#include "handlers/service.h"
#include "handlers/worker.h"
#include "reactor/signal_handler.h"

namespace edgewise {

// A process that boots with no socket at all; each Serve gives it a master socket.
//
// Threading: construct, Serve, Start and Run in one thread; Stop and Post from any. Ownership: of
// its workers and all of their connections.
//
//   class Echo : public edgewise::FrameHandler {
//     void OnFrame(edgewise::Connection& peer, std::string_view frame) override { peer.Send(frame);
//     }
//   };
//
//   int main() {
//     edgewise::Server server({.listen = "127.0.0.1:9000"});
//     server.Serve<edgewise::LengthPrefixed, Echo>();
//     return server.Run();        // until SIGINT or SIGTERM; then drains
//   }
class Server {
 public:
  // Opens nothing yet; what is wrong with `options`, Start says.
  explicit Server(ServerOptions options = {});
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  // REQUIRES: Run is not under way.
  ~Server();

  // Serves on `options.listen` with a codec of default options. Each connection gets a Handler made
  // from copies of `arguments`.
  template <Codec CodecType, typename Handler, typename... Arguments>
  Server& Serve(Arguments... arguments) {
    return Serve<CodecType, Handler>(CodecType(), std::move(arguments)...);
  }
  // The same with a codec that has options of its own; each connection gets a copy.
  template <Codec CodecType, typename Handler, typename... Arguments>
  Server& Serve(CodecType codec, Arguments... arguments) {
    return ServeOn<CodecType, Handler>(options_.listen, std::move(codec), std::move(arguments)...);
  }
  // The same at another address.
  template <Codec CodecType, typename Handler, typename... Arguments>
  Server& ServeOn(std::string_view listen, CodecType codec, Arguments... arguments) {
    return Add(listen, MakerOf<CodecType, Handler>(std::move(codec), std::move(arguments)...));
  }
  // The same on a listening descriptor that was made elsewhere (socket activation, a parent
  // process). It becomes the server's with Start, which also makes it non-blocking.
  template <Codec CodecType, typename Handler, typename... Arguments>
  Server& ServeAdopted(Handle listener, CodecType codec, Arguments... arguments) {
    return Adopt(listener, MakerOf<CodecType, Handler>(std::move(codec), std::move(arguments)...));
  }

  // Opens the master sockets. Errors say what is wrong and what to do; nothing is left open then.
  // With SignalPolicy::kDrain, SIGINT, SIGTERM and SIGUSR1 are blocked in the calling thread and in
  // threads that it starts from then on. One that was started before must block them itself, or it
  // may get them in the old way.
  absl::Status Start();
  // Starts if that has not been done, serves until told to stop, drains. The exit code of the
  // process: 0, or 1 with a line in the log if it could not start.
  int Run();
  // From any thread: as SIGTERM does.
  void Stop();

  // Where it listens, in the order of the Serve calls, with the ports that the system chose.
  // REQUIRES: Start succeeded.
  const std::vector<SocketAddress>& addresses() const { return addresses_; }

  // From any thread: runs `task` in the thread of worker `index` with that worker. What comes too
  // late for the worker's last round runs at the end of Run, in the thread that called it.
  PostResult Post(std::size_t index, absl::AnyInvocable<void(Worker&)> task);
  // From any thread: runs `task` with the connection of that name, in the thread of its worker. If
  // the connection is gone by then, the task is destroyed without having run. A connection that is
  // closing is still there; what is sent on it then is not sent (SendResult). REQUIRES: it is, or
  // was, a connection of this server.
  PostResult Post(const ConnectionRef& to, absl::AnyInvocable<void(Connection&)> task);
  // Workers, from Start on (0 before): Post takes an index below this.
  std::size_t threads() const { return workers_.size(); }
  // The sum over all workers: gathered in their threads while Run is under way, simply added up
  // before and afterwards. REQUIRES: not called from one of those threads.
  WorkerCounters Counters();

 private:
  Server& Add(std::string_view listen, Service::Maker maker);
  Server& Adopt(Handle listener, Service::Maker maker);
  absl::Status Check() const;
  void Announce();
  void BeginRun();
  void EndRun();
  void RunWorker(std::size_t index);
  void WatchSignals();
  void RemovePaths();
  absl::Status OpenPort(Service& service);
  absl::Status OpenPorts(Service& service, Handle first);
  void OnSignal(int number);
  void GatherReport();
  void LoseReport(std::uint64_t number);
  void AddToReport(std::uint64_t number, const WorkerCounters& counters);

  const ServerOptions options_;
  Kernel& kernel_;
  Admissions admissions_;
  absl::Status set_up_;  // what went wrong before Start
  std::vector<std::unique_ptr<Service>> services_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<SocketAddress> addresses_;
  std::unique_ptr<SignalHandler> signals_;
  // The counters being gathered for SIGUSR1; worker 0's thread only.
  struct Report {
    std::uint64_t number = 0;
    std::size_t missing = 0;
    WorkerCounters sum;
  } report_;
  std::atomic<std::uint64_t> lost_report_{0};  // the number of the last one that lacks a part
  int stops_seen_ = 0;
  bool started_ = false;
  std::mutex running_mutex_;
  bool running_ = false;                        // guarded by it
  std::atomic<std::size_t> others_running_{0};  // workers but the first
  bool first_is_done_ = false;                  // its own thread only
};

}  // namespace edgewise
