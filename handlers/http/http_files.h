// HttpFiles: the files beneath a directory, as answers.
//
// What is named by a path is opened beneath the root by the kernel itself (openat2 with
// RESOLVE_BENEATH): no "..", absolute path or symbolic link leads out of it, whoever renames things
// meanwhile. Before that, segments that are empty, "." or "..", or contain an encoded slash name
// nothing; nor do those that begin with a dot, but for ".well-known": ".git" and ".env" are not for
// the public. A directory is answered with its index, if it has one, never with a listing. Only
// regular files are sent.
//
// Conditional requests are evaluated against a strong entity tag, made of size and time of change,
// and that time (HttpPreconditions); a part is sent where a range asks for it (HttpRange).
//
// Opening and reading may wait for the disk, and everybody on this reactor with it: meant for files
// that the system has in memory, as it does with what is often asked for.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "handlers/http/http_header_value.h"
#include "handlers/http/http_request.h"
#include "handlers/http/http_responder.h"
#include "handlers/open_file.h"
#include "reactor/kernel/linux_kernel.h"

namespace edgewise {

// A value.
struct HttpFilesOptions {
  // What a path that ends with a slash stands for; empty: nothing.
  std::string index = "index.html";
  // Sent as Cache-Control with each file, for example "max-age=3600"; empty: not sent.
  HttpHeaderValue cache_control{};
};

// Threading: any number of threads at once; nothing changes. Ownership: of the open directory.
//
//   auto files = edgewise::HttpFiles::Open("www");
//
//   // in a handler:
//   (*files)->Answer(request, request.path(), response);          // all of a site
//
//   // for the route "/static/{path...}":
//   (*files)->Answer(request, *path.Encoded("path"), response);
class HttpFiles {
 public:
  // Errors name the directory, and what to do.
  static absl::StatusOr<std::unique_ptr<HttpFiles>> Open(std::string_view root,
                                                         HttpFilesOptions options = {},
                                                         Kernel& kernel = LinuxKernel::Instance());

  // Of a directory opened with Kernel::OpenDirectory. `kernel` must outlive it.
  HttpFiles(std::unique_ptr<OpenFile> root, HttpFilesOptions options, Kernel& kernel)
      : index_(std::move(options.index)),
        cache_control_(options.cache_control.text()),
        kernel_(kernel),
        root_(std::move(root)) {}
  HttpFiles(const HttpFiles&) = delete;
  HttpFiles& operator=(const HttpFiles&) = delete;

  // Answers with what `path`, percent-encoded, names beneath the root; a slash in front means
  // nothing. Or with 304, 206, 416, 412; 301 to a directory's name with its slash; 404, 403, 405,
  // 400, 503. REQUIRES: nothing was sent for this request yet.
  void Answer(const HttpRequest& request, std::string_view path, HttpResponder& response) const;

 private:
  struct Found;

  void SendFound(const HttpRequest& request, const std::string& name, HttpResponder& response,
                 Found found) const;

  const std::string index_;
  const std::string cache_control_;
  Kernel& kernel_;
  const std::unique_ptr<OpenFile> root_;
};

}  // namespace edgewise
