// Growth by linear hashing over a reserved array.
#include "handlers/connection_table.h"

#include <algorithm>
#include <bit>
#include <new>

#include "reactor/check.h"

namespace edgewise {

ConnectionTable::ConnectionTable(std::size_t handles_max, std::uint32_t worker)
    : worker_(worker),
      reserved_(std::bit_ceil(std::clamp(handles_max, kFirstBuckets, kBucketsMax))),
      memory_(std::make_unique_for_overwrite<std::byte[]>(reserved_ * sizeof(Bucket))),
      set_((MakeBuckets(kFirstBuckets),
            BucketTraits(reinterpret_cast<Bucket*>(memory_.get()), kFirstBuckets))) {}

ConnectionTable::~ConnectionTable() {
  set_.clear_and_dispose([](Connection* connection) { delete connection; });
}

void ConnectionTable::MakeBuckets(std::size_t count) {
  auto* buckets = reinterpret_cast<Bucket*>(memory_.get());
  const std::size_t end = std::min(made_ + count, reserved_);
  for (; made_ < end; ++made_) new (buckets + made_) Bucket();
}

void ConnectionTable::Grow() {
  // Two ahead for each insertion: when the split reaches the end of the array, its double is ready.
  MakeBuckets(2);
  if (set_.size() < set_.split_count()) return;
  if (set_.split_count() == set_.bucket_count()) {
    const std::size_t doubled = set_.bucket_count() * 2;
    if (doubled > made_) return;
    // The same array, seen twice as long: nothing moves.
    set_.incremental_rehash(BucketTraits(reinterpret_cast<Bucket*>(memory_.get()), doubled));
  }
  set_.incremental_rehash(true);
}

Connection& ConnectionTable::Insert(std::unique_ptr<Connection> connection) {
  Grow();
  const auto [place, inserted] = set_.insert(*connection);
  EDGEWISE_CHECK(inserted, "two open connections have one descriptor number");
  static_cast<void>(connection.release());
  return *place;
}

void ConnectionTable::Erase(Connection& connection) {
  set_.erase(set_.iterator_to(connection));
  delete &connection;
}

Connection* ConnectionTable::Find(Handle handle) {
  const auto place = set_.find(handle);
  return place == set_.end() ? nullptr : &*place;
}

Connection* ConnectionTable::Find(const ConnectionRef& ref) {
  Connection* connection = Find(ref.handle);
  return connection != nullptr && connection->ref() == ref ? connection : nullptr;
}

void ConnectionTable::ForEach(absl::FunctionRef<void(Connection&)> visit) {
  for (Connection& connection : set_) visit(connection);
}

}  // namespace edgewise
