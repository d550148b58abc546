// AccessLog: lines about what was served, written to a file by a thread of their own.
//
// A reactor must not wait for a disk, so it only copies a line into a buffer in memory. The thread
// takes all that has gathered, at most ten times a second, and writes it. A disk that stands still
// fills the buffer; then lines are dropped and counted, and service goes on.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "absl/status/statusor.h"
#include "handlers/open_file.h"
#include "reactor/kernel/linux_kernel.h"

namespace edgewise {

// How a line is written.
enum class AccessLogFormat : std::uint8_t {
  kCommon,  // the Common Log Format: peer - - [time] "request line" status bytes
  kJson,    // one object in a line, with the referer, the user agent and how long it took
};

// A value. A line that was taken and then refused by the file is in both.
struct AccessLogCounters {
  std::uint64_t lines = 0;    // taken
  std::uint64_t dropped = 0;  // the buffer was full, or the file refused them
};

// Threading: any thread. Ownership: of the file and the thread; it must outlive the servers that
// write to it. Its destructor writes what is left, and waits for that. Limits: kBufferBytesMax.
//
//   auto log = edgewise::AccessLog::Open("site.log", edgewise::AccessLogFormat::kJson);
//   edgewise::Server server({.listen = "*:8080", .access_log = log->get()});
//
// To rotate it, copy and truncate: it is open for appending, and never opened again.
class AccessLog {
 public:
  // Of lines that wait to be written.
  static constexpr std::size_t kBufferBytesMax = std::size_t{1} << 20;

  // Errors name the file and what is wrong. A path of "-" is standard output.
  static absl::StatusOr<std::unique_ptr<AccessLog>> Open(std::string_view path,
                                                         AccessLogFormat format,
                                                         Kernel& kernel = LinuxKernel::Instance());

  // Takes over `file`, which is open for appending, and starts the thread. `kernel` must outlive
  // it.
  AccessLog(Kernel& kernel, Handle file, AccessLogFormat format);
  AccessLog(const AccessLog&) = delete;
  AccessLog& operator=(const AccessLog&) = delete;
  ~AccessLog();

  // What Open was given: who makes the lines asks for it.
  AccessLogFormat format() const { return format_; }
  // Takes a copy of `line`, which ends with a line feed. False: it was dropped. Allocates nothing.
  bool Append(std::string_view line);
  // A snapshot, from any thread.
  AccessLogCounters counters() const;

 private:
  static constexpr Duration kPause = std::chrono::milliseconds(100);

  void Run();
  void Write(std::string_view lines);

  Kernel& kernel_;
  const OpenFile file_;
  const AccessLogFormat format_;
  mutable std::mutex mutex_;  // guards all below but for `writing_`
  std::condition_variable wake_;
  std::string gathered_;
  AccessLogCounters counters_;
  bool ending_ = false;
  std::string writing_;   // the thread's own
  bool refused_ = false;  // the last write failed: the thread's own
  std::thread thread_;    // last, so that it finds the rest made
};

}  // namespace edgewise
