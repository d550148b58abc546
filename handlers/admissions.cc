// Counting in and out.
#include "handlers/admissions.h"

#include <algorithm>

namespace edgewise {
namespace {

// Left for listeners, epoll, signals, logs and the standard streams.
constexpr std::size_t kSpareDescriptors = 16;

}  // namespace

Admissions::Admissions(std::size_t total_max, std::size_t per_address_max)
    : total_max_(total_max), per_address_max_(per_address_max) {}

std::size_t Admissions::DefaultTotal(std::size_t descriptor_limit) {
  const std::size_t half = descriptor_limit / 2;
  return half > kSpareDescriptors ? half - kSpareDescriptors : 1;
}

bool Admissions::HasRoom() const { return total() < total_max_; }

std::size_t Admissions::total() const {
  const std::lock_guard lock(mutex_);
  return total_;
}

Admissions::Verdict Admissions::Admit(const PeerAddress& peer) {
  const std::lock_guard lock(mutex_);
  if (total_ >= total_max_) return Verdict::kTotal;
  if (CountsAddress(peer)) {
    std::size_t& count = by_address_[peer.ip()];
    if (count >= per_address_max_) return Verdict::kAddress;
    ++count;
  }
  ++total_;
  return Verdict::kAdmitted;
}

void Admissions::Leave(const PeerAddress& peer) {
  const std::lock_guard lock(mutex_);
  --total_;
  if (!CountsAddress(peer)) return;
  const auto place = by_address_.find(peer.ip());
  if (--place->second == 0) by_address_.erase(place);
}

}  // namespace edgewise
