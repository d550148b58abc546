// ClosedLoop: N connections that each send, wait for the answers, and send again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/load/client_socket.h"
#include "bench/load/lane.h"
#include "bench/load/request.h"
#include "reactor/kernel/time.h"

namespace edgewise::load {

// When a connection sends again.
enum class Refill : std::uint8_t {
  kWholeBatch,  // when all of its requests are answered, all of them anew: the batches stay whole
  kEachAnswer,  // one for each answer, at once: the number in flight stays
};

struct LoopShape {
  std::size_t connections = 64;
  std::size_t depth = 1;
  Refill refill = Refill::kWholeBatch;
  Scrutiny scrutiny = Scrutiny::kContents;
  // Requests in all, exactly; 0 for no end.
  std::uint64_t requests_max = 0;
  // Longest time without any answer before Run gives up.
  Duration patience = std::chrono::seconds(30);
};

// One thread, one epoll descriptor, edge-triggered. Any lost connection or wrong answer ends that
// connection for good and is counted.
//
// Threading: one thread. `request` must outlive this object.
class ClosedLoop {
 public:
  ClosedLoop(const Request& request, const LoopShape& shape);
  ClosedLoop(const ClosedLoop&) = delete;
  ClosedLoop& operator=(const ClosedLoop&) = delete;
  ~ClosedLoop();

  // Connects all and sends the first batches. False, and `complaint()`, if that fails.
  bool Start(const Target& target);
  // Runs for `time`, or until all requests are answered, nobody is left or patience ends. May be
  // called again and again.
  void RunFor(Duration time);

  bool finished() const { return finished_; }
  std::uint64_t answers() const { return answers_; }
  std::uint64_t bytes_received() const { return bytes_received_; }
  std::uint64_t errors() const { return errors_; }
  // What went wrong first; empty if nothing did.
  const std::string& complaint() const { return complaint_; }

 private:
  void Serve(Lane* lane);
  void IssueMore(Lane* lane, std::size_t answers);
  void Fail(Lane* lane, std::string what);
  void FinishIfOver();

  const Request& request_;
  const LoopShape shape_;
  int epoll_;
  std::vector<std::unique_ptr<Lane>> lanes_;
  std::vector<char> buffer_;
  std::size_t alive_ = 0;
  std::uint64_t issued_ = 0;
  std::uint64_t answers_ = 0;
  std::uint64_t bytes_received_ = 0;
  std::uint64_t errors_ = 0;
  bool finished_ = false;
  Time last_answer_{};
  std::string complaint_;
};

}  // namespace edgewise::load
