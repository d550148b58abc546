# nginx and haproxy without installing them: sourced, never executed.
#
# Their packages would start services, and want root. Here they are downloaded and unpacked into a
# folder, with those of their libraries that the machine does not have; nothing else is changed.

# unpack_foreign FOLDER: nginx and haproxy to FOLDER/usr/sbin, unless they are in PATH or there
# already. Quiet. Non-zero if one of them cannot be had (no network, no Debian): go without.
unpack_foreign() {
  local folder="$1" program status=0
  for program in nginx haproxy; do
    if command -v "$program" >/dev/null 2>&1 || foreign_runs "$folder" "$program"; then continue; fi
    unpack_package "$folder" "$program" >/dev/null 2>&1 || true  # set -e; the next line tells
    if ! foreign_runs "$folder" "$program"; then
      rm -f "$folder/usr/sbin/$program"
      status=1
    fi
  done
  return "$status"
}

# The folders of the unpacked libraries, as LD_LIBRARY_PATH has them.
foreign_libraries() {
  find "$1" -name '*.so*' -not -path '*/modules/*' -printf '%h\n' 2>/dev/null | sort -u |
    paste -s -d :
}

foreign_runs() {
  [[ -x "$1/usr/sbin/$2" ]] &&
    LD_LIBRARY_PATH="$(foreign_libraries "$1")" "$1/usr/sbin/$2" -v >/dev/null 2>&1
}

# unpack_package FOLDER PACKAGE: by the machine's package lists or, where these are missing or
# stale, by fresh ones of our own. In a shell of its own, so that its traps clean up on any way out.
unpack_package() (
  command -v apt-get && command -v dpkg-deb && mkdir -p "$1" || exit 1
  unpacking=""
  trap 'rm -rf "$unpacking"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  trap 'exit 129' HUP
  unpacking="$(mktemp -d)" || exit 1
  private=(-o "Dir::State::lists=$unpacking/lists" -o "Dir::Cache=$unpacking/cache")
  download_and_unpack "$1" "$2" "$unpacking/machine" || {
    mkdir -p "$unpacking/lists/partial" "$unpacking/cache/archives/partial" &&
      apt_get "${private[@]}" update &&
      download_and_unpack "$1" "$2" "$unpacking/own" "${private[@]}"
  }
)

# download_and_unpack FOLDER PACKAGE STAGING OPTION...: the package and what it needs and is not
# there. What is installed, if older than wanted, stays as it is ("Inst NAME [OLD] (NEW ...)").
download_and_unpack() {
  local folder="$1" package="$2" staging="$3" names file
  shift 3
  mkdir -p "$staging" || return 1
  mapfile -t names < <(apt_get "$@" -s install --no-install-recommends "$package" |
    awk '$1 == "Inst" && $3 !~ /^\[/ {print $2}')
  ((${#names[@]})) || return 1
  (cd "$staging" && apt_get "$@" download "${names[@]}") || return 1
  for file in "$staging"/*.deb; do
    dpkg-deb -x "$file" "$folder" || return 1
  done
}

# As the user who runs it: apt's own user may not write to the staging folder.
apt_get() {
  apt-get -q -o Acquire::Retries=1 -o Acquire::http::Timeout=20 -o Acquire::https::Timeout=20 \
    -o "APT::Sandbox::User=$(id -un)" "$@"
}
