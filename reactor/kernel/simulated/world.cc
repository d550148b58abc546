// What happens when nobody runs, and what is told when something is wrong.
#include "reactor/kernel/simulated/world.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "reactor/kernel/simulated/simulated_kernel.h"
#include "reactor/kernel/simulated/tcp_socket.h"

namespace edgewise::sim {
namespace {

constexpr std::size_t kLinesOfTrace = 40;

// Values of ChoicePoint::kLatency from 1 on.
constexpr std::array<Duration, 5> kLatencies = {
    Duration(1000), std::chrono::microseconds(100), std::chrono::milliseconds(1),
    std::chrono::milliseconds(20), std::chrono::milliseconds(200)};

// Values of ChoicePoint::kBuffers from 1 on, in bytes.
struct BufferSizes {
  std::size_t send;
  std::size_t receive;
};
constexpr std::array<BufferSizes, 4> kBuffers = {
    BufferSizes{4096, 4096}, {16'384, 65'536}, {256, 256}, {100'000, 2048}};

}  // namespace

World::World(Chooser& chooser, WorldOptions options)
    : chooser_(chooser),
      options_(std::move(options)),
      timeline_(chooser),
      threads_(chooser, timeline_, *this),
      network_(chooser, timeline_) {}

World::~World() {
  timeline_.Clear();
  // Sockets hold each other: the two ends of a connection, one that waits and its listener.
  const std::vector<Ref<TcpSocket>> left(sockets_.begin(), sockets_.end());
  for (const Ref<TcpSocket>& socket : left) socket->Abandon();
}

void World::Violation(const std::string& what) {
  const std::string text = what + "\n" + threads_.Describe() + "the last calls:\n" +
                           trace_.Last(kLinesOfTrace, threads_);
  if (options_.on_violation) options_.on_violation(text);
  std::fprintf(stderr, "edgewise: simulation: %s\nreplay: %s\n", text.c_str(),
               PrintChoices(chooser_.trail()).c_str());
  std::abort();
}

void World::WorldStopped() {
  Violation(
      "everybody waits and nothing is to come: a wake-up was lost, or somebody waits for "
      "what nobody does");
}

void World::WorldIdle(Time next) {
  if (next - Timeline::kBegin > options_.time_max) {
    Violation("the run does not end: its virtual time is over");
  }
  if (options_.stall_max == kForever) return;
  for (SimulatedKernel* process : processes_) {
    if (process != nullptr) process->LookForStalls(timeline_.now(), options_.stall_max);
  }
}

void World::ThreadThrew(const std::string& thread, const std::string& what) {
  Violation("an exception left thread " + thread + ": " + what);
}

Duration World::Latency() {
  const auto count = static_cast<std::uint32_t>(kLatencies.size() + 1);
  const std::uint32_t chosen = chooser_.Choose(ChoicePoint::kLatency, count);
  return chosen == 0 ? options_.latency : kLatencies[chosen - 1];
}

World::Buffers World::ChooseBuffers() {
  const auto count = static_cast<std::uint32_t>(kBuffers.size() + 1);
  const std::uint32_t chosen = chooser_.Choose(ChoicePoint::kBuffers, count);
  if (chosen == 0) return {options_.send_buffer, options_.receive_buffer};
  return {kBuffers[chosen - 1].send, kBuffers[chosen - 1].receive};
}

std::uint32_t World::Fault(const Description& description, ChoicePoint point, std::uint32_t count) {
  SimulatedKernel* process = processes_[description.process];
  return process == nullptr ? 0 : process->Fault(point, count);
}

std::uint32_t World::Join(SimulatedKernel& process) {
  processes_.push_back(&process);
  return static_cast<std::uint32_t>(processes_.size() - 1);
}

void World::Leave(SimulatedKernel& process) { processes_[process.process()] = nullptr; }

void World::WriteFile(std::string_view path, std::string_view text) {
  files_.insert_or_assign(std::string(path), std::string(text));
}

std::string* World::FindFile(std::string_view path) {
  const auto found = files_.find(path);
  return found == files_.end() ? nullptr : &found->second;
}

bool World::IsDirectory(std::string_view path) const {
  const std::string prefix = std::string(path) + "/";
  const auto found = files_.lower_bound(prefix);
  return found != files_.end() && found->first.starts_with(prefix);
}

}  // namespace edgewise::sim
