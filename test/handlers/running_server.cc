// A thread around Run.
#include "test/handlers/running_server.h"

#include <catch2/catch_test_macros.hpp>

namespace edgewise::handlers_test {

RunningServer::RunningServer(Server& server) : server_(server) {
  REQUIRE(server.Start().ok());
  thread_ = std::thread([this] { exit_code_ = server_.Run(); });
}

int RunningServer::Stop() {
  if (thread_.joinable()) server_.Stop();
  return Join();
}

int RunningServer::Join() {
  if (thread_.joinable()) thread_.join();
  return exit_code_;
}

}  // namespace edgewise::handlers_test
