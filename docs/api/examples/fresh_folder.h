// FreshFolder: the working directory until the end of the scope, and gone with it. (The tests have
// one that is not entered, and is theirs: the documents do not include test/.)
#pragma once

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

namespace edgewise {

class FreshFolder {
 public:
  FreshFolder() {
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("cannot make " + path_);
    std::filesystem::current_path(path_);
  }
  FreshFolder(const FreshFolder&) = delete;
  FreshFolder& operator=(const FreshFolder&) = delete;
  ~FreshFolder() {
    std::filesystem::current_path(before_);
    std::filesystem::remove_all(path_);
  }

 private:
  std::filesystem::path before_ = std::filesystem::current_path();
  std::string path_ = (std::filesystem::temp_directory_path() / "edgewise-XXXXXX").string();
};

}  // namespace edgewise
