// Text for people, JSON for programs.
#include "bench/edgewrk/company_report.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_format.h"
#include "bench/edgewrk/units.h"

namespace edgewise::wrk {
namespace {

// ", what N", of what there is.
void AppendCount(std::string& text, const char* what, std::uint64_t count) {
  if (count != 0) absl::StrAppendFormat(&text, ", %s %d", what, count);
}

std::string OpeningsText(const CompanyReport& report, double seconds) {
  std::string text =
      absl::StrFormat("opened %d (%s/s)", report.opened,
                      FormatMetric(static_cast<double>(report.opened) / std::max(seconds, 1e-9)));
  AppendCount(text, "refused", report.refused);
  AppendCount(text, "failed here", report.failed_here);
  AppendCount(text, "still connecting", report.connecting_at_end);
  if (!report.complaint.empty()) text += " (first: " + report.complaint + ")";
  AppendCount(text, "open at the end", report.open_at_end);
  AppendCount(text, "closed by us", report.closed_by_us);
  return text;
}

std::string ClosedText(const CompanyReport& report) {
  if (report.closed_by_server() == 0) return "closed by the server: none";
  return absl::StrFormat(
      "closed by the server: %d (in protocol %d, FIN %d, reset %d) after %.3gs in the mean, "
      "%.3gs at most",
      report.closed_by_server(), report.closed_in_protocol, report.closed_by_fin,
      report.closed_by_reset, Seconds(report.LivedMean()), Seconds(report.lived_max));
}

std::string TrafficText(const CompanyReport& report) {
  std::string text =
      absl::StrFormat("requests %d, answers %d, sent %sB, read %sB", report.requests,
                      report.answers, FormatBinary(static_cast<double>(report.bytes_sent)),
                      FormatBinary(static_cast<double>(report.bytes_received)));
  AppendCount(text, "unasked", report.unasked);
  AppendCount(text, "of status 400 and more", report.bad);
  AppendCount(text, "WRONG", report.wrong);
  if (report.spec.kind == CompanyKind::kHalfClose) {
    absl::StrAppendFormat(&text, "; half-closed: complete %d, incomplete %d", report.complete,
                          report.incomplete);
    AppendCount(text, "answered but not ended", report.unended);
  }
  return text;
}

}  // namespace

Duration CompanyReport::LivedMean() const {
  const std::uint64_t count = closed_by_server();
  return count == 0 ? Duration::zero() : lived_sum / static_cast<Duration::rep>(count);
}

std::string CompanyText(const CompanyRecord& record) {
  std::string text;
  for (const CompanyReport& report : record.reports) {
    absl::StrAppendFormat(&text, "  Beside, %s: %s\n    %s\n", report.spec.ToString(),
                          OpeningsText(report, Seconds(record.time)), ClosedText(report));
    if (report.bytes_sent + report.bytes_received != 0) {
      absl::StrAppendFormat(&text, "    %s\n", TrafficText(report));
    }
  }
  if (!record.reports.empty() && record.time > Duration::zero()) {
    absl::StrAppendFormat(&text, "  Beside, in all: %.0f%% of a core in the client\n",
                          100 * Seconds(record.cpu) / Seconds(record.time));
  }
  return text;
}

nlohmann::ordered_json CompanyJson(const CompanyRecord& record) {
  nlohmann::ordered_json kinds = nlohmann::ordered_json::array();
  for (const CompanyReport& report : record.reports) {
    kinds.push_back(
        {{"kind", CompanyKindName(report.spec.kind)},
         {"count", report.spec.count},
         {"attempts", report.attempts},
         {"opened", report.opened},
         {"refused", report.refused},
         {"failed_here", report.failed_here},
         {"connecting_at_end", report.connecting_at_end},
         {"complaint", report.complaint},
         {"closed_by_server",
          {{"in_protocol", report.closed_in_protocol},
           {"fin", report.closed_by_fin},
           {"reset", report.closed_by_reset}}},
         {"closed_by_us", report.closed_by_us},
         {"open_at_end", report.open_at_end},
         {"lived", {{"mean", Seconds(report.LivedMean())}, {"max", Seconds(report.lived_max)}}},
         {"requests", report.requests},
         {"answers", report.answers},
         {"unasked", report.unasked},
         {"bad", report.bad},
         {"wrong", report.wrong},
         {"bytes_sent", report.bytes_sent},
         {"bytes_received", report.bytes_received}});
    if (report.spec.kind == CompanyKind::kHalfClose) {
      kinds.back()["half_close"] = {{"complete", report.complete},
                                    {"incomplete", report.incomplete},
                                    {"unended", report.unended}};
    }
  }
  return {{"seconds", Seconds(record.time)},
          {"cpu_seconds", Seconds(record.cpu)},
          {"kinds", std::move(kinds)}};
}

}  // namespace edgewise::wrk
