// HttpRequest: one request as a set of views of the bytes that it came in.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <string_view>

namespace edgewise {

// The methods that have a name here. Names are in capitals: "get" is another method.
enum class HttpMethod : std::uint8_t {
  kOther,  // a well-formed method that has no name here: see method_text()
  kGet,
  kHead,
  kPost,
  kPut,
  kDelete,
  kConnect,
  kOptions,
  kTrace,
  kPatch,
};

// One header field as it came: the name in the sender's own case, the value without the white
// space around it.
struct HttpField {
  // Views of the request's text:
  std::string_view name;
  std::string_view value;
};

// Walks header fields by reading their text again, so that nothing needs to be stored for them.
// Iterators are values over the same bytes, and compare by position.
class HttpFields {
 public:
  // A forward iterator. What it points at lives as long as it is not moved on.
  class Iterator {
   public:
    using iterator_category = std::input_iterator_tag;
    using iterator_concept = std::forward_iterator_tag;
    using value_type = HttpField;
    using difference_type = std::ptrdiff_t;
    using pointer = const HttpField*;
    using reference = const HttpField&;

    Iterator() = default;
    // At the first field of `rest`, which is of the form that HttpFields takes.
    explicit Iterator(std::string_view rest) : rest_(rest) { Read(); }

    const HttpField& operator*() const { return field_; }
    const HttpField* operator->() const { return &field_; }
    Iterator& operator++() {
      rest_.remove_prefix(line_size_);
      Read();
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) {
      return a.rest_.size() == b.rest_.size();
    }

   private:
    // Takes the field at the front of `rest_`; text that is no field ends the walk.
    void Read();

    std::string_view rest_;  // from the start of the current field
    std::size_t line_size_ = 0;
    HttpField field_;
  };
  using const_iterator = Iterator;

  HttpFields() = default;
  // `text`: "Name: value\r\nName: value\r\n", already validated.
  explicit HttpFields(std::string_view text) : text_(text) {}

  Iterator begin() const { return Iterator(text_); }
  Iterator end() const { return Iterator(); }
  bool empty() const { return text_.empty(); }

 private:
  std::string_view text_;
};

// A request that has passed the policy of Http1. (As a part that is the head of one, without its
// body.)
//
// Threading: a value without synchronisation. Ownership: none. Lifetime of views: every view, and
// every view taken from it, is into the connection's receive buffer and ends with the upcall that
// delivered the request; copy what must live longer. Limits: those of Http1Options. Nothing here
// allocates.
//
//   if (request.method() == HttpMethod::kGet && request.path() == "/plaintext") ...;
//   if (auto agent = request.Header("user-agent")) ...;
//   for (const HttpField& field : request.headers()) ...;
class HttpRequest {
 public:
  // What a request is made of. All views are of the bytes that it came in.
  struct Parts {
    // As they were sent:
    std::string_view method_text;
    std::string_view target;
    std::string_view header_text;  // each line with its CRLF, without the empty line
    // What of the body was delivered with it.
    std::string_view body;
    // What the codec found in them: the method, the x of HTTP/1.x, whether the connection stays:
    HttpMethod method = HttpMethod::kOther;
    std::uint8_t minor_version = 1;
    bool keep_alive = false;
  };

  HttpRequest() = default;
  // REQUIRES: text that Http1 has accepted. Views are kept, not copied.
  explicit HttpRequest(const Parts& parts) : parts_(parts) {}

  // All of them; a copy of the request is as cheap.
  const Parts& parts() const { return parts_; }
  // kOther: method_text() tells.
  HttpMethod method() const { return parts_.method; }
  // As it was sent: "GET", "PROPFIND".
  std::string_view method_text() const { return parts_.method_text; }

  // As it was sent: "/a/b?c=d", "http://host/a", "*", or "host:port" for CONNECT.
  std::string_view target() const { return parts_.target; }
  // The target's path, not decoded: no scheme and host, no query. "*" and a CONNECT's authority are
  // given as they are; "http://host" has the path "/".
  std::string_view path() const;
  // What follows the first '?'; empty if there is none.
  std::string_view query() const;

  // 0 or 1, of HTTP/1.x.
  int minor_version() const { return parts_.minor_version; }
  // Whether the client would send more requests after this one on the same connection.
  bool keep_alive() const { return parts_.keep_alive; }

  // All fields, in the order in which they came, repeated ones too.
  HttpFields headers() const { return HttpFields(parts_.header_text); }
  // The first field of that name, in any case of letters; none if there is no such field. A field
  // without a value is an empty one. Reads the header text from the start each time.
  std::optional<std::string_view> Header(std::string_view name) const;

  // All of the body, in a request that is whole. What comes in parts has it elsewhere.
  std::string_view body() const { return parts_.body; }

 private:
  Parts parts_;
};

// Equality of two ASCII texts but for the case of their letters.
bool EqualsIgnoringCase(std::string_view a, std::string_view b);

// Whether `token` is one of the comma-separated elements of a header's `value`, in any case of
// letters: ListHasToken("Keep-Alive, Upgrade", "upgrade").
bool ListHasToken(std::string_view value, std::string_view token);

}  // namespace edgewise
