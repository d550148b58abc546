// CompanyGuest: one connection of bad manners at a time, and the next one when that is over.
//
// All kinds are the same but for how much they may send (their credit), whether they read, and what
// they do once the credit is spent:
//
//   idle         one request           reads     holds
//   greedy       answers + depth       reads     waits for answers
//   slow-reader  without end           never     -
//   slow-sender  a byte each second    reads     waits for the second
//   reset        half a request        reads     resets
//   half-close   one request           reads     ends its stream, waits for the server's end
//   vanish       nothing               -         closes
//
// What the server closes is counted by how it did: everything that had arrived is read first, by a
// slow-reader too, for then it cannot help the server any more.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "bench/edgewrk/company_answers.h"
#include "bench/edgewrk/company_loop.h"
#include "bench/edgewrk/company_report.h"
#include "bench/edgewrk/company_table.h"

namespace edgewise::wrk {

// Threading: the loop's thread. Ownership: of its socket. The table must outlive it.
class CompanyGuest {
 public:
  explicit CompanyGuest(CompanyTable& table) : table_(table) {}
  CompanyGuest(const CompanyGuest&) = delete;
  CompanyGuest& operator=(const CompanyGuest&) = delete;
  ~CompanyGuest();

  void ArriveAt(Time time) { ArmAt(time); }
  // The party is over: counts what this guest is doing, and closes its connection.
  void Leave();

  void OnEvents(std::uint32_t events);
  void OnTime();

 private:
  enum class Stage : std::uint8_t {
    kAway,        // until the time comes
    kConnecting,  // …
    kPresent,
    kHalfClosed,  // its stream has ended
  };
  // How the server closed a connection.
  enum class Ended : std::uint8_t { kByFin, kByReset };
  enum class Come : std::uint8_t { kAgain, kLater };

  CompanyKind kind() const { return table_.report.spec.kind; }
  CompanyReport& report() { return table_.report; }
  bool here() const { return stage_ == Stage::kPresent || stage_ == Stage::kHalfClosed; }

  void Connect();
  void ConnectFailed(int error);
  void Connected();
  ssize_t Receive();
  void Read();
  void SendFailed();
  void Count(const CompanyAnswers::Taken& taken);
  std::uint64_t Credit() const;
  void Send();
  void CreditIsSpent();
  void WatchForMore();

  void EndedByServer(Ended how);
  void CloseOurselves(Come when);
  void CloseSocket();
  void Part(Come when);
  void Settle();
  void ArmAt(Time time);
  void Disarm();

  CompanyTable& table_;
  std::optional<CompanyAnswers> answers_;
  int fd_ = -1;
  Stage stage_ = Stage::kAway;
  bool settled_ = false;
  std::uint32_t watched_ = 0;
  std::size_t address_ = 0;         // of the plan's
  std::size_t addresses_left_ = 0;  // to be tried before it has failed
  Duration pause_{};                // before it comes again
  Time armed_ = kNever;
  Time opened_{};
  // Of this connection:
  std::uint64_t sent_ = 0;
  std::uint64_t ticks_ = 0;  // slow-sender: seconds begun
  std::uint64_t answered_ = 0;
  std::uint64_t requests_ = 0;
};

}  // namespace edgewise::wrk
