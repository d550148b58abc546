// The examples in the comments of the headers: services, codecs and clients.
#include <bit>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <string>
#include <string_view>

#include "docs/api/examples/fresh_folder.h"
#include "docs/api/examples/one_client.h"
#include "handlers/access_log.h"
#include "handlers/codec.h"
#include "handlers/connector.h"
#include "handlers/frame_handler.h"
#include "handlers/length_prefixed.h"
#include "handlers/lines.h"
#include "handlers/raw.h"
#include "handlers/split_checker.h"

namespace edgewise {

class Echo : public edgewise::FrameHandler {
  void OnFrame(edgewise::Connection& peer, std::string_view frame) override { peer.Send(frame); }
};

struct MyCodec {
  using Frame = std::string_view;
  Decoded<Frame> Decode(std::string_view bytes);
  Envelope Encode(std::size_t payload_size) const;
  std::size_t frame_bytes_max() const;
  std::string_view FarewellFor(CloseCause) const;
  void EndFraming();
  bool framing = true;
};
static_assert(FramingCodec<MyCodec>);

Decoded<std::string_view> MyCodec::Decode(std::string_view bytes) {
  const std::size_t end = framing ? bytes.find(';') : bytes.size();
  if (end == std::string_view::npos || bytes.empty())
    return Decoded<Frame>::NeedMore(bytes.size() + 1);
  return Decoded<Frame>::Of(bytes.substr(0, end), framing ? end + 1 : end);
}
Envelope MyCodec::Encode(std::size_t) const {
  if (!framing) return {};
  return {.suffix = {';'}, .suffix_size = 1};
}
std::size_t MyCodec::frame_bytes_max() const { return 1000; }
std::string_view MyCodec::FarewellFor(CloseCause) const { return "too slow;"; }
void MyCodec::EndFraming() { framing = false; }

struct Pair {
  std::string_view key;
  std::string_view value;
};

struct PairCodec {
  using Frame = Pair;
  Decoded<Pair> Decode(std::string_view bytes) {
    const std::size_t end = bytes.find(';');
    if (end == std::string_view::npos) return Decoded<Pair>::NeedMore(bytes.size() + 1);
    const std::size_t middle = bytes.substr(0, end).find('=');
    if (middle == std::string_view::npos) return Decoded<Pair>::Malformed("a pair without =");
    return Decoded<Pair>::Of({bytes.substr(0, middle), bytes.substr(middle + 1, end - middle - 1)},
                             end + 1);
  }
};

TEST_CASE("an echo, in each framing") {
  const std::string frame("\0\0\0\5hello", 9);
  CHECK(AnswerTo(frame, [](Server& server) { server.Serve<edgewise::LengthPrefixed, Echo>(); }) ==
        frame);
  CHECK(AnswerTo("hello", [](Server& server) { server.Serve<edgewise::Raw, Echo>(); }) == "hello");
  using Small = edgewise::BasicLengthPrefixed<2, std::endian::little>;
  Small codec({.frame_bytes_max = 512});
  const std::string small("\5\0hello", 7);
  CHECK(AnswerTo(small, [&](Server& server) { server.Serve<Small, Echo>(codec); }) == small);
}

TEST_CASE("lines end as they were asked to") {
  edgewise::Lines codec({.line_bytes_max = 1024, .outgoing = edgewise::LineEnding::kCrLf});
  CHECK(AnswerTo("hello\n", [&](Server& server) { server.Serve<Lines, Echo>(codec); }) ==
        "hello\r\n");
}

TEST_CASE("a codec of one's own") {
  CHECK(AnswerTo("one;two;", [](Server& server) { server.Serve<MyCodec, Echo>(); }) == "one;two;");
}

TEST_CASE("my codec gives the same frames for every split") {
  REQUIRE(edgewise::CheckAllSplits(MyCodec(), "one;two;three;").ok());
}

TEST_CASE("so does one whose frames are not strings") {
  const std::string input = "one=1;two=2;";
  auto same = CheckAllSplits(PairCodec(), input, {}, [](const Pair& pair) {
    return std::string(pair.key) + "=" + std::string(pair.value);
  });
  CHECK(same.ok());
}

TEST_CASE("a log of accesses") {
  const FreshFolder folder;
  {
    auto log = edgewise::AccessLog::Open("site.log", edgewise::AccessLogFormat::kJson);
    edgewise::Server server({.listen = "*:8080", .access_log = log->get()});
    CHECK(log.value()->Append("a line\n"));
  }
  CHECK(std::filesystem::file_size("site.log") == 7);
}

namespace {
std::string greeted_with;
}

TEST_CASE("a client connects, greets and is answered") {
  class Greeter final : public edgewise::FrameHandler {
    void OnOpen(edgewise::Connection& peer) override { peer.Send("hello"); }
    void OnFrame(edgewise::Connection& peer, std::string_view frame) override {
      greeted_with = frame;
      peer.reactor()->Stop();
    }
  };
  const auto serve = [](Server& server) { server.Serve<edgewise::LengthPrefixed, Echo>(); };
  Converse(serve, [](sim::SimulatedKernel& kernel, const SocketAddress& address) {
    NobodyThere sink;
    Reactor reactor(kernel);
    edgewise::Client client(reactor);
    client.Connect<edgewise::LengthPrefixed, Greeter>({address}, sink, {});
    reactor.Run();
  });
  CHECK(greeted_with == "hello");
}

TEST_CASE("a connector tries its addresses in turn") {
  class Dialer : public edgewise::Connector::Sink {
   public:
    void Connected(Handle handle, const SocketAddress& peer) override {
      FAIL("descriptor " << handle << " is connected to " << peer.ToString());
    }
    void NotConnected(const SocketAddress& target, Error error) override {
      CHECK(target.ToString().ends_with(":80"));
      CHECK(error == Error::kConnectionRefused);
      told = true;
    }
    bool told = false;
  };
  sim::OdometerChooser chooser({}, 0);
  sim::Simulation simulation(chooser);
  simulation.AddThread("client", [&] {
    Dialer dialer;
    Reactor reactor(simulation.kernel());
    edgewise::Connector connector(reactor, dialer);
    connector.Connect({*SocketAddress::Parse("[::1]:80"), *SocketAddress::Parse("127.0.0.1:80")});
    while (!dialer.told) reactor.RunOnce();
    reactor.DrainRetired();
  });
  simulation.Run();
}

}  // namespace edgewise
