// Files that a service of its own protocol sends (Connection::SendFile), and what can go wrong.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <string>

#include "test/handlers/peer.h"
#include "test/handlers/stage.h"
#include "test/support/scratch_folder.h"

namespace edgewise::handlers_test {
namespace {

// A stage with one file to send, of `size` bytes.
struct FileStage : Stage {
  explicit FileStage(std::size_t size, const StageOptions& options = {})
      : Stage(options), text(Pattern(size)) {
    folder.Write("file", text);
    Serve<LengthPrefixed>();
  }

  FileSlice Slice() {
    const OpenFile directory(kernel, kernel.OpenDirectory(folder.path()).handle());
    const HandleResult file = kernel.OpenBeneath(directory.handle(), "file");
    REQUIRE(file.ok());
    return {.file = std::make_unique<OpenFile>(kernel, file.handle()), .bytes = text.size()};
  }
  Connection& Opened() {
    REQUIRE(Until([&] { return script.opens == 1; }));
    Settle();
    return *newest();
  }

  const std::string text;
  ScratchFolder folder;
};

}  // namespace

TEST_CASE("a file stands in its place among answers, whichever way each of them leaves") {
  FileStage stage(GENERATE(1u, 100'000u, 1'000'000u));
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    peer.Send("before");
    CHECK(peer.SendFile(stage.Slice()) == SendResult::kAccepted);
    peer.Send("between");
    CHECK(peer.SendFile(stage.Slice()) == SendResult::kAccepted);
    peer.Send("after");
  };
  Peer peer(stage.address());
  stage.Opened();
  peer.Send(Frame("go"));
  const std::string expected =
      Frame("before") + stage.text + Frame("between") + stage.text + Frame("after");
  REQUIRE(stage.Until([&] { return peer.Pull().size() >= expected.size(); }));
  CHECK((peer.Pull() == expected));
}

TEST_CASE("a file that fits into the socket has left before SendFile returns, and is closed") {
  FileStage stage(10'000);
  Peer peer(stage.address());
  Connection& connection = stage.Opened();
  const std::size_t before = stage.kernel.open_handles();
  CHECK(connection.SendFile(stage.Slice()) == SendResult::kAccepted);
  CHECK(connection.pending_output() == 0);
  CHECK(stage.kernel.open_handles() == before);
  REQUIRE(stage.Until([&] { return peer.Pull() == stage.text; }));
}

TEST_CASE("an empty slice sends nothing, and its file is closed") {
  FileStage stage(0);
  Peer peer(stage.address());
  Connection& connection = stage.Opened();
  const std::size_t before = stage.kernel.open_handles();
  CHECK(connection.SendFile(stage.Slice()) == SendResult::kAccepted);
  CHECK(stage.kernel.open_handles() == before);
  CHECK(stage.kernel.calls(Call::kSendFile) == 0);
}

TEST_CASE("after Close or an abort no file is taken: it is closed, and the refusal counted") {
  FileStage stage(100);
  Peer peer(stage.address());
  Connection& connection = stage.Opened();
  const bool aborts = GENERATE(false, true);
  if (aborts) {
    connection.Abort({.cause = CloseCause::kLocal});
  } else {
    connection.Close();
  }
  const std::size_t before = stage.kernel.open_handles();
  CHECK(connection.SendFile(stage.Slice()) == SendResult::kClosed);
  CHECK(stage.kernel.open_handles() == before);
  CHECK(stage.counters().connection.sends_refused == 1);
  REQUIRE(stage.UntilOver(peer));
  CHECK(peer.Pull().empty());
}

TEST_CASE("a file behind an answer that meets a reset is not sent") {
  FileStage stage(100'000);
  SendResult result = SendResult::kAccepted;
  stage.script.on_frame = [&](Connection& peer, std::string_view) {
    peer.Send("before");
    result = peer.SendFile(stage.Slice());
  };
  Peer peer(stage.address());
  stage.Opened();
  stage.kernel.Fail(Call::kSend, Error::kConnectionReset);
  peer.Send(Frame("go"));
  REQUIRE(stage.Until([&] { return stage.script.closes.size() == 1; }));
  CHECK(result == SendResult::kClosed);
  CHECK(stage.script.cause() == CloseCause::kReset);
  CHECK(stage.kernel.calls(Call::kSendFile) == 0);
}

TEST_CASE(
    "a file that cannot be read, or a peer that is gone, ends the connection with the error") {
  const Error error = GENERATE(Error::kNoMemory, Error::kBrokenPipe);
  FileStage stage(100'000);
  stage.kernel.Fail(Call::kSendFile, error);
  Peer peer(stage.address());
  Connection& connection = stage.Opened();
  CHECK(connection.SendFile(stage.Slice()) == SendResult::kClosed);
  stage.Settle();
  REQUIRE(stage.script.closes.size() == 1);
  CHECK(stage.script.closes.front().cause == CloseCause::kReset);
  CHECK(stage.script.closes.front().error == error);
}

}  // namespace edgewise::handlers_test
