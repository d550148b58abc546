// Differential fuzz target: what Http1 accepts, llhttp and Boost.Beast by themselves accept too,
// and see the same requests in it. Two programs in a row that see different requests in the same
// bytes are how requests are smuggled; so whatever this one lets pass must mean the same to the
// others.
//
// The oracles are compiled as strict as they can be. Where they know less than the standard, the
// comparison ends before the request (each case is named in `Comparable`).
#include <llhttp.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>

#include "handlers/http/http1.h"
#include "test/fuzz/differential.h"

namespace edgewise {
namespace {

// A request as one of the three saw it.
struct Seen {
  std::string method;
  std::string target;
  int minor_version = 0;
  std::string body;
  std::size_t end = 0;  // where the next one begins

  friend bool operator==(const Seen&, const Seen&) = default;
};

std::string Show(const Seen& seen) {
  return seen.method + " " + seen.target + " 1." + std::to_string(seen.minor_version) + " body " +
         std::to_string(seen.body.size()) + " end " + std::to_string(seen.end);
}

// Http1's requests up to the first that is refused or incomplete. Its headers, for Comparable.
struct Ours {
  Seen seen;
  bool upgrades = false;
};

std::vector<Ours> OurRequests(std::string_view stream) {
  Http1 codec;
  std::vector<Ours> requests;
  Ours current;
  std::size_t at = 0;
  while (true) {
    const Decoded<HttpPart> decoded = codec.Decode(stream.substr(at));
    if (decoded.status != DecodeStatus::kFrame) return requests;
    at += decoded.consumed;
    const HttpPart& part = decoded.frame;
    if (part.kind == HttpPart::Kind::kWhole || part.kind == HttpPart::Kind::kHead) {
      current = {};
      current.seen.method = part.request.method_text();
      current.seen.target = part.request.target();
      current.seen.minor_version = part.request.minor_version();
      current.upgrades = part.request.Header("Upgrade").has_value();
    }
    current.seen.body += part.body();
    if (part.partial()) continue;
    current.seen.end = at;
    requests.push_back(current);
  }
}

// --- llhttp.

struct LlhttpRun {
  llhttp_t parser;
  llhttp_settings_t settings;
  Seen seen;
  bool complete = false;
};

LlhttpRun& RunOf(llhttp_t* parser) { return *static_cast<LlhttpRun*>(parser->data); }

// One request at the front of `bytes`; none if it is refused or incomplete. `why` says which.
std::optional<Seen> LlhttpRequest(std::string_view bytes, std::string& why) {
  LlhttpRun run;
  llhttp_settings_init(&run.settings);
  run.settings.on_url = [](llhttp_t* parser, const char* at, size_t size) {
    RunOf(parser).seen.target.append(at, size);
    return 0;
  };
  run.settings.on_body = [](llhttp_t* parser, const char* at, size_t size) {
    RunOf(parser).seen.body.append(at, size);
    return 0;
  };
  run.settings.on_message_complete = [](llhttp_t* parser) {
    RunOf(parser).complete = true;
    return static_cast<int>(HPE_PAUSED);
  };
  llhttp_init(&run.parser, HTTP_REQUEST, &run.settings);
  run.parser.data = &run;
  const llhttp_errno_t answer = llhttp_execute(&run.parser, bytes.data(), bytes.size());
  if (!run.complete) {
    why = answer == HPE_OK ? "incomplete" : llhttp_get_error_reason(&run.parser);
    return std::nullopt;
  }
  run.seen.method = llhttp_method_name(static_cast<llhttp_method_t>(run.parser.method));
  run.seen.minor_version = run.parser.http_minor;
  run.seen.end = static_cast<std::size_t>(llhttp_get_error_pos(&run.parser) - bytes.data());
  return run.seen;
}

bool LlhttpKnows(const std::string& method) {
#define EDGEWISE_NAME(number, name, string) \
  if (method == #string) return true;
  HTTP_METHOD_MAP(EDGEWISE_NAME)
#undef EDGEWISE_NAME
  return false;
}

// llhttp 8.1 refuses a chunk extension behind one whose value is not quoted (";a=b;c"): it looks
// for the end of the line there, and says so in these words. The standard has them, and so has
// Beast.
bool IsLlhttpsMistake(std::string_view bytes, const std::string& why) {
  if (why != "Invalid character in chunk size") return false;
  for (std::size_t at = bytes.find('='); at != std::string_view::npos;
       at = bytes.find('=', at + 1)) {
    const std::size_t end = bytes.find_first_of("\r;\"", at);
    if (end != std::string_view::npos && bytes[end] == ';') return true;
  }
  return false;
}

// --- Boost.Beast.

std::optional<Seen> BeastRequest(std::string_view bytes, std::string& why) {
  namespace http = boost::beast::http;
  http::request_parser<http::string_body> parser;
  parser.eager(true);
  parser.header_limit(std::uint32_t{1} << 20);
  parser.body_limit(std::uint64_t{1} << 30);
  std::size_t used = 0;
  while (!parser.is_done()) {
    boost::beast::error_code error;
    const std::size_t taken =
        parser.put(boost::asio::const_buffer(bytes.data() + used, bytes.size() - used), error);
    used += taken;
    if (error || (taken == 0 && !parser.is_done())) {
      why = error ? error.message() : "incomplete";
      return std::nullopt;
    }
  }
  const auto& request = parser.get();
  return Seen{.method = std::string(request.method_string()),
              .target = std::string(request.target()),
              .minor_version = static_cast<int>(request.version() - 10),
              .body = request.body(),
              .end = used};
}

// Whether the oracles can be asked about this request.
bool Comparable(const Ours& request) {
  // llhttp has a list of methods, as the standard does not.
  if (!LlhttpKnows(request.seen.method)) return false;
  // To llhttp the bytes after these are another protocol's, whether the server agrees or not.
  return request.seen.method != "CONNECT" && !request.upgrades;
}

void Compare(const Seen& ours, const std::optional<Seen>& theirs, const char* who,
             const std::string& why) {
  if (theirs && *theirs == ours) return;
  std::fprintf(stderr, "ours:   %s\n%s: %s\n", Show(ours).c_str(), who,
               theirs ? Show(*theirs).c_str() : why.c_str());
  Require(false, "an oracle sees another request than Http1");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view stream(reinterpret_cast<const char*>(data), size);
  std::size_t begin = 0;
  for (const Ours& request : OurRequests(stream)) {
    if (!Comparable(request)) return 0;
    const std::string_view rest = stream.substr(begin);
    Seen ours = request.seen;
    ours.end -= begin;
    std::string why;
    const std::optional<Seen> llhttp = LlhttpRequest(rest, why);
    if (llhttp || !IsLlhttpsMistake(rest.substr(0, ours.end), why)) {
      Compare(ours, llhttp, "llhttp", why);
    }
    // Beast does not skip the empty line that RFC 9112, 2.2 wants skipped.
    const std::size_t skipped = rest.substr(0, 2) == "\r\n" ? 2 : 0;
    ours.end -= skipped;
    Compare(ours, BeastRequest(rest.substr(skipped), why), "Beast", why);
    begin = request.seen.end;
  }
  return 0;
}

}  // namespace edgewise
