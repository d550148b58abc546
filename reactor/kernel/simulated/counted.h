// Counted: what is shared, and counted by those who hold it, as the kernel counts its own objects.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

namespace edgewise::sim {

// One thread at a time.
class Counted : public boost::intrusive_ref_counter<Counted, boost::thread_unsafe_counter> {
 public:
  Counted() = default;
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  virtual ~Counted() = default;
};
// Counts one; null refers to nothing.
template <typename T>
using Ref = boost::intrusive_ptr<T>;

}  // namespace edgewise::sim
