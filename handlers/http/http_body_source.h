// HttpBodySource: the body of a response that is made as the socket takes it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace edgewise {

class HttpResponder;

// It is asked for the next piece when all that it wrote before has left, and never sooner: so a
// slow reader costs no memory, and a body may be larger than that.
//
// Threading: the reactor's thread. Ownership: its responder's, which destroys it when the answer is
// over or the connection gone. An exception that leaves Produce closes the connection.
//
//   class Countdown : public edgewise::HttpBodySource {
//     Outcome Produce(edgewise::HttpResponder& response, std::size_t) override {
//       response.Write(std::to_string(left_) + "\n");
//       return --left_ == 0 ? Outcome::kEnd : Outcome::kMore;
//     }
//     int left_ = 1000;
//   };
//
//   response.SendFrom({.content_type = "text/plain"}, std::make_unique<Countdown>());
class HttpBodySource {
 public:
  // How it goes on after a piece.
  enum class Outcome : std::uint8_t {
    kMore,     // ask again as soon as this has left
    kWaiting,  // nothing to say now: HttpResponder::Resume will tell when to ask again
    kEnd,      // that was all
    kFailed,   // the rest cannot be had: the answer is broken off, so that the client can tell
  };

  HttpBodySource() = default;
  HttpBodySource(const HttpBodySource&) = delete;
  HttpBodySource& operator=(const HttpBodySource&) = delete;
  virtual ~HttpBodySource() = default;

  // Writes the next piece with `response.Write`: about `bytes_max` bytes is a fair turn. Writing
  // nothing and answering kMore keeps the processor busy.
  virtual Outcome Produce(HttpResponder& response, std::size_t bytes_max) = 0;
};

}  // namespace edgewise
