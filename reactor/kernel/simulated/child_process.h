// ChildProcess: a piece of work in a process of its own, which may fail in any way that there is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace edgewise::sim {

// The work runs in a copy of this process. A crash, an abort, an endless loop or an exit there ends
// nobody here.
//
// Threading: that of its maker; there must be no other thread in the process. Ownership: of the
// child, which is ended with it.
class ChildProcess {
 public:
  // What a child exits with that did its work to the end.
  static constexpr int kDone = 0;

  // Starts it. What it writes to standard error is kept for `errors()`, not shown.
  explicit ChildProcess(const std::function<void()>& work);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  // Waits for its end, at most `seconds_max`, then ends it. The answer: "" if it did its work, or
  // how it ended: "ended by signal 6 (Aborted)", "exited with 3", "called exit(0)",
  // "did not end".
  std::string Wait(double seconds_max);
  // Waits for its end, at most so long; whether it has ended.
  bool EndsWithin(double seconds);
  // The last of what it wrote to standard error. REQUIRES: Wait has returned.
  const std::string& errors() const { return errors_; }

  // In the child: ends it now, as one that did its work or did not. Coverage counts are kept.
  [[noreturn]] static void Exit(int code);

 private:
  void ReadErrors();
  bool HasEnded();

  int child_ = -1;  // -1: it has ended
  int pipe_ = -1;   // its standard error
  int status_ = 0;
  std::string errors_;
};

}  // namespace edgewise::sim
