// CompanyReport: what became of one kind of company; CompanyRecord: of all of it.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "bench/edgewrk/company_spec.h"
#include "reactor/kernel/time.h"

namespace edgewise::wrk {

// A value. Every counter is exact, and two sums always hold:
//   attempts = opened + refused + failed_here + connecting_at_end
//   opened = closed_by_server() + closed_by_us + open_at_end
struct CompanyReport {
  CompanySpec spec;

  std::uint64_t attempts = 0;  // to connect
  std::uint64_t opened = 0;
  std::uint64_t refused = 0;      // by the server or the network; or reset as soon as it was there
  std::uint64_t failed_here = 0;  // for want of a descriptor, a port or memory of the client's own
  std::uint64_t connecting_at_end = 0;
  std::string complaint;  // why, of the first that was refused or failed

  // How the server closed:
  std::uint64_t closed_in_protocol = 0;  // http: it had announced that in an answer
  std::uint64_t closed_by_fin = 0;       // the end of its stream, and nothing said
  std::uint64_t closed_by_reset = 0;
  // As its manners are, or after a wrong answer, or because a half-closed one took too long.
  std::uint64_t closed_by_us = 0;
  std::uint64_t open_at_end = 0;
  // Of those that the server closed: how long they were open.
  Duration lived_sum{};
  Duration lived_max{};

  std::uint64_t requests = 0;  // that went out whole
  std::uint64_t answers = 0;   // that came whole
  std::uint64_t unasked = 0;   // http: … though no whole request had gone out, such as a 408
  std::uint64_t bad = 0;       // http: of both, those with a status of 400 and more
  std::uint64_t wrong = 0;     // not the answer to the request, or no answer at all
  std::uint64_t bytes_sent = 0;
  std::uint64_t bytes_received = 0;

  // Half-closed connections: the whole answer came, and then the server's end, …
  std::uint64_t complete = 0;
  std::uint64_t unended = 0;  // … or then none, within the timeout; …
  std::uint64_t incomplete = 0;

  std::uint64_t closed_by_server() const {
    return closed_in_protocol + closed_by_fin + closed_by_reset;
  }
  Duration LivedMean() const;
};

// A value.
struct CompanyRecord {
  std::vector<CompanyReport> reports;  // in the order of the specs
  Duration time{};                     // that the company was there
  Duration cpu{};                      // of its thread
};

// Lines for the report, each with its newline: two or three for each kind.
std::string CompanyText(const CompanyRecord& record);

// {"seconds", "cpu_seconds", "kinds": [{"kind", "count", "attempts", …}]}: times in seconds.
nlohmann::ordered_json CompanyJson(const CompanyRecord& record);

}  // namespace edgewise::wrk
