// A client: sends the lines of standard input to a server, prints the lines that come back.
//
//   example-ask ADDRESS [ADDRESS...]      (the first that accepts is the server)
//
// It ends when as many lines have come back as were sent.
#include <edgewise.h>

#include <cstdio>
#include <iostream>
#include <string>
#include <vector>

#include "reactor/kernel/linux_kernel.h"
#include "reactor/kernel/text.h"

namespace {

// The handler of the one connection: made when it is connected.
class Asking final : public edgewise::FrameHandler {
 public:
  explicit Asking(edgewise::Reactor* reactor) : reactor_(*reactor) {}

  void OnOpen(edgewise::Connection& server) override {
    for (std::string line; std::getline(std::cin, line); ++waiting_) server.Send(line);
    if (waiting_ == 0) server.Close();
  }
  void OnFrame(edgewise::Connection& server, std::string_view line) override {
    std::printf("%s\n", std::string(line).c_str());
    if (--waiting_ == 0) server.Close();
  }
  void OnClose(edgewise::Connection&, const edgewise::CloseReason&) override { reactor_.Stop(); }

 private:
  edgewise::Reactor& reactor_;
  int waiting_ = 0;
};

class Complaint final : public edgewise::Client::Sink {
 public:
  explicit Complaint(edgewise::Reactor& reactor) : reactor_(reactor) {}

  void NotConnected(const edgewise::SocketAddress& target, edgewise::Error error) override {
    std::fprintf(stderr, "%s: %s\n", target.ToString().c_str(), ErrorText(error).c_str());
    said_ = true;
    reactor_.Stop();
  }
  bool said() const { return said_; }

 private:
  edgewise::Reactor& reactor_;
  bool said_ = false;
};

}  // namespace

int main(int argc, char** argv) {
  std::vector<edgewise::SocketAddress> addresses;
  for (int i = 1; i < argc; ++i) {
    const auto address = edgewise::SocketAddress::Parse(argv[i]);
    if (!address.ok()) {
      const std::string why(edgewise::StdView(address.status().message()));
      std::fprintf(stderr, "%s\n", why.c_str());
      return 2;
    }
    addresses.push_back(*address);
  }
  if (addresses.empty()) {
    std::fputs("usage: example-ask ADDRESS [ADDRESS...]\n", stderr);
    return 2;
  }
  edgewise::Reactor reactor(edgewise::LinuxKernel::Instance());
  Complaint complaint(reactor);
  edgewise::Client client(reactor);
  client.Connect<edgewise::Lines, Asking>(addresses, complaint, edgewise::Lines(), &reactor);
  reactor.Run();
  return complaint.said() ? 1 : 0;
}
