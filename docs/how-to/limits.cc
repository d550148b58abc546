// An echo of lines with limits of all kinds:   how-to-limits [ADDRESS]
#include <edgewise.h>

#include <chrono>

namespace {

// [rate]
// A limit of the service's own: after so many lines a connection is not read for a second.
class Metered final : public edgewise::FrameHandler, private edgewise::Timer {
  static constexpr int kLinesMax = 100;

  void OnFrame(edgewise::Connection& peer, std::string_view line) override {
    peer.Send(line);
    if (++lines_ < kLinesMax) return;
    peer_ = &peer;
    peer.HoldReading();
    peer.reactor()->ArmAfter(*this, std::chrono::seconds(1));
  }
  void HandleTimeout(edgewise::Time) override {
    lines_ = 0;
    peer_->ReleaseReading();
  }

  edgewise::Connection* peer_ = nullptr;  // outlives its handler, and so this timer
  int lines_ = 0;
};
// [/rate]

// [options]
edgewise::ServerOptions Options(const char* listen) {
  return {
      .listen = listen,
      .announce = true,
      .connections_max = 1000,           // the next wait until somebody goes
      .connections_per_address_max = 3,  // the next are closed
      .buffer_bytes_max = 64 << 20,      // of all connections together; beyond:
      .memory_policy = edgewise::MemoryPolicy::kRefuse,
      .connection = {.idle_timeout = std::chrono::minutes(5),
                     .frame_timeout = std::chrono::seconds(1),
                     .write_timeout = std::chrono::seconds(10),
                     .high_water = 128 << 10,
                     .low_water = 32 << 10,
                     .outbound_bytes_max = 1 << 20},
  };
}
// [/options]

}  // namespace

int main(int argc, char** argv) {
  edgewise::Server server(Options(argc > 1 ? argv[1] : "127.0.0.1:9013"));
  server.Serve<edgewise::Lines, Metered>(edgewise::Lines({.line_bytes_max = 80}));
  return server.Run();
}
