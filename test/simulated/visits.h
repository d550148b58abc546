// Visits: the smallest scenarios there are: one client, a few words, and what must come of it.
#pragma once

#include "reactor/kernel/simulated/simulation.h"

namespace edgewise::simulated_test {

// Each is judged strictly: what came is the beginning of what should, all of it unless a fault that
// was met excuses the rest; there is an end for each beginning; the server's run ends with 0.

// Whether an allocation of the process under test has failed, which excuses losses, too. Null: none
// ever does. If there is one, a second client comes after the first, who must lose nothing that
// failed before it came.
inline bool (*memory_failed)() = nullptr;

// Two frames that are echoed, then the client's end.
void FrameVisit(sim::Simulation& simulation);
// The same, with so little room that the answers have to be queued on both sides.
void NarrowVisit(sim::Simulation& simulation);
// One HTTP request, with a body.
void HttpVisit(sim::Simulation& simulation);
// A Client that connects to somebody, says one thing, hears it back and closes.
void ClientVisit(sim::Simulation& simulation);
// A server that is stopped while a client is there.
void DrainVisit(sim::Simulation& simulation);
// A server that meets faults when it starts; FrameVisit if it can start all the same.
void StartVisit(sim::Simulation& simulation);
// A post to the server's thread for each frame, answered from there.
void PostVisit(sim::Simulation& simulation);

}  // namespace edgewise::simulated_test
