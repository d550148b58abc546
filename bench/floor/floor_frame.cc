// floor-frame [PORT]: echoes frames with a 4-byte big-endian length prefix. The raw limit for
// frame://; see floor.h. All complete frames of one receive are answered with one send.
#include "bench/floor/floor.h"
#include "bench/floor/framing.h"

namespace {

raw::Buffer out;

bool AnswerFrames(raw::Peer* peer, raw::Bytes input) {
  const raw::Bytes all = raw::Join(peer, input);
  const raw::Outcome outcome = raw::AnswerFrames(all, &out);
  raw::Leave(peer, all, outcome.used);
  if (outcome.out_size != 0 && !raw::Send(peer, out.data(), outcome.out_size)) return false;
  return outcome.legal;
}

}  // namespace

int main(int argc, char** argv) { raw::Serve(argc, argv, AnswerFrames); }
