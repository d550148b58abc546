#include "bench/edgewrk/tally.h"

#include <algorithm>
#include <numeric>

namespace edgewise::wrk {
namespace {

using Field = std::uint64_t Tally::*;
constexpr std::array<Field, 20> kSums{
    &Tally::answered_before, &Tally::carried,         &Tally::sent,
    &Tally::answered,        &Tally::answered_later,  &Tally::failed,
    &Tally::in_flight,       &Tally::never_sent,      &Tally::timeouts,
    &Tally::unsolicited,     &Tally::wrong,           &Tally::malformed,
    &Tally::other_bodies,    &Tally::bytes_received,  &Tally::body_bytes,
    &Tally::connected,       &Tally::connect_errors,  &Tally::read_errors,
    &Tally::write_errors,    &Tally::closed_by_server};

}  // namespace

std::uint64_t Tally::Bad(const Statuses& statuses) {
  return std::accumulate(statuses.begin() + 400, statuses.end(), std::uint64_t{0});
}

void Tally::Add(const Tally& other) {
  for (const Field field : kSums) this->*field += other.*field;
  for (std::size_t i = 0; i < kStatuses; ++i) {
    statuses[i] += other.statuses[i];
    statuses_later[i] += other.statuses_later[i];
  }
  if (malformed_reason.empty()) malformed_reason = other.malformed_reason;
  body_bytes_min = std::min(body_bytes_min, other.body_bytes_min);
  body_bytes_max = std::max(body_bytes_max, other.body_bytes_max);
  for (const auto& [text, times] : other.complaints) complaints[text] += times;
  raw.Add(other.raw);
  scheduled.Add(other.scheduled);
  send_lag.Add(other.send_lag);
  raw_sum += other.raw_sum;
}

}  // namespace edgewise::wrk
