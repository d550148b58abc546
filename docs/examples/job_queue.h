// A queue of jobs over lines: some clients put jobs in, others take them out and do them.
//
//   PUT text     answered by  OK number
//   TAKE         answered by  JOB number text, or NONE
//   DONE number  answered by  OK number; the job is forgotten
//
// A job whose taker leaves before it is done goes back into the queue. Is it so?
// docs/testing-your-service.md finds out.
#pragma once

#include <edgewise.h>

#include <cstdlib>
#include <deque>
#include <map>
#include <string>
#include <string_view>

class JobQueue {
 public:
  // A connection, by its name.
  using Worker = edgewise::ConnectionRef;

  int Put(std::string_view text) {
    jobs_[++last_] = {std::string(text)};
    ready_.push_back(last_);
    return last_;
  }
  // 0: there is none.
  int Take(Worker worker) {
    if (ready_.empty()) return 0;
    const int job = ready_.front();
    ready_.pop_front();
    jobs_[job].worker = worker;
    return job;
  }
  void Done(int job) { jobs_.erase(job); }
  void Leave(Worker worker) {
    for (auto& [job, state] : jobs_) {
      if (state.worker != worker) continue;
      state.worker = {};
      ready_.push_back(job);
    }
  }
  const std::string& text(int job) { return jobs_[job].text; }
  std::size_t undone() const { return jobs_.size(); }

 private:
  struct State {
    std::string text;
    Worker worker = {};  // by default: nobody
  };
  int last_ = 0;
  std::map<int, State> jobs_;
  std::deque<int> ready_;
};

class JobHandler : public edgewise::FrameHandler {
 public:
  explicit JobHandler(JobQueue* queue) : queue_(*queue) {}

  void OnFrame(edgewise::Connection& peer, std::string_view line) override {
    if (line.starts_with("PUT ")) {
      peer.Send("OK " + std::to_string(queue_.Put(line.substr(4))));
    } else if (line == "TAKE") {
      const int job = queue_.Take(peer.ref());
      peer.Send(job == 0 ? "NONE" : "JOB " + std::to_string(job) + " " + queue_.text(job));
    } else if (line.starts_with("DONE ")) {
      queue_.Done(std::atoi(std::string(line.substr(5)).c_str()));
      peer.Send("OK " + std::string(line.substr(5)));
    } else {
      peer.Send("? PUT text, TAKE or DONE number");
    }
  }
  void OnEnd(edgewise::Connection& peer) override {
    queue_.Leave(peer.ref());
    peer.Close();
  }

 protected:
  JobQueue& queue_;
};

// The same, mended: a connection has many ends, and OnClose is all of them.
class MendedJobHandler final : public JobHandler {
 public:
  using JobHandler::JobHandler;
  void OnEnd(edgewise::Connection& peer) override { peer.Close(); }
  void OnClose(edgewise::Connection& peer, const edgewise::CloseReason&) override {
    queue_.Leave(peer.ref());
  }
};
