// Four threads that serve, and one that computes:   how-to-threads [ADDRESS]
//   who        answered by the thread that serves this connection
//   say TEXT   TEXT is sent to every connection of every thread
//   primes N   answered by how many primes there are below N, which takes its time
#include <edgewise.h>

#include <charconv>
#include <condition_variable>
#include <deque>
#include <functional>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <thread>
#include <utility>

namespace {

// A thread for what would block or compute for long. Nothing in it is Edgewise's.
class Helper {
 public:
  void Start() {
    thread_ = std::jthread([this](const std::stop_token& stop) { Run(stop); });
  }
  void Do(std::function<void()> job) {
    const std::lock_guard lock(mutex_);
    jobs_.push_back(std::move(job));
    wake_.notify_one();
  }

 private:
  void Run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (wake_.wait(lock, stop, [this] { return !jobs_.empty(); })) {
      const std::function<void()> job = std::move(jobs_.front());
      jobs_.pop_front();
      lock.unlock();
      job();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::function<void()>> jobs_;
  std::jthread thread_;
};

int PrimesBelow(int limit) {
  int count = 0;
  for (int n = 2; n < limit; ++n) {
    bool is_prime = true;
    for (int i = 2; is_prime && i * i <= n; ++i) is_prime = n % i != 0;
    count += is_prime ? 1 : 0;
  }
  return count;
}

// [guest]
class Guest final : public edgewise::FrameHandler {
 public:
  Guest(edgewise::Server* server, Helper* helper) : server_(*server), helper_(*helper) {}

  void OnFrame(edgewise::Connection& peer, std::string_view line) override {
    if (line == "who") {
      std::ostringstream name;
      name << "thread " << std::this_thread::get_id();
      peer.Send(name.str());
    } else if (line.starts_with("say ")) {
      Say(peer, std::string(line.substr(4)));
    } else if (line.starts_with("primes ")) {
      Primes(peer, line.substr(7));
    } else {
      peer.Send("? who, say TEXT or primes N");
    }
  }

 private:
  // To all threads: each sends to its own connections.
  void Say(edgewise::Connection& peer, const std::string& text) {
    for (std::size_t i = 0; i < server_.threads(); ++i) {
      const auto posted = server_.Post(i, [text](edgewise::Worker& worker) {
        worker.table().ForEach([&](edgewise::Connection& guest) { guest.Send(text); });
      });
      if (posted != edgewise::PostResult::kPosted) peer.Send("? busy, not all have heard it");
    }
  }
  // To another thread and back: the connection goes by its name, and may be gone meanwhile.
  void Primes(edgewise::Connection& peer, std::string_view number) {
    int limit = 0;
    std::from_chars(number.begin(), number.end(), limit);
    peer.HoldReading();  // one job for each connection at a time
    helper_.Do([server = &server_, limit, ref = peer.ref()] {
      const std::string answer = std::to_string(PrimesBelow(limit));
      const auto posted = server->Post(ref, [answer](edgewise::Connection& asker) {
        asker.Send(answer);
        asker.ReleaseReading();
      });
      // kFull: a million tasks wait there, more than connections that may have a job.
      static_cast<void>(posted);
    });
  }

  edgewise::Server& server_;
  Helper& helper_;
};
// [/guest]

}  // namespace

int main(int argc, char** argv) {
  edgewise::Server server(
      {.listen = argc > 1 ? argv[1] : "127.0.0.1:9015", .announce = true, .threads = 4});
  Helper helper;  // is destroyed before the server that it posts to
  server.Serve<edgewise::Lines, Guest>(&server, &helper);
  if (const absl::Status status = server.Start(); !status.ok()) {
    std::cerr << status.message() << '\n';
    return 1;
  }
  helper.Start();  // after the server, which has blocked its signals in all later threads
  return server.Run();
}
