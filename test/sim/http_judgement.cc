// The comparison of what came with what is due.
#include <string>

#include "test/sim/http_exchange.h"
#include "test/sim/http_response_text.h"

namespace edgewise::sim_test {
namespace {

// What of an answer is there is as it should be.
void JudgeAnswer(sim::Simulation& simulation, const HttpExchange& exchange,
                 const HttpResponseText& response, HttpStops stops) {
  const std::string which = "the answer to " + exchange.head.substr(0, exchange.head.find('\r'));
  simulation.Check(response.state != HttpResponseText::State::kMalformed,
                   which + " is well-formed: " + response.why);
  if (!response.has_head) return;
  const bool failed = exchange.may_fail && response.status >= 500;
  simulation.Check(response.status == exchange.status || failed,
                   which + " has its status, not " + std::to_string(response.status));
  const bool said = stops == HttpStops::kMayStop && response.closes;
  simulation.Check(response.closes == exchange.closes || said,
                   which + " says whether the connection stays");
  simulation.Check(!response.Field("Date").empty() || exchange.breaks, which + " has its date");
  if (failed || (exchange.target.empty() && !exchange.plain)) return;
  if (!exchange.plain) {
    const HttpWish wish = HttpWish::Of(exchange.target);
    simulation.Check(response.Field("X-Target") == exchange.target, which + " is not another's");
    simulation.Check(response.Field("X-Wide") == wish.Wide(), which + " has its wide field");
  }
  const std::string_view due = exchange.is_head ? std::string_view() : exchange.answer;
  const bool complete = response.state == HttpResponseText::State::kComplete;
  // Who cannot have the connection reset can only end it.
  const bool no_reset = simulation.world().chooser().taken(sim::ChoicePoint::kSocketError) != 0;
  simulation.Check(!complete || !exchange.fails || no_reset,
                   which + " is not whole: its source failed");
  simulation.Check(complete && !exchange.shrinks && !exchange.fails
                       ? due == response.body
                       : due.starts_with(response.body),
                   which + " has its body, byte for byte");
}

}  // namespace

HttpJudgement JudgeAnswers(sim::Simulation& simulation, const std::vector<HttpExchange>& exchanges,
                           std::string_view received, bool ended, HttpStops stops) {
  HttpJudgement judgement;
  const HttpStreamEnd end = ended ? HttpStreamEnd::kEnded : HttpStreamEnd::kOpen;
  for (const HttpExchange& exchange : exchanges) {
    std::string_view rest = received.substr(judgement.bytes);
    const HttpAsked asked = exchange.is_head ? HttpAsked::kForHead : HttpAsked::kForBody;
    HttpResponseText response = HttpResponseText::Read(rest, asked, end);
    judgement.continues = false;
    if (exchange.expects && response.has_head && response.status == 100) {
      simulation.Check(response.fields.empty(), "nothing but the status is said in between");
      judgement.continues = true;
      judgement.bytes += response.bytes;
      rest.remove_prefix(response.bytes);
      response = HttpResponseText::Read(rest, asked, end);
    }
    JudgeAnswer(simulation, exchange, response, stops);
    if (response.state != HttpResponseText::State::kComplete) return judgement;
    ++judgement.answered;
    judgement.bytes += response.bytes;
    judgement.continues = false;
    judgement.said_close = response.closes;
    if (response.closes) break;
  }
  judgement.whole = true;
  simulation.Check(judgement.bytes == received.size(), "nothing comes behind the last answer");
  return judgement;
}

}  // namespace edgewise::sim_test
