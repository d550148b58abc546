// SocketFolder: a fresh folder for AF_UNIX sockets, gone at the end of the scope.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "reactor/kernel/linux_kernel.h"
#include "test/kernel/raw.h"

namespace edgewise::handlers_test {

// Threading: the test's own thread.
class SocketFolder {
 public:
  SocketFolder() : path_(kernel_test::raw::MakeFolder()) {}
  SocketFolder(const SocketFolder&) = delete;
  SocketFolder& operator=(const SocketFolder&) = delete;
  ~SocketFolder() {
    for (const std::string& socket : sockets_) LinuxKernel::Instance().RemovePath(socket);
    kernel_test::raw::RemoveFolder(path_);
  }

  const std::string& path() const { return path_; }
  // An address in it. Whatever is left there goes with the folder.
  SocketAddress Socket(std::string_view name) {
    sockets_.push_back(path_ + "/" + std::string(name));
    return SocketAddress::Unix(sockets_.back());
  }

 private:
  std::string path_;
  std::vector<std::string> sockets_;
};

}  // namespace edgewise::handlers_test
