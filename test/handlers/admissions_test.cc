// Counting connections in and out.
#include "handlers/admissions.h"

#include <catch2/catch_test_macros.hpp>

namespace edgewise {
namespace {

PeerAddress Ipv4(std::uint8_t last, std::uint16_t port = 1) {
  return PeerAddress(SocketAddress::Ipv4({127, 0, 0, last}, port));
}

}  // namespace

TEST_CASE("the total is met exactly, and whoever leaves makes room") {
  Admissions admissions(3, 0);
  for (std::uint8_t i = 0; i < 3; ++i) {
    CHECK(admissions.HasRoom());
    CHECK(admissions.Admit(Ipv4(i)) == Admissions::Verdict::kAdmitted);
  }
  CHECK_FALSE(admissions.HasRoom());
  CHECK(admissions.Admit(Ipv4(9)) == Admissions::Verdict::kTotal);
  CHECK(admissions.total() == 3);
  admissions.Leave(Ipv4(1));
  CHECK(admissions.Admit(Ipv4(9)) == Admissions::Verdict::kAdmitted);
}

TEST_CASE("an address is counted whatever its port, and a refused one counts for nothing") {
  Admissions admissions(100, 2);
  CHECK(admissions.Admit(Ipv4(1, 1000)) == Admissions::Verdict::kAdmitted);
  CHECK(admissions.Admit(Ipv4(1, 1001)) == Admissions::Verdict::kAdmitted);
  CHECK(admissions.Admit(Ipv4(1, 1002)) == Admissions::Verdict::kAddress);
  CHECK(admissions.Admit(Ipv4(2, 1000)) == Admissions::Verdict::kAdmitted);
  CHECK(admissions.total() == 3);
  admissions.Leave(Ipv4(1, 1001));
  CHECK(admissions.Admit(Ipv4(1, 1003)) == Admissions::Verdict::kAdmitted);
}

TEST_CASE("peers of a path have no address to count") {
  Admissions admissions(5, 1);
  const PeerAddress local(SocketAddress::Unix(""));
  for (int i = 0; i < 5; ++i) CHECK(admissions.Admit(local) == Admissions::Verdict::kAdmitted);
  CHECK(admissions.Admit(local) == Admissions::Verdict::kTotal);
  for (int i = 0; i < 5; ++i) admissions.Leave(local);
  CHECK(admissions.total() == 0);
}

TEST_CASE("the default total stays below half of the descriptor limit") {
  for (const std::size_t limit : {1024u, 20000u, 1048576u, 64u}) {
    CHECK(Admissions::DefaultTotal(limit) < limit / 2);
  }
  CHECK(Admissions::DefaultTotal(1024) > 400);
  CHECK(Admissions::DefaultTotal(0) == 1);
  CHECK(Admissions::DefaultTotal(10) == 1);
}

}  // namespace edgewise
