// Company: clients of bad manners that run beside the measured ones.
//
// They live on a thread of their own with plain sockets (see CompanyLoop), so that nothing of them
// is counted as the measured client's: not their processor time, which is of another thread, nor
// their answers. Where they share a processor it is the measurement that must not wait: in an open
// loop, which leaves time over, the company's thread has only that (SCHED_IDLE); beside a closed
// loop, which leaves none, it is nicer than the others.
#pragma once

#include <atomic>
#include <deque>
#include <semaphore>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "bench/edgewrk/company_guest.h"
#include "bench/edgewrk/company_loop.h"
#include "bench/edgewrk/company_report.h"
#include "bench/edgewrk/company_spec.h"
#include "bench/edgewrk/run_plan.h"

namespace edgewise::wrk {

// Threading: made, started, stopped and destroyed by one thread. Ownership: of its thread and
// sockets. Limits: memory is a few hundred bytes for each connection, and what the kernel holds.
//
//   Company company(plan, {*CompanySpec::Parse("slow-reader:100")});
//   company.Start();
//   … RunLoad(plan, …);
//   record.company = company.Stop();
class Company {
 public:
  // The longest that Start() waits.
  static constexpr Duration kSettleTimeout = std::chrono::seconds(10);

  // Whether the process may have descriptors enough for the company and for the load itself;
  // kResourceExhausted, saying how many there are and how many it takes.
  static absl::Status CheckLimit(const RunPlan& plan, const std::vector<CompanySpec>& specs);

  // `plan` must outlive it. REQUIRES: the plan has addresses and a request.
  Company(const RunPlan& plan, const std::vector<CompanySpec>& specs);
  Company(const Company&) = delete;
  Company& operator=(const Company&) = delete;
  ~Company();

  // Returns once each connection has been opened (an idle one: answered) or refused, after
  // kSettleTimeout at the latest. Raises the soft limit of descriptors by as many, as far
  // as the hard one allows: so it comes before whatever looks at that limit. REQUIRES:
  // called once.
  void Start();
  // Ends all of it. REQUIRES: started.
  [[nodiscard]] CompanyRecord Stop();

 private:
  void Run();
  void StepBack() const;
  void Join();

  CompanyLoop loop_;
  std::vector<CompanyReport> reports_;
  std::size_t unsettled_ = 0;
  bool open_loop_;
  std::deque<CompanyTable> tables_;
  std::deque<CompanyGuest> guests_;
  std::binary_semaphore settled_{0};
  std::atomic<bool> stop_{false};
  Time begin_{};
  Duration cpu_{};
  std::thread thread_;
};

}  // namespace edgewise::wrk
