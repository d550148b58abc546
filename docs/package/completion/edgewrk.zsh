#compdef edgewrk
# zsh completion for edgewrk. test/package holds it against --help.
local kinds='idle greedy slow-reader slow-sender reset half-close vanish'
local -a schemes=(http:// frame:// echo:// http+unix:/// frame+unix:/// echo+unix:///)
_arguments -s \
  '(-c --connections)'{-c+,--connections=}'[connections to keep open]:n: ' \
  '(-d --duration)'{-d+,--duration=}'[duration of the test]:time: ' \
  '(-t --threads)'{-t+,--threads=}'[threads to use]:n: ' \
  '*'{-H+,--header=}'[add a header to the request]:header: ' \
  '--timeout=[a request that takes longer is counted as timed out]:time: ' \
  '(-R --rate)'{-R+,--rate=}'[requests a second in all]:n: ' \
  '(-L --latency)'{-L,--latency}'[print latency statistics]' \
  '(-U --u_latency)'{-U,--u_latency}'[print uncorrected latency statistics, too]' \
  '(-B --batch_latency)'{-B,--batch_latency}'[accepted: a batch is measured request by request]' \
  '(-P --pipeline)'{-P+,--pipeline=}'[requests in flight on each connection]:n: ' \
  '--method=[method of the request]:method:(GET HEAD POST PUT DELETE OPTIONS PATCH)' \
  '--body=[body of the request, or @ and a file]:body: ' \
  '--payload=[bytes in one request of frame and echo]:n: ' \
  '--arrivals=[at equal distances, or by chance]:arrivals:(constant poisson)' \
  '--seed=[seed of chance]:n: ' \
  '--warmup=[load before, that is not measured]:time: ' \
  '--ramp-up=[the connections begin one after the other]:time: ' \
  '--think=[a pause before each request or batch]:time: ' \
  '--churn=[requests on one connection]:n: ' \
  '*--beside=[clients of bad manners beside the load]:beside:'"($kinds)" \
  '--json=[everything, for programs]:file:_files' \
  '--hgrm=[percentiles as HdrHistogram writes them]:file:_files' \
  '--report=[one HTML page with pictures]:file:_files' \
  '*--assert=[exit 1 if it is not so]:objective: ' \
  '--server-pid=[the processor time of the server, too]:pid: ' \
  '--vs=[compare with that server]:url:compadd -S "" -- $schemes' \
  '--vs-pid=[the process of that server]:pid: ' \
  '--blocks=[blocks of a comparison]:n: ' \
  '--sweep[look for the knee]' \
  '(-v --version)'{-v,--version}'[print version details]' \
  '(-h --help)'{-h,--help}'[print the options]' \
  '1:url:compadd -S "" -- selftest $schemes'
