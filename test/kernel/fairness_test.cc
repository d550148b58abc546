// Who gets reported, and in what turns.
#include <deque>
#include <map>
#include <set>
#include <vector>

#include "test/kernel/fact.h"
#include "test/kernel/socket_pair.h"
#include "test/kernel/transfer.h"
#include "test/kernel/watch.h"

namespace edgewise::kernel_test {
namespace {

constexpr std::size_t kPairs = 5;

// Several pairs, each with an unread byte at `ours`.
class Crowd {
 public:
  Crowd(Kernel& kernel, Watch& watch, EpollMask mask) {
    for (std::size_t i = 0; i < kPairs; ++i) {
      pairs.emplace_back(kernel);
      SendWhole(kernel, pairs.back().peer(), "x");
      AwaitReady(kernel, pairs.back().ours(), kEpollIn);
      watch.Add(pairs.back().ours(), mask);
    }
  }
  std::deque<SocketPair> pairs;
};

}  // namespace

KERNEL_FACT(SmallBatchesRotateLevel,
            "level-triggered: a small batch rotates fairly over what is ready") {
  Watch watch(kernel);
  Crowd crowd(kernel, watch, kEpollIn);
  std::map<Handle, int> turns;
  for (std::size_t wait = 0; wait < 3 * kPairs; ++wait) {
    const std::vector<Report> reports = watch.Wait(Duration::zero(), 1);
    REQUIRE(reports.size() == 1);
    ++turns[reports.front().handle];
  }
  REQUIRE(turns.size() == kPairs);
  for (const auto& [handle, count] : turns) CHECK(count == 3);
}

KERNEL_FACT(SmallBatchesRotateEdge,
            "edge-triggered: small batches report each descriptor once, none lost") {
  Watch watch(kernel);
  Crowd crowd(kernel, watch, kReadMask);
  std::multiset<Handle> reported;
  for (std::size_t size = 2; size > 0;) {
    const std::vector<Report> reports = watch.Wait(Duration::zero(), 2);
    size = reports.size();
    for (const Report& report : reports) reported.insert(report.handle);
  }
  CHECK(reported.size() == kPairs);
  CHECK(std::set<Handle>(reported.begin(), reported.end()).size() == kPairs);
}

KERNEL_FACT(GreedyOneWaitsItsTurn,
            "a descriptor that is ready again goes behind those not yet reported") {
  Watch watch(kernel);
  Crowd crowd(kernel, watch, kReadMask);
  std::map<Handle, SocketPair*> by_handle;
  for (SocketPair& pair : crowd.pairs) by_handle[pair.ours()] = &pair;
  // Each one that is reported becomes ready again at once.
  std::vector<Handle> order;
  for (std::size_t wait = 0; wait < 2 * kPairs; ++wait) {
    const std::vector<Report> reports = watch.Wait(kPatience, 1);
    REQUIRE(reports.size() == 1);
    order.push_back(reports.front().handle);
    SocketPair& pair = *by_handle.at(order.back());
    SendWhole(kernel, pair.peer(), "x");
    AwaitAcknowledged(kernel, pair.peer());
  }
  const auto middle = order.begin() + kPairs;
  CHECK(std::set<Handle>(order.begin(), middle).size() == kPairs);
  CHECK(std::vector<Handle>(order.begin(), middle) == std::vector<Handle>(middle, order.end()));
}

KERNEL_FACT(EventsWaitForTheirTurn,
            "events not fetched while one socket is served stay, however long") {
  Watch watch(kernel);
  Crowd crowd(kernel, watch, kReadMask);
  const std::vector<Report> first = watch.Wait(Duration::zero(), 1);
  REQUIRE(first.size() == 1);
  // A socket whose peer refills it never says EAGAIN: only a budget ends the reading.
  for (SocketPair& pair : crowd.pairs) {
    if (pair.ours() != first.front().handle) continue;
    for (int read = 0; read < 1000; ++read) {
      SendWhole(kernel, pair.peer(), "again");
      AwaitReady(kernel, pair.ours(), kEpollIn);
      REQUIRE_FALSE(ReceiveOnce(kernel, pair.ours()).empty());
    }
  }
  std::set<Handle> others;
  for (const Report& report : watch.Wait(Duration::zero())) others.insert(report.handle);
  others.erase(first.front().handle);
  CHECK(others.size() == kPairs - 1);
}

KERNEL_FACT(ALateLookFindsAll, "a zero-timeout wait finds all that arrived while nobody waited") {
  Watch watch(kernel);
  Crowd crowd(kernel, watch, kReadMask);
  CHECK(watch.Wait(Duration::zero()).size() == kPairs);
  CHECK(watch.Wait(Duration::zero()).empty());
}

}  // namespace edgewise::kernel_test
