# bash completion for edgewrk. test/package holds it against --help.
_edgewrk() {
  local current="${COMP_WORDS[COMP_CWORD]}" option="${COMP_WORDS[COMP_CWORD - 1]}"
  if [[ "$current" == "=" ]]; then
    current=""
  elif [[ "$option" == "=" ]]; then
    option="${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  case "$option" in
    --json | --hgrm | --report)
      compopt -o filenames
      mapfile -t COMPREPLY < <(compgen -f -- "$current")
      return
      ;;
    --body)
      if [[ "$current" == @* ]]; then
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -P @ -- "${current#@}")
      fi
      return
      ;;
    --method)
      mapfile -t COMPREPLY < <(compgen -W "GET HEAD POST PUT DELETE OPTIONS PATCH" -- "$current")
      return
      ;;
    --arrivals)
      mapfile -t COMPREPLY < <(compgen -W "constant poisson" -- "$current")
      return
      ;;
    --beside)
      mapfile -t COMPREPLY < <(compgen -W "idle greedy slow-reader slow-sender \
        reset half-close vanish" -- "$current")
      return
      ;;
    -c | --connections | -d | --duration | -t | --threads | -H | --header | --timeout | -R | \
    --rate | -P | --pipeline | --payload | --seed | --warmup | --ramp-up | --think | --churn | \
    --assert | --server-pid | --vs | --vs-pid | --blocks)
      return
      ;;
  esac
  if [[ "$current" == -* ]]; then
    mapfile -t COMPREPLY < <(compgen -W "\
      -c -d -t -H -R -L -U -B -P -v -h --connections --duration --threads --header --timeout \
      --rate --latency --u_latency --batch_latency --pipeline --method --body --payload \
      --arrivals --seed --warmup --ramp-up --think --churn --beside --json --hgrm --report \
      --assert --server-pid --vs --vs-pid --blocks --sweep --version --help" -- "$current")
  else
    # A colon is a word of its own here, so only what stands before it is completed.
    compopt -o nospace
    mapfile -t COMPREPLY < <(compgen -W "http frame echo http+unix frame+unix echo+unix" \
      -S "://" -- "$current")
    mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -W selftest -- "$current")
  fi
}
complete -F _edgewrk edgewrk
