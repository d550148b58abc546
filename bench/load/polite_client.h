// PoliteClient: an open-loop client of few small requests, which measures latency honestly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/client_socket.h"
#include "bench/load/lane.h"
#include "bench/load/request.h"
#include "reactor/kernel/time.h"

namespace edgewise::load {

struct PoliteShape {
  std::size_t connections = 4;
  double requests_per_second = 300;
  Duration duration = std::chrono::seconds(5);
  // How long the last answers are waited for, after the last request.
  Duration patience = std::chrono::seconds(10);
};

// Requests are due at fixed times, in turn over the connections, and leave then whether or not
// those before are answered. Latency counts from the due time, so that a stall of the server (or
// of this client) is charged to each request that it delays. What was never answered enters with
// the time until the end of the run, which is a lower bound.
//
// Threading: connect on any thread, then Run on one thread, then read the results after joining
// it. `request` must outlive this object.
class PoliteClient {
 public:
  PoliteClient(const Request& request, const PoliteShape& shape)
      : request_(request), shape_(shape) {}

  bool Connect(const Target& target, std::size_t first_index);
  void Run();

  // Whether the thread of Run was given real-time priority.
  bool realtime() const { return realtime_; }
  // Sorted.
  const std::vector<Duration>& latencies() const { return latencies_; }
  std::uint64_t unanswered() const { return unanswered_; }
  const std::string& complaint() const { return complaint_; }

 private:
  struct Client {
    std::unique_ptr<Lane> lane;
    std::deque<Time> due;  // of the requests in flight, oldest first
  };

  // Waits for answers until `until` at most, and takes them.
  void Listen(Time until);
  bool AnythingInFlight() const;

  const Request& request_;
  const PoliteShape shape_;
  std::vector<Client> clients_;
  std::vector<Duration> latencies_;
  std::uint64_t unanswered_ = 0;
  bool realtime_ = false;
  std::string complaint_;
};

// The value below which `share` (0 to 1) of the sorted values lie: the nearest rank, no
// interpolation. Zero if there are none.
Duration Percentile(const std::vector<Duration>& sorted, double share);

}  // namespace edgewise::load
