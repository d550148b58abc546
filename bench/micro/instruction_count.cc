// Valgrind's client requests, which are a few instructions without effect outside of it.
#include "bench/micro/instruction_count.h"

#if __has_include(<valgrind/callgrind.h>)
#include <valgrind/callgrind.h>
#define EDGEWISE_HAS_CALLGRIND 1
#else
#define EDGEWISE_HAS_CALLGRIND 0
#endif

namespace edgewise::micro {

#if EDGEWISE_HAS_CALLGRIND

bool InstructionCount::Available() { return RUNNING_ON_VALGRIND != 0; }
void InstructionCount::Resume() { CALLGRIND_START_INSTRUMENTATION; }
void InstructionCount::Pause() { CALLGRIND_STOP_INSTRUMENTATION; }
void InstructionCount::Report(const std::string& words) { CALLGRIND_DUMP_STATS_AT(words.c_str()); }

#else

bool InstructionCount::Available() { return false; }
void InstructionCount::Resume() {}
void InstructionCount::Pause() {}
void InstructionCount::Report(const std::string&) {}

#endif

}  // namespace edgewise::micro
