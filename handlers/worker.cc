// Putting the parts of one thread together, and taking them apart in order.
#include "handlers/worker.h"

namespace edgewise {

void WorkerCounters::Add(const WorkerCounters& other) {
  reactor.Add(other.reactor);
  accept.Add(other.accept);
  connection.Add(other.connection);
  memory.pauses += other.memory.pauses;
  memory.refused += other.memory.refused;
  memory.shed += other.memory.shed;
}

std::string WorkerCounters::ToString() const {
  return reactor.ToString() + accept.ToString() + connection.ToString() + "memory_pauses " +
         std::to_string(memory.pauses) + "\nmemory_refused " + std::to_string(memory.refused) +
         "\nmemory_shed " + std::to_string(memory.shed) + "\n";
}

Worker::Worker(Kernel& kernel, Admissions& admissions, const WorkerOptions& options)
    : options_(options),
      reactor_(kernel, options.reactor),
      workspace_(options.reactor.bulk_bytes_max),
      table_(kernel.DescriptorLimit(), options.index),
      admissions_(admissions),
      guard_(reactor_, table_, workspace_.gauge(), options.buffer_bytes_max, options.memory_policy),
      audit_(reactor_, table_) {
  audit_.Start();
}

Worker::~Worker() {
  for (const auto& port : ports_) port->Close();
  AbortAll(CloseCause::kShutdown);
  reactor_.DrainRetired();
}

Error Worker::AddPort(const Service& service, Handle listener, Watch watch) {
  auto port = std::make_unique<ServicePort>(service, admissions_, reactor_, workspace_, table_,
                                            guard_, options_.acceptor);
  const Error error = port->Open(listener, watch);
  if (error == Error::kNone) ports_.push_back(std::move(port));
  return error;
}

void Worker::Drain(Duration timeout) {
  if (drain_deadline_ != kNever) return;
  for (const auto& port : ports_) port->Close();
  table_.ForEach([](Connection& connection) { connection.Finish(); });
  drain_deadline_ = reactor_.UpdateNow() + timeout;
  reactor_.timers().Arm(*this, reactor_.now());
}

void Worker::HandleTimeout(Time now) {
  if (table_.empty()) return reactor_.Stop();
  if (now >= drain_deadline_) CutOffAll();
  reactor_.timers().Arm(*this, now + kDrainLook);
}

void Worker::CutOffAll() {
  reactor_.kernel().Log("edgewise: drain_timeout is over; connections cut off: " +
                        std::to_string(table_.size()));
  AbortAll(CloseCause::kShutdownTimeout);
}

void Worker::AbortAll(CloseCause cause) {
  table_.ForEach([cause](Connection& connection) { connection.Abort({.cause = cause}); });
}

WorkerCounters Worker::counters() const {
  WorkerCounters sum;
  sum.reactor = reactor_.counters();
  sum.memory = guard_.counters();
  for (const auto& port : ports_) {
    sum.accept.Add(port->accept_counters());
    sum.connection.Add(port->connection_counters());
  }
  return sum;
}

}  // namespace edgewise
