// Connection: one client handle: receives its requests, sends its answers, ends it properly.
//
// Reading. An upcall receives into the workspace's buffer and gives the bytes to the codec
// (`Consume`, in FramedConnection) until the socket is drained, the byte budget is spent, or
// reading is held. A short receive means "drained", which saves one system call for each request,
// but only while neither the peer's end nor urgent data has been reported: an end that came with
// the last bytes is never reported again, and an urgent byte cuts a receive short with more data
// behind it.
//
// Writing. During the connection's own upcall, output gathers in the staging buffer and leaves in
// one send at its end. At any other time (a posted task, a timer, another connection's upcall) it
// is queued and leaves in the connection's next turn, which queueing arranges. What the socket
// refuses is kept.
//
// Ending. `Close` never loses an answer: what is queued leaves, the peer is told (SHUT_WR), its
// input is read and discarded until it ends too or `linger_timeout` has passed, then the descriptor
// is closed. (Closing a socket with unread input sends a reset, which destroys output that the peer
// has not read.) `Abort` ends it at once. Errors are sticky: whoever meets one first, the close
// reason tells it.
//
// Every open connection is always one of (R7): drained, in the ready queue, or paused by a named
// hold.
//
// Threading: the reactor's thread; other threads use a ConnectionRef. Ownership: ConnectionTable.
// Reentrancy: every method may be called from every callback, also for other connections.
#pragma once

#include <bit>
#include <boost/intrusive/unordered_set_hook.hpp>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "handlers/codec.h"
#include "handlers/connection_ref.h"
#include "handlers/connection_state.h"
#include "handlers/file_slice.h"
#include "handlers/hold.h"
#include "handlers/input_buffer.h"
#include "handlers/output_queue.h"
#include "handlers/peer_address.h"
#include "handlers/send_result.h"
#include "reactor/event_handler.h"
#include "reactor/timer.h"

namespace edgewise {

struct ConnectionContext;
class Workspace;

class Connection : public EventHandler, private Timer {
 public:
  ~Connection() override;

  // Sends one frame: `payload` as the codec frames it. Copies it (or sends it at once).
  virtual SendResult Send(std::string_view payload) = 0;
  // Sends bytes as they are.
  SendResult Write(std::string_view bytes);
  // Sends `payload` with what stands around it.
  SendResult WriteWithin(const Envelope& envelope, std::string_view payload);
  // Sends some bytes of a file behind what was sent before, without passing them through memory of
  // the process. It is kept open until then. Many of them count towards high_water, not towards
  // memory. REQUIRES: the bytes exist; if the file becomes shorter, the connection is abandoned.
  SendResult SendFile(FileSlice slice);
  // OnDrained comes as soon as the socket has room and nothing is queued: in a turn of its own.
  void AskForDrained();
  // Output that is queued, in bytes: what the socket has refused, and what was sent from outside
  // the connection's own turn (another's upcall, a timer, a task), which counts at once. What is
  // sent in its own turn gathers in the staging buffer and is not in it.
  std::size_t pending_output() const { return output_.bytes(); }

  // Ends the connection when all output has left; takes no more input or output from now on.
  void Close() {
    CloseFor(
        {.cause = state_.read == ReadSide::kEof ? CloseCause::kEndOfStream : CloseCause::kLocal});
  }
  // The same, for another reason than the service's wish. The first reason is the one reported.
  void CloseFor(const CloseReason& reason);
  // Ends it now: queued output is lost.
  void Abort(const CloseReason& reason);
  // Ends nothing by itself: an Abort that follows resets the connection. What the kernel has of our
  // output is lost then too, its memory free at once, and the peer cannot take a part for the
  // whole. TCP only; after Close has told the peer of the end it is too late.
  void ResetAtEnd();
  // Ends it for what its peer costs, as if the codec had refused it: with the protocol's farewell
  // for that cause if it has one and no answer is under way, at once otherwise.
  void Refuse(const CloseReason& reason);
  // Ends it when no request is begun, unanswered or held: what has arrived already is answered
  // first. The service is told (OnFinish).
  void Finish();

  // Pauses and resumes reading for the service's own reasons (Hold::kUser). Frames that have
  // arrived but were not delivered yet wait too. A held connection is not idle: no timeout but the
  // one on writing applies:
  void HoldReading() { AddHold(Hold::kUser); }
  void ReleaseReading() { ReleaseHold(Hold::kUser); }
  // Holds reading for one reason more. Nothing if that stands already, or if the connection is
  // closing.
  void AddHold(Hold hold);
  // Takes one reason away; reading goes on with the last. Nothing if it does not stand.
  void ReleaseHold(Hold hold);

  // Its name for other threads and for later; it keeps nothing alive.
  ConnectionRef ref() const;
  // Who is at the other end, as accept or connect told it. Valid as long as the connection.
  const PeerAddress& peer() const { return peer_; }
  // Why reading is held; HoldNames has the words. 0: it is not.
  HoldSet holds() const { return state_.holds; }
  // How far each direction has come to its end:
  ReadSide read_side() const { return state_.read; }
  WriteSide write_side() const { return state_.write; }
  // From the next byte on, input is delivered as it comes, if the codec can do that.
  virtual void EndFraming() = 0;
  // Bytes that arrived and wait to be delivered, for reading was held or they are no whole frame.
  std::size_t undelivered() const { return input_.size(); }
  // The socket has input that was not received yet, or the peer's end. A system call.
  bool InputWaits() const;
  // Finish was called: a good moment to tell the peer so, if the protocol can.
  bool finishing() const { return (state_.marks & kFinishing) != 0; }
  // What the service keeps in memory on this connection's behalf now, in bytes, so that it counts
  // towards the budget of all connections like the buffers do. May pause or end the connection.
  void AccountFor(std::size_t bytes);
  // Bytes that the connection holds in buffers of its own, and what is accounted for.
  std::size_t buffered() const { return input_.capacity() + output_.bytes() + accounted_; }
  // What it shares with the other connections of its service on this reactor; outlives it.
  ConnectionContext& context() const { return context_; }

  // Registers with the reactor and starts the clock. An error leaves it unregistered; the
  // descriptor stays the caller's then. REQUIRES: called once.
  [[nodiscard]] Error Open(Handle handle);
  // Tells the service (OnOpen). REQUIRES: Open succeeded, and the connection is in the table.
  void Start();
  // R7, as a question: nothing to do, or somebody knows.
  bool Accounted() const;

 protected:
  // Takes a generation from the table. `context` must outlive it; `peer` is copied.
  Connection(ConnectionContext& context, const PeerAddress& peer);

  // --- For the codec loop.

  // What one batch came to. (Small enough to be passed in registers.)
  struct Consumed {
    std::size_t bytes = 0;  // of complete frames, taken from the front
    // How many bytes there must be before it is worth asking again.
    std::size_t need : 62 = 0;
    // More of the message that the last frame belongs to must come.
    bool partial : 1 = false;
    // All that was taken belongs to that one message.
    bool same_message : 1 = false;
  };
  // Delivers and counts the frames in `bytes`, while Accepting(). REQUIRES: bytes; Accepting().
  virtual Consumed Consume(std::string_view bytes) = 0;
  // The next frame may be delivered: reading is open, nothing is held, nobody has closed.
  bool Accepting() const { return (state_.word() & State::Accepting().word()) == 0; }
  // A message has come in part.
  bool mid_message() const { return (state_.marks & kMidMessage) != 0; }
  // One turn of the input side. `consume` is Consume, known to the compiler, so that it becomes
  // part of the turn. Defined in framed_connection.h, where it is used.
  template <typename Consumer>
  Progress Turn(Consumer&& consume);
  // For a frame, or for the first part of a message: how long it may take.
  virtual Duration FrameTimeout() const = 0;
  // What the protocol says to a peer that it ends for this cause; may be empty.
  virtual std::string_view FarewellFor(CloseCause cause) const = 0;
  // The peer broke the protocol: say farewell unless an answer is under way, close.
  void RefuseMalformed(const char* reason, std::string_view farewell);
  // Sends prefix, payload and suffix as one, where they could not simply be staged.
  SendResult WriteSlowly(const Envelope& envelope, std::string_view payload);

  // --- What the service is told; FramedConnection passes it on.

  // It is registered and in the table; called once, before anything is delivered.
  virtual void Opened() = 0;
  // The peer has finished sending and everything it sent was delivered. Usually: Close.
  virtual void Ended() = 0;
  // All output has left the queue again after the socket had refused some; or it was asked for.
  virtual void Drained() = 0;
  // The server stops.
  virtual void Finishing() = 0;
  // Before a refusal. Answers whether a farewell may be sent: no answer is under way.
  virtual bool Refusing(const CloseReason& reason) = 0;
  // The end, called once. Nothing can be sent any more.
  virtual void Closed(const CloseReason& reason) = 0;

  Progress HandleOutput() final;
  Progress HandleBroken() final;
  void HandleClose(const CloseReason& reason) final;
  void Reclaim() final;

 private:
  friend class ConnectionTable;  // its hook
  using TableHook = boost::intrusive::unordered_set_member_hook<
      boost::intrusive::link_mode<boost::intrusive::normal_link>>;

  // How often within a timeout it is looked at whether the peer has moved. What has just moved is
  // noticed at the next look, so a timeout comes late by a fourth at most, and never early.
  static constexpr int kLooks = 4;

  using Marks = std::uint8_t;
  static constexpr Marks kFinishing = 1;
  static constexpr Marks kMidMessage = 2;
  static constexpr Marks kDrainedWanted = 4;  // AskForDrained
  static constexpr Marks kPardoned = 8;       // since the last look at the deadlines
  struct Target;
  // Of a look at the deadlines.
  struct Lateness {
    Duration by;  // the loop's, not the peer's
    bool was_pardoned;
  };

  // What a turn depends on, side by side: that all of it is as usual is one comparison with zero.
  struct State {
    HoldSet holds = 0;
    ReadSide read = ReadSide::kOpen;
    WriteSide write = WriteSide::kOpen;
    Marks marks = 0;

    constexpr std::uint32_t word() const { return std::bit_cast<std::uint32_t>(*this); }
    // The part of it that tells whether frames are delivered; the marks do not.
    static constexpr State Accepting() {
      return {static_cast<HoldSet>(~0u), static_cast<ReadSide>(0xff), static_cast<WriteSide>(0xff),
              0};
    }
  };

  // Reading: connection_input.cc.
  Progress UnusualTurn();
  Progress ContinueTurn(IoResult received, Consumed consumed);
  Progress ReceiveMore(std::size_t spent);
  Progress ReceivedNothing(IoResult received);
  // A receive that fell short has emptied the socket, unless the peer's end or urgent data is in
  // it; on an AF_UNIX socket, where descriptors that came along cut it too, never.
  bool DrainsWhenShort() const {
    return (ready() & (kPeerFinished | kUrgent | kBroken | kCutsReads)) == 0;
  }
  Target PrepareReceive(std::size_t bytes_max);
  void Process(std::string_view bytes, const char* own);
  void KeepRest(std::string_view bytes, const Consumed& consumed, const char* own);
  void StartInputClock(std::size_t bytes, bool same_body);
  Progress EndOfStream();
  Progress Discard();
  Progress EndTurn(Progress progress);
  Progress SettleTurn(Progress progress);
  void FinishIfQuiet();

  // Writing: connection_output.cc.
  void KeepUnsent(IoResult result, ConstBuffer staged);
  SendResult Enqueue(std::span<const ConstBuffer> pieces, std::size_t skip);
  IoResult SendPieces(std::span<const ConstBuffer> pieces);
  IoResult Settle(const IoResult& result, std::size_t wanted);
  Progress FlushQueue();
  void OutputGrew(bool began);
  IoResult SendFront(std::size_t bytes_max);
  IoResult SendFrontFile(const OutputChunk& front, std::size_t bytes_max);
  void SendStaged();
  void TellDrained();
  void FinishWriting();

  // Ending and deadlines: connection.cc.
  void Fail(Error error);
  static Time NextLook(Time now, Duration timeout);
  Duration InputTimeout() const;
  void CutOff();
  void ArmAt(Time deadline);
  void HandleTimeout(Time now) final;
  Time CheckDeadlines(Time now);
  Time StalledSince(Duration late, Time now);
  bool Pardons(const Lateness& late);
  static Time PardonEnd(Time now, Duration timeout);
  bool TakeMark(Marks mark) {
    const Marks before = std::exchange(state_.marks, static_cast<Marks>(state_.marks & ~mark));
    return (before & mark) != 0;
  }

  ConnectionContext& context_;
  TableHook table_hook_;
  InputBuffer input_;
  OutputQueue output_;
  std::size_t accounted_ = 0;  // bytes; see AccountFor
  Time quiet_since_{};         // no turn was seen since
  // When the unfinished frame began, or lingering; for a body, since when it would have been silent
  // if it had come at the minimum rate before. The epoch if none of them.
  Time since_{};
  PeerAddress peer_;
  std::uint32_t generation_;
  std::uint32_t seen_turn_ = 0;
  State state_;
  CloseReason close_reason_;
};

}  // namespace edgewise
