// Lane: one connection of the load client, with requests in flight.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "bench/load/answer_reader.h"
#include "bench/load/request.h"

namespace edgewise::load {

// What is verified of the answers.
enum class Scrutiny : std::uint8_t {
  kContents,  // every byte
  // Only how many bytes there are (echo and frame). The kernel throws them away, so that the client
  // costs far less than the server: for load that is to keep a server busy, not to judge it.
  kSizes,
};

// Sends requests as far as the socket takes them, receives and verifies the answers. The owner
// decides how many requests are issued and when.
//
// Threading: one thread. Ownership: owns the descriptor.
class Lane {
 public:
  enum class Outcome : std::uint8_t { kFine, kLost, kWrongAnswer };

  struct Received {
    Outcome outcome = Outcome::kFine;
    std::size_t answers = 0;
    std::size_t bytes = 0;
  };

  // `request` must outlive this object.
  Lane(int fd, const Request& request, Scrutiny scrutiny = Scrutiny::kContents)
      : request_(request), scrutiny_(scrutiny), reader_(request), fd_(fd) {}
  Lane(const Lane&) = delete;
  Lane& operator=(const Lane&) = delete;
  ~Lane();

  int fd() const { return fd_; }
  // Issued and not answered.
  std::uint64_t in_flight() const { return in_flight_; }

  // Promises `count` more requests; they leave with the next Flush.
  void Issue(std::size_t count) {
    in_flight_ += count;
    unsent_bytes_ += static_cast<std::uint64_t>(count) * request_.size();
  }
  // Sends until all is sent or the socket would block.
  Outcome Flush();
  // Receives until the socket would block or a read falls short, into `buffer`, which is only used
  // meanwhile. More answers than requests are a wrong answer.
  Received Receive(std::span<char> buffer);

 private:
  std::optional<std::size_t> Judge(const char* data, std::size_t size);

  const Request& request_;
  const Scrutiny scrutiny_;
  AnswerReader reader_;
  int fd_;
  std::uint64_t in_flight_ = 0;
  std::uint64_t unsent_bytes_ = 0;
  std::size_t send_offset_ = 0;  // within the request
};

}  // namespace edgewise::load
