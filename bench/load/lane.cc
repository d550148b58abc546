#include "bench/load/lane.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

namespace edgewise::load {

Lane::~Lane() { close(fd_); }

Lane::Outcome Lane::Flush() {
  while (unsent_bytes_ > 0) {
    const std::string_view bytes = request_.From(send_offset_, unsent_bytes_);
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN ? Outcome::kFine : Outcome::kLost;
    unsent_bytes_ -= static_cast<std::uint64_t>(sent);
    send_offset_ = (send_offset_ + static_cast<std::size_t>(sent)) % request_.size();
  }
  return Outcome::kFine;
}

Lane::Received Lane::Receive(std::span<char> buffer) {
  const int flags = scrutiny_ == Scrutiny::kSizes ? MSG_TRUNC : 0;
  Received received;
  for (;;) {
    const ssize_t got = recv(fd_, buffer.data(), buffer.size(), flags);
    if (got <= 0) {
      if (got == 0 || errno != EAGAIN) received.outcome = Outcome::kLost;
      return received;
    }
    const auto size = static_cast<std::size_t>(got);
    received.bytes += size;
    const std::optional<std::size_t> answers = Judge(buffer.data(), size);
    if (!answers.has_value() || *answers > in_flight_) {
      received.outcome = Outcome::kWrongAnswer;
      return received;
    }
    in_flight_ -= *answers;
    received.answers += *answers;
    if (size < buffer.size()) return received;
  }
}

std::optional<std::size_t> Lane::Judge(const char* data, std::size_t size) {
  if (scrutiny_ == Scrutiny::kSizes) return reader_.Skip(size);
  return reader_.Consume({data, size});
}

}  // namespace edgewise::load
