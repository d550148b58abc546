#include "bench/edgewrk/terminal.h"

#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <fstream>

namespace edgewise::wrk {

void Print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

int Fail(std::string_view why) {
  std::fprintf(stderr, "edgewrk: %.*s\n", static_cast<int>(why.size()), why.data());
  return kInvalid;
}

bool WriteFile(const std::string& path, std::string_view text) {
  if (path.empty()) return true;
  if (path == "-") {
    Print(text);
    return true;
  }
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();
  if (file.fail()) Fail("cannot write " + path);
  return !file.fail();
}

Interrupt::Interrupt() {
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  sigaddset(&signals_, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
}

bool Interrupt::came() {
  const timespec now{};
  if (!came_) came_ = sigtimedwait(&signals_, nullptr, &now) > 0;
  return came_;
}

ProgressLine::ProgressLine() : shown_(isatty(STDERR_FILENO) == 1) {}

ProgressLine::~ProgressLine() {
  if (shown_) std::fputs("\r\033[K", stderr);
}

void ProgressLine::Write(const std::string& text) {
  std::fprintf(stderr, "\r\033[K  %s", text.c_str());
}

}  // namespace edgewise::wrk
