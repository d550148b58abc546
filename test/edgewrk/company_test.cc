// Company of bad manners that stays: each kind beside a server that counts what it sees.
#include <catch2/catch_test_macros.hpp>
#include <string>

#include "bench/edgewrk/selftest/behaviours.h"
#include "reactor/kernel/text.h"
#include "test/edgewrk/company_host.h"

namespace edgewise::wrk {
namespace {

// Broken once: a default of 11.
TEST_CASE("a kind of company is read with and without a number") {
  CHECK(Spec("vanish") == CompanySpec{CompanyKind::kVanish, 10});
  CHECK(Spec("slow-reader:15000") == CompanySpec{CompanyKind::kSlowReader, 15000});
  for (const std::string text : {"idle:1", "greedy:2", "slow-reader:3", "slow-sender:4", "reset:5",
                                 "half-close:6", "vanish:7"}) {
    CHECK(Spec(text).ToString() == text);
  }
}

TEST_CASE("a kind of company that there is not is refused with those that there are") {
  const std::string text = GENERATE("", "rude", "idle:", "idle:0", "idle:15001", "idle:ten",
                                    "idle:1:2", "idle:-1", ":5", "Idle");
  CAPTURE(text);
  const absl::StatusOr<CompanySpec> spec = CompanySpec::Parse(text);
  REQUIRE_FALSE(spec.ok());
  const std::string why(StdView(spec.status().message()));
  CAPTURE(why);
  CHECK(why.starts_with("'" + text + "': "));
  CHECK(why.find(text.starts_with("idle:") ? "from 1 to 15000, as in idle:50"
                                           : "slow-reader, slow-sender, reset, half-close and "
                                             "vanish, as in vanish:50") != std::string::npos);
}

// Broken once: idle guests that settled when they were connected.
TEST_CASE("an idle herd has been answered once when the load begins, and is held") {
  Host host(AnyProtocol(), {.connections_per_address_max = 1});
  const CompanyReport report = Invite(host.plan(), "idle:60", [] { return true; });
  CHECK(report.opened == 60);
  CHECK(report.requests == 60);
  CHECK(report.answers == 60);
  CHECK(report.open_at_end == 60);
  CHECK(report.wrong + report.bad + report.unasked == 0);
  CHECK(report.bytes_sent == 60 * host.plan().request.size());
  CHECK(host.counters().accept.accepted == 60);
}

// Broken once: lived_max of all connections together.
TEST_CASE("idle connections that the server closes are counted, timed and replaced") {
  Host host(Protocol::kEcho, {.connection = {.idle_timeout = milliseconds(40)}});
  const CompanyReport report = Invite(host.plan(), "idle:5", [&] { return host.HasAccepted(15); });
  CHECK(report.closed_by_fin >= 10);
  CHECK(report.closed_by_fin == report.closed_by_server());
  CHECK(report.LivedMean() >= milliseconds(40));
  CHECK(report.lived_max < seconds(20));
}

// Broken once: a depth of 5, of 63.
TEST_CASE("greedy ones keep exactly so many requests in flight") {
  const auto host = Host::OfFrames<Deaf>();
  const CompanyReport frames =
      Invite(host->plan(), "greedy:3", [&] { return host->counters().connection.frames == 3 * 4; });
  CHECK(frames.requests == 3 * 4);
  CHECK(frames.answers == 0);
  CHECK(frames.bytes_sent == 3 * 4 * 100'004);
  OddCounters counters;
  const OddServer silent(Silent(counters));
  const RunPlan plan = PlanFor(silent);
  const CompanyReport http = Invite(plan, "greedy:3", [&] { return counters.requests == 3 * 64; });
  CHECK(http.requests == 3 * 64);
}

TEST_CASE("greedy ones go on as they are answered") {
  Host host(AnyProtocol());
  const std::uint64_t enough = host.plan().url.protocol == Protocol::kHttp ? 5000 : 20'000'000;
  const bool is_http = host.plan().url.protocol == Protocol::kHttp;
  const CompanyReport report = Invite(host.plan(), "greedy:3", [&] {
    const ConnectionCounters seen = host.counters().connection;
    return (is_http ? seen.frames : seen.bytes_sent) >= enough;
  });
  const std::uint64_t depth = is_http ? 64 : 4;
  CHECK(report.requests <= report.answers + 3 * depth);
  CHECK(report.answers >= (is_http ? 4000 : 150));
  CHECK(report.wrong + report.bad + report.unasked == 0);
  CHECK(report.open_at_end == 3);
}

// Broken once: reading, too.
TEST_CASE("slow readers never read: a server that waits for them holds their input") {
  Host host(AnyProtocol(), {.connection = {.high_water = 64 << 10, .low_water = 16 << 10}});
  const CompanyReport report =
      Invite(host.plan(), "slow-reader:4", [&] { return host.counters().connection.holds >= 4; });
  CHECK(report.requests > 1000);
  CHECK(report.bytes_received == 0);
  CHECK(report.open_at_end == 4);
}

TEST_CASE("slow readers send until nothing is taken any more, and the server ends them") {
  Host host(AnyProtocol(), {.connection = {.write_timeout = milliseconds(50),
                                           .high_water = 64 << 10,
                                           .low_water = 16 << 10}});
  const CompanyReport report =
      Invite(host.plan(), "slow-reader:4", [&] { return host.HasAccepted(12); });
  CHECK(report.requests > 1000);
  CHECK(report.closed_by_server() >= 8);
  CHECK(report.LivedMean() >= milliseconds(50));
  // What had come before the end, which is all that a small receive buffer holds.
  CHECK(report.bytes_received < report.opened * 100'000);
  const ConnectionCounters seen = host.counters().connection;
  CHECK(seen.closes.at(static_cast<std::size_t>(CloseCause::kWriteTimeout)) >= 8);
}

// Broken once: the pause, of half a second.
TEST_CASE("slow senders send a byte a second") {
  Host host(Protocol::kEcho);
  host.plan().request = "ab";
  const Time begin = Now();
  const CompanyReport report = Invite(host.plan(), "slow-sender:20", [&] {
    return host.counters().connection.bytes_received >= 3 * 20;
  });
  CHECK(Now() - begin >= seconds(2));
  CHECK(report.open_at_end == 20);
  CHECK(report.bytes_sent == 3 * 20);
  CHECK(report.requests == 20);
  CHECK(report.answers == 20);
}

// Broken once: answers that nobody had asked for, taken for answers.
TEST_CASE("slow senders whom the server tells that they are too slow") {
  Host host(Protocol::kHttp, {.connection = {.head_timeout = milliseconds(50)}});
  const CompanyReport report =
      Invite(host.plan(), "slow-sender:3", [&] { return host.HasAccepted(12); });
  CHECK(report.closed_in_protocol >= 9);
  CHECK(report.closed_in_protocol == report.closed_by_server());
  CHECK(report.unasked == report.closed_in_protocol);
  CHECK(report.bad == report.unasked);
  CHECK(report.answers == 0);
  CHECK(report.bytes_sent == report.opened);
  CHECK(report.LivedMean() >= milliseconds(50));
}

}  // namespace
}  // namespace edgewise::wrk
