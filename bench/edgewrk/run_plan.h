// RunPlan: all that decides what a run does, as a value.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "bench/edgewrk/url.h"
#include "reactor/kernel/time.h"

namespace edgewise::wrk {

// When requests are due, at a fixed rate.
enum class Arrivals : std::uint8_t {
  kConstant,  // each connection at equal distances, the connections staggered
  kPoisson,   // with chance between them, as if from many clients that know nothing of each other
};

struct RunPlan {
  Url url;
  std::vector<SocketAddress> addresses;
  // One request, as it goes out.
  std::string request;
  // … is a HEAD of HTTP: its answers have no bodies.
  bool asks_for_heads = false;

  std::size_t threads = 2;
  std::size_t connections = 10;
  // Requests in flight on each connection at most. A closed loop sends so many at once, and again
  // when all of them are answered.
  std::size_t depth = 1;
  Duration duration = std::chrono::seconds(10);
  // Before that, not measured.
  Duration warmup = Duration::zero();
  // A request that takes longer is counted; it is waited for all the same.
  Duration timeout = std::chrono::seconds(2);
  // Requests a second in all, due at times that no answer moves. 0: a closed loop.
  double rate = 0;
  Arrivals arrivals = Arrivals::kConstant;
  std::uint64_t seed = 1;
  // Closed loop: a pause before each batch.
  Duration think = Duration::zero();
  // The connections begin one after the other, over so long.
  Duration ramp_up = Duration::zero();
  // Requests on one connection, which is closed then and replaced. 0: no limit.
  std::uint64_t requests_per_connection = 0;

  bool open_loop() const { return rate > 0; }
};

}  // namespace edgewise::wrk
