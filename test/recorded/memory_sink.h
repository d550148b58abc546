// MemorySink: a recording in a string.
#pragma once

#include <string>
#include <string_view>

#include "reactor/kernel/recorded/recording_sink.h"

namespace edgewise::recorded_test {

// Threading: as every sink.
class MemorySink final : public RecordingSink {
 public:
  void Write(std::string_view head, std::string_view bytes) override {
    bytes_ += head;
    bytes_ += bytes;
  }
  void Flush() override {}

  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace edgewise::recorded_test
