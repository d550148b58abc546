// Notes over HTTP, and the files of a folder:   how-to-http [ADDRESS [FOLDER]]
#include <edgewise.h>

#include <iostream>
#include <map>
#include <string>

namespace {

using edgewise::HttpMethod;
using edgewise::HttpPathParameters;
using edgewise::HttpRequest;
using edgewise::HttpResponder;

using Notes = std::map<std::string, std::string>;

// One is made for each connection; each route is a member function.
class Site final : public edgewise::RoutedHttpHandler<Site> {
 public:
  Site(const edgewise::HttpRoutes<Site>* routes, Notes* notes, const edgewise::HttpFiles* files)
      : RoutedHttpHandler(routes), notes_(*notes), files_(*files) {}

  void Read(const HttpRequest&, const HttpPathParameters& path, HttpResponder& response) {
    const auto note = notes_.find(path.Get("name"));
    if (note == notes_.end()) {
      response.SendError(edgewise::HttpStatus::kNotFound, "no such note; PUT it first");
    } else {
      response.Send({.content_type = "text/plain; charset=utf-8"}, note->second);
    }
  }
  void Keep(const HttpRequest& request, const HttpPathParameters& path, HttpResponder& response) {
    const bool is_new = notes_.insert_or_assign(path.Get("name"), request.body()).second;
    response.Send(
        {.status = is_new ? edgewise::HttpStatus::kCreated : edgewise::HttpStatus::kNoContent}, "");
  }
  void File(const HttpRequest& request, const HttpPathParameters& path, HttpResponder& response) {
    files_.Answer(request, *path.Encoded("path"), response);
  }

 private:
  Notes& notes_;
  const edgewise::HttpFiles& files_;
};

}  // namespace

int main(int argc, char** argv) {
  const auto files = edgewise::HttpFiles::Open(argc > 2 ? argv[2] : ".");
  if (!files.ok()) {
    std::cerr << files.status().message() << '\n';
    return 1;
  }
  Notes notes;
  edgewise::HttpRoutes<Site> routes;
  routes.On(HttpMethod::kGet, "/notes/{name}", &Site::Read)
      .On(HttpMethod::kPut, "/notes/{name}", &Site::Keep, {.body_bytes_max = 1000})
      .On(HttpMethod::kGet, "/files/{path...}", &Site::File);
  edgewise::Server server({.listen = argc > 1 ? argv[1] : "127.0.0.1:8080", .announce = true});
  server.Serve<edgewise::Http1, Site>(&routes, &notes, files->get());
  return server.Run();
}
