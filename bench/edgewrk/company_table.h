// CompanyTable: what all guests of one kind have in common.
#pragma once

#include <cstddef>
#include <string>

#include "bench/edgewrk/company_loop.h"
#include "bench/edgewrk/company_report.h"
#include "bench/edgewrk/run_plan.h"

namespace edgewise::wrk {

struct CompanyTable {
  const RunPlan& plan;
  CompanyLoop& loop;
  CompanyReport& report;
  // Guests that have not yet been served for the first time, nor been refused; of all tables.
  std::size_t& unsettled;
  // One request, and some of them in a row: so much is given to the kernel at once.
  std::string request;
  std::string batch;
  std::size_t depth = 0;  // of a greedy one: requests in flight

  // Everything that is referred to must outlive it. REQUIRES: the plan has an address and a
  // request.
  static CompanyTable Of(const RunPlan& plan, CompanyLoop& loop, CompanyReport& report,
                         std::size_t& unsettled);
};

}  // namespace edgewise::wrk
