// CompanyAnswers: counts the answers in the bytes that a guest of the company receives.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "bench/edgewrk/run_plan.h"
#include "handlers/http/http_responses.h"

namespace edgewise::wrk {

// Threading: none. Limits: keeps a head that is incomplete, of 16 KiB at most.
class CompanyAnswers {
 public:
  enum class Scrutiny : std::uint8_t {
    kBytes,  // answers of frame and echo must be the requests again
    kSizes,  // … or as many bytes
  };
  // What came with some bytes.
  struct Taken {
    std::uint64_t answers = 0;
    std::uint64_t bad = 0;  // http: of them, with a status of 400 and more
    bool wrong = false;     // nothing can be told of what follows
  };

  // To requests of `request` again and again, which must outlive this. REQUIRES: it is not empty.
  CompanyAnswers(const RunPlan& plan, std::string_view request, Scrutiny scrutiny);

  Taken Take(std::string_view bytes);
  // The stream is over. Whether that completes an answer.
  Taken TakeEnd();
  // http: the last thing that came was the end of an answer which said that the connection ends.
  bool announced_end() const { return announced_end_; }

 private:
  Taken TakeCopies(std::string_view bytes);
  Taken TakeResponses(std::string_view bytes);
  void TakePart(const HttpResponsePart& part, Taken& taken);

  std::string_view request_;
  std::string partial_;
  HttpResponses codec_;
  std::uint64_t position_ = 0;  // of frame and echo: within an answer
  Protocol protocol_;
  Scrutiny scrutiny_;
  std::uint16_t status_ = 0;
  bool announces_end_ = false;  // the answer that is being received
  bool announced_end_ = false;
  bool until_close_ = false;  // the answer that is being received ends with the stream
};

}  // namespace edgewise::wrk
