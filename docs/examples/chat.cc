// A chat room: each line that somebody sends goes to all others.
//
//   example-chat [ADDRESS]      (127.0.0.1:9002; port 0 lets the system choose)
//   nc 127.0.0.1 9002           (twice)
//
// One thread, so the room needs no lock. With several, each has connections of its own: keep a room
// for each worker, and hand lines from one to the other with Server::Post.
#include <edgewise.h>

#include <string>
#include <string_view>
#include <unordered_set>

namespace {

using edgewise::Connection;

// The pointers are good from OnOpen to OnClose: a connection outlives its OnClose, not its round.
class Room {
 public:
  // The number of the guest.
  int Enter(Connection& guest) {
    guests_.insert(&guest);
    return ++last_number_;
  }
  void Leave(Connection& guest) { guests_.erase(&guest); }

  // Runs in the upcall of `from`. What is sent to others is queued, and leaves in their own turn. A
  // guest who does not read is given up at outbound_bytes_max; it leaves the set later, in its
  // OnClose at the end of the round, never during this walk.
  void Tell(const Connection& from, std::string_view text) {
    for (Connection* guest : guests_) {
      if (guest != &from) guest->Send(text);
    }
  }

 private:
  std::unordered_set<Connection*> guests_;
  int last_number_ = 0;
};

// One is made for each connection, with a copy of the pointer that Serve was given.
class Guest final : public edgewise::FrameHandler {
 public:
  explicit Guest(Room* room) : room_(*room) {}

  void OnOpen(Connection& peer) override {
    name_ = "guest " + std::to_string(room_.Enter(peer));
    peer.Send("you are " + name_);
    room_.Tell(peer, name_ + " is here");
  }
  void OnFrame(Connection& peer, std::string_view line) override {
    room_.Tell(peer, name_ + ": " + std::string(line));
  }
  void OnClose(Connection& peer, const edgewise::CloseReason& reason) override {
    room_.Leave(peer);
    room_.Tell(peer, name_ + " is gone (" + std::string(CloseCauseName(reason.cause)) + ")");
  }

 private:
  Room& room_;
  std::string name_;
};

}  // namespace

int main(int argc, char** argv) {
  Room room;  // outlives the server: its last connections are closed by its destructor
  edgewise::Server server(
      {.listen = argc > 1 ? argv[1] : "127.0.0.1:9002",
       .announce = true,
       .connection = {.idle_timeout = edgewise::kForever, .outbound_bytes_max = 1 << 20}});
  server.Serve<edgewise::Lines, Guest>(&room);
  return server.Run();
}
