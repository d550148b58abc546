// HttpResponseText: what a client makes of the bytes that it got; strict, and written without any
// code of the framework's own.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace edgewise::sim_test {

// Whether the client knows that nothing more will come, and that this is the server's wish.
enum class HttpStreamEnd { kOpen, kEnded };
// Whether it asked with HEAD.
enum class HttpAsked { kForBody, kForHead };

// The first response in some bytes. A value.
struct HttpResponseText {
  enum class State { kPartial, kComplete, kMalformed };

  // `text` begins where a response must.
  static HttpResponseText Read(std::string_view text, HttpAsked asked, HttpStreamEnd end);

  // The value of the only field of that name; empty if there is none.
  std::string_view Field(std::string_view name) const;

  State state = State::kPartial;
  std::string why;        // kMalformed
  bool has_head = false;  // all of it; the following is known then
  int status = 0;
  std::vector<std::pair<std::string, std::string>> fields;
  bool closes = false;    // it says so
  std::string body;       // what there is of it
  std::size_t bytes = 0;  // kComplete: all of it, in `text`

 private:
  bool ReadHead(std::string_view head);
  bool ReadField(std::string_view line);
  void ReadBody(std::string_view rest, HttpStreamEnd end);
  void ReadChunks(std::string_view rest);
  bool Malformed(std::string_view what);
};

}  // namespace edgewise::sim_test
