# Set-up shared by bench/run, test/run and docs/build: sourced, never executed.
#
# It installs what is missing on Debian 12, Debian 13 and Ubuntu 24.04, and nothing else: a machine
# that has everything, whatever its distribution, is left alone and needs neither root nor network.
# The machine's own package sources are never changed. What the tools print goes to $log; people
# see one line per step, and the end of the log when a step fails.

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
log_dir="$root/build-logs"
log="$log_dir/$(basename "$(dirname "$0")")-$(basename "$0").log"
source "$root/test/wanted.sh"
source "$root/test/build.sh"
jobs="$(nproc 2>/dev/null || echo 2)"
step_pid=""
missing=()  # packages, in Debian's names
lists_read=""  # whether this run has read the package lists

say() { printf '%s\n' "$@"; }

die() {
  printf 'error: %s\n' "$1" >&2
  shift
  if (($#)); then printf '       %s\n' "$@" >&2; fi
  exit 1
}

begin_log() {
  { mkdir -p "$log_dir" && : >"$log"; } 2>/dev/null || die "cannot write $log" \
    "Make the checkout writable for $(id -un), or free some space on its disk."
}

# Ends the step that is running (it has a session of its own, so nothing it started outlives it).
stop_step() {
  if [[ -n "$step_pid" ]]; then
    kill -TERM -- "-$step_pid" 2>/dev/null || true
    step_pid=""
  fi
}

# run_step TEXT COMMAND...: runs quietly, with a sign of life every half minute.
run_step() {
  local text="$1" begin=$SECONDS next=30 status=0
  shift
  say "$text"
  printf '\n== %s: %s\n' "$text" "$*" >>"$log"
  setsid "$@" >>"$log" 2>&1 </dev/null &
  step_pid=$!
  while kill -0 "$step_pid" 2>/dev/null; do
    sleep 0.2
    if ((SECONDS - begin >= next)); then
      say "  ... $((SECONDS - begin)) s"
      next=$((next + 30))
    fi
  done
  wait "$step_pid" || status=$?
  step_pid=""
  return "$status"
}

show_log_tail() {
  say "--- the end of $log:"
  tail -n "${1:-40}" "$log"
  say "---"
  if tail -n 200 "$log" | grep -qi 'no space left on device'; then
    say "The disk is full. Free some space and run it again:"
    df -h "$root" /var "${TMPDIR:-/tmp}"
  fi
}

# need_space PATH MEGABYTES: an error before a half-finished build, rather than after it.
need_space() {
  local free
  free="$(df -Pm "$1" 2>/dev/null | awk 'NR == 2 {print $4}')"
  [[ -z "$free" ]] || ((free >= $2)) ||
    die "only $free MB free on the disk of $1; $2 MB are needed" "Free some space there."
}

have() { command -v "$1" >/dev/null 2>&1; }

need_command() { have "$1" || missing+=("$2"); }

# A header may be there without the package; ask the compiler.
have_header() {
  printf '#include <%s>\n' "$1" | "${CXX:-g++}" -std=c++20 -E -x c++ - >/dev/null 2>&1
}

have_pkg() { have pkg-config && pkg-config --exists "$1" 2>/dev/null; }

have_meson() { have meson && meson --version 2>/dev/null | grep -qE '^[1-9]'; }

have_catch2() { have_pkg 'catch2-with-main >= 3'; }

have_fuzzer_runtime() {
  local probe status=0
  have clang++ || return 1
  probe="$(mktemp)"
  printf 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }\n' |
    clang++ -fsanitize=fuzzer,address -x c++ - -o "$probe" >/dev/null 2>&1 || status=1
  rm -f "$probe"
  return "$status"
}

# find_missing MODE: fills `missing` for quick, bench, compare, test, all or docs.
find_missing() {
  missing=()
  if [[ "$1" == docs ]]; then
    need_command python3 python3
    mapfile -t -O "${#missing[@]}" missing < <(missing_for_docs)
    return
  fi
  have_header span || missing+=(g++)
  have_meson || missing+=(meson)
  need_command ninja ninja-build
  need_command pkg-config pkg-config
  # Meson asks it where libraries belong, and takes lib64 else, where nobody looks.
  [[ -z "$(distribution)" ]] || need_command dpkg-architecture dpkg-dev
  need_command python3 python3
  have_pkg absl_status && have_pkg absl_flags_parse || missing+=(libabsl-dev)
  have_header boost/intrusive/list.hpp && have_header boost/beast/http/basic_parser.hpp ||
    missing+=(libboost-dev)
  have_header boost/context/fiber.hpp || missing+=(libboost-context-dev)
  have_header nlohmann/json.hpp || missing+=(nlohmann-json3-dev)
  need_command wrk wrk
  need_command curl curl
  if [[ "$1" == quick ]]; then return; fi
  need_command strace strace
  if [[ "$1" == bench || "$1" == compare ]]; then
    need_command valgrind valgrind
    return
  fi
  have_catch2 || missing+=(catch2)
  need_command nm binutils
  need_command patch patch
  need_command socat socat
  { nc -h 2>&1 || true; } | grep -q OpenBSD || missing+=(netcat-openbsd)
  need_command ab apache2-utils
  need_command clang-format clang-format
  if [[ "$1" == all ]]; then
    need_command clang++ clang
    need_command clang-tidy clang-tidy
    have_fuzzer_runtime || missing+=(libclang-rt-dev)
  fi
}

# One word for the distribution, empty if it is none that we know how to install on.
distribution() {
  local id="" version=""
  if [[ -r /etc/os-release ]]; then
    id="$(. /etc/os-release && printf %s "${ID:-}")"
    version="$(. /etc/os-release && printf %s "${VERSION_ID:-}")"
  fi
  case "$id-$version" in
    debian-12) say bookworm ;;
    debian-13) say trixie ;;
    ubuntu-24.04) say noble ;;
  esac
}

explain_by_hand() {
  printf '%s\n' "Missing (names as in Debian): ${missing[*]}"
  if [[ "$1" == docs ]]; then return; fi
  printf '%s\n' \
    "Needed: a C++20 compiler (g++ 12 or clang 14), Meson 1.0, Ninja, pkg-config, Abseil, the" \
    "headers of Boost 1.74 and of nlohmann-json, Python 3, curl and wrk; for the tests also" \
    "Catch2 3, clang-format 14, ab, nc (OpenBSD's), socat and strace. Install them with your" \
    "own package manager and run this again: what is there is used as it is. Where there is no" \
    "package of Catch2 or Abseil, 'meson setup' fetches and builds them itself, by" \
    "subprojects/*.wrap."
}

# as_root COMMAND...: for use after check_root.
as_root() {
  if ((EUID == 0)); then
    env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a "$@"
  else
    sudo -n env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a "$@"
  fi
}

check_root() {
  if ((EUID == 0)) || sudo -n true 2>/dev/null; then return; fi
  die "these packages are missing, and installing them needs root: ${missing[*]}" \
    "Run this once as root or as a user whose sudo asks for no password, or have somebody run:" \
    "  apt-get install ${missing[*]}" \
    "(on Debian 12, catch2 has to be version 3: it is in the backports suite)"
}

apt() {
  as_root apt-get -q -y -o DPkg::Lock::Timeout=180 -o Acquire::Retries=3 \
    -o Acquire::http::Timeout=30 -o Acquire::https::Timeout=30 -o Dpkg::Use-Pty=0 \
    -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
}

# The functions run in a session of their own (see run_step), in a shell that knows them.
export -f apt as_root say
in_step() { run_step "$1" bash -c '"$@"' bash "${@:2}"; }

apt_failed() {
  show_log_tail 25
  die "$1" "What could not be installed: ${missing[*]}" \
    "Most often the machine has no way to its package mirror: try 'apt-get update' by hand, look" \
    "at the proxy settings (http_proxy, /etc/apt/apt.conf.d) and at the free space under /var."
}

# Once in a run. One of several sources may be out of reach and not be needed; installing tells.
read_package_lists() {
  if [[ -n "$lists_read" ]]; then return; fi
  lists_read=yes
  in_step "[setup] reading the package lists" apt -o APT::Update::Error-Mode=any update ||
    say "[setup] not every package list could be fetched; going on with what is there"
}

install_packages() {
  in_step "[setup] installing: $*" apt install --no-install-recommends "$@" ||
    apt_failed "installing packages failed"
}

# Debian 12 has Catch2 3 in its backports suite only. It is taken from there by this one command,
# through lists of our own: the machine's sources stay as they are. The mirror is the machine's.
install_catch2_from_backports() {
  local mirror private status=0
  mirror="$(apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' 2>/dev/null |
    sort -u | head -n 1)"
  [[ -n "$mirror" ]] || die "the machine's package sources name no mirror of Debian 12 (bookworm)" \
    "Catch2 3 is installed from the bookworm-backports suite of that mirror. Add the mirror to" \
    "/etc/apt/sources.list, or install Catch2 3 by hand."
  private="$(mktemp -d)"
  chmod 755 "$private"
  mkdir -p "$private/lists/partial"
  local keyring=/usr/share/keyrings/debian-archive-keyring.gpg option=""
  if [[ -r "$keyring" ]]; then option="[signed-by=$keyring] "; fi
  printf 'deb %s%s bookworm-backports main\n' "$option" "$mirror" >"$private/sources.list"
  local suite=(-o "Dir::Etc::sourcelist=$private/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State::lists=$private/lists")
  in_step "[setup] reading the package list of bookworm-backports" apt "${suite[@]}" \
    -o APT::Update::Error-Mode=any update &&
    in_step "[setup] installing: catch2 (from bookworm-backports)" apt "${suite[@]}" \
      install --no-install-recommends -t bookworm-backports catch2 || status=1
  as_root rm -rf "$private"
  ((status == 0)) || apt_failed "installing Catch2 3 from bookworm-backports failed"
}

# set_up MODE: after it, everything that MODE (quick, bench, compare, test, all) needs is there.
# docs/build has nothing that is only wanted, and calls install_missing.
set_up() {
  install_missing "$1"
  install_wanted "$1"
}

install_missing() {
  find_missing "$1"
  if ((${#missing[@]} == 0)); then return; fi
  say "[setup] missing: ${missing[*]}"
  local codename
  codename="$(distribution)"
  if [[ -z "$codename" ]] || ! have apt-get; then
    mapfile -t advice < <(explain_by_hand "$1")
    die "programs or libraries are missing, and only Debian 12, Debian 13 and Ubuntu 24.04 are" \
      "set up by this script." "${advice[@]}"
  fi
  check_root
  need_space /var 700
  read_package_lists
  local ordinary=() package catch2_later=""
  for package in "${missing[@]}"; do
    if [[ "$package" == catch2 && "$codename" == bookworm ]]; then
      catch2_later=yes
    else
      ordinary+=("$package")
    fi
  done
  if ((${#ordinary[@]})); then install_packages "${ordinary[@]}"; fi
  if [[ -n "$catch2_later" ]]; then install_catch2_from_backports; fi
  find_missing "$1"
  ((${#missing[@]} == 0)) || die "still missing after the installation: ${missing[*]}" \
    "Another version may stand first in PATH, or CXX may name another compiler. The log: $log"
}
