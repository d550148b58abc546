// The terminal that edgewrk was started from: what it prints there, and how it is interrupted.
#pragma once

#include <csignal>
#include <string>
#include <string_view>

namespace edgewise::wrk {

// The process's exit code when nothing could be measured.
inline constexpr int kInvalid = 2;

// To standard output, at once.
void Print(std::string_view text);
// "edgewrk: WHY" to standard error; answers kInvalid.
int Fail(std::string_view why);
// Writes `text` to the file of that name; "-" is standard output, an empty one nowhere. False, and
// a line on standard error, if it cannot be written.
bool WriteFile(const std::string& path, std::string_view text);

// SIGINT and SIGTERM end a run early; the report is of what was measured until then.
class Interrupt {
 public:
  // Blocks both signals, in the threads too that are started afterwards.
  Interrupt();
  // True from the first one on.
  bool came();

 private:
  sigset_t signals_{};
  bool came_ = false;
};

// A line that is written over again and again; on a terminal only, and gone with the object.
class ProgressLine {
 public:
  ProgressLine();
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  // Most calls show nothing: it is not written more often than ten times a second or so, if this is
  // called as often as RunLoad reports.
  template <typename MakeText>
  void Show(MakeText&& text) {
    if (shown_ && looks_++ % kLooksPerLine == 0) Write(text());
  }

 private:
  static constexpr unsigned kLooksPerLine = 20;

  static void Write(const std::string& text);

  bool shown_;
  unsigned looks_ = 0;
};

}  // namespace edgewise::wrk
