// Files that shrink, readers that stop, and calls that fail: answered, and nothing stays open.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_range.hpp>
#include <filesystem>
#include <string>
#include <tuple>

#include "test/handlers/http_file_site.h"

namespace edgewise::handlers_test {

TEST_CASE("a file that becomes shorter while it is sent breaks the connection") {
  FileStage stage({.send_buffer = 4096});
  Peer peer(stage.address(), {.receive_buffer = 4096});
  peer.Send(Get("/large.bin"));
  REQUIRE(stage.Until([&] { return !peer.Pump().empty(); }));
  std::filesystem::resize_file(stage.folder / "site/large.bin", 1000);
  REQUIRE(stage.UntilOver(peer));
  CHECK(peer.Pull().size() < FileStage::kLarge);
  CHECK(stage.closes(CloseCause::kAbandoned) == 1);
}

TEST_CASE("a reader of a file that takes nothing is given up after write_timeout") {
  FileStage stage({.connection = {.write_timeout = std::chrono::seconds(30)}, .send_buffer = 4096});
  stage.kernel.StopClock();
  Peer peer(stage.address(), {.receive_buffer = 4096});
  peer.Send(Get("/large.bin"));
  REQUIRE(stage.Until([&] { return stage.http.requests == 1; }));
  stage.Settle();
  for (int i = 0; i < 20 && stage.open_connections() != 0; ++i) stage.Pass(std::chrono::seconds(4));
  CHECK(stage.open_connections() == 0);
  CHECK(stage.closes(CloseCause::kWriteTimeout) == 1);
}

TEST_CASE("calls about files that fail are answered, and nothing stays open") {
  FileStage stage;
  const auto [call, error, status] =
      GENERATE(std::tuple(Call::kOpenBeneath, Error::kProcessLimit, 503),
               std::tuple(Call::kOpenBeneath, Error::kAccessDenied, 403),
               std::tuple(Call::kOpenBeneath, Error::kInvalid, 500),
               std::tuple(Call::kOpenBeneath, Error::kNoSuchDevice, 404),
               std::tuple(Call::kOpenBeneath, Error::kWouldBlock, 200),
               std::tuple(Call::kInspect, Error::kNoMemory, 503));
  const std::size_t before = stage.kernel.open_handles();
  stage.kernel.Fail(call, error);
  CHECK(StatusOf(stage.Ask(Get("/a%20b.txt"))) == status);
  CHECK(stage.kernel.open_handles() == before);
  CHECK(StatusOf(stage.Ask(Get("/a%20b.txt"))) == 200);
}

TEST_CASE("sendfile that is interrupted, falls short or would block loses nothing") {
  FileStage stage;
  const std::string large = Pattern(FileStage::kLarge);
  SECTION("interrupted") {
    stage.kernel.Fail(Call::kSendFile, Error::kInterrupted, {.first = 2, .count = 5});
  }
  SECTION("short") { stage.kernel.Limit(Call::kSendFile, 10'000, FaultyKernel::kAlways); }
  SECTION("would block") {
    stage.kernel.Fail(Call::kSendFile, Error::kWouldBlock, {.first = 2, .count = 3});
  }
  CHECK(BodyOf(stage.Ask(Get("/large.bin"))) == large);
  CHECK(stage.kernel.faults() > 2);
}

// Was reported as a connection that the peer had broken.
TEST_CASE("a disk that fails in the middle of a file abandons the answer") {
  FileStage stage;
  stage.kernel.Fail(Call::kSendFile, Error::kInputOutput, {.first = 2});
  CHECK(stage.Ask(Get("/large.bin")).size() < FileStage::kLarge);
  CHECK(stage.closes(CloseCause::kAbandoned) == 1);
  CHECK(stage.closes(CloseCause::kReset) == 0);
}

TEST_CASE("a root that cannot be served says why") {
  const ScratchFolder folder;
  folder.Write("file", "x");
  const auto nothing = HttpFiles::Open(folder / "nothing");
  CHECK(nothing.status().message().find("nothing cannot be served: ENOENT") !=
        absl::string_view::npos);
  CHECK(HttpFiles::Open(folder / "file").status().message().find("ENOTDIR") !=
        absl::string_view::npos);
  FaultyKernel kernel{LinuxKernel::Instance()};
  kernel.Fail(Call::kOpenBeneath, Error::kNoSystemCall);
  const auto old = HttpFiles::Open(folder.path(), {}, kernel);
  CHECK(old.status().message().find("Linux has since 5.6") != absl::string_view::npos);
  CHECK(kernel.open_handles() == 0);
}

}  // namespace edgewise::handlers_test
