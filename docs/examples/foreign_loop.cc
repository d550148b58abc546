// A reactor inside a program that has a loop already, here one of poll(2).
//
//   example-foreign_loop [ADDRESS]      (127.0.0.1:9003; port 0 lets the system choose)
//
// The program's own loop waits for standard input and for the reactor's descriptor, which is
// readable when the reactor has an event to fetch. Lines of clients are echoed; the end of standard
// input ends the program, once the connections have finished what they had begun.
#include <edgewise.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <string>

#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/text.h"

namespace {

class Echo final : public edgewise::FrameHandler {
 public:
  void OnFrame(edgewise::Connection& peer, std::string_view line) override { peer.Send(line); }
};

// [loop]
// The loop that the program has anyway.
void RunForeignLoop(edgewise::Worker& worker) {
  edgewise::Reactor& reactor = worker.reactor();
  std::array<pollfd, 2> polled{{{.fd = reactor.poll_handle(), .events = POLLIN, .revents = 0},
                                {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}}};
  bool stopping = false;
  while (!stopping || !worker.table().empty()) {
    // Timers and posted tasks make the descriptor readable, too: no other timeout is needed.
    const bool has_work = reactor.PollTimeout() == edgewise::Duration::zero();
    const int count = poll(polled.data(), polled.size(), has_work ? 0 : -1);
    if (count > 0 && polled[1].revents != 0) {  // negative: a signal came first
      std::array<char, 512> typed{};
      if (read(STDIN_FILENO, typed.data(), typed.size()) <= 0) {
        stopping = true;
        polled[1].fd = -1;  // poll(2) passes over it
        worker.Drain(std::chrono::seconds(5));
      }
    }
    // After either: does what is due, and does not wait.
    reactor.RunOnce(edgewise::Duration::zero());
  }
}
// [/loop]

int Fail(std::string_view why) {
  std::fprintf(stderr, "%s\n", std::string(why).c_str());
  return 1;
}

}  // namespace

// [parts]
int main(int argc, char** argv) {
  edgewise::Kernel& kernel = edgewise::LinuxKernel::Instance();
  const auto address = edgewise::SocketAddress::Parse(argc > 1 ? argv[1] : "127.0.0.1:9003");
  if (!address.ok()) return Fail(edgewise::StdView(address.status().message()));
  const auto listener = edgewise::OpenListener(kernel, *address);
  if (!listener.ok()) return Fail(edgewise::StdView(listener.status().message()));

  // What a Server makes for each of its threads, put together by hand.
  edgewise::Admissions admissions(edgewise::Admissions::DefaultTotal(kernel.DescriptorLimit()), 0);
  const edgewise::Service service{
      .address = *address, .make = edgewise::MakerOf<edgewise::Lines, Echo>(edgewise::Lines())};
  edgewise::Worker worker(kernel, admissions, {});
  if (worker.status() != edgewise::Error::kNone) return Fail(ErrorText(worker.status()));
  const edgewise::Error error = worker.AddPort(service, *listener, edgewise::Watch::kInput);
  if (error != edgewise::Error::kNone) return Fail(ErrorText(error));

  std::printf("listening on %s\n", kernel.LocalAddress(*listener).address.ToString().c_str());
  std::fflush(stdout);
  RunForeignLoop(worker);
  return 0;
}
// [/parts]
