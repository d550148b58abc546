// Two buffers that are swapped: one gathers, one is written. Both keep their memory.
#include "handlers/access_log.h"

#include <algorithm>
#include <utility>

#include "reactor/kernel/text.h"

namespace edgewise {

absl::StatusOr<std::unique_ptr<AccessLog>> AccessLog::Open(std::string_view path,
                                                           AccessLogFormat format, Kernel& kernel) {
  constexpr Handle kStandardOutput = 1;
  const HandleResult file = path == "-" ? kernel.Duplicate(kStandardOutput) : kernel.OpenLog(path);
  if (!file.ok()) {
    return absl::InvalidArgumentError(AbslView("the access log " + std::string(path) +
                                               " cannot be opened: " + ErrorText(file.error()) +
                                               "; name a file that this user may append to"));
  }
  return std::make_unique<AccessLog>(kernel, file.handle(), format);
}

AccessLog::AccessLog(Kernel& kernel, Handle file, AccessLogFormat format)
    : kernel_(kernel), file_(kernel, file), format_(format) {
  gathered_.reserve(kBufferBytesMax);
  writing_.reserve(kBufferBytesMax);
  // The thread takes no signal: those that a server watches must reach its descriptor (see
  // signal_handler.h).
  const SignalSet before = kernel_.BlockSignals(~SignalSet{0});
  thread_ = std::thread([this] { Run(); });
  kernel_.RestoreSignals(before);
}

AccessLog::~AccessLog() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool AccessLog::Append(std::string_view line) {
  bool first = false;
  {
    const std::lock_guard lock(mutex_);
    if (gathered_.size() + line.size() > kBufferBytesMax) {
      ++counters_.dropped;
      return false;
    }
    first = gathered_.empty();
    gathered_ += line;
    ++counters_.lines;
  }
  if (first) wake_.notify_one();
  return true;
}

AccessLogCounters AccessLog::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

void AccessLog::Run() {
  std::unique_lock lock(mutex_);
  while (!ending_ || !gathered_.empty()) {
    wake_.wait(lock, [this] { return ending_ || !gathered_.empty(); });
    // More is likely to come: wait for it, unless this is the end.
    wake_.wait_for(lock, kPause, [this] { return ending_; });
    std::swap(gathered_, writing_);
    lock.unlock();
    Write(writing_);
    writing_.clear();
    lock.lock();
  }
}

// All of it, or as much as the file takes.
void AccessLog::Write(std::string_view lines) {
  while (!lines.empty()) {
    const IoResult written = kernel_.Append(file_.handle(), lines);
    if (written.error() == Error::kInterrupted) continue;
    if (!written.ok()) {
      if (!std::exchange(refused_, true)) {
        kernel_.Log("edgewise: the access log refuses lines: " + ErrorText(written.error()) +
                    "; they are dropped until it takes them again");
      }
      const std::lock_guard lock(mutex_);
      counters_.dropped += static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
      return;
    }
    refused_ = false;
    lines.remove_prefix(written.bytes());
  }
}

}  // namespace edgewise
