// Head and body, staged one behind the other.
#include "handlers/http/http_responder.h"

#include <array>
#include <string>

#include "handlers/connection_context.h"
#include "reactor/check.h"

namespace edgewise {
namespace {

// Heads up to this size are written on the stack.
constexpr std::size_t kUsualHeadBytes = 512;

}  // namespace

SendResult HttpResponder::Send(const Answer& answer, std::string_view body) {
  EDGEWISE_CHECK(!sent_, "a request was answered twice");
  sent_ = true;
  ConnectionContext& context = peer_.context();
  // A server that is stopping says so with its last answer, not before requests that are here
  // already.
  const bool last = peer_.finishing() && context.workspace.batch_left() == 0;
  const HttpPersistence persistence = last ? HttpPersistence::kClose : PersistenceFor(request_);
  const HttpResponseHead head{
      .status = answer.status,
      .persistence = persistence,
      .content_type = answer.content_type,
      .content_length = body.size(),
      .date = context.workspace.Date(context.reactor.kernel(), context.reactor.now()),
      .headers = answer.headers};
  const std::size_t size_max = head.SizeMax();
  SendResult result;
  if (size_max <= kUsualHeadBytes) [[likely]] {
    std::array<char, kUsualHeadBytes> text;
    result = peer_.Write({text.data(), head.WriteTo(text)});
  } else {
    std::string text(size_max, '\0');
    text.resize(head.WriteTo(text));
    result = peer_.Write(text);
  }
  const bool bodiless = request_.method() == HttpMethod::kHead || !HasBody(answer.status);
  if (result == SendResult::kAccepted && !bodiless) result = peer_.Write(body);
  if (persistence == HttpPersistence::kClose) peer_.Close();
  return result;
}

}  // namespace edgewise
