// The disk of a simulated world: where a path leads, what is refused, and a bad day of the disk.
#include <array>
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "reactor/kernel/simulated/replay_chooser.h"
#include "reactor/kernel/simulated/simulated_kernel.h"

namespace edgewise::simulated_test {
namespace {

using sim::Choice;
using sim::ChoicePoint;

// A process on a machine with two files, which has the faults that are named and no others.
struct Machine {
  explicit Machine(const std::vector<Choice>& faults = {}, std::size_t descriptors_max = 1024)
      : chooser(faults),
        world(chooser),
        kernel(world, {.descriptors_max = descriptors_max,
                       .faults = sim::Faults::kAll,
                       .misuse = sim::Misuse::kAnswered}) {
    world.WriteFile("/site/a.txt", "what is in it");
    world.WriteFile("/site/below/b.txt", "more of it");
  }

  std::string Read(Handle file, std::size_t bytes_max = 100, std::uint64_t offset = 0) {
    std::string text(bytes_max, '\0');
    const IoResult got = kernel.ReadAt(file, text, offset);
    return got.ok() ? text.substr(0, got.bytes()) : ErrorText(got.error());
  }

  sim::ReplayChooser chooser;
  sim::World world;
  sim::SimulatedKernel kernel;
};

// The first question about a file is answered with this.
std::vector<Choice> DiskSays(std::uint32_t value) {
  return {{.point = ChoicePoint::kFileError, .ordinal = 1, .value = value}};
}

}  // namespace

TEST_CASE("no path leads out of a simulated directory, and those within lead where they say") {
  Machine machine;
  Kernel& kernel = machine.kernel;
  const Handle root = kernel.OpenDirectory("/site").handle();
  const auto error = [&](std::string_view path) { return kernel.OpenBeneath(root, path).error(); };
  for (const std::string_view path : {"..", "../secret", "below/../..", "./../site/a.txt"}) {
    INFO(path);
    CHECK(error(path) == Error::kCrossDevice);
  }
  CHECK(error("/site/a.txt") == Error::kCrossDevice);
  CHECK(error("nothing") == Error::kNotFound);
  CHECK(error(std::string(300, 'x')) == Error::kNameTooLong);
  std::string long_path;
  for (int i = 0; i < 2500; ++i) long_path += "./";
  CHECK(error(long_path) == Error::kNameTooLong);
  CHECK(machine.Read(kernel.OpenBeneath(root, "./below//../a.txt").handle()) == "what is in it");
  CHECK(machine.Read(kernel.OpenBeneath(root, "below/b.txt").handle()) == "more of it");
  const Handle below = kernel.OpenBeneath(root, "below/").handle();
  CHECK(kernel.Inspect(below).kind == FileKind::kDirectory);
  CHECK(machine.Read(kernel.OpenBeneath(below, "b.txt").handle()) == "more of it");
  CHECK(kernel.OpenDirectory("/site/a.txt").error() == Error::kNotADirectory);
  CHECK(kernel.OpenDirectory("/nowhere").error() == Error::kNotFound);
}

TEST_CASE("a descriptor of another kind, or of none, is refused by the calls on files") {
  Machine machine;
  Kernel& kernel = machine.kernel;
  const Handle root = kernel.OpenDirectory("/site").handle();
  const Handle file = kernel.OpenBeneath(root, "a.txt").handle();
  const Handle log = kernel.OpenLog("/log").handle();
  constexpr Handle kClosed = 99;
  CHECK(kernel.OpenBeneath(file, "a.txt").error() == Error::kInvalid);
  CHECK(kernel.OpenBeneath(kClosed, "a.txt").error() == Error::kBadHandle);
  CHECK(machine.Read(root) == ErrorText(Error::kInvalid));
  CHECK(machine.Read(kClosed) == ErrorText(Error::kBadHandle));
  CHECK(kernel.SendFile(file, root, 0, 1).error() == Error::kInvalid);
  CHECK(kernel.SendFile(log, file, 0, 1).error() == Error::kNotASocket);
  CHECK(kernel.Append(file, "x").error() == Error::kInvalid);
  CHECK(kernel.Append(kClosed, "x").error() == Error::kBadHandle);
  CHECK(kernel.Inspect(kClosed).error == Error::kBadHandle);
  CHECK(kernel.Inspect(log).kind == FileKind::kOther);
  CHECK(kernel.PollNow(file, kEpollIn | kEpollOut) == (kEpollIn | kEpollOut));
  const FileInfo info = kernel.Inspect(file);
  CHECK(info.kind == FileKind::kRegular);
  CHECK(info.bytes == 13);
}

TEST_CASE("a simulated log is made once and appended to") {
  Machine machine;
  for (const std::string_view line : {"one\n", "two\n"}) {
    const Handle log = machine.kernel.OpenLog("/log").handle();
    CHECK(machine.kernel.Append(log, line).bytes() == 4);
  }
  REQUIRE(machine.world.FindFile("/log") != nullptr);
  CHECK(*machine.world.FindFile("/log") == "one\ntwo\n");
}

TEST_CASE("only the name of a socket can be removed from a simulated disk") {
  Machine machine;
  Kernel& kernel = machine.kernel;
  const Handle listener = kernel.OpenSocket(AddressFamily::kUnix).handle();
  REQUIRE(kernel.Bind(listener, SocketAddress::Unix("/socket")) == Error::kNone);
  CHECK(kernel.RemovePath("/site/a.txt") == Error::kExists);
  CHECK(kernel.RemovePath("/site") == Error::kExists);
  CHECK(kernel.RemovePath("/nothing") == Error::kNotFound);
  CHECK(kernel.RemovePath("/socket") == Error::kNone);
  CHECK(kernel.RemovePath("/socket") == Error::kNotFound);
  CHECK(machine.world.FindFile("/site/a.txt") != nullptr);
}

TEST_CASE("a process without a descriptor left opens no file") {
  Machine full({}, 3);
  CHECK(full.kernel.OpenDirectory("/site").error() == Error::kProcessLimit);
  CHECK(full.kernel.OpenLog("/log").error() == Error::kProcessLimit);
  Machine unlucky({{.point = ChoicePoint::kOpenError, .ordinal = 1, .value = 2}});
  CHECK(unlucky.kernel.OpenDirectory("/site").error() == Error::kSystemLimit);
  CHECK(unlucky.kernel.OpenDirectory("/site").ok());
}

TEST_CASE("a disk that fails or answers little does so once, and is fine again") {
  const auto reads = [](std::uint32_t value) {
    Machine machine(DiskSays(value));
    const Handle root = machine.kernel.OpenDirectory("/site").handle();
    const Handle file = machine.kernel.OpenBeneath(root, "a.txt").handle();
    std::string text = machine.Read(file);
    CHECK(machine.Read(file, 100, 5) == "is in it");
    CHECK(machine.Read(file, 100, 13) == "");
    return text;
  };
  CHECK(reads(0) == "what is in it");
  CHECK(reads(1) == ErrorText(Error::kInputOutput));
  CHECK(reads(2) == ErrorText(Error::kInterrupted));
  CHECK(reads(3) == "w");

  const auto appends = [](std::uint32_t value) {
    Machine machine(DiskSays(value));
    const Handle log = machine.kernel.OpenLog("/log").handle();
    const IoResult done = machine.kernel.Append(log, std::string_view("12"));
    CHECK(machine.kernel.Append(log, std::string_view("34")).bytes() == 2);
    return (done.ok() ? std::to_string(done.bytes()) : ErrorText(done.error())) + ": " +
           *machine.world.FindFile("/log");
  };
  CHECK(appends(0) == "2: 1234");
  CHECK(appends(1) == ErrorText(Error::kNoSpace) + ": 34");
  CHECK(appends(2) == ErrorText(Error::kInterrupted) + ": 34");
  CHECK(appends(3) == "1: 134");

  Machine machine(DiskSays(1));
  const Handle root = machine.kernel.OpenDirectory("/site").handle();
  CHECK(machine.kernel.Inspect(root).error == Error::kInputOutput);
  CHECK(machine.kernel.Inspect(root).kind == FileKind::kDirectory);
}

TEST_CASE("a file that is sent from a failing disk, or from behind its end, sends nothing") {
  const auto sends = [](std::uint32_t value, std::uint64_t offset, std::size_t bytes_max) {
    Machine machine(DiskSays(value));
    Kernel& kernel = machine.kernel;
    const Handle listener = kernel.OpenSocket(AddressFamily::kUnix).handle();
    const Handle client = kernel.OpenSocket(AddressFamily::kUnix).handle();
    const SocketAddress address = SocketAddress::Unix("/socket");
    REQUIRE(kernel.Bind(listener, address) == Error::kNone);
    REQUIRE(kernel.Listen(listener, 1) == Error::kNone);
    REQUIRE(kernel.Connect(client, address) == Error::kNone);
    const Handle file =
        kernel.OpenBeneath(kernel.OpenDirectory("/site").handle(), "a.txt").handle();
    const IoResult sent = kernel.SendFile(client, file, offset, bytes_max);
    std::array<char, 100> room{};
    const Handle server = kernel.Accept(listener).handle;
    const IoResult got = kernel.Receive(server, room);
    return (sent.ok() ? std::to_string(sent.bytes()) : ErrorText(sent.error())) + ": " +
           (got.ok() ? std::string(room.data(), got.bytes()) : "nothing");
  };
  CHECK(sends(0, 5, 100) == "8: is in it");
  CHECK(sends(0, 5, 2) == "2: is");
  CHECK(sends(0, 13, 100) == "0: nothing");
  CHECK(sends(1, 0, 100) == ErrorText(Error::kInputOutput) + ": nothing");
}

}  // namespace edgewise::simulated_test
