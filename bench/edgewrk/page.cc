#include "bench/edgewrk/page.h"

#include <nlohmann/json.hpp>

#include "bench/edgewrk/terminal.h"

namespace edgewise::wrk {

using Json = nlohmann::ordered_json;

std::string FillPage(std::string_view page, const Json& document) {
  std::string json = document.dump(-1, ' ', true, Json::error_handler_t::replace);
  // Nothing in it can end the script element that it stands in.
  for (std::size_t at = 0; (at = json.find('<', at)) != std::string::npos; ++at) {
    json.replace(at, 1, "\\u003c");
  }
  std::string filled(page);
  constexpr std::string_view kPlace = "\"THE RUN\"";
  filled.replace(filled.find(kPlace), kPlace.size(), json);
  return filled;
}

bool WriteDocument(const EdgewrkOptions& options, std::string_view page, const Json& document) {
  // (Text from elsewhere, a URL say, may be no UTF-8.)
  const bool json = options.json_path.empty() ||
                    WriteFile(options.json_path,
                              document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
  const bool html =
      options.report_path.empty() || WriteFile(options.report_path, FillPage(page, document));
  return json && html;
}

}  // namespace edgewise::wrk
