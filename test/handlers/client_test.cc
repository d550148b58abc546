// Client: connections that begin at our end; the other end is a worker on the same reactor.
#include "handlers/client.h"

#include <catch2/catch_test_macros.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "handlers/listener.h"
#include "test/handlers/stage.h"

namespace edgewise::handlers_test {
namespace {

// A stage with a server that echoes frames, and a client whose handlers do what `script` says.
class Scene final : public Client::Sink {
 public:
  explicit Scene(const ClientOptions& options = {}) {
    stage.Serve(LengthPrefixed());
    client = std::make_unique<Client>(stage.reactor(), options);
  }

  void Connect(const std::vector<SocketAddress>& addresses) {
    client->Connect<LengthPrefixed, Scripted>(addresses, *this, LengthPrefixed(), &script);
  }
  void Connect() { Connect({stage.address()}); }
  // Where nobody listens: a port that was given out and is free again.
  SocketAddress Nowhere() {
    const HandleResult socket = stage.kernel.OpenSocket(AddressFamily::kIpv4);
    REQUIRE(stage.kernel.Bind(socket.handle(), SocketAddress::Ipv4({127, 0, 0, 1}, 0)) ==
            Error::kNone);
    const SocketAddress address = stage.kernel.LocalAddress(socket.handle()).address;
    static_cast<void>(stage.kernel.Close(socket.handle()));
    return address;
  }

  void NotConnected(const SocketAddress& target, Error error) override {
    refused_by = target;
    errors.push_back(error);
  }

  Stage stage;
  Script script;
  std::unique_ptr<Client> client;
  SocketAddress refused_by;
  std::vector<Error> errors;
};

struct Unwilling final : FrameHandler {
  Unwilling() { throw std::runtime_error("a constructor that fails"); }
  void OnFrame(Connection&, std::string_view) override {}
};

TEST_CASE("A client's connection sends frames, gets the answers, and ends properly") {
  Scene scene;
  CHECK(&scene.client->reactor() == &scene.stage.reactor());
  CHECK(scene.client->table().empty());
  scene.script.on_open = [](Connection& peer) { peer.Send("one"); };
  scene.script.on_frame = [](Connection& peer, std::string_view frame) {
    if (frame == "one") {
      peer.Send("two");
    } else {
      peer.Close();
    }
  };
  scene.Connect();
  REQUIRE(scene.stage.Until([&] { return scene.script.closes.size() == 1; }));
  CHECK(scene.script.frames == std::vector<std::string>{"one", "two"});
  CHECK(scene.script.cause() == CloseCause::kLocal);
  CHECK(scene.stage.script.frames == std::vector<std::string>{"one", "two"});
  CHECK(scene.client->connect_counters().connected == 1);
  CHECK(scene.client->connection_counters().opened == 1);
  CHECK(scene.client->connection_counters().closed == 1);
  CHECK(scene.errors.empty());
}

TEST_CASE("A client whose server is not there is told, once, and its handler is never made") {
  Scene scene;
  const SocketAddress nowhere = scene.Nowhere();
  scene.Connect({nowhere});
  REQUIRE(scene.stage.Until([&] { return !scene.errors.empty(); }));
  CHECK(scene.errors == std::vector<Error>{Error::kConnectionRefused});
  CHECK(scene.refused_by == nowhere);
  CHECK(scene.script.opens == 0);
  CHECK(scene.client->connecting() == 0);
  CHECK(scene.client->connect_counters().failures == 1);
}

TEST_CASE("A client goes on to the next address where the first one refuses") {
  Scene scene;
  scene.Connect({scene.Nowhere(), scene.stage.address()});
  REQUIRE(scene.stage.Until([&] { return scene.script.opens == 1; }));
  CHECK(scene.errors.empty());
  CHECK(scene.client->connect_counters().attempts == 2);
}

TEST_CASE("A handler that cannot be made, or a connection that cannot be watched, is a failure") {
  Scene scene;
  scene.client->Connect<LengthPrefixed, Unwilling>({scene.stage.address()}, scene,
                                                   LengthPrefixed());
  REQUIRE(scene.stage.Until([&] { return !scene.errors.empty(); }));
  CHECK(scene.errors == std::vector<Error>{Error::kNoMemory});
  CHECK(scene.client->connection_counters().construction_failures == 1);

  // Nobody accepts from this one, so the first registration is that of the attempt, and the second
  // that of the connection.
  FaultyKernel& kernel = scene.stage.kernel;
  const absl::StatusOr<Handle> silent =
      OpenListener(kernel, SocketAddress::Ipv4({127, 0, 0, 1}, 0));
  REQUIRE(silent.ok());
  kernel.Fail(Call::kEpollAdd, Error::kNoSpace, {.first = 2});
  scene.Connect({kernel.LocalAddress(*silent).address});
  REQUIRE(scene.stage.Until([&] { return scene.errors.size() == 2; }));
  static_cast<void>(kernel.Close(*silent));
  CHECK(scene.errors.back() == Error::kNoSpace);
  CHECK(scene.script.opens == 0);
}

TEST_CASE("A server that goes first ends a client's connection by its end of stream") {
  Scene scene;
  scene.stage.script.on_open = [](Connection& peer) {
    peer.Send("bye");
    peer.Close();
  };
  scene.Connect();
  REQUIRE(scene.stage.Until([&] { return scene.script.closes.size() == 1; }));
  CHECK(scene.script.frames == std::vector<std::string>{"bye"});
  CHECK(scene.script.ends == 1);
  CHECK(scene.script.cause() == CloseCause::kEndOfStream);
}

TEST_CASE("A client that goes takes its connections and its attempts along") {
  Scene scene;
  scene.Connect();
  REQUIRE(scene.stage.Until([&] { return scene.script.opens == 1; }));
  scene.Connect();
  CHECK(scene.client->connecting() == 1);
  scene.client.reset();
  CHECK(scene.script.opens == 1);
  CHECK(scene.script.cause() == CloseCause::kShutdown);
  CHECK(scene.errors.empty());
  REQUIRE(scene.stage.Until([&] { return scene.stage.open_connections() == 0; }));
}

TEST_CASE("A connection can be asked for anew from the end of the last one") {
  Scene scene;
  scene.script.on_open = [](Connection& peer) { peer.Close(); };
  scene.script.on_close = [&](Connection&, const CloseReason&) {
    if (scene.script.closes.size() < 20) scene.Connect();
  };
  scene.Connect();
  REQUIRE(scene.stage.Until([&] { return scene.script.closes.size() == 20; }));
  CHECK(scene.script.opens == 20);
  CHECK(scene.client->connect_counters().connected == 20);
}

TEST_CASE("A client's connections have the limits that it was given") {
  ClientOptions options;
  options.connection.idle_timeout = std::chrono::seconds(4);
  Scene scene(options);
  scene.stage.kernel.StopClock();
  scene.Connect();
  REQUIRE(scene.stage.Until([&] { return scene.script.opens == 1; }));
  for (int second = 0; second < 6 && scene.script.closes.empty(); ++second) {
    scene.stage.Pass(std::chrono::seconds(1));
  }
  REQUIRE(scene.stage.Until([&] { return scene.script.closes.size() == 1; }));
  CHECK(scene.script.cause() == CloseCause::kIdleTimeout);
}

}  // namespace
}  // namespace edgewise::handlers_test
