#include "bench/edgewrk/load_thread.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "reactor/kernel/linux_kernel.h"

namespace edgewise::wrk {
namespace {

// The server under test sets the pace, so nothing here may end a connection or hold it back.
ClientOptions Unlimited(const RunPlan& plan) {
  constexpr std::size_t kNoLimit = std::numeric_limits<std::size_t>::max() / 2;
  ClientOptions options;
  options.connector.timeout = std::max<Duration>(plan.timeout, std::chrono::seconds(1));
  options.connection = {.idle_timeout = kForever,
                        .frame_timeout = kForever,
                        .head_timeout = kForever,
                        .body_timeout = kForever,
                        .write_timeout = kForever,
                        .linger_timeout = std::chrono::milliseconds(200),
                        .high_water = kNoLimit,
                        .low_water = kNoLimit / 2,
                        .outbound_bytes_max = kNoLimit};
  options.buffer_bytes_max = kNoLimit;
  return options;
}

std::string Repeated(const std::string& request, std::size_t times) {
  std::string batch;
  batch.reserve(request.size() * times);
  for (std::size_t i = 0; i < times; ++i) batch += request;
  return batch;
}

}  // namespace

Duration LoadThread::RateInterval(const RunPlan& plan) {
  const Duration second = std::chrono::seconds(1);
  return std::clamp<Duration>(plan.duration / 10, std::chrono::milliseconds(50), second);
}

Duration LoadThread::TimelineInterval(const RunPlan& plan) {
  return std::max<Duration>(plan.duration / 100, std::chrono::milliseconds(20));
}

LoadThread::LoadThread(const RunPlan& plan, std::size_t first_lane, std::size_t lanes)
    : plan_(plan),
      first_lane_(first_lane),
      lane_count_(lanes),
      reactor_(LinuxKernel::Instance()),
      client_(std::make_unique<Client>(reactor_, Unlimited(plan))),
      context_{.plan = plan,
               .client = *client_,
               .kernel = LinuxKernel::Instance(),
               .batch = Repeated(plan.request, plan.depth)} {
  for (std::size_t i = 0; i < lanes; ++i) lanes_.emplace_back(context_, first_lane + i);
}

LoadThread::~LoadThread() {
  context_.phase = LaneContext::Phase::kOver;
  client_.reset();  // the handlers of its connections name the lanes
}

void LoadThread::Start() {
  thread_ = std::thread([this] { Run(); });
}

void LoadThread::Begin(Time start) {
  static_cast<void>(reactor_.Post([this, start] { BeginSending(start); }));
}

void LoadThread::EndEarly() {
  static_cast<void>(reactor_.Post([this] {
    if (stage_ == Stage::kDraining) {
      give_up_ = reactor_.UpdateNow();
    } else if (stage_ == Stage::kWindow) {
      CloseWindow(reactor_.UpdateNow());
    } else {
      Finish(reactor_.UpdateNow());
    }
  }));
}

void LoadThread::Join() { thread_.join(); }

void LoadThread::Run() {
  if (plan_.ramp_up == Duration::zero()) {
    for (Lane& lane : lanes_) lane.Connect();
  } else {
    context_.settled = lane_count_;
  }
  reactor_.timers().Arm(*this, reactor_.UpdateNow());
  if (plan_.open_loop()) {
    RunOnTime();
  } else {
    reactor_.Run();
  }
  finished_.store(true, std::memory_order_release);
}

// A thread that sleeps until a request is due wakes too late: an idle processor takes some tens of
// microseconds to come back. So it wakes earlier, and polls for the rest of the time.
void LoadThread::RunOnTime() {
  UseExactTimers();
  Kernel& kernel = context_.kernel;
  const ReactorCounters& counters = reactor_.counters();
  Time now = kernel.MonotonicNow();
  while (!reactor_.stopping()) {
    DueQueue& due = context_.due;
    while (due.next() <= now) due.Pop().SendDue(now);
    const Duration spare = due.next() == kNever ? kForever : due.next() - now - kLead;
    const std::uint64_t before = counters.events + counters.upcalls;
    reactor_.RunOnce(std::max(spare, Duration::zero()));
    const Time begun = std::exchange(now, kernel.MonotonicNow());
    const bool idle = counters.events + counters.upcalls == before;
    if (spare <= Duration::zero() && idle) polled_ += now - begun;
  }
}

void LoadThread::HandleTimeout(Time now) {
  now = reactor_.UpdateNow();
  Publish();
  switch (stage_) {
    case Stage::kConnecting:
      if (context_.settled < lane_count_) reactor_.timers().Arm(*this, now + kLook);
      return;
    case Stage::kWarmup:
      return OpenWindow(now);
    case Stage::kWindow:
      TakeRate(now);
      return now >= window_end_ ? CloseWindow(now) : NextTick(now);
    case Stage::kDraining:
      if (now >= give_up_ || !AnyInFlight()) return Finish(now);
      reactor_.timers().Arm(*this, std::min(give_up_, now + kLook));
      return;
  }
}

void LoadThread::BeginSending(Time start) {
  context_.phase = LaneContext::Phase::kSending;
  result_.opened = client_->table().size();
  window_begin_ = start + plan_.warmup;
  window_end_ = window_begin_ + plan_.duration;
  stage_ = Stage::kWarmup;
  if (plan_.warmup == Duration::zero()) {
    OpenWindow(reactor_.UpdateNow());
  } else {
    reactor_.timers().Arm(*this, window_begin_);
  }
  for (Lane& lane : lanes_) lane.Begin(start);
}

void LoadThread::OpenWindow(Time now) {
  Tally fresh;
  // How the connections came about is told, whenever that was.
  fresh.answered_before = context_.tally.answered;
  fresh.connected = context_.tally.connected;
  fresh.connect_errors = context_.tally.connect_errors;
  fresh.complaints = context_.tally.complaints;
  context_.tally = std::move(fresh);
  for (Lane& lane : lanes_) {
    context_.tally.carried += lane.in_flight();
    lane.BeginWindow();
  }
  context_.in_window = true;
  stage_ = Stage::kWindow;
  window_begin_ = rate_taken_ = now;
  answered_before_ = 0;
  bytes_before_ = client_->connection_counters().bytes_received;
  rounds_before_ = reactor_.counters().rounds;
  times_before_ = ReadThreadTimes();
  polled_before_ = polled_;
  NextTick(now);
}

void LoadThread::NextTick(Time now) {
  context_.timeline.BeginWindow(now - window_begin_);
  reactor_.timers().Arm(*this, std::min(window_end_, now + TimelineInterval(plan_)));
}

void LoadThread::TakeRate(Time now) {
  const Duration elapsed = now - rate_taken_;
  // Whole intervals, and at the end what is left if it is most of one.
  if (elapsed < (now < window_end_ ? RateInterval(plan_) : RateInterval(plan_) / 2)) return;
  const std::uint64_t answered = context_.tally.answered;
  result_.rates.push_back(static_cast<double>(answered - answered_before_) * 1e9 /
                          static_cast<double>(elapsed.count()));
  answered_before_ = answered;
  rate_taken_ = now;
}

void LoadThread::CloseWindow(Time now) {
  for (Lane& lane : lanes_) {
    lane.StopSending();
    result_.answers_by_lane.push_back(lane.answered());
  }
  context_.timeline.End(now - window_begin_);
  result_.timeline = std::move(context_.timeline);
  context_.timeline = Timeline();
  context_.in_window = false;
  context_.phase = LaneContext::Phase::kDraining;
  window_end_ = now;
  const ThreadTimes times = ReadThreadTimes();
  result_.window = now - window_begin_;
  result_.times = {.cpu = times.cpu - times_before_.cpu,
                   .waited = times.waited - times_before_.waited};
  result_.polled = polled_ - polled_before_;
  result_.rounds = reactor_.counters().rounds - rounds_before_;
  context_.tally.bytes_received = client_->connection_counters().bytes_received - bytes_before_;
  stage_ = Stage::kDraining;
  give_up_ = now + plan_.timeout;
  reactor_.timers().Arm(*this, now);
}

bool LoadThread::AnyInFlight() const {
  return std::any_of(lanes_.begin(), lanes_.end(),
                     [](const Lane& lane) { return lane.in_flight() != 0; });
}

void LoadThread::Finish(Time now) {
  context_.phase = LaneContext::Phase::kOver;
  for (Lane& lane : lanes_) lane.Finish(window_end_, now);
  result_.tally = std::move(context_.tally);
  context_.tally = Tally();
  reactor_.Stop();
}

void LoadThread::Publish() {
  hopeless_.store(plan_.ramp_up == Duration::zero() && context_.tally.connected == 0,
                  std::memory_order_release);
  settled_.store(context_.settled >= lane_count_, std::memory_order_release);
  answered_.store(context_.tally.answered, std::memory_order_relaxed);
}

}  // namespace edgewise::wrk
