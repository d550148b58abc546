// Servers for company to annoy, and how a test invites it.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "bench/edgewrk/company.h"
#include "bench/edgewrk/selftest/odd_server.h"
#include "handlers/edgewise.h"
#include "reactor/kernel/linux_kernel.h"
#include "test/handlers/echo.h"
#include "test/handlers/running_server.h"

namespace edgewise::wrk {

using handlers_test::Echo;
using handlers_test::RunningServer;
using std::chrono::milliseconds;
using std::chrono::seconds;

inline Time Now() { return LinuxKernel::Instance().MonotonicNow(); }

// Whether `condition` comes true before the patience is over.
template <typename Condition>
bool Until(Condition condition) {
  const Time deadline = Now() + seconds(20);
  while (!condition()) {
    if (Now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class Hello : public HttpHandler {
 public:
  void OnRequest(const HttpRequest&, HttpResponder& response) override {
    response.Send({.content_type = "text/plain"}, "hello");
  }
};

// Takes frames and says nothing.
class Deaf : public FrameHandler {
 public:
  void OnFrame(Connection&, std::string_view) override {}
};

// Answers with something else of the same size.
class Liar : public FrameHandler {
 public:
  void OnFrame(Connection& peer, std::string_view frame) override {
    peer.Send(std::string(frame.size(), '?'));
  }
};

// One request of `protocol`: of frame and echo 64 bytes.
inline std::string RequestOf(Protocol protocol) {
  switch (protocol) {
    case Protocol::kHttp:
      return "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    case Protocol::kFrame:
      return std::string("\0\0\0<", 4) + std::string(60, 'f');
    case Protocol::kEcho:
      return std::string(32, 'e') + std::string(32, 'E');
  }
  return {};
}

inline RunPlan PlanFor(Protocol protocol, const SocketAddress& address) {
  RunPlan plan;
  plan.url.protocol = protocol;
  plan.addresses = {address};
  plan.request = RequestOf(protocol);
  return plan;
}

inline RunPlan PlanFor(const OddServer& server) {
  return PlanFor(Protocol::kHttp, SocketAddress::Ipv4({127, 0, 0, 1}, server.port()));
}

// A server of one of the three protocols, which answers, at work until the end of the scope.
class Host {
 public:
  explicit Host(Protocol protocol, ServerOptions options = {}) : server_(Quiet(options)) {
    if (protocol == Protocol::kHttp) server_.Serve<Http1, Hello>();
    if (protocol == Protocol::kFrame) server_.Serve<LengthPrefixed, Echo>();
    if (protocol == Protocol::kEcho) server_.Serve<Raw, Echo>();
    Run(protocol);
  }
  template <typename Handler>
  static std::unique_ptr<Host> OfFrames() {
    auto host = std::unique_ptr<Host>(new Host());
    host->server_.Serve<LengthPrefixed, Handler>();
    host->Run(Protocol::kFrame);
    return host;
  }

  const RunPlan& plan() const { return plan_; }
  RunPlan& plan() { return plan_; }
  WorkerCounters counters() { return server_.Counters(); }
  // So many in all.
  bool HasAccepted(std::uint64_t count) { return counters().accept.accepted >= count; }

 private:
  Host() : server_(Quiet({})) {}

  static ServerOptions Quiet(ServerOptions options) {
    options.signals = SignalPolicy::kNone;
    return options;
  }
  void Run(Protocol protocol) {
    running_ = std::make_unique<RunningServer>(server_);
    plan_ = PlanFor(protocol, server_.addresses().front());
  }

  Server server_;
  std::unique_ptr<RunningServer> running_;
  RunPlan plan_;
};

inline CompanySpec Spec(std::string_view text) { return *CompanySpec::Parse(text); }

// The sums that hold for every report.
inline void CheckSums(const CompanyReport& report) {
  CHECK(report.attempts ==
        report.opened + report.refused + report.failed_here + report.connecting_at_end);
  CHECK(report.opened == report.closed_by_server() + report.closed_by_us + report.open_at_end);
  CHECK(report.failed_here == 0);
  CHECK(report.lived_sum >= report.lived_max);
}

// Company of one kind: comes, stays until the condition, goes.
template <typename Condition>
CompanyReport Invite(const RunPlan& plan, std::string_view spec, Condition until) {
  Company company(plan, {Spec(spec)});
  company.Start();
  CHECK(Until(until));
  CompanyRecord record = company.Stop();
  INFO(CompanyText(record));
  CheckSums(record.reports.front());
  return record.reports.front();
}

inline Protocol AnyProtocol() {
  const Protocol protocol = GENERATE(Protocol::kHttp, Protocol::kFrame, Protocol::kEcho);
  CAPTURE(static_cast<int>(protocol));
  return protocol;
}

}  // namespace edgewise::wrk
