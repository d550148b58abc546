# What only some tests need, and what is skipped where it cannot be had: part of setup.sh. (nginx
# and HAProxy are used where they are, not installed: their packages would start them.)

wanted=()  # packages, in Debian's names

# find_wanted MODE: fills `wanted`, for test or all.
find_wanted() {
  wanted=()
  if [[ "$1" != test && "$1" != all ]]; then return; fi
  need_wanted slowhttptest slowhttptest
  if [[ "$1" == test ]]; then return; fi
  need_wanted chromium chromium
  [[ -f /usr/share/llhttp/api.c ]] || wanted+=(node-llhttp)
}

need_wanted() { have "$1" || wanted+=("$2"); }

# What is wanted is installed one by one where that can be done, and done without where it cannot.
install_wanted() {
  local package
  find_wanted "$1"
  if ((${#wanted[@]} == 0)); then return; fi
  if ! have apt-get || ! { ((EUID == 0)) || sudo -n true 2>/dev/null; }; then
    say "[setup] not here, so the tests that need them are skipped: ${wanted[*]}"
    return
  fi
  in_step "[setup] reading the package lists" apt update || true
  for package in "${wanted[@]}"; do
    in_step "[setup] installing: $package" apt install --no-install-recommends "$package" ||
      say "[setup] $package cannot be had here: the tests that need it are skipped"
  done
}
