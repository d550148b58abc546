// A key-value store over frames. It stands apart from its main, so that a test has it, too.
#pragma once

#include <edgewise.h>

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>

// Shared by all connections: they have one thread, so it needs no lock.
struct Store {
  static constexpr std::size_t kEntriesMax = 1000;
  std::map<std::string, std::string, std::less<>> entries;

  // False: there is no room for another key.
  bool Set(std::string key, std::string value) {
    if (entries.size() >= kEntriesMax && !entries.contains(key)) return false;
    entries.insert_or_assign(std::move(key), std::move(value));
    return true;
  }
};

// One is made for each connection. A frame is a request:
//   SET key value   answered by  OK, or FULL
//   GET key                      = value, or NONE
//   DEL key                      OK, or NONE
class KvHandler final : public edgewise::FrameHandler {
 public:
  explicit KvHandler(Store* store) : store_(*store) {}

  void OnFrame(edgewise::Connection& peer, std::string_view frame) override {
    const std::string_view verb = TakeWord(frame);
    const std::string_view key = TakeWord(frame);
    if (verb == "SET" && !key.empty()) {
      // A frame is a view that ends with this call: what is kept is copied.
      peer.Send(store_.Set(std::string(key), std::string(frame)) ? "OK" : "FULL");
    } else if (verb == "GET") {
      const auto found = store_.entries.find(key);
      peer.Send(found == store_.entries.end() ? "NONE" : "= " + found->second);
    } else if (verb == "DEL") {
      const auto found = store_.entries.find(key);
      peer.Send(found == store_.entries.end() ? "NONE" : "OK");
      if (found != store_.entries.end()) store_.entries.erase(found);
    } else {
      peer.Send("? SET key value, GET key, DEL key");
      peer.Close();  // when that has left
    }
  }

 private:
  static std::string_view TakeWord(std::string_view& text) {
    const std::string_view word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    return word;
  }

  Store& store_;
};
