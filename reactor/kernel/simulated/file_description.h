// FileDescription: what no readiness tells of: files, directories, logs, placeholders.
#pragma once

#include <string>
#include <utility>

#include "reactor/kernel/simulated/description.h"

namespace edgewise::sim {

class FileDescription final : public Description {
 public:
  FileDescription(Kind kind, std::string path) : Description(kind), path_(std::move(path)) {}
  const std::string& path() const { return path_; }
  EpollMask Poll() override { return kEpollIn | kEpollOut; }
  void Released() override {}

 private:
  const std::string path_;
};

}  // namespace edgewise::sim
