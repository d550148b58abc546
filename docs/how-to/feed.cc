// A long answer in a protocol of lines:   how-to-feed [ADDRESS]
//   LAST   answered by the numbers from 1 to LAST, a line each
#include <edgewise.h>

#include <charconv>
#include <cstdint>
#include <string>

namespace {

// [feed]
class Feed final : public edgewise::FrameHandler {
  static constexpr std::size_t kPieceBytes = 64 << 10;

  void OnFrame(edgewise::Connection& peer, std::string_view line) override {
    next_ = 1;
    last_ = 0;
    std::from_chars(line.begin(), line.end(), last_);
    peer.HoldReading();  // the next request waits in the client's own buffers
    SendMore(peer);
  }
  // All before has left, and the socket has room.
  void OnDrained(edgewise::Connection& peer) override {
    if (next_ <= last_) SendMore(peer);
  }

  void SendMore(edgewise::Connection& peer) {
    std::string piece;
    for (; piece.size() < kPieceBytes && next_ <= last_; ++next_) {
      piece += std::to_string(next_) + '\n';
    }
    peer.Write(piece);
    if (next_ <= last_) {
      peer.AskForDrained();
    } else {
      peer.ReleaseReading();
    }
  }

  std::uint64_t next_ = 1;
  std::uint64_t last_ = 0;
};
// [/feed]

}  // namespace

int main(int argc, char** argv) {
  edgewise::Server server({.listen = argc > 1 ? argv[1] : "127.0.0.1:9012", .announce = true});
  server.Serve<edgewise::Lines, Feed>();
  return server.Run();
}
