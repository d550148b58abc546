// What the service of this outside project answers, for the service and for its simulated test.
#pragma once

#include <edgewise.h>

class Greeting : public edgewise::HttpHandler {
  void OnRequest(const edgewise::HttpRequest& request, edgewise::HttpResponder& response) override {
    response.Send({.content_type = "text/plain"}, "hello " + std::string(request.path()));
  }
};
