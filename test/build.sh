# Build folders and what they are built with: part of setup.sh.

# How the tests are built, by test/run and by test/soak. The warnings that g++ derives from its
# guesses about the flow are wrong too often for an error.
test_options=(--buildtype=debugoptimized "-Dcpp_args=-DEDGEWISE_DEBUG_CHECKS \
-Wno-error=array-bounds -Wno-error=maybe-uninitialized -Wno-error=stringop-overflow")

# is_version COMPILER NUMBER: warnings are errors with the compilers that the tree is kept clean
# for, g++ 12 and clang 14. What a later one has to say is no reason not to run the tests.
is_version() {
  if [[ "$("$1" -dumpversion 2>/dev/null)" == "$2"* ]]; then echo true; else echo false; fi
}

# configure FOLDER OPTION...: a build folder under the checkout; non-zero, with the log shown, if it
# cannot be had. A folder that was made with other options (Meson does not take over all changes) or
# before an optional header was installed, or that Meson refuses to reuse (the checkout has moved,
# say) is made anew, all but what was measured and downloaded there.
configure() {
  local folder="$root/$1" options
  options="${CXX:-} ${*:2} $(optional_headers)"
  shift
  need_space "$root" 1500
  if [[ -f "$folder/build.ninja" && "$(cat "$folder/options" 2>/dev/null)" == "$options" ]] &&
    run_step "[build] configuring $(basename "$folder")" \
      meson setup --reconfigure "$folder" "$root" "$@"; then
    return
  fi
  if [[ -d "$folder" ]]; then
    find "$folder" -mindepth 1 -maxdepth 1 ! -name results ! -name foreign -exec rm -rf {} +
  fi
  run_step "[build] configuring $(basename "$folder")" meson setup "$folder" "$root" "$@" || {
    show_log_tail
    return 1
  }
  printf '%s\n' "$options" >"$folder/options"
}

# compile FOLDER TARGET...: everything there, or only some targets.
compile() {
  local folder="$root/$1"
  shift
  run_step "[build] compiling $(basename "$folder")" \
    meson compile -C "$folder" -j "$jobs" "$@" || {
    show_log_tail 60
    return 1
  }
}
