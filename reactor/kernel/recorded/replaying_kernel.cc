// ReplayingKernel: whose turn it is, whether the call is the recorded one, and the calls that need
// more than to be compared.
#include "reactor/kernel/recorded/replaying_kernel.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "reactor/kernel/recorded/content_hash.h"
#include "reactor/kernel/recorded/recorded_event.h"
#include "reactor/kernel/recorded/recording_printer.h"

namespace edgewise {
namespace {

std::string TextOf(const Divergence& divergence, const RecordedCall* recorded) {
  std::string text = "edgewise: the replay stops at call " + std::to_string(divergence.call) +
                     " (thread " + std::to_string(divergence.thread) + "): ";
  switch (divergence.kind) {
    case Divergence::Kind::kOtherCall:
      text +=
          "recorded was thread " + std::to_string(recorded->thread) + ": " + divergence.expected +
          "; the program called " + divergence.came +
          ". It is not the program that was recorded, was started otherwise, or depends on what "
          "no kernel answers (an address, a thread outside of RunThreads)";
      break;
    case Divergence::Kind::kAfterEnd:
      text += "the recording ends here, in order; the program goes on with " + divergence.came;
      break;
    case Divergence::Kind::kBrokenOff:
      text +=
          "the recording breaks off here, where its process was killed or crashed, or it was "
          "copied; the program goes on with " +
          divergence.came;
      break;
    case Divergence::Kind::kForeign:
      text += "a thread that RunThreads did not start called " + divergence.came +
              "; such calls are not recorded";
      break;
  }
  if (recorded != nullptr && recorded->foreign_calls != 0) {
    text += ". " + std::to_string(recorded->foreign_calls) +
            " calls of other threads, which are not replayed, had come before it";
  }
  return text;
}

}  // namespace

ReplayingKernel::ReplayingKernel(Recording recording, Kernel& host, OnDivergence on_divergence)
    : recording_(std::move(recording)),
      host_(host),
      on_divergence_(std::move(on_divergence)),
      reader_(recording_.reader()) {
  Advance();
}

// The recording was checked to its end: there is a call, or there is no more.
void ReplayingKernel::Advance() { has_next_ = reader_.Read(next_).value_or(false); }

std::uint32_t ReplayingKernel::ThisThread() const {
  return ThreadPlace::IsOf(this) ? ThreadPlace::Index() : 0;
}

const RecordedCall& ReplayingKernel::Next(CallKind kind,
                                          std::initializer_list<std::int64_t> arguments,
                                          std::string_view bytes) {
  const CallShape& shape = CallShape::Of(kind);
  const bool is_same = has_next_ && next_.kind == kind && next_.thread == ThisThread() &&
                       std::equal(arguments.begin(), arguments.end(), next_.numbers.begin()) &&
                       (!shape.bytes_are_given() || next_.bytes == bytes);
  if (!is_same || IsForeign()) [[unlikely]] {
    RecordedCall came{.kind = kind, .thread = ThisThread(), .bytes = bytes};
    std::copy(arguments.begin(), arguments.end(), came.numbers.begin());
    Diverge(IsForeign()          ? Divergence::Kind::kForeign
            : has_next_          ? Divergence::Kind::kOtherCall
            : recording_.ended() ? Divergence::Kind::kAfterEnd
                                 : Divergence::Kind::kBrokenOff,
            came);
  }
  current_ = next_;
  Advance();
  return current_;
}

void ReplayingKernel::Diverge(Divergence::Kind kind, const RecordedCall& came) {
  Divergence divergence{.kind = kind,
                        .call = current_.number + 1,
                        .thread = came.thread,
                        .came = RecordingPrinter::Asked(came)};
  const bool is_known = has_next_ && kind != Divergence::Kind::kForeign;
  if (is_known) divergence.expected = RecordingPrinter::Answered(next_);
  divergence.text = TextOf(divergence, is_known ? &next_ : nullptr);
  if (on_divergence_) {
    on_divergence_(divergence);
  } else {
    host_.Log(divergence.text);
  }
  std::abort();
}

void ReplayingKernel::TakeTurn(std::uint32_t index) {
  baton_.TakeWhen([this, index] { return !has_next_ || next_.thread == index; });
}

void ReplayingKernel::RunThreads(std::size_t count, absl::FunctionRef<void(std::size_t)> body) {
  Expect<CallKind::kRunThreads>({}, count);
  in_turns_ = count > 1;
  running_.store(true, std::memory_order_relaxed);
  host_.RunThreads(
      count, [this, body](std::size_t index) { RunBody(static_cast<std::uint32_t>(index), body); });
  running_.store(false, std::memory_order_relaxed);
  in_turns_ = false;
}

void ReplayingKernel::RunBody(std::uint32_t index, absl::FunctionRef<void(std::size_t)> body) {
  const ThreadPlace place(this, index);
  if (in_turns_) TakeTurn(index);
  Expect<CallKind::kThreadBegin>({}, index);
  body(index);
  Expect<CallKind::kThreadEnd>({}, index);
  if (in_turns_) baton_.Give();
}

Error ReplayingKernel::Registered(const RecordedCall& call, void* tag) {
  if (call.answer(1) != RecordedNumber::kNone) {
    const auto number = static_cast<std::size_t>(call.answer(1));
    if (number >= tags_.size()) tags_.resize(number + 1);
    tags_[number] = tag;
  }
  return RecordedNumber::ToError(call.answer());
}

Error ReplayingKernel::EpollAdd(Handle epoll, Handle handle, EpollMask mask, void* tag) {
  return Registered(Expect<CallKind::kEpollAdd>({}, epoll, handle, mask), tag);
}

Error ReplayingKernel::EpollModify(Handle epoll, Handle handle, EpollMask mask, void* tag) {
  return Registered(Expect<CallKind::kEpollModify>({}, epoll, handle, mask), tag);
}

IoResult ReplayingKernel::EpollWait(Handle epoll, std::span<EpollEvent> into, Duration timeout) {
  waiter_.store(ThreadPlace::Mark(), std::memory_order_relaxed);
  if (in_turns_ && !IsForeign()) {
    baton_.Give();
    TakeTurn(ThreadPlace::Index());
  }
  const RecordedCall& call = Expect<CallKind::kEpollWait>({}, epoll, into.size(), timeout);
  std::string_view rest = call.bytes;
  RecordedEvent event;
  for (std::size_t i = 0; event.Take(rest); ++i) {
    into[i].mask = event.mask;
    into[i].tag = tags_[static_cast<std::size_t>(event.registration)];
  }
  return RecordedNumber::ToIoResult(call.answer());
}

Error ReplayingKernel::Notify(Handle wakeup) {
  const void* const waiter = waiter_.load(std::memory_order_relaxed);
  const bool is_ours = running_.load(std::memory_order_relaxed)
                           ? ThreadPlace::IsOf(this)
                           : waiter == nullptr || waiter == ThreadPlace::Mark();
  if (!is_ours) return Error::kNone;
  return RecordedNumber::ToError(Expect<CallKind::kNotify>({}, wakeup).answer());
}

IoResult ReplayingKernel::SendGathered(Handle handle, std::span<const ConstBuffer> pieces) {
  std::uint64_t hash = 0;
  std::size_t bytes = 0;
  for (const ConstBuffer& piece : pieces) {
    hash = ContentHash({piece.data(), piece.size()}, hash);
    bytes += piece.size();
  }
  return RecordedNumber::ToIoResult(
      Expect<CallKind::kSendGathered>({}, handle, pieces.size(), bytes, hash).answer());
}

void ReplayingKernel::Log(std::string_view line) {
  Expect<CallKind::kLog>(line);
  host_.Log(line);
}

void ReplayingKernel::ExitNow(int code) {
  Expect<CallKind::kExitNow>({}, code);
  host_.ExitNow(code);
  std::abort();  // g++ does not believe that a virtual call never returns
}

}  // namespace edgewise
