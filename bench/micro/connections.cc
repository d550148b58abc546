// What a connection adds to its codec: turns, frames that come in pieces, frames that wait.
#include <string>

#include "bench/micro/crowd.h"
#include "bench/micro/trial.h"
#include "handlers/length_prefixed.h"

namespace edgewise::micro {
namespace {

constexpr std::size_t kSegment = 1460;

class Echo final : public FrameHandler {
 public:
  void OnFrame(Connection& peer, std::string_view frame) override {
    static_cast<void>(peer.Send(frame));
  }
};

// Takes one frame and holds the next ones, as a service does whose answer comes later.
class Holder final : public FrameHandler {
 public:
  void OnFrame(Connection& peer, std::string_view) override { peer.HoldReading(); }
};

std::string Frames(std::size_t count, std::size_t payload_bytes) {
  const std::string payload(payload_bytes, 'x');
  const LengthPrefixed codec;
  const Envelope envelope = codec.Encode(payload.size());
  std::string all;
  for (std::size_t i = 0; i < count; ++i) {
    all.append(envelope.prefix.data(), envelope.prefix_size).append(payload);
  }
  return all;
}

// For each request: N connections have one each, and answer it. All of the library's work but for
// the kernel's.
void Turns(Trial& trial) {
  Crowd<LengthPrefixed, Echo> crowd(trial.size());
  std::vector<EpollEvent> events;
  for (std::size_t i = 0; i < trial.size(); ++i) {
    EventHandler& member = crowd.Add(static_cast<Handle>(i) + 8);
    events.push_back({kEpollIn, &member});
  }
  crowd.kernel().SetEvents(std::move(events));
  constexpr std::size_t kPayloadBytes = 16;
  const std::string requests = Frames(trial.size(), kPayloadBytes);
  trial.Measure(trial.size(), [&] {
    crowd.kernel().SetInput(requests, requests.size() / trial.size());
    crowd.reactor().RunOnce(Duration::zero());
  });
}

// One frame of N bytes comes in pieces, each in a round of its own; the figure is for a byte.
void FrameInPieces(Trial& trial, std::size_t piece_bytes) {
  Crowd<LengthPrefixed, Echo> crowd(1);
  EventHandler& member = crowd.Add(8);
  crowd.kernel().SetEvents({{kEpollIn, &member}});
  const std::string frame = Frames(1, trial.size());
  trial.Measure(trial.size(), [&] {
    crowd.kernel().SetInput(frame, piece_bytes);
    while (crowd.kernel().input_left() != 0) crowd.reactor().RunOnce(Duration::zero());
  });
}

void FrameBytes(Trial& trial) { FrameInPieces(trial, kSegment); }
void FrameDrip(Trial& trial) { FrameInPieces(trial, 1); }

// N frames came at once, and after each one reading is held and released; the figure is for a
// frame.
void Held(Trial& trial) {
  Crowd<LengthPrefixed, Holder> crowd(1);
  Connection& member = crowd.Add(8);
  crowd.kernel().SetEvents({{kEpollIn, &member}});
  const std::string frames = Frames(trial.size(), 16);
  trial.Measure(trial.size(), [&] {
    crowd.kernel().SetInput(frames, frames.size());
    do {
      crowd.reactor().RunOnce(Duration::zero());
      member.ReleaseReading();
    } while (crowd.kernel().input_left() != 0 || member.undelivered() != 0);
  });
}

}  // namespace

std::vector<Family> Connections() {
  return {
      {"connection/turns", Turns, {1, 8, 64, 512, 4096}},
      {"connection/frame-bytes", FrameBytes, {4096, 65536, 1 << 20}},
      {"connection/frame-drip", FrameDrip, {64, 1024, 8192, 65536}},
      {"connection/held-frames", Held, {16, 64, 256, 1024, 4096}},
  };
}

}  // namespace edgewise::micro
