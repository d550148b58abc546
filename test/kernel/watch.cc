// The epoll descriptor of the tests.
#include "test/kernel/watch.h"

#include <catch2/catch_test_macros.hpp>
#include <cstdint>

#include "test/kernel/transfer.h"

namespace edgewise::kernel_test {
namespace {

void* TagOf(Handle handle) { return reinterpret_cast<void*>(static_cast<std::intptr_t>(handle)); }

}  // namespace

void Watch::Add(Handle handle, EpollMask mask) {
  REQUIRE(kernel_.EpollAdd(epoll_.get(), handle, mask, TagOf(handle)) == Error::kNone);
}

void Watch::Modify(Handle handle, EpollMask mask) {
  REQUIRE(kernel_.EpollModify(epoll_.get(), handle, mask, TagOf(handle)) == Error::kNone);
}

void Watch::Remove(Handle handle) {
  REQUIRE(kernel_.EpollRemove(epoll_.get(), handle) == Error::kNone);
}

std::vector<Report> Watch::Wait(Duration timeout, std::size_t events_max) {
  std::vector<EpollEvent> events(events_max);
  const IoResult result = kernel_.EpollWait(epoll_.get(), events, timeout);
  INFO(ErrorText(result.error()));
  REQUIRE(result.ok());
  std::vector<Report> reports;
  for (std::size_t i = 0; i < result.bytes(); ++i) {
    const auto number = reinterpret_cast<std::intptr_t>(static_cast<void*>(events[i].tag));
    reports.push_back({static_cast<Handle>(number), events[i].mask});
  }
  return reports;
}

EpollMask Watch::Next() {
  const std::vector<Report> reports = Wait(kPatience);
  REQUIRE(reports.size() == 1);
  return reports.front().mask;
}

EpollMask Watch::Now() {
  const std::vector<Report> reports = Wait(Duration::zero());
  REQUIRE(reports.size() <= 1);
  return reports.empty() ? 0 : reports.front().mask;
}

}  // namespace edgewise::kernel_test
