// Jobs that take their time, finished before the process ends:   how-to-drain [ADDRESS]
//   any line   answered by "done: " and the line, two seconds later
#include <edgewise.h>

#include <chrono>
#include <iostream>
#include <string>

namespace {

class Jobs final : public edgewise::FrameHandler, private edgewise::Timer {
  void OnFrame(edgewise::Connection& peer, std::string_view line) override {
    peer_ = &peer;
    job_ = line;
    // While it is held something is owed: a connection that is held is not closed by a drain.
    peer.HoldReading();
    peer.reactor()->ArmAfter(*this, std::chrono::seconds(2));
  }
  void HandleTimeout(edgewise::Time) override {
    peer_->Send("done: " + job_);
    peer_->ReleaseReading();
  }
  // The server stops; this connection closes when nothing is owed on it any more.
  void OnFinish(edgewise::Connection& peer) override { peer.Send("the server stops"); }

  edgewise::Connection* peer_ = nullptr;
  std::string job_;
};

}  // namespace

int main(int argc, char** argv) {
  edgewise::Server server({.listen = argc > 1 ? argv[1] : "127.0.0.1:9014",
                           .announce = true,
                           .drain_timeout = std::chrono::seconds(5)});
  server.Serve<edgewise::Lines, Jobs>();
  const int code = server.Run();  // drains at SIGINT and SIGTERM
  std::cout << "drained" << std::endl;
  return code;
}
