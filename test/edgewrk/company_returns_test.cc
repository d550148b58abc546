// Company of bad manners that comes again and again, what it says of odd servers, and its report.
#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "bench/edgewrk/selftest/behaviours.h"
#include "test/edgewrk/company_host.h"
#include "test/handlers/socket_folder.h"

namespace edgewise::wrk {
namespace {

// Broken once: without SO_LINGER.
TEST_CASE("half a request and a reset, again and again") {
  Host host(AnyProtocol());
  const auto resets = [&] {
    return host.counters().connection.closes.at(static_cast<std::size_t>(CloseCause::kReset));
  };
  const CompanyReport report = Invite(host.plan(), "reset:8", [&] { return resets() >= 400; });
  CHECK(report.closed_by_us >= 400);
  CHECK(report.requests == 0);
  CHECK(report.bytes_sent >= report.closed_by_us * (host.plan().request.size() / 2));
  CHECK(report.bytes_sent <= report.opened * (host.plan().request.size() / 2));
  CHECK(report.closed_by_server() == 0);
  CHECK(host.counters().connection.frames <=
        (host.plan().url.protocol == Protocol::kEcho ? host.counters().connection.opened : 0));
}

// Broken once: complete without a look at what had come.
TEST_CASE("a half-closed connection gets the whole answer and then the server's end") {
  Host host(AnyProtocol());
  const CompanyReport report =
      Invite(host.plan(), "half-close:8", [&] { return host.HasAccepted(400); });
  CHECK(report.complete >= 390);
  CHECK(report.complete == report.closed_by_server());
  CHECK(report.closed_by_reset == 0);
  CHECK(report.answers >= report.complete);
  CHECK(report.incomplete + report.unended + report.wrong + report.bad == 0);
}

TEST_CASE("half-closed connections whose answers are cut are incomplete") {
  OddCounters counters;
  const OddServer server(ResettingInBody(counters, 1));
  const CompanyReport report =
      Invite(PlanFor(server), "half-close:3", [&] { return counters.odd >= 12; });
  CHECK(report.incomplete >= 9);
  CHECK(report.incomplete == report.closed_by_reset);
  CHECK(report.complete + report.unended + report.answers == 0);
}

// Broken once: without the timer.
TEST_CASE("half-closed connections that the server answers and forgets are told of") {
  OddCounters counters;
  const OddServer server([&counters](OddPeer& peer) {
    if (!peer.ReadRequest()) return;
    ++counters.requests;
    if (peer.Send(OddAnswer())) peer.Wait(seconds(60));
  });
  RunPlan plan = PlanFor(server);
  plan.timeout = milliseconds(100);
  const CompanyReport report = Invite(plan, "half-close:2", [&] { return counters.requests >= 6; });
  CHECK(report.unended >= 4);
  CHECK(report.unended == report.closed_by_us);
  CHECK(report.complete + report.incomplete == 0);
}

// Broken once: a pause between two visits.
TEST_CASE("a storm of those who connect and vanish: the server accepts as many as were opened") {
  const bool is_path = GENERATE(false, true);
  handlers_test::SocketFolder folder;
  Host host(Protocol::kEcho, {.listen = is_path ? folder.Socket("s").ToString() : "127.0.0.1:0",
                              .connections_per_address_max = is_path ? 0u : 1000u});
  const CompanyReport report =
      Invite(host.plan(), "vanish:50", [&] { return host.HasAccepted(5000); });
  CHECK(report.closed_by_us == report.opened);
  CHECK(report.bytes_sent + report.bytes_received + report.closed_by_server() == 0);
  CHECK(Until([&] { return host.HasAccepted(report.opened); }));
  CHECK(host.counters().accept.accepted <= report.opened + report.connecting_at_end);
}

TEST_CASE(
    "company that nobody lets in is refused, tries again, and does not keep the load waiting") {
  std::uint16_t port = 0;
  {
    const OddServer gone([](OddPeer&) {});
    port = gone.port();
  }
  const RunPlan plan = PlanFor(Protocol::kEcho, SocketAddress::Ipv4({127, 0, 0, 1}, port));
  const Time begin = Now();
  const CompanyReport report =
      Invite(plan, "idle:4", [&] { return Now() - begin > milliseconds(100); });
  CHECK(Now() - begin < seconds(5));
  CHECK(report.opened == 0);
  CHECK(report.refused > 4);
  CHECK(report.complaint == "Connection refused");
}

TEST_CASE("another address of the server's is tried before a guest counts as refused") {
  std::uint16_t port = 0;
  {
    const OddServer gone([](OddPeer&) {});
    port = gone.port();
  }
  Host host(Protocol::kFrame);
  host.plan().addresses.insert(host.plan().addresses.begin(),
                               SocketAddress::Ipv4({127, 0, 0, 1}, port));
  const CompanyReport report = Invite(host.plan(), "idle:4", [] { return true; });
  CHECK(report.attempts == 4);
  CHECK(report.answers == 4);
  CHECK(report.refused == 0);
}

// Broken once: no comparison.
TEST_CASE("what is no answer to the request is wrong, and a bad status is told of") {
  const auto liar = Host::OfFrames<Liar>();
  const CompanyReport frames =
      Invite(liar->plan(), "half-close:2", [&] { return liar->HasAccepted(6); });
  CHECK(frames.wrong >= 4);
  CHECK(frames.wrong == frames.incomplete);
  CHECK(frames.complete + frames.answers == 0);
  OddCounters counters;
  const OddServer sorry(Answering(counters, Duration::zero(), 1, 503));
  const CompanyReport http = Invite(PlanFor(sorry), "idle:3", [] { return true; });
  CHECK(http.answers == 3);
  CHECK(http.bad == 3);
}

TEST_CASE("an answer that announces the end is an end in protocol") {
  const auto said = GENERATE(Said::kYes, Said::kNo);
  OddCounters counters;
  const OddServer server(ClosingEachTime(counters, said));
  const CompanyReport report =
      Invite(PlanFor(server), "idle:2", [&] { return counters.requests >= 10; });
  CHECK(report.answers >= 8);
  CHECK((said == Said::kYes ? report.closed_in_protocol : report.closed_by_fin) >= 8);
  CHECK((said == Said::kYes ? report.closed_by_fin : report.closed_in_protocol) == 0);
}

TEST_CASE("several kinds at once, each with a report of its own, in text and in JSON") {
  Host host(Protocol::kHttp);
  Company company(host.plan(), {Spec("idle:7"), Spec("half-close:2"), Spec("idle:3")});
  company.Start();
  CHECK(Until([&] { return host.HasAccepted(50); }));
  const CompanyRecord record = company.Stop();
  REQUIRE(record.reports.size() == 3);
  CHECK(record.reports[0].open_at_end == 7);
  CHECK(record.reports[2].open_at_end == 3);
  CHECK(record.cpu > Duration::zero());
  CHECK(record.cpu < record.time);
  const std::string text = CompanyText(record);
  CAPTURE(text);
  CHECK(text.starts_with("  Beside, idle:7: opened 7 ("));
  CHECK(text.find("), open at the end 7\n    closed by the server: none\n"
                  "    requests 7, answers 7, sent ") != std::string::npos);
  CHECK(text.find("; half-closed: complete " + std::to_string(record.reports[1].complete) +
                  ", incomplete 0") != std::string::npos);
  const nlohmann::ordered_json json = CompanyJson(record);
  CHECK(json["seconds"] > 0);
  CHECK(json["kinds"][0]["kind"] == "idle");
  CHECK(json["kinds"][0]["count"] == 7);
  CHECK(json["kinds"][0]["closed_by_server"]["fin"] == 0);
  CHECK(json["kinds"][1]["half_close"]["complete"] == record.reports[1].complete);
  CHECK_FALSE(json["kinds"][0].contains("half_close"));
}

// Broken once: sockets that were left open.
TEST_CASE("a company that is destroyed in the middle leaves nothing behind") {
  Host host(Protocol::kEcho);
  {
    Company company(host.plan(), {Spec("greedy:5"), Spec("slow-reader:5"), Spec("vanish:5")});
    company.Start();
  }
  CHECK(Until([&] {
    const ConnectionCounters seen = host.counters().connection;
    return seen.opened >= 10 && seen.opened == seen.closed;
  }));
}

}  // namespace
}  // namespace edgewise::wrk
