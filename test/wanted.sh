# What only some tests or comparisons need, and what is done without where it cannot be had: part of
# setup.sh. (nginx and HAProxy are used where they are, not installed: their packages would start
# them.)

wanted=()  # packages, in Debian's names

# find_wanted MODE: fills `wanted`, for bench, compare, test or all.
find_wanted() {
  wanted=()
  if [[ "$1" == compare || "$1" == all ]]; then want_peers; fi
  if [[ "$1" == bench || "$1" == all ]]; then have_pkg benchmark || wanted+=(libbenchmark-dev); fi
  if [[ "$1" == compare ]]; then need_wanted perf "$(perf_package)"; fi
  if [[ "$1" != test && "$1" != all ]]; then return; fi
  need_wanted slowhttptest slowhttptest
  if [[ "$1" == test ]]; then return; fi
  need_wanted valgrind valgrind
  need_wanted chromium chromium
  [[ -f /usr/share/llhttp/api.c ]] || wanted+=(node-llhttp)
}

# The libraries that bench/peers is written on.
want_peers() {
  have_header event2/event.h || wanted+=(libevent-dev)
  have_header uv.h || wanted+=(libuv1-dev)
  have_header asio.hpp || wanted+=(libasio-dev)
  have_header ev.h || wanted+=(libev-dev)
}

# It counts system calls; where there is none, strace does.
perf_package() {
  if [[ "$(distribution)" == noble ]]; then say linux-tools-generic; else say linux-perf; fi
}

need_wanted() { have "$1" || wanted+=("$2"); }

# What is wanted is installed one by one where that can be done, and done without where it cannot.
install_wanted() {
  local package
  find_wanted "$1"
  if ((${#wanted[@]} == 0)); then return; fi
  if ! have apt-get || ! { ((EUID == 0)) || sudo -n true 2>/dev/null; }; then
    say "[setup] not here, so what needs them is left out: ${wanted[*]}"
    return
  fi
  in_step "[setup] reading the package lists" apt update || true
  for package in "${wanted[@]}"; do
    in_step "[setup] installing: $package" apt install --no-install-recommends "$package" ||
      say "[setup] $package cannot be had here: what needs it is left out"
  done
}
