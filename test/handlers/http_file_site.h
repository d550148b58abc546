// A stage that serves a folder of files, and what its tests ask of an answer.
#pragma once

#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "handlers/http/http_files.h"
#include "test/handlers/http_script.h"
#include "test/handlers/peer.h"
#include "test/support/scratch_folder.h"

namespace edgewise::handlers_test {

struct FileStage : HttpStage {
  explicit FileStage(const StageOptions& options = {}, HttpFilesOptions file_options = {})
      : HttpStage(options) {
    folder.Write("secret.txt", "secret");
    folder.Write("site/index.html", "<p>home</p>");
    folder.Write("site/a b.txt", "0123456789");
    folder.Write("site/empty", "");
    folder.Write("site/sub/index.html", "<p>sub</p>");
    folder.Write("site/bare/x.css", "p {}");
    folder.Write("site/.env", "PASSWORD=1");
    folder.Write("site/.git/config", "[core]");
    folder.Write("site/.well-known/security.txt", "Contact: x");
    folder.Write("site/large.bin", Pattern(kLarge));
    // So that its date is one that a client can rely on.
    std::filesystem::last_write_time(
        folder / "site/a b.txt",
        std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
    std::filesystem::create_directories(folder / "site/odd/index.html");
    std::filesystem::create_symlink("../secret.txt", folder / "site/link.txt");
    auto opened = HttpFiles::Open(folder / "site", file_options, kernel);
    REQUIRE(opened.ok());
    files = *std::move(opened);
    http.on_request = [this](const HttpRequest& request, HttpResponder& response) {
      files->Answer(request, request.path(), response);
    };
  }
  static constexpr std::size_t kLarge = 3'000'000;
  ScratchFolder folder;
  std::unique_ptr<HttpFiles> files;  // closed before the stage looks what was left open
};

inline std::string GetWith(std::string_view path, std::string_view fields,
                           std::string_view method = "GET") {
  return std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" +
         std::string(fields) + "\r\n";
}

inline std::string FieldOf(const std::string& answer, std::string_view name) {
  const std::size_t at = answer.find("\r\n" + std::string(name) + ": ");
  if (at == std::string::npos) return {};
  const std::size_t begin = at + 4 + name.size();
  return answer.substr(begin, answer.find("\r\n", begin) - begin);
}

inline std::string BodyOf(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

inline int StatusOf(const std::string& answer) { return std::stoi(answer.substr(9, 3)); }

}  // namespace edgewise::handlers_test
