// RecordingSink: where a recording goes.
#pragma once

#include <string_view>

namespace edgewise {

// Threading: one caller at a time. Nothing is answered: a sink that cannot take more drops all that
// follows, and tells its owner in a way of its own; what was recorded goes on in any case.
class RecordingSink {
 public:
  RecordingSink() = default;
  RecordingSink(const RecordingSink&) = delete;
  RecordingSink& operator=(const RecordingSink&) = delete;
  virtual ~RecordingSink() = default;

  // Takes `head` and then `bytes`, which live until it returns.
  virtual void Write(std::string_view head, std::string_view bytes) = 0;
  // Hands on what it may have gathered.
  virtual void Flush() = 0;
};

}  // namespace edgewise
