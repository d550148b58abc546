// A real fault: a service with a mistake, brought down by real clients on the real kernel, and
// again from the recording as often as is wanted.
#include <catch2/catch_test_macros.hpp>
#include <string>
#include <vector>

#include "handlers/edgewise.h"
#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/recorded/file_recording_sink.h"
#include "reactor/kernel/recorded/recording.h"
#include "reactor/kernel/recorded/recording_kernel.h"
#include "reactor/kernel/recorded/replaying_kernel.h"
#include "test/handlers/peer.h"
#include "test/handlers/running_server.h"
#include "test/handlers/stage.h"
#include "test/reactor/death.h"
#include "test/recorded/memory_sink.h"
#include "test/recorded/ticket_office.h"
#include "test/support/faulty_kernel.h"
#include "test/support/scratch_folder.h"

namespace edgewise::recorded_test {
namespace {

using handlers_test::Frame;
using handlers_test::Peer;
using handlers_test::RunningServer;
using Auditor = TicketOffice::Auditor;

ServerOptions Options(Kernel& kernel) {
  return {.signals = SignalPolicy::kNone, .kernel = &kernel};
}

// Sends a frame and waits for the answer, how many tickets there are.
std::string Ask(Peer& peer, std::string_view frame) {
  constexpr std::size_t kAnswerBytes = 5;
  peer.Forget();
  peer.Send(Frame(frame));
  while (peer.Pull().size() < kAnswerBytes && !peer.over()) peer.AwaitInput();
  return std::string(peer.Pull().substr(kAnswerBytes - 1));
}

void AwaitEnd(Peer& peer) {
  while (!peer.over()) {
    peer.AwaitInput();
    peer.Pull();
  }
}

// Two whose ways are common, and one whose is not. Awaits whatever the server has to say of each.
void BeClients(const SocketAddress& address) {
  Peer polite(address);
  Ask(polite, "take");
  Peer rude(address);
  Ask(rude, "take");
  rude.Send(Frame("take").substr(0, 6));
  rude.Reset();  // in the middle of a frame
  while (Ask(polite, "look") != "4" && !polite.over()) {
  }
  Ask(polite, "return");
  polite.Finish();
  AwaitEnd(polite);

  Peer rare(address);
  Ask(rare, "take");
  rare.Forget();
  rare.Finish();
  while (rare.Pull() != Frame("a receipt follows") && !rare.over()) rare.AwaitInput();
  rare.Reset();
}

// What it wrote last before it died: the line of the check.
std::string LastWords(const std::string& said) {
  const std::size_t begin = said.find("CHECK failed");
  return begin == std::string::npos ? "none, but: " + said : said.substr(begin);
}

}  // namespace

TEST_CASE(
    "a crash of a server is recorded to the call before it, and happens again in each replay") {
  const ScratchFolder folder;
  const std::string path = folder / "incident.ewr";
  const std::string crash = LastWords(DeathMessage([&path] {
    auto sink = FileRecordingSink::Open(LinuxKernel::Instance(), path);
    RecordingKernel kernel(LinuxKernel::Instance(), **sink);
    TicketOffice::Drawer drawer;
    Server server(Options(kernel));
    server.Serve<LengthPrefixed, TicketOffice>(&server, &drawer, Auditor::kStrict);
    RunningServer running(server);
    BeClients(server.addresses().front());
    running.Join();
  }));
  REQUIRE(crash == "CHECK failed: drawer_.tickets <= kTickets: more tickets than were printed\n");

  absl::StatusOr<Recording> recording = Recording::Load(LinuxKernel::Instance(), path);
  REQUIRE(recording.ok());
  CHECK_FALSE(recording->ended());
  for (int time = 0; time < 3; ++time) {
    // It dies by itself: a divergence, or the end of the recording, would say something else.
    CHECK(LastWords(DeathMessage([&path] {
            ReplayingKernel kernel(*Recording::Load(LinuxKernel::Instance(), path),
                                   LinuxKernel::Instance());
            TicketOffice::Drawer drawer;
            Server server(Options(kernel));
            server.Serve<LengthPrefixed, TicketOffice>(&server, &drawer, Auditor::kStrict);
            server.Run();
          })) == crash);
  }
}

TEST_CASE("a service that has gone wrong without dying is in the same state after each replay") {
  MemorySink sink;
  TicketOffice::Drawer recorded;
  FaultyKernel machine(LinuxKernel::Instance());
  {
    RecordingKernel kernel(machine, sink);
    Server server(Options(kernel));
    server.Serve<LengthPrefixed, TicketOffice>(&server, &recorded, Auditor::kLenient);
    RunningServer running(server);
    BeClients(server.addresses().front());
    // Whoever comes next meets the wrong state, and its connection ends with an exception.
    Peer victim(server.addresses().front());
    victim.Send(Frame("look"));
    AwaitEnd(victim);
    Peer last(server.addresses().front());
    last.Send(Frame("quit"));
    running.Join();
  }
  REQUIRE(recorded.tickets == TicketOffice::kTickets + 1);
  REQUIRE(machine.log().size() == 2);
  REQUIRE(machine.log().front() ==
          "edgewise: an exception left an upcall: more tickets than were printed");
  for (int time = 0; time < 3; ++time) {
    FaultyKernel host(LinuxKernel::Instance());
    ReplayingKernel kernel(*Recording::Parse(sink.bytes(), BrokenOff::kRefuse), host,
                           [](const Divergence& how) { FAIL(how.text); });
    TicketOffice::Drawer replayed;
    {
      Server server(Options(kernel));
      server.Serve<LengthPrefixed, TicketOffice>(&server, &replayed, Auditor::kLenient);
      CHECK(server.Run() == 0);
    }
    CHECK(replayed.tickets == recorded.tickets);
    CHECK(replayed.history == recorded.history);
    CHECK(host.log() == machine.log());
    CHECK(kernel.finished());
  }
}

}  // namespace edgewise::recorded_test
