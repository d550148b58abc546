// ConnectionTable: the database of client handles.
//
// An intrusive hash table keyed by descriptor. The kernel hands out the lowest free number, so the
// number itself is a perfect hash. The table grows by linear hashing, one bucket split for each
// insertion, in an array whose address space is reserved once and whose buckets are made two at a
// time: no insertion ever rehashes the table, moves a bucket array or touches more than two new
// ones.
#pragma once

#include <boost/intrusive/unordered_set.hpp>
#include <cstddef>
#include <functional>
#include <memory>

#include "absl/functional/function_ref.h"
#include "handlers/connection.h"
#include "handlers/connection_ref.h"

namespace edgewise {

// Threading: the reactor's thread. Ownership: of every connection in it.
class ConnectionTable {
 public:
  // `handles_max`: descriptors that can exist at once (the descriptor limit); sizes the
  // reservation, 8 bytes each, of which only what is used is ever touched. More connections than
  // that still work, slower. `worker`: what its connections' names say about whose they are.
  explicit ConnectionTable(std::size_t handles_max, std::uint32_t worker = 0);
  ConnectionTable(const ConnectionTable&) = delete;
  ConnectionTable& operator=(const ConnectionTable&) = delete;
  // Destroys what is left. REQUIRES: none of it is registered.
  ~ConnectionTable();

  // REQUIRES: no connection with the same handle is in the table.
  Connection& Insert(std::unique_ptr<Connection> connection);
  // Destroys it.
  void Erase(Connection& connection);

  // Null if there is none.
  Connection* Find(Handle handle);
  // Null if that very connection is gone, whoever uses its number now.
  Connection* Find(const ConnectionRef& ref);
  // `visit` may close connections (they leave the table later, at the end of the round) but not
  // insert any.
  void ForEach(absl::FunctionRef<void(Connection&)> visit);

  // What it was constructed with.
  std::uint32_t worker() const { return worker_; }
  // Connections in it, closing ones included:
  std::size_t size() const { return set_.size(); }
  bool empty() const { return set_.empty(); }
  // A number that differs for each connection that ever used the same handle, for the first 2^32.
  std::uint32_t NextGeneration() { return ++generation_; }

 private:
  struct KeyOf {
    using type = Handle;
    Handle operator()(const Connection& connection) const { return connection.handle(); }
  };
  struct Identity {
    std::size_t operator()(Handle handle) const { return static_cast<std::size_t>(handle); }
  };
  using Set = boost::intrusive::unordered_set<
      Connection,
      boost::intrusive::member_hook<Connection, Connection::TableHook, &Connection::table_hook_>,
      boost::intrusive::key_of_value<KeyOf>, boost::intrusive::hash<Identity>,
      boost::intrusive::equal<std::equal_to<Handle>>, boost::intrusive::power_2_buckets<true>,
      boost::intrusive::incremental<true>>;
  using Bucket = Set::bucket_type;
  using BucketTraits = Set::bucket_traits;

  static constexpr std::size_t kFirstBuckets = 64;
  static constexpr std::size_t kBucketsMax = std::size_t{1} << 22;

  void MakeBuckets(std::size_t count);
  void Grow();

  const std::uint32_t worker_;
  const std::size_t reserved_;  // buckets, a power of two
  std::unique_ptr<std::byte[]> memory_;
  std::size_t made_ = 0;  // buckets constructed
  Set set_;
  std::uint32_t generation_ = 0;
};

}  // namespace edgewise
