// A tree of segments. A search visits each node once at the most, so a path cannot make it slow.
#include "handlers/http/http_router.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "handlers/http/percent_decode.h"
#include "reactor/kernel/text.h"

namespace edgewise {
namespace {

constexpr std::array<std::pair<HttpMethod, std::string_view>, 9> kMethods{{
    {HttpMethod::kGet, "GET"},
    {HttpMethod::kHead, "HEAD"},
    {HttpMethod::kPost, "POST"},
    {HttpMethod::kPut, "PUT"},
    {HttpMethod::kDelete, "DELETE"},
    {HttpMethod::kConnect, "CONNECT"},
    {HttpMethod::kOptions, "OPTIONS"},
    {HttpMethod::kTrace, "TRACE"},
    {HttpMethod::kPatch, "PATCH"},
}};

HttpRouteMatch::Methods BitOf(HttpMethod method) {
  return static_cast<HttpRouteMatch::Methods>(1u << static_cast<unsigned>(method));
}

// Cuts the first segment off `rest`, which begins behind a '/'. `last`: no '/' follows it.
std::string_view TakeSegment(std::string_view& rest, bool& last) {
  const std::size_t slash = rest.find('/');
  last = slash == std::string_view::npos;
  const std::string_view segment = rest.substr(0, slash);
  rest.remove_prefix(last ? rest.size() : slash + 1);
  return segment;
}

absl::Status Invalid(std::string_view pattern, std::string_view why) {
  const std::string text = "the route \"" + std::string(pattern) + "\": " + std::string(why);
  return absl::InvalidArgumentError(AbslView(text));
}

enum class SegmentKind : std::uint8_t { kText, kParameter, kRest };

// One segment of a pattern.
struct Piece {
  SegmentKind kind = SegmentKind::kText;
  std::string_view text;  // or the name
};

// What is wrong with a segment; null if nothing is.
const char* ParsePiece(std::string_view segment, bool last, Piece& piece) {
  if (segment.find_first_of("{}") == std::string_view::npos) {
    if (segment.empty() && !last) return "it has an empty segment";
    if (segment.find_first_of("%?#") != std::string_view::npos) {
      return "write it decoded, without query and fragment";
    }
    if (IsDotSegment(segment)) return "no path with a . or .. segment is routed";
    piece = {SegmentKind::kText, segment};
    return nullptr;
  }
  if (segment.size() < 2 || segment.front() != '{' || segment.back() != '}') {
    return "a parameter is a whole segment, like {id}";
  }
  std::string_view name = segment.substr(1, segment.size() - 2);
  piece.kind = SegmentKind::kParameter;
  if (name.ends_with("...")) {
    if (!last) return "a parameter for the rest must be the last segment";
    name.remove_suffix(3);
    piece.kind = SegmentKind::kRest;
  }
  if (name.empty() || name.find_first_of("{}.") != std::string_view::npos) {
    return "a parameter needs a name, without dots and braces";
  }
  piece.text = name;
  return nullptr;
}

}  // namespace

struct HttpRouter::Leaf {
  HttpMethod method;
  std::size_t route;
  std::vector<std::string> names;
};

struct HttpRouter::Node {
  // The child for that piece, made if there is none yet.
  Node& Child(const Piece& piece) {
    if (piece.kind != SegmentKind::kText) {
      std::unique_ptr<Node>& child = piece.kind == SegmentKind::kRest ? rest : parameter;
      if (!child) child = std::make_unique<Node>();
      return *child;
    }
    for (auto& [text, child] : texts) {
      if (text == piece.text) return *child;
    }
    texts.emplace_back(piece.text, std::make_unique<Node>());
    return *texts.back().second;
  }

  std::vector<std::pair<std::string, std::unique_ptr<Node>>> texts;
  std::unique_ptr<Node> parameter;
  std::unique_ptr<Node> rest;
  std::vector<Leaf> leaves;
};

struct HttpRouter::Search {
  HttpMethod method;
  HttpRouteMatch match;
  HttpPathParameters::Values values{};
  bool found() const { return match.kind == HttpRouteMatch::Kind::kFound; }
};

HttpRouter::HttpRouter() : root_(std::make_unique<Node>()) {}
HttpRouter::~HttpRouter() = default;

absl::Status HttpRouter::Add(HttpMethod method, std::string_view pattern, std::size_t route) {
  if (method == HttpMethod::kOther) return Invalid(pattern, "it needs a method that has a name");
  if (!pattern.starts_with('/')) return Invalid(pattern, "it must begin with /");
  std::vector<Piece> pieces;
  std::vector<std::string> names;
  std::string_view rest = pattern.substr(1);
  for (bool last = false; !last;) {
    const std::string_view segment = TakeSegment(rest, last);
    Piece piece;
    const char* const wrong = ParsePiece(segment, last, piece);
    if (wrong != nullptr) return Invalid(pattern, wrong);
    pieces.push_back(piece);
    if (piece.kind == SegmentKind::kText) continue;
    if (std::ranges::find(names, piece.text) != names.end()) {
      return Invalid(pattern, "it has two parameters of one name");
    }
    names.emplace_back(piece.text);
  }
  if (names.size() > HttpPathParameters::kMax) {
    return Invalid(pattern, "it has more than 8 parameters");
  }
  Node* node = root_.get();
  for (const Piece& piece : pieces) node = &node->Child(piece);
  for (const Leaf& leaf : node->leaves) {
    if (leaf.method == method) {
      return absl::AlreadyExistsError(
          AbslView("the route \"" + std::string(pattern) + "\" is there already for that method"));
    }
  }
  node->leaves.push_back({method, route, std::move(names)});
  return absl::OkStatus();
}

HttpRouteMatch HttpRouter::Match(HttpMethod method, std::string_view path) const {
  Search search{.method = method, .match = {}};
  if (!IsDecodable(path)) {
    search.match.kind = HttpRouteMatch::Kind::kBadPath;
    return search.match;
  }
  if (!path.starts_with('/')) return search.match;
  std::string_view rest = path.substr(1);
  for (bool last = false; !last;) {
    const std::string_view segment = TakeSegment(rest, last);
    if (IsDotSegment(segment) || (segment.empty() && !last)) return search.match;
  }
  Visit(*root_, path.substr(1), 0, search);
  if (!search.found() && search.match.allowed != 0) {
    search.match.kind = HttpRouteMatch::Kind::kNoSuchMethod;
  }
  return search.match;
}

// `rest` is what follows the '/' behind this node's segment; `depth` parameters were met before.
void HttpRouter::Visit(const Node& node, std::string_view rest, std::size_t depth, Search& search) {
  std::string_view after = rest;
  bool last = false;
  const std::string_view segment = TakeSegment(after, last);
  const auto go_on = [&](const Node& child, std::size_t met) {
    if (last) {
      Arrive(child, search);
    } else {
      Visit(child, after, met, search);
    }
    return search.found();
  };
  for (const auto& [text, child] : node.texts) {
    if (SegmentIs(segment, text) && go_on(*child, depth)) return;
  }
  if (node.parameter && !segment.empty()) {
    search.values[depth] = segment;
    if (go_on(*node.parameter, depth + 1)) return;
  }
  if (node.rest) {
    search.values[depth] = rest;
    Arrive(*node.rest, search);
  }
}

const HttpRouter::Leaf* HttpRouter::LeafFor(const Node& node, HttpMethod method) {
  for (const Leaf& leaf : node.leaves) {
    if (leaf.method == method) return &leaf;
  }
  return method == HttpMethod::kHead ? LeafFor(node, HttpMethod::kGet) : nullptr;
}

// The path ends at this node.
void HttpRouter::Arrive(const Node& node, Search& search) {
  const Leaf* const leaf = LeafFor(node, search.method);
  if (leaf == nullptr) {
    for (const Leaf& other : node.leaves) {
      search.match.allowed |= BitOf(other.method);
      if (other.method == HttpMethod::kGet) search.match.allowed |= BitOf(HttpMethod::kHead);
    }
    return;
  }
  search.match.kind = HttpRouteMatch::Kind::kFound;
  search.match.route = leaf->route;
  search.match.parameters = HttpPathParameters(leaf->names, search.values);
}

std::string MethodNames(HttpRouteMatch::Methods methods) {
  std::string names;
  for (const auto& [method, name] : kMethods) {
    if ((methods & BitOf(method)) == 0) continue;
    if (!names.empty()) names += ", ";
    names += name;
  }
  return names;
}

}  // namespace edgewise
