// HttpPathParameters: what the parameters of a route stand for in one path.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace edgewise {

// A value. Lifetime of views: `names` are the router's; values are views of the path.
class HttpPathParameters {
 public:
  // In one pattern.
  static constexpr std::size_t kMax = 8;
  // In the order of the pattern; those behind the last are empty.
  using Values = std::array<std::string_view, kMax>;

  HttpPathParameters() = default;
  // Made by HttpRouter. `names` must outlive it.
  HttpPathParameters(const std::vector<std::string>& names, const Values& values)
      : names_(&names), values_(values) {}

  // As it was sent, percent-encoded. None if the pattern has no such parameter.
  std::optional<std::string_view> Encoded(std::string_view name) const;
  // What it stands for; empty if the pattern has no such parameter.
  std::string Get(std::string_view name) const;
  std::size_t size() const { return names_ == nullptr ? 0 : names_->size(); }

 private:
  const std::vector<std::string>* names_ = nullptr;
  Values values_{};
};

}  // namespace edgewise
