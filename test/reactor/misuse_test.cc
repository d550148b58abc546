// What a reactor says when it is misused in a way that it cannot go on from: which mistake it was.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <memory>

#include "reactor/signal_handler.h"
#include "test/reactor/death.h"
#include "test/reactor/reactor_fixture.h"

namespace edgewise {
namespace {

using Catch::Matchers::ContainsSubstring;
using Call = FakeKernel::Call;

TEST_CASE("a descriptor that somebody else closed is told of when its handler is retired") {
  CHECK_THAT(DeathMessage([] {
               ReactorFixture fixture;
               ScriptedHandler& a = fixture.Add("a");
               static_cast<void>(fixture.kernel.Close(a.handle()));
               fixture.reactor.Retire(a, {.cause = CloseCause::kLocal});
             }),
             ContainsSubstring("left epoll before its handler was retired"));
}

TEST_CASE("a reactor's own descriptors that somebody else closed are told of") {
  CHECK_THAT(DeathMessage([] {
               ReactorFixture fixture;
               fixture.kernel.Fail(Call::kEpollWait, 1, Error::kBadHandle);
               fixture.Round();
             }),
             ContainsSubstring("was the reactor's descriptor closed by someone else?"));
  CHECK_THAT(DeathMessage([] {
               struct Late : Timer {
                 void HandleTimeout(Time) override {}
               } late;
               ReactorFixture fixture;
               fixture.reactor.timers().Arm(late, fixture.reactor.now() + std::chrono::hours(1));
               fixture.kernel.Fail(Call::kArmTimer, 1, Error::kBadHandle);
               fixture.Round();
             }),
             ContainsSubstring("timerfd_settime failed"));
}

TEST_CASE("a reactor that is destroyed too early says what is to be done before") {
  CHECK_THAT(DeathMessage([] {
               ReactorFixture handlers_of;
               const auto reactor = std::make_unique<Reactor>(handlers_of.kernel);
               ScriptedHandler& a = handlers_of.Make("a");
               const Handle handle = handlers_of.kernel.OpenSocket(AddressFamily::kIpv4).handle();
               static_cast<void>(reactor->Register(a, handle, Watch::kStream, kReadable));
             }),
             ContainsSubstring("destroyed with handlers registered"));
  CHECK_THAT(DeathMessage([] {
               FakeKernel kernel;
               auto reactor = std::make_unique<Reactor>(kernel);
               static_cast<void>(reactor->Post([&reactor] { reactor.reset(); }));
               reactor->RunOnce(Duration::zero());
             }),
             ContainsSubstring("destroyed from within its own round"));
}

}  // namespace
}  // namespace edgewise
