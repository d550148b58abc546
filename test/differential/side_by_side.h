// SideBySide: one walk on the real kernel and on a simulated one, in step.
//
// A real outcome is one that the simulation could produce, if the simulation produces it as soon as
// its buffers are as large as the real ones turned out to be. So after each operation the real
// sockets are asked three numbers, and the simulated ones are given them: how many bytes a send
// took, how far a stream has arrived, and whether there is room enough for OUT. Everything else
// (answers, masks, edges, ends, errors, the bytes themselves, numbers of descriptors) must come out
// the same by itself.
//
// What the real kernel does a little later than the call that made it (a loopback that was busy) is
// awaited: until both are in the same state, or patience is over, which is a mismatch.
//
// One thing happens with no call at all: a late acknowledgement, which nobody can await, since it
// may be delayed for 40 ms or more. If one comes in the middle of a step (of a FIN, it is an edge),
// then what was seen before it and what was seen after it do not belong together, and a mismatch of
// that step says nothing: the walk was disturbed, and has to be run again.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "reactor/kernel/simulated/plain_chooser.h"
#include "reactor/kernel/simulated/simulated_kernel.h"
#include "reactor/kernel/simulated/tcp_socket.h"
#include "test/differential/arm.h"
#include "test/differential/real_end.h"

namespace edgewise::differential {

// What came out differently. A value.
struct Mismatch {
  std::size_t step = 0;
  std::string what;
};

// Threading: one. Ownership: of everything that a walk opens, on both sides.
class SideBySide {
 public:
  // Larger than any buffer of a real kernel.
  static constexpr std::size_t kRoomy = std::size_t{1} << 40;

  // `base`: the lowest number that is free in this process, with none open above it.
  SideBySide(Handle base, Handle passed);

  // REQUIRES: called once.
  std::optional<Mismatch> Run(const Walk& walk);
  // Run's mismatch may be no more than a late acknowledgement.
  bool disturbed() const { return disturbed_; }
  // The steps so far, with both outcomes, for people.
  std::string Report(const Walk& walk) const;
  // Steps that were awaited because the real kernel was late.
  std::size_t awaited() const { return awaited_; }
  // The walk ended early: the real kernel had no memory for a segment that arrived, dropped it
  // (which is an edge of its own) and does not take it until somebody reads. This is not modelled.
  bool lost() const { return lost_; }

 private:
  struct End {
    sim::TcpSocket* socket;
    RealEnd real;
    Handle handle;  // of the real one
  };
  using Ends = std::vector<End>;

  std::optional<std::string> Step(const Operation& operation, Looks looks);
  Outcome Simulated(const Operation& operation, const Outcome& real);
  std::optional<std::string> Settle();
  std::optional<std::string> Levels();
  std::optional<std::string> Disagreement();
  Ends LookAtEnds();
  bool InFlight();
  bool Dropped();
  // Something that was unacknowledged at the beginning of the step is no more.
  bool AcknowledgedMeanwhile();
  // Gives the simulated sockets the limits of the real ones; returns how these were.
  Ends Follow();
  void FollowUrgent();
  void FollowUnix();
  // Lets virtual time go by until nothing more comes of what was done.
  void Idle();
  sim::SocketDescription* Socket(int variable);
  sim::TcpSocket* Tcp(int variable);

  sim::PlainChooser chooser_;
  sim::World world_;
  sim::SimulatedKernel kernel_;
  Arm real_;
  Arm simulated_;
  std::vector<Outcome> real_outcomes_;
  std::vector<Outcome> simulated_outcomes_;
  Ends at_begin_;  // of the step
  std::size_t awaited_ = 0;
  bool lost_ = false;
  bool disturbed_ = false;
};

}  // namespace edgewise::differential
