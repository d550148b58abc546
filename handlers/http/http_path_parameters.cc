// Looking up by name.
#include "handlers/http/http_path_parameters.h"

#include "handlers/http/percent_decode.h"

namespace edgewise {

std::optional<std::string_view> HttpPathParameters::Encoded(std::string_view name) const {
  for (std::size_t i = 0; i < size(); ++i) {
    if ((*names_)[i] == name) return values_[i];
  }
  return std::nullopt;
}

std::string HttpPathParameters::Get(std::string_view name) const {
  return PercentDecode(Encoded(name).value_or(std::string_view()));
}

}  // namespace edgewise
