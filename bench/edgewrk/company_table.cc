// What is sent.
#include "bench/edgewrk/company_table.h"

#include "reactor/check.h"

namespace edgewise::wrk {
namespace {

constexpr std::size_t kGreedyBytes = 100'000;
constexpr std::size_t kGreedyDepth = 4;
constexpr std::size_t kGreedyHttpDepth = 64;
constexpr std::size_t kBatchBytes = std::size_t{16} << 10;

std::string GreedyRequest(const RunPlan& plan) {
  std::string request;
  if (plan.url.protocol == Protocol::kHttp) return plan.request;
  if (plan.url.protocol == Protocol::kFrame) {
    for (int shift = 24; shift >= 0; shift -= 8) {
      request.push_back(static_cast<char>(kGreedyBytes >> shift));
    }
  }
  return request + std::string(kGreedyBytes, 'g');
}

}  // namespace

CompanyTable CompanyTable::Of(const RunPlan& plan, CompanyLoop& loop, CompanyReport& report,
                              std::size_t& unsettled) {
  EDGEWISE_CHECK(!plan.addresses.empty(), "the plan has no address: Resolve finds it");
  EDGEWISE_CHECK(!plan.request.empty(), "the plan has no request: RequestText makes it");
  const bool is_greedy = report.spec.kind == CompanyKind::kGreedy;
  CompanyTable table{
      .plan = plan,
      .loop = loop,
      .report = report,
      .unsettled = unsettled,
      .request = is_greedy ? GreedyRequest(plan) : plan.request,
      .batch = {},
      .depth = plan.url.protocol == Protocol::kHttp ? kGreedyHttpDepth : kGreedyDepth};
  do {
    table.batch += table.request;
  } while (table.batch.size() < kBatchBytes);
  return table;
}

}  // namespace edgewise::wrk
