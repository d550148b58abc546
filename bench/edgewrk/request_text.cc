#include "bench/edgewrk/request_text.h"

#include <algorithm>
#include <random>

#include "absl/status/status.h"
#include "handlers/http/http_request.h"

namespace edgewise::wrk {
namespace {

constexpr unsigned kPayloadSeed = 1977;

std::string Payload(std::size_t bytes) {
  std::minstd_rand random(kPayloadSeed);
  std::string payload(bytes, '\0');
  for (char& byte : payload) byte = static_cast<char>(random() >> 8);
  return payload;
}

bool Has(const std::vector<std::string>& headers, std::string_view name) {
  return std::any_of(headers.begin(), headers.end(), [name](std::string_view header) {
    return EqualsIgnoringCase(header.substr(0, header.find(':')), name);
  });
}

std::string HttpRequestText(const EdgewrkOptions& options) {
  std::string text = options.method + " " + options.plan.url.target + " HTTP/1.1\r\n";
  if (!Has(options.headers, "host")) text += "Host: " + options.plan.url.authority + "\r\n";
  for (const std::string& header : options.headers) text += header + "\r\n";
  if (!options.body.empty() && !Has(options.headers, "content-length")) {
    text += "Content-Length: " + std::to_string(options.body.size()) + "\r\n";
  }
  return text + "\r\n" + options.body;
}

}  // namespace

absl::StatusOr<std::string> RequestText(const EdgewrkOptions& options) {
  const std::size_t bytes = options.payload_bytes;
  switch (options.plan.url.protocol) {
    case Protocol::kHttp:
      break;
    case Protocol::kFrame: {
      std::string prefix;
      for (int shift = 24; shift >= 0; shift -= 8) {
        prefix.push_back(static_cast<char>(bytes >> shift));
      }
      return prefix + Payload(bytes);
    }
    case Protocol::kEcho:
      return Payload(bytes);
  }
  const std::string& method = options.method;
  if (method.empty() || method.find_first_of(" \t\r\n") != std::string::npos) {
    return absl::InvalidArgumentError("--method: not a word: '" + method + "'; such as PUT");
  }
  return HttpRequestText(options);
}

absl::Status CompletePlan(EdgewrkOptions& options) {
  RunPlan& plan = options.plan;
  absl::StatusOr<std::string> request = RequestText(options);
  if (!request.ok()) return request.status();
  plan.request = *std::move(request);
  plan.asks_for_heads = options.method == "HEAD";
  absl::StatusOr<std::vector<SocketAddress>> addresses = Resolve(plan.url);
  if (!addresses.ok()) return addresses.status();
  plan.addresses = *std::move(addresses);
  return absl::OkStatus();
}

}  // namespace edgewise::wrk
