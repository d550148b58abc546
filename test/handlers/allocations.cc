// The hooks: operator new, replaced, and the C library's functions, wrapped by the linker.
#include "test/handlers/allocations.h"

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <new>

namespace edgewise::handlers_test {
namespace {

struct Books {
  bool watching = false;
  std::uint64_t count = 0;
  std::uint64_t failures = 0;
  std::uint64_t fail_first = 0;  // 0: none fails
  std::uint64_t fail_last = 0;
};
constinit Books books;
using Predicate = bool (*)();
constinit Predicate seen_if = nullptr;
constinit std::atomic<std::int64_t> live = 0;

}  // namespace

Allocations::Watch::Watch() { books.watching = true; }
Allocations::Watch::~Watch() { books.watching = false; }

void Allocations::Reset() { books = {}; }
void Allocations::FailOnly(std::uint64_t nth) { books = {.fail_first = nth, .fail_last = nth}; }
void Allocations::FailFrom(std::uint64_t nth) {
  books = {.fail_first = nth, .fail_last = ~std::uint64_t{0}};
}
void Allocations::SeeOnlyIf(bool (*holds)()) { seen_if = holds; }
std::uint64_t Allocations::Count() { return books.count; }
std::uint64_t Allocations::Failures() { return books.failures; }
std::int64_t Allocations::Live() { return live; }
void Allocations::AddLive(std::int64_t blocks) {
  live.fetch_add(blocks, std::memory_order_relaxed);
}

bool Allocations::Refuses() {
  if (!books.watching || (seen_if != nullptr && !seen_if())) return false;
  ++books.count;
  if (books.fail_first == 0 || books.count < books.fail_first || books.count > books.fail_last) {
    return false;
  }
  ++books.failures;
  return true;
}

}  // namespace edgewise::handlers_test

using edgewise::handlers_test::Allocations;

extern "C" {

void* __real_malloc(std::size_t size);
void* __real_calloc(std::size_t count, std::size_t size);
void* __real_realloc(void* block, std::size_t size);

void* __wrap_malloc(std::size_t size);
void* __wrap_calloc(std::size_t count, std::size_t size);
void* __wrap_realloc(void* block, std::size_t size);

void* __wrap_malloc(std::size_t size) {
  return Allocations::Refuses() ? nullptr : __real_malloc(size);
}
void* __wrap_calloc(std::size_t count, std::size_t size) {
  return Allocations::Refuses() ? nullptr : __real_calloc(count, size);
}
void* __wrap_realloc(void* block, std::size_t size) {
  return Allocations::Refuses() ? nullptr : __real_realloc(block, size);
}

}  // extern "C"

void* operator new(std::size_t size) {
  void* memory = Allocations::Refuses() ? nullptr : __real_malloc(size == 0 ? 1 : size);
  if (memory == nullptr) throw std::bad_alloc();
  Allocations::AddLive(1);
  return memory;
}
void* operator new[](std::size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept {
  if (memory == nullptr) return;
  Allocations::AddLive(-1);
  std::free(memory);
}
void operator delete[](void* memory) noexcept { operator delete(memory); }
void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
void operator delete[](void* memory, std::size_t) noexcept { operator delete(memory); }
