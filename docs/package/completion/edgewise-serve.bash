# bash completion for edgewise-serve. test/package holds it against --help.
_edgewise_serve() {
  local current="${COMP_WORDS[COMP_CWORD]}" option="${COMP_WORDS[COMP_CWORD - 1]}"
  if [[ "$current" == "=" ]]; then
    current=""
  elif [[ "$option" == "=" ]]; then
    option="${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  case "$option" in
    --root)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -d -- "$current")
      return
      ;;
    --access_log | --record | --replay | --print_recording)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --access_log_format)
      mapfile -t COMPREPLY < <(compgen -W "common json" -- "$current")
      return
      ;;
    --memory_policy)
      mapfile -t COMPREPLY < <(compgen -W "pause refuse shed" -- "$current")
      return
      ;;
    --listen)
      compopt -o nospace
      # A colon is a word of its own here, so only what stands before it is completed.
      mapfile -t COMPREPLY < <(compgen -W "http frame echo line http+unix frame+unix \
        echo+unix line+unix" -S "://" -- "$current")
      return
      ;;
  esac
  # After an option that has its value; or a value that nothing is known of.
  if [[ "$current" != -* && "$option" == --* && "$option" != --help ]]; then
    return
  fi
  compopt -o nospace
  mapfile -t COMPREPLY < <(compgen -W "--help --listen \
    --root= --access_log= --access_log_format= --threads= --spin= --bulk_bytes_max= --bulk_slice= \
    --record= --replay= --print_recording= --idle_timeout= --frame_timeout= --head_timeout= \
    --body_timeout= --body_rate_min= --write_timeout= --linger_timeout= --drain_timeout= \
    --requests_max= --connections_max= --connections_per_address_max= --frame_bytes_max= \
    --http_body_bytes_max= --high_water= --low_water= --outbound_bytes_max= --buffer_bytes_max= \
    --memory_policy= --backlog=" -- "$current")
  if [[ "${COMPREPLY[*]}" == --help || "${COMPREPLY[*]}" == --listen ]]; then
    compopt +o nospace
  fi
}
complete -F _edgewise_serve edgewise-serve
