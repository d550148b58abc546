// The page of --report, page/report.html, as it is built in: "THE RUN" stands for the run's JSON.
#pragma once

#include <string_view>

namespace edgewise::wrk {

extern const std::string_view kReportPage;

}  // namespace edgewise::wrk
