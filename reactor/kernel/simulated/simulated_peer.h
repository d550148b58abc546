// SimulatedPeer: a client that reads like a blocking program.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "reactor/kernel/simulated/simulated_kernel.h"

namespace edgewise::sim {

// One socket of a client process. Every call waits, in virtual time, until it is done or the
// connection is over; there is no patience to run out: a client that waits for what never comes
// stops the world, which is a violation.
//
// Threading: one thread of its world at a time. Ownership: of its descriptors.
//
//   SimulatedPeer alice(simulation.clients(), server.addresses().front());
//   alice.Send("hello\n");
//   const std::string answer = alice.ReceiveLine();
//   simulation.Check(alice.over() || answer == "hello", "an echo is what was sent");
class SimulatedPeer {
 public:
  // A socket that is not connected yet; `settings` may be made on its handle().
  explicit SimulatedPeer(SimulatedKernel& kernel, AddressFamily family = AddressFamily::kIpv4);
  // The same, and connects.
  SimulatedPeer(SimulatedKernel& kernel, const SocketAddress& address);
  SimulatedPeer(const SimulatedPeer&) = delete;
  SimulatedPeer& operator=(const SimulatedPeer&) = delete;
  // As Close.
  ~SimulatedPeer();

  // From this address of the network (10.0.0.0/8), with a port of the system's choice.
  void BindTo(const SocketAddress& address);
  // The answer: connected; if not, error() says why.
  bool Connect(const SocketAddress& address);
  // Sends all of it. False: the connection broke before the last byte was taken.
  bool Send(std::string_view bytes);
  // Sends what the socket takes at once; answers how much.
  std::size_t SendSome(std::string_view bytes);
  // Takes what is there at once, at most `bytes_max` of it; whether there was any. It is kept in
  // received(), handed out by nobody.
  bool TakeSome(std::size_t bytes_max);
  // Waits until there may be something to take, or room to send. Not if the connection is over.
  void Await();
  // Waits for something, takes at most `bytes_max` of it. Empty: over.
  std::string Receive(std::size_t bytes_max = 65536);
  // Exactly so many bytes; fewer: over.
  std::string ReceiveExactly(std::size_t count);
  // A line without its end (LF or CRLF); what there is, if it is over before.
  std::string ReceiveLine();
  // Up to the end of the stream.
  std::string ReceiveToEnd();
  // Sends no more (SHUT_WR).
  void Finish();
  // Ends it as close(2) does.
  void Close();
  // Ends it with a reset.
  void Reset();
  // Lets time go by.
  void Wait(Duration duration);

  // kNoHandle once it was closed.
  Handle handle() const { return handle_; }
  // The server's end was received; the connection broke:
  bool ended() const { return ended_; }
  Error error() const { return error_; }
  // Nothing more will come: it ended or broke.
  bool over() const { return ended_ || error_ != Error::kNone; }
  // All that was received so far, of which `taken()` bytes were handed out:
  const std::string& received() const { return received_; }
  std::size_t taken() const { return taken_; }

 private:
  // Takes from the socket into received_; false: over.
  bool Pull(std::size_t bytes_max);
  std::string Take(std::size_t count);

  SimulatedKernel& kernel_;
  Handle handle_ = kNoHandle;
  Handle epoll_ = kNoHandle;
  std::string received_;
  std::size_t taken_ = 0;
  bool ended_ = false;
  Error error_ = Error::kNone;
};

}  // namespace edgewise::sim
