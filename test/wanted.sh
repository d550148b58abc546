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
  need_wanted spin spin
  # What test/package builds outside projects with, and holds manual pages and completions against.
  need_wanted make make
  need_wanted cmake cmake
  need_wanted mandoc mandoc
  need_wanted zsh zsh
  need_wanted fish fish
  if [[ "$1" == test ]]; then return; fi
  need_wanted valgrind valgrind
  need_wanted chromium chromium
  [[ -f /usr/share/llhttp/api.c ]] || wanted+=(node-llhttp)
  mapfile -t -O "${#wanted[@]}" wanted < <(missing_for_docs)
}

# What docs/build needs and is not here, one package a line: needed there, wanted by the tests.
missing_for_docs() {
  if [[ -z "$(sphinx_python)" ]]; then printf '%s\n' python3-sphinx python3-myst-parser furo; fi
  have doxygen || say doxygen
  [[ -d /usr/share/doxygen-awesome-css ]] || say doxygen-awesome-css
}

# The Python that has Sphinx and what we use with it; the one that stands first in PATH need not be
# the distribution's.
sphinx_python() {
  local python
  for python in python3 /usr/bin/python3; do
    if "$python" -c 'import furo, myst_parser, sphinx' 2>/dev/null; then
      say "$python"
      return
    fi
  done
}

# The libraries that bench/peers is written on.
want_peers() {
  have_header event2/event.h || wanted+=(libevent-dev)
  have_header uv.h || wanted+=(libuv1-dev)
  have_header asio.hpp || wanted+=(libasio-dev)
  have_header ev.h || wanted+=(libev-dev)
}

# The headers that are there of those that bench/peers asks the compiler for. Meson keeps the answer
# "no" even across --reconfigure, so a folder from before their installation would never have them.
optional_headers() {
  local header
  for header in asio.hpp ev.h boost/beast/http.hpp; do
    printf '#if __has_include(<%s>)\n"%s"\n#endif\n' "$header" "$header"
  done | "${CXX:-g++}" -std=c++20 -E -P -x c++ - 2>/dev/null | paste -s -d ' '
}

# It counts system calls; where there is none, strace does.
perf_package() {
  if [[ "$(distribution)" == noble ]]; then say linux-tools-generic; else say linux-perf; fi
}

need_wanted() { have "$1" || wanted+=("$2"); }

# What could not be had is remembered for a day, one package a line.
unavailable="$log_dir/unavailable"

# leave_out_unavailable: takes out of `wanted` what could not be had within the last day.
leave_out_unavailable() {
  local package left=() out=()
  find "$unavailable" -mmin +1439 -delete 2>/dev/null || true
  for package in "${wanted[@]}"; do
    if grep -qxF -e "$package" "$unavailable" 2>/dev/null; then
      out+=("$package")
    else
      left+=("$package")
    fi
  done
  if ((${#out[@]})); then
    say "[setup] left out, as they could not be had last time: ${out[*]}" \
      "        (tried again after a day, or when $unavailable is removed)"
  fi
  wanted=("${left[@]}")
}

# What is wanted is installed one by one where that can be done, and done without where it cannot.
install_wanted() {
  local package
  find_wanted "$1"
  leave_out_unavailable
  if ((${#wanted[@]} == 0)); then return; fi
  if ! have apt-get || ! { ((EUID == 0)) || sudo -n true 2>/dev/null; }; then
    say "[setup] not here, so what needs them is left out: ${wanted[*]}"
    return
  fi
  read_package_lists
  for package in "${wanted[@]}"; do
    in_step "[setup] installing: $package" apt install --no-install-recommends "$package" ||
      say "[setup] $package cannot be had here: what needs it is left out"
  done
  # A package may also be there without what is wanted of it.
  find_wanted "$1"
  for package in "${wanted[@]}"; do
    grep -qxF -e "$package" "$unavailable" 2>/dev/null || printf '%s\n' "$package" >>"$unavailable"
  done
}
