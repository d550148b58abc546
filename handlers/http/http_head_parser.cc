// The only file that knows of Boost.Beast.
#include "handlers/http/http_head_parser.h"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstdint>

namespace edgewise {
namespace {

namespace http = boost::beast::http;

std::string_view View(boost::beast::string_view text) { return {text.data(), text.size()}; }

HttpMethod MethodOf(http::verb verb) {
  switch (verb) {
    case http::verb::get:
      return HttpMethod::kGet;
    case http::verb::head:
      return HttpMethod::kHead;
    case http::verb::post:
      return HttpMethod::kPost;
    case http::verb::put:
      return HttpMethod::kPut;
    case http::verb::delete_:
      return HttpMethod::kDelete;
    case http::verb::connect:
      return HttpMethod::kConnect;
    case http::verb::options:
      return HttpMethod::kOptions;
    case http::verb::trace:
      return HttpMethod::kTrace;
    case http::verb::patch:
      return HttpMethod::kPatch;
    default:
      return HttpMethod::kOther;
  }
}

// Parses one complete head. Beast splits and validates it; the callbacks add what it lets pass.
class HeadParser final : public http::basic_parser<true> {
 public:
  HeadParser(std::size_t headers_max, HttpHead& parsed)
      : parts_(parsed.parts), fields_(parsed.fields), headers_max_(headers_max) {
    skip(true);                          // bodies are ours: Beast is done when the head is
    header_limit(std::uint32_t{0} - 1);  // limits are ours too, checked before
  }

  // The verdict on `head`, which ends with an empty line.
  HttpRefusal Parse(std::string_view head) {
    boost::beast::error_code error;
    const std::size_t used = put(boost::asio::const_buffer(head.data(), head.size()), error);
    if (refusal_ != HttpRefusal::kNone) {
      return refusal_;
    }
    if (error) {
      return RefusalFor(error);
    }
    if (!is_done() || used != head.size()) {
      return HttpRefusal::kBadHeaderValue;  // it saw another end than we did: trust neither
    }
    return fields_.Verdict(parts_.minor_version);
  }

 private:
  using string_view = boost::beast::string_view;
  using error_code = boost::beast::error_code;

  void on_request_impl(http::verb verb, string_view method_text, string_view target, int version,
                       error_code& error) override {
    parts_.method = MethodOf(verb);
    parts_.method_text = View(method_text);
    parts_.target = View(target);
    parts_.minor_version = static_cast<std::uint8_t>(version - 10);
    Judge(CheckTarget(parts_.method, parts_.target), error);
  }

  void on_field_impl(http::field name, string_view, string_view value, error_code& error) override {
    if (++header_count_ > headers_max_) {
      return Judge(HttpRefusal::kTooManyHeaders, error);
    }
    switch (name) {
      case http::field::host:
        return Judge(fields_.Host(View(value)), error);
      case http::field::content_length:
        if (!StandsPlainly(value)) return Judge(HttpRefusal::kBadHeaderValue, error);
        return Judge(fields_.ContentLength(View(value)), error);
      case http::field::transfer_encoding:
        if (!StandsPlainly(value)) return Judge(HttpRefusal::kBadHeaderValue, error);
        return fields_.TransferEncoding(View(value));
      case http::field::connection:
        return fields_.Connection(View(value));
      default:
        return;
    }
  }

  void on_header_impl(error_code&) override {}
  void on_finish_impl(error_code&) override {}

  // Never called: bodies are skipped. (Newer versions of Beast have the trailer one.)
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, string_view, error_code&) override { return 0; }
  virtual void on_trailer_field_impl(http::field, string_view, string_view, error_code&) {}

  // Whether there is no white space around a value but one space before it. Programs differ in what
  // else they take for white space, and the fields that say where a body ends must not be read
  // differently. (The colon stands before, the CR behind.)
  static bool StandsPlainly(string_view value) {
    if (value.empty()) return true;  // refused for that
    const char* const begin = value.data();
    return begin[value.size()] == '\r' &&
           (begin[-1] == ':' || (begin[-1] == ' ' && begin[-2] == ':'));
  }

  void Judge(HttpRefusal refusal, error_code& error) {
    if (refusal != HttpRefusal::kNone) [[unlikely]] {
      refusal_ = refusal;
      error = http::error::bad_value;
    }
  }

  // Newer versions of Beast have an error of its own for that. (A template, to be asked.)
  template <typename Errors = http::error>
  static bool IsRepeatedContentLength(const error_code& error) {
    if constexpr (requires { Errors::multiple_content_length; }) {
      return error == Errors::multiple_content_length;
    }
    return false;
  }

  HttpRefusal RefusalFor(const error_code& error) const {
    if (error == http::error::bad_method) {
      return HttpRefusal::kBadMethod;
    }
    if (error == http::error::bad_target) {
      return HttpRefusal::kBadTarget;
    }
    if (error == http::error::bad_version) {
      return HttpRefusal::kBadRequestLine;
    }
    if (error == http::error::bad_field) {
      return HttpRefusal::kBadHeaderName;
    }
    if (error == http::error::bad_line_ending) {
      return HttpRefusal::kBareCarriageReturn;
    }
    if (error == http::error::bad_content_length || IsRepeatedContentLength(error)) {
      return fields_.BadContentLength();
    }
    if (error == http::error::bad_transfer_encoding) {
      return fields_.BadTransferEncoding();
    }
    return HttpRefusal::kBadHeaderValue;
  }

  HttpRequest::Parts& parts_;
  HttpFieldPolicy& fields_;
  std::size_t headers_max_;
  std::size_t header_count_ = 0;
  HttpRefusal refusal_ = HttpRefusal::kNone;
};

}  // namespace

HttpRefusal ParseHttpHead(std::string_view text, std::size_t headers_max, HttpHead& parsed) {
  return HeadParser(headers_max, parsed).Parse(text);
}

}  // namespace edgewise
