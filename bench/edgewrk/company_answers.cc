// Copies are compared where they lie; responses go through the client's codec.
#include "bench/edgewrk/company_answers.h"

#include <algorithm>

#include "reactor/check.h"

namespace edgewise::wrk {
namespace {

constexpr std::size_t kHeadBytesMax = std::size_t{16} << 10;

HttpResponsesOptions CodecOptions(const RunPlan& plan) {
  return {.to = plan.asks_for_heads ? HttpResponsesTo::kHead : HttpResponsesTo::kUsual,
          .head_bytes_max = kHeadBytesMax};
}

}  // namespace

CompanyAnswers::CompanyAnswers(const RunPlan& plan, std::string_view request, Scrutiny scrutiny)
    : request_(request),
      codec_(CodecOptions(plan)),
      protocol_(plan.url.protocol),
      scrutiny_(scrutiny) {
  EDGEWISE_CHECK(!request.empty(), "the plan has no request yet: RequestText makes it");
}

CompanyAnswers::Taken CompanyAnswers::Take(std::string_view bytes) {
  return protocol_ == Protocol::kHttp ? TakeResponses(bytes) : TakeCopies(bytes);
}

CompanyAnswers::Taken CompanyAnswers::TakeEnd() {
  if (!until_close_) return {};
  until_close_ = false;
  announced_end_ = true;
  return {.answers = 1, .bad = status_ >= 400 ? std::uint64_t{1} : 0};
}

CompanyAnswers::Taken CompanyAnswers::TakeCopies(std::string_view bytes) {
  Taken taken;
  while (!bytes.empty()) {
    const std::size_t size = std::min<std::size_t>(bytes.size(), request_.size() - position_);
    if (scrutiny_ == Scrutiny::kBytes &&
        bytes.substr(0, size) != request_.substr(position_, size)) {
      taken.wrong = true;
      return taken;
    }
    bytes.remove_prefix(size);
    position_ += size;
    if (position_ != request_.size()) continue;
    position_ = 0;
    ++taken.answers;
  }
  return taken;
}

CompanyAnswers::Taken CompanyAnswers::TakeResponses(std::string_view bytes) {
  const bool joined = !partial_.empty();
  if (joined) bytes = partial_.append(bytes);
  Taken taken;
  std::size_t used = 0;
  while (used < bytes.size()) {
    const Decoded<HttpResponsePart> decoded = codec_.Decode(bytes.substr(used));
    if (decoded.status == DecodeStatus::kNeedMore) break;
    if (decoded.status == DecodeStatus::kMalformed) {
      taken.wrong = true;
      break;
    }
    TakePart(decoded.frame, taken);
    used += decoded.consumed;
  }
  if (joined) {
    partial_.erase(0, used);
  } else {
    partial_.assign(bytes.substr(used));
  }
  return taken;
}

void CompanyAnswers::TakePart(const HttpResponsePart& part, Taken& taken) {
  using Kind = HttpResponsePart::Kind;
  if (part.kind == Kind::kInterim) return;
  if (part.kind == Kind::kWhole || part.kind == Kind::kHead) {
    status_ = part.status;
    until_close_ = part.until_close;
    announces_end_ = !part.keep_alive;
  }
  announced_end_ = part.last() && announces_end_;
  if (!part.last()) return;
  ++taken.answers;
  if (status_ >= 400) ++taken.bad;
}

}  // namespace edgewise::wrk
