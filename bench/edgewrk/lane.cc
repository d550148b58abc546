// See lane.h for what is measured from where to where.
#include "bench/edgewrk/lane.h"

#include <algorithm>

#include "bench/edgewrk/lane_handlers.h"

namespace edgewise::wrk {
namespace {

using Phase = LaneContext::Phase;

constexpr Duration kPauseMin = std::chrono::milliseconds(10);
constexpr Duration kPauseMax = std::chrono::seconds(1);

}  // namespace

Lane::Lane(LaneContext& context, std::size_t index)
    : context_(context), index_(index), pending_(context.plan.depth) {
  if (context.plan.open_loop()) pace_.emplace(context.plan, index);
}

void Lane::Connect() {
  const RunPlan& plan = context_.plan;
  switch (plan.url.protocol) {
    case Protocol::kHttp: {
      const HttpResponses codec(
          {.to = plan.asks_for_heads ? HttpResponsesTo::kHead : HttpResponsesTo::kUsual});
      return context_.client.Connect<HttpResponses, HttpLane>(plan.addresses, *this, codec, this);
    }
    case Protocol::kFrame: {
      const LengthPrefixed codec({.frame_bytes_max = plan.request.size()});
      return context_.client.Connect<LengthPrefixed, FrameLane>(plan.addresses, *this, codec, this);
    }
    case Protocol::kEcho:
      return context_.client.Connect<Raw, EchoLane>(plan.addresses, *this, Raw(), this);
  }
}

void Lane::Settle() {
  if (!settled_) ++context_.settled;
  settled_ = true;
}

void Lane::NotConnected(const SocketAddress& target, Error error) {
  Settle();
  ++context_.tally.connect_errors;
  ++context_.tally.complaints["connect to " + target.ToString() + ": " + ErrorText(error)];
  ConnectLater();
}

void Lane::ConnectLater() {
  if (context_.phase == Phase::kOver || context_.phase == Phase::kDraining) return;
  pause_ = std::clamp(2 * pause_, kPauseMin, kPauseMax);
  WakeAt(context_.kernel.MonotonicNow() + pause_);
}

void Lane::Opened(Connection& connection) {
  Settle();
  connection_ = &connection;
  sent_here_ = answered_here_ = 0;
  seen_turn_ = connection.last_turn();
  ++context_.tally.connected;
  now_ = free_since_ = context_.kernel.MonotonicNow();
  if (context_.phase == Phase::kSending) SendWhatIsDue();
}

void Lane::Begin(Time start) {
  const RunPlan& plan = context_.plan;
  start_ = start + plan.ramp_up * static_cast<Duration::rep>(index_) /
                       static_cast<Duration::rep>(plan.connections);
  if (pace_) pace_->Begin(start_);
  if (plan.ramp_up != Duration::zero()) return WakeAt(start_);
  now_ = free_since_ = context_.kernel.MonotonicNow();
  SendWhatIsDue();
}

void Lane::SendDue(Time now) {
  in_due_queue_ = false;
  now_ = now;
  SendWhatIsDue();
}

void Lane::StopSending() {
  now_ = context_.kernel.MonotonicNow();
  if (pace_) SendWhatIsDue();
  Cancel();
}

// How many more requests this connection may have in flight now.
std::size_t Lane::Allowance() const {
  if (connection_ == nullptr || context_.phase != Phase::kSending || now_ < start_) return 0;
  std::size_t room = context_.plan.depth - in_flight_;
  const std::uint64_t most = context_.plan.requests_per_connection;
  if (most != 0) room = static_cast<std::size_t>(std::min<std::uint64_t>(room, most - sent_here_));
  return room;
}

// now_ has just been read.
void Lane::SendWhatIsDue() {
  if (!pace_) {
    if (in_flight_ == 0) SendBatch();
    return;
  }
  std::size_t count = 0;
  const std::size_t room = Allowance();
  for (; count < room && pace_->next() <= now_; ++count) {
    const Time due = pace_->next();
    context_.tally.send_lag.Record(now_ - std::max(due, free_since_));
    pending_[(first_ + in_flight_ + count) % pending_.size()] = {.sent = now_, .due = due};
    pace_->Advance();
  }
  if (count != 0) Send(count);
  if (count < room && !in_due_queue_) {
    in_due_queue_ = true;
    context_.due.Push(pace_->next(), *this);
  }
}

void Lane::SendBatch() {
  const std::size_t room = Allowance();
  for (std::size_t i = 0; i < room; ++i) {
    pending_[(first_ + in_flight_ + i) % pending_.size()] = {.sent = now_, .due = now_};
  }
  if (room != 0) Send(room);
}

void Lane::Send(std::size_t count) {
  in_flight_ += static_cast<std::uint32_t>(count);
  sent_here_ += count;
  context_.tally.sent += count;
  const std::size_t bytes = count * context_.plan.request.size();
  // What cannot be sent ends the connection, which counts it.
  static_cast<void>(connection_->Write(std::string_view(context_.batch).substr(0, bytes)));
}

bool Lane::TakeAnswer() {
  Tally& tally = context_.tally;
  if (in_flight_ == 0) {
    ++tally.unsolicited;
    return false;
  }
  const Pending pending = pending_[first_];
  if (++first_ == pending_.size()) first_ = 0;
  if (in_flight_-- == pending_.size()) free_since_ = now_;
  ++answered_here_;
  ++answered_;
  ++(context_.in_window ? tally.answered : tally.answered_later);
  const Duration latency = now_ - pending.sent;
  tally.raw.Record(latency);
  if (pace_) tally.scheduled.Record(now_ - pending.due);
  context_.timeline.Record(pace_ ? now_ - pending.due : latency);
  tally.raw_sum += static_cast<double>(latency.count());
  if (latency > context_.plan.timeout) ++tally.timeouts;
  return true;
}

void Lane::Proceed() {
  if (context_.phase != Phase::kSending || connection_ == nullptr) return;
  if (connection_->context().workspace.batch_left() != 0) return;
  const std::uint64_t most = context_.plan.requests_per_connection;
  if (most != 0 && sent_here_ >= most) {
    if (in_flight_ == 0) connection_->Close();
    return;
  }
  if (!pace_ && in_flight_ == 0 && context_.plan.think != Duration::zero()) {
    return WakeAt(now_ + context_.plan.think);
  }
  SendWhatIsDue();
}

void Lane::Closed(const CloseReason& reason, const std::string& why) {
  connection_ = nullptr;
  Cancel();
  if (context_.phase == Phase::kOver) return;
  Tally& tally = context_.tally;
  if (in_flight_ != 0) {
    tally.failed += in_flight_;
    ++(reason.error == Error::kBrokenPipe ? tally.write_errors : tally.read_errors);
    ++tally.complaints[why];
    first_ = in_flight_ = 0;
  } else if (reason.cause != CloseCause::kLocal) {
    ++tally.closed_by_server;
  }
  if (context_.phase == Phase::kDraining) return;
  if (answered_here_ == 0) return ConnectLater();
  pause_ = Duration::zero();
  Connect();
}

void Lane::HandleTimeout(Time now) {
  now_ = std::max(now, context_.kernel.MonotonicNow());
  if (connection_ == nullptr) return Connect();
  SendWhatIsDue();
}

void Lane::WakeAt(Time time) { context_.client.reactor().timers().Arm(*this, time); }

void Lane::Finish(Time window_end, Time now) {
  Tally& tally = context_.tally;
  for (; in_flight_ != 0; --in_flight_) {
    const Pending& pending = pending_[first_];
    first_ = static_cast<std::uint32_t>((first_ + 1) % pending_.size());
    ++tally.in_flight;
    if (now - pending.sent >= context_.plan.timeout) ++tally.timeouts;
    tally.raw.RecordAtLeast(now - pending.sent);
    if (pace_) tally.scheduled.RecordAtLeast(now - pending.due);
  }
  if (!pace_ || start_ == kNever) return;
  for (; pace_->next() < window_end; pace_->Advance()) {
    ++tally.never_sent;
    tally.scheduled.RecordAtLeast(now - pace_->next());
  }
}

}  // namespace edgewise::wrk
