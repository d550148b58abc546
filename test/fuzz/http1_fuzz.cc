// Fuzz target of Http1, with limits that short inputs reach.
#include "handlers/http/http1.h"
#include "test/fuzz/differential.h"

namespace edgewise {
namespace {

std::string HeadToString(const HttpRequest& request) {
  std::string text(request.method_text());
  text += " " + std::string(request.target());
  text += " " + std::to_string(request.minor_version());
  text += request.keep_alive() ? " open" : " close";
  for (const HttpField& field : request.headers()) {
    text += "|" + std::string(field.name) + "=" + std::string(field.value);
  }
  return text + "|";
}

bool HasHead(const HttpPart& part) {
  return part.kind == HttpPart::Kind::kWhole || part.kind == HttpPart::Kind::kHead;
}

// Joined, the parts of a request read the same however it was cut.
struct PartToString {
  std::string operator()(const HttpPart& part) const {
    std::string text = HasHead(part) ? HeadToString(part.request) : "";
    text += part.body();
    return part.partial() ? text : text + "\n";
  }
};

bool HasControl(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

constexpr std::size_t kBodyBytesMax = 40;

// Checks that the bodies of a stream are as long as their heads say.
class BodyCheck {
 public:
  void Begin(const HttpRequest& request) {
    const auto length = request.Header("Content-Length");
    expected_ = length ? std::stoull(std::string(*length)) : 0;
    chunked_ = request.Header("Transfer-Encoding").has_value();
    got_ = 0;
  }
  void Add(const HttpPart& part) {
    got_ += part.body().size();
    Require(got_ <= kBodyBytesMax, "no body is larger than the limit");
    if (!chunked_) {
      Require(part.partial() ? got_ < expected_ : got_ == expected_, "a body has its length");
    }
  }

 private:
  std::size_t expected_ = 0;
  std::size_t got_ = 0;
  bool chunked_ = false;
};

// What must hold of every head that was let pass, said without the parser's help.
void CheckHead(const HttpPart& part, std::string_view bytes) {
  const HttpRequest& request = part.request;
  for (const std::string_view view : {request.method_text(), request.target(), request.body()}) {
    Require(Within(view, bytes), "every view is within the request's bytes");
  }
  Require(!request.method_text().empty() && !request.target().empty(), "the line is complete");
  Require(request.target().find_first_of(" #\t") == std::string_view::npos, "the target is clean");
  Require(!request.path().empty(), "there is a path");
  const std::size_t head_end = bytes.size() - request.body().size();
  const std::string_view head = bytes.substr(0, head_end);
  Require(head.find("\r\n\r\n", head.substr(0, 2) == "\r\n" ? 2 : 0) == head_end - 4,
          "the head ends at its first empty line");
  std::size_t count = 0;
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t encodings = 0;
  for (const HttpField& field : request.headers()) {
    ++count;
    Require(Within(field.name, head) && Within(field.value, head), "fields are within the head");
    Require(!field.name.empty() && !HasControl(field.name), "a name is clean");
    Require(field.name.find_first_of(" \t:") == std::string_view::npos, "a name is a token");
    Require(!HasControl(field.value), "a value is clean");
    hosts += EqualsIgnoringCase(field.name, "host") ? 1 : 0;
    lengths += EqualsIgnoringCase(field.name, "content-length") ? 1 : 0;
    if (EqualsIgnoringCase(field.name, "transfer-encoding")) {
      ++encodings;
      Require(EqualsIgnoringCase(field.value, "chunked"), "no encoding but chunked passes");
    }
  }
  const auto lines = static_cast<std::size_t>(std::count(head.begin(), head.end(), '\n'));
  Require(lines == count + 2 + (head.substr(0, 2) == "\r\n" ? 1 : 0), "each line is a field");
  Require(hosts == 1 || (hosts == 0 && request.minor_version() == 0), "there is one Host");
  Require(lengths + encodings <= 1, "there is at most one way to tell the end of the body");
  Require(encodings == 0 || request.minor_version() == 1, "no chunks in HTTP/1.0");
  if (lengths == 1) {
    const std::string length(*request.Header("Content-Length"));
    Require(length.find_first_not_of("0123456789") == std::string::npos, "a length is digits");
  } else if (encodings == 0) {
    Require(request.body().empty() && !part.partial(), "without a length there is no body");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const FuzzInput input = ParseFuzzInput(data, size);
  const Http1 codec({.request_line_bytes_max = 60,
                     .header_block_bytes_max = 160,
                     .headers_max = 6,
                     .body_bytes_max = kBodyBytesMax,
                     .chunk_extension_bytes_max = 12});
  BodyCheck body;
  CheckStructure(codec, input.stream, [&body](const HttpPart& part, std::string_view bytes) {
    if (HasHead(part)) {
      CheckHead(part, bytes);
      body.Begin(part.request);
    } else {
      Require(Within(part.body(), bytes), "a piece is within its bytes");
    }
    body.Add(part);
  });
  CheckSplits(codec, input, SplitEquality::kJoined, PartToString());
  return 0;
}

}  // namespace edgewise
