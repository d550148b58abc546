// What a reactor's thread lends to its connections.
#include "handlers/workspace.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>
#include <string>

namespace edgewise::handlers_test {
namespace {

constexpr std::uintptr_t kPageBytes = 4096;

bool BeginsAtAPage(const char* at) {
  return reinterpret_cast<std::uintptr_t>(at) % kPageBytes == 0;
}

}  // namespace

// docs/decisions/0012 tells what it costs otherwise.
TEST_CASE("the buffers of a turn begin at a page, whatever their size") {
  for (const std::size_t bytes : {1u, 100u, 4096u, 131'072u}) {
    Workspace workspace(bytes);
    CHECK(workspace.receive_room().size() == bytes);
    CHECK(BeginsAtAPage(workspace.receive_room().data()));
    CHECK(BeginsAtAPage(workspace.staged().data()));
  }
}

}  // namespace edgewise::handlers_test
