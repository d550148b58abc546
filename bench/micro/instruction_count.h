// InstructionCount: how many instructions a stretch of the program took, told by callgrind.
//
// Time on a shared machine is a guess; instructions are the same each time. Under
//
//   valgrind --tool=callgrind --instr-atstart=no edgewise-micro
//
// each case leaves one dump of callgrind's, whose "Trigger" line ends in the words given to Report.
// Everywhere else nothing happens.
#pragma once

#include <string>

namespace edgewise::micro {

// Threading: one thread; what other threads do meanwhile is counted, too. Ownership: none.
class InstructionCount {
 public:
  // The program runs under valgrind, and was built where valgrind's headers are.
  static bool Available();

  // The stretches that are counted.
  static void Resume();
  static void Pause();
  // Dumps what was counted since the last Report.
  static void Report(const std::string& words);
};

}  // namespace edgewise::micro
