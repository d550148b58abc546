// The three services, for the libraries that hand over bytes in one piece: each is shown what has
// come, behind what it left from before, and says what to send. One Answer, so one write, for all
// requests that came together. Built of the floor's parts, so that the library makes the
// difference.
#pragma once

#include "bench/floor/framing.h"
#include "bench/floor/plaintext.h"

namespace peers {

struct Reply {
  const char* data;  // valid until the next Answer, or until the input changes
  std::size_t size;
  std::size_t used;    // of the input; the rest is to be shown again, with what follows it
  std::size_t wanted;  // how large the input must become to have its first request, if known
  bool legal;          // false: send the reply, then close
};

class EchoService {
 public:
  Reply Answer(raw::Bytes input) { return {input.data, input.size, input.size, 0, true}; }
};

// `kLeast`: where an answer is built for the first time, so much room is made for it.
template <std::size_t kLeast>
class FrameService {
 public:
  Reply Answer(raw::Bytes input) {
    const raw::Outcome outcome = raw::AnswerFrames(input, &out_, kLeast);
    const std::size_t rest = input.size - outcome.used;
    const std::size_t wanted = outcome.legal && rest >= raw::kPrefix
                                   ? raw::kPrefix + raw::LoadLength(input.data + outcome.used)
                                   : 0;
    return {out_.data(), outcome.out_size, outcome.used, wanted, outcome.legal};
  }

 private:
  raw::Buffer out_;
};

// The answer with the date is common to all objects; only the buffer is their own.
template <typename Plaintext, Plaintext* plaintext, std::size_t kLeast>
class HttpService {
 public:
  Reply Answer(raw::Bytes input) {
    out_.Reserve(Plaintext::RoomFor(input.size), kLeast);
    const raw::Outcome outcome = plaintext->Answer(input, out_.data());
    return {out_.data(), outcome.out_size, outcome.used, 0, outcome.legal};
  }

 private:
  raw::Buffer out_;
};

// Once: at the limit of descriptors it could be said without end.
inline void ComplainOnce(const char* what, const char* why) {
  static bool complained = false;
  if (complained) return;
  complained = true;
  std::fprintf(stderr, "%s: %s (said once)\n", what, why);
}

inline int PortOf(int argc, char** argv) { return argc > 1 ? std::atoi(argv[1]) : 0; }

inline void Announce(int port) {
  std::printf("listening on 127.0.0.1:%d\n", port);
  std::fflush(stdout);
}

}  // namespace peers
