// The k-th allocation fails, for every k: at worst one connection closes, and the server serves on.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "test/handlers/allocations.h"
#include "test/handlers/echo.h"
#include "test/handlers/peer.h"
#include "test/handlers/stage.h"
#include "test/support/scratch_folder.h"

namespace edgewise::handlers_test {
namespace {

// Answers with frames of many sizes, to itself and to another connection, so that the output of
// both has to be queued. Nothing of its own allocates.
class Chatty final : public FrameHandler {
 public:
  struct Room {
    Connection* audience = nullptr;
    std::string text;
    int opens = 0;
    int closes = 0;
  };
  explicit Chatty(Room* room) : room_(*room) {}

  void OnOpen(Connection& peer) override {
    ++room_.opens;
    if (room_.audience == nullptr) room_.audience = &peer;
    peer.Send("welcome");
  }
  void OnFrame(Connection& peer, std::string_view) override {
    for (const std::size_t size : {10u, 3000u, 20'000u, 100'000u}) {
      const std::string_view answer = std::string_view(room_.text).substr(0, size);
      peer.Send(answer);
      if (room_.audience != nullptr) room_.audience->Send(answer);
    }
  }
  void OnClose(Connection& peer, const CloseReason&) override {
    ++room_.closes;
    if (room_.audience == &peer) room_.audience = nullptr;
  }

 private:
  Room& room_;
};

// What a client received is whole frames of the known text, and perhaps the beginning of one more
// if its connection was cut.
bool IsFrames(std::string_view stream, std::string_view text, bool cut) {
  while (!stream.empty()) {
    LengthPrefixed codec;
    const Decoded<std::string_view> decoded = codec.Decode(stream);
    if (decoded.status == DecodeStatus::kNeedMore) return cut;
    if (decoded.status != DecodeStatus::kFrame) return false;
    const bool known = decoded.frame == "welcome" || text.starts_with(decoded.frame);
    if (!known) return false;
    stream.remove_prefix(decoded.consumed);
  }
  return true;
}

// One run of the scenario. The worker's rounds are what may fail.
class Scene {
 public:
  Scene()
      : stage_({.per_address_max = 100, .send_buffer = 16 * 1024}),
        address_(stage_.ServeMade(MakerOf<LengthPrefixed, Chatty>({}, &room_))) {
    room_.text = Pattern(100'000);
  }

  void Play() {
    Peer audience(address_, {.receive_buffer = 16 * 1024});
    Peer speaker(address_, {.receive_buffer = 16 * 1024});
    const std::string question = Frame(Pattern(30'000)) + Frame("again");
    Watched(20, [] {});
    speaker.Send(std::string_view(question).substr(0, 12'000));
    Watched(10, [] {});
    speaker.Send(std::string_view(question).substr(12'000));
    Watched(60, [&] {
      audience.Pump();
      speaker.Pump();
    });
    speaker.Finish();
    Watched(20, [&] {
      audience.Pump();
      speaker.Pump();
    });
    INFO("the audience got " << audience.Pull().size() << ", the speaker "
                             << speaker.Pull().size());
    CHECK(IsFrames(audience.Pull(), room_.text, audience.over()));
    CHECK(IsFrames(speaker.Pull(), room_.text, speaker.over()));
    CHECK((Allocations::Failures() != 0 || audience.Pull().size() > 200'000));
  }

  // Everybody who comes now is served as if nothing had happened.
  void CheckServes() {
    Peer peer(address_);
    INFO(stage_.counters().ToString());
    REQUIRE(stage_.Until([&] { return peer.Pump() == Frame("welcome"); }));
    peer.Send(Frame("still there?"));
    REQUIRE(stage_.Until([&] { return peer.Pump().size() > 120'000; }));
  }

  void CheckPairs() {
    stage_.End();
    CHECK(room_.opens == room_.closes);
  }

 private:
  template <typename Between>
  void Watched(int rounds, Between between) {
    for (int round = 0; round < rounds; ++round) {
      {
        const Allocations::Watch watch;
        stage_.reactor().RunOnce(std::chrono::microseconds(200));
      }
      between();
    }
  }

  Chatty::Room room_;
  Stage stage_;
  SocketAddress address_;
};

}  // namespace

TEST_CASE("the k-th allocation fails, for every k: at worst that connection closes") {
  std::uint64_t failures = 1;
  std::uint64_t k = 0;
  while (failures != 0 && ++k < 500) {
    CAPTURE(k);
    Scene scene;
    Allocations::FailOnly(k);
    scene.Play();
    failures = Allocations::Failures();
    Allocations::Reset();
    scene.CheckServes();
    scene.CheckPairs();
  }
  // The scenario does allocate, and it came to its end at last.
  CHECK(k > 10);
  CHECK(failures == 0);
}

TEST_CASE("no memory at all from the k-th allocation on: when it is back, everything is well") {
  std::uint64_t failures = 1;
  std::uint64_t k = 0;
  while (failures != 0 && ++k < 500) {
    CAPTURE(k);
    Scene scene;
    Allocations::FailFrom(k);
    scene.Play();
    failures = Allocations::Failures();
    Allocations::Reset();
    scene.CheckServes();
    scene.CheckPairs();
  }
  CHECK(failures == 0);
}

TEST_CASE("a file that finds no memory to wait in is closed, and ends its connection") {
  const ScratchFolder folder;
  folder.Write("file", Pattern(1000));
  std::uint64_t failures = 1;
  std::uint64_t k = 0;
  while (failures != 0 && ++k < 20) {
    CAPTURE(k);
    Stage stage;
    stage.Serve<LengthPrefixed>();
    Peer peer(stage.address());
    REQUIRE(stage.Until([&] { return stage.script.opens == 1; }));
    Connection& connection = *stage.newest();
    const std::size_t before = stage.kernel.open_handles();
    const OpenFile directory(stage.kernel, stage.kernel.OpenDirectory(folder.path()).handle());
    const HandleResult file = stage.kernel.OpenBeneath(directory.handle(), "file");
    FileSlice slice{.file = std::make_unique<OpenFile>(stage.kernel, file.handle()), .bytes = 1000};
    Allocations::FailOnly(k);
    SendResult result;
    {
      const Allocations::Watch watch;
      result = connection.SendFile(std::move(slice));
    }
    failures = Allocations::Failures();
    Allocations::Reset();
    CHECK(stage.kernel.open_handles() <= before + 1);  // the directory
    if (failures == 0) {
      CHECK(result == SendResult::kAccepted);
      REQUIRE(stage.Until([&] { return peer.Pull() == Pattern(1000); }));
    } else {
      CHECK(result == SendResult::kClosed);
      REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
      CHECK(stage.script.closes.back().cause == CloseCause::kSystem);
      CHECK(stage.script.closes.back().error == Error::kNoMemory);
    }
  }
  CHECK(k > 2);
  CHECK(failures == 0);
}

}  // namespace edgewise::handlers_test
