// Recording: all of a recording in memory, checked to its end.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "reactor/kernel/kernel.h"
#include "reactor/kernel/recorded/recording_reader.h"

namespace edgewise {

// What is to be thought of a recording without an end.
enum class BrokenOff : std::uint8_t {
  kAccept,  // its process was killed, or crashed, which is what it may be wanted for
  kRefuse,
};

// Threading: any number of threads may read. Ownership: of its bytes; readers and calls point into
// them. Limits: it is as long as the memory allows.
//
//   auto recording = Recording::Load(LinuxKernel::Instance(), "incident.ewr");
class Recording {
 public:
  // Checks every record. Errors say what is wrong, and where: kInvalidArgument (no recording),
  // kDataLoss (a damaged one, or one without an end that was to be refused).
  static absl::StatusOr<Recording> Parse(std::string bytes,
                                         BrokenOff broken_off = BrokenOff::kAccept);
  // The same for a file. Errors also: kNotFound and kUnavailable, with its name.
  static absl::StatusOr<Recording> Load(Kernel& kernel, std::string_view path,
                                        BrokenOff broken_off = BrokenOff::kAccept);

  Recording(Recording&&) = default;
  Recording& operator=(Recording&&) = default;

  // What the one who recorded had to say.
  std::string_view note() const { return RecordingReader::Open(bytes_)->note(); }
  // How many it holds.
  std::uint64_t calls() const { return calls_; }
  // In bytes, without what may be left of a last record that is not whole.
  std::size_t size() const { return size_; }
  // It was ended in order.
  bool ended() const { return ended_; }
  // At the first call. It lives no longer than this object.
  RecordingReader reader() const { return *RecordingReader::Open(bytes_); }

 private:
  explicit Recording(std::string bytes) : bytes_(std::move(bytes)) {}

  std::string bytes_;
  std::uint64_t calls_ = 0;
  std::size_t size_ = 0;
  bool ended_ = false;
};

}  // namespace edgewise
