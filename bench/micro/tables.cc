// What the table of client handles costs.
#include "bench/micro/crowd.h"
#include "bench/micro/trial.h"
#include "handlers/raw.h"

namespace edgewise::micro {
namespace {

constexpr std::size_t kBatch = 1024;
constexpr Handle kFirstHandle = 8;

class Silent final : public FrameHandler {
 public:
  void OnFrame(Connection&, std::string_view) override {}
};
using SilentCrowd = Crowd<Raw, Silent>;

Handle HandleOf(std::size_t place) { return kFirstHandle + static_cast<Handle>(place); }

void Fill(SilentCrowd& crowd, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) crowd.Add(HandleOf(i));
}

// Numbers of those who are there (from 0) or are not (from `size`).
void FindAmong(Trial& trial, std::size_t first) {
  SilentCrowd crowd(1);
  Fill(crowd, trial.size());
  Scatter scatter;
  std::vector<Handle> handles(kBatch);
  for (Handle& handle : handles) handle = HandleOf(first + scatter.Below(trial.size()));
  trial.Measure(kBatch, [&] {
    for (const Handle handle : handles) benchmark::DoNotOptimize(crowd.table().Find(handle));
  });
}

void Find(Trial& trial) { FindAmong(trial, 0); }
void FindNobody(Trial& trial) { FindAmong(trial, trial.size()); }

// From an empty table to one of N: growing is part of it.
void Insert(Trial& trial) {
  std::unique_ptr<SilentCrowd> crowd;
  std::vector<std::unique_ptr<Connection>> made;
  trial.MeasureAfter(
      trial.size(),
      [&] {
        crowd = nullptr;
        crowd = std::make_unique<SilentCrowd>(1);
        made.clear();
        for (std::size_t i = 0; i < trial.size(); ++i) made.push_back(crowd->Make(HandleOf(i)));
      },
      [&] {
        for (auto& connection : made) crowd->table().Insert(std::move(connection));
      });
}

// The end of a batch of connections beside N that stay: out of epoll, HandleClose, Reclaim, out of
// the table, destroyed.
void Erase(Trial& trial) {
  SilentCrowd crowd(1);
  Fill(crowd, trial.size());
  std::vector<Connection*> batch;
  trial.MeasureAfter(
      kBatch,
      [&] {
        batch.clear();
        for (std::size_t i = 0; i < kBatch; ++i) {
          batch.push_back(&crowd.Add(HandleOf(trial.size() + i)));
        }
      },
      [&] {
        for (Connection* const connection : batch) SilentCrowd::End(*connection);
        crowd.reactor().DrainRetired();
      });
}

}  // namespace

std::vector<Family> Tables() {
  const std::vector<std::int64_t> sizes{64, 1024, 16384, 262'144, 1 << 20};
  return {
      {"table/find", Find, sizes},
      {"table/find-nobody", FindNobody, sizes},
      {"table/insert", Insert, sizes},
      {"table/erase", Erase, sizes},
  };
}

}  // namespace edgewise::micro
