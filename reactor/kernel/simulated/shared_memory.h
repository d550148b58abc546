// SharedMemory: memory that a process and its children share.
#pragma once

#include <cstddef>

namespace edgewise::sim {

// Of zeros at first.
//
// Threading: that of its maker. Ownership: of the memory.
class SharedMemory {
 public:
  // Ends the program if there is none.
  explicit SharedMemory(std::size_t bytes);
  SharedMemory(const SharedMemory&) = delete;
  SharedMemory& operator=(const SharedMemory&) = delete;
  ~SharedMemory();
  // Its beginning. Valid as long as this object; in children, until they end.
  void* get() const { return memory_; }

 private:
  void* memory_;
  std::size_t bytes_;
};

}  // namespace edgewise::sim
