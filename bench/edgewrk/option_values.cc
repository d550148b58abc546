#include "bench/edgewrk/option_values.h"

#include <fstream>
#include <sstream>

#include "bench/edgewrk/units.h"

namespace edgewise::wrk {

absl::Status Wrong(std::string_view what, std::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat(std::string(what), ": ", std::string(why), "; see --help"));
}

absl::StatusOr<std::uint64_t> CountWithin(std::string_view flag, const char* text,
                                          std::uint64_t least, std::uint64_t most) {
  const std::optional<std::uint64_t> value = ParseCount(text);
  if (value && *value >= least && *value <= most) return *value;
  return Wrong(flag,
               absl::StrCat("not a whole number from ", least, " to ", most, " (1k, 1M): ", text));
}

absl::Status ReadTime(std::string_view flag, const char* text, Duration least, Duration& into) {
  const std::optional<Duration> value = ParseTime(text);
  if (!value || *value < least) return Wrong(flag, absl::StrCat("not a time (2s, 2m, 2h): ", text));
  into = *value;
  return absl::OkStatus();
}

absl::Status ReadBody(const char* text, std::string& body) {
  if (*text != '@') {
    body = text;
    return absl::OkStatus();
  }
  const std::ifstream file(text + 1, std::ios::binary);
  std::ostringstream bytes;
  if (!file || !(bytes << file.rdbuf())) {
    return Wrong("--body", absl::StrCat("no file, or an empty one: ", text + 1));
  }
  body = bytes.str();
  return absl::OkStatus();
}

absl::Status ReadRate(const char* text, double& rate) {
  const std::optional<double> value = ParseRate(text);
  if (!value || *value <= 0) return Wrong("--rate", absl::StrCat("not above zero: ", text));
  rate = *value;
  return absl::OkStatus();
}

absl::Status ReadArrivals(std::string_view text, Arrivals& arrivals) {
  if (text != "constant" && text != "poisson") {
    return Wrong("--arrivals", "neither constant nor poisson");
  }
  arrivals = text == "poisson" ? Arrivals::kPoisson : Arrivals::kConstant;
  return absl::OkStatus();
}

absl::Status ReadHeader(std::string_view text, std::vector<std::string>& headers) {
  const std::size_t colon = text.find(':');
  if (text.find_first_of("\r\n") != std::string_view::npos) {
    return Wrong("--header", "there is a line break; give each header by an -H of its own");
  }
  if (colon == 0 || colon == std::string_view::npos) {
    return Wrong("--header", absl::StrCat("not 'Name: value': ", std::string(text)));
  }
  headers.emplace_back(text);
  return absl::OkStatus();
}

}  // namespace edgewise::wrk
