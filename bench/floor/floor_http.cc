// floor-http [PORT]: answers GET /plaintext over HTTP/1.1. The raw limit for http://; see floor.h.
// All complete requests of one receive are answered with one send. After the last answer the
// descriptor is closed, no more: it is the floor. So where input was left unread the kernel resets
// the connection, and what it had not delivered of the answers is lost.
#include "bench/floor/floor.h"
#include "bench/floor/plaintext.h"

namespace {

raw::Plaintext plaintext("rawfloor");
char out[plaintext.RoomFor(raw::kReceiveBytes + raw::kHeadBytesMax)];

bool AnswerRequests(raw::Peer* peer, raw::Bytes input) {
  const raw::Bytes all = raw::Join(peer, input);
  const raw::Outcome outcome = plaintext.Answer(all, out);
  raw::Leave(peer, all, outcome.used);
  if (outcome.out_size != 0 && !raw::Send(peer, out, outcome.out_size)) return false;
  return outcome.legal;
}

}  // namespace

int main(int argc, char** argv) { raw::Serve(argc, argv, AnswerRequests); }
