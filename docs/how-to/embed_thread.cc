// A server in a thread of its own, inside a program with other business:
//   how-to-embed_thread [ADDRESS]
// Here the other business is to read standard input: each line is the new answer to all clients,
// "count" prints how many there were, and the end of the input ends the program.
#include <edgewise.h>

#include <iostream>
#include <string>
#include <thread>

namespace {

class Greeter final : public edgewise::FrameHandler {
 public:
  explicit Greeter(const std::string* greeting) : greeting_(*greeting) {}
  void OnFrame(edgewise::Connection& peer, std::string_view) override { peer.Send(greeting_); }

 private:
  const std::string& greeting_;
};

}  // namespace

int main(int argc, char** argv) {
  std::string greeting = "hello";  // the server's thread alone reads and writes it
  edgewise::Server server({.listen = argc > 1 ? argv[1] : "127.0.0.1:9016",
                           .announce = true,
                           .signals = edgewise::SignalPolicy::kNone});
  server.Serve<edgewise::Lines, Greeter>(&greeting);
  if (const absl::Status status = server.Start(); !status.ok()) {
    std::cerr << status.message() << '\n';
    return 1;
  }
  std::thread thread([&server] { server.Run(); });

  for (std::string line; std::getline(std::cin, line);) {
    if (line == "count") {
      std::cout << server.Counters().connection.opened << " clients" << std::endl;
    } else {
      // Not `greeting = line`: it is the other thread's.
      const auto posted = server.Post(0, [&greeting, line](edgewise::Worker&) { greeting = line; });
      if (posted != edgewise::PostResult::kPosted) std::cerr << "too busy for a new greeting\n";
    }
  }
  server.Stop();  // finishes what is in flight
  thread.join();
  std::cout << "stopped" << std::endl;
  return 0;
}
