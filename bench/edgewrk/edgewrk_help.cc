// What --help prints.
#include "bench/edgewrk/edgewrk_options.h"

namespace edgewise::wrk {

std::string_view EdgewrkHelp() {
  return R"(Usage: edgewrk <options> <url>
       edgewrk selftest

  wrk's options (numbers may end in k, M or G, times in s, m or h; also ms and us):
    -c, --connections <N>  Connections to keep open (10)
    -d, --duration    <T>  Duration of test (10s)
    -t, --threads     <N>  Number of threads to use (2)
    -H, --header      <H>  Add header to request
        --latency          Print latency statistics
        --timeout     <T>  A request that takes longer is counted as timed out (2s)
  wrk2's:
    -R, --rate        <T>  Requests a second in all, at times that no answer moves; latency counts
                           from then
    -L, --latency          Print latency statistics, with the detailed percentile spectrum
    -U, --u_latency        Print uncorrected latency statistics, too
    -B, --batch_latency    Accepted: a batch is measured request by request
  Ours:
    -P, --pipeline    <N>  Requests in flight on each connection (1)
        --method      <M>  Method of the request (GET; POST with a body)
        --body <TEXT|@FILE>  Body of the request
        --payload     <N>  Bytes in one request of frame:// and echo:// (64)
        --arrivals <constant|poisson>  With a rate: at equal distances, or by chance (constant)
        --seed        <N>  Of chance (1)
        --warmup      <T>  Load before, that is not measured (0s)
        --ramp-up     <T>  The connections begin one after the other, over so long (0s)
        --think       <T>  Without a rate: a pause before each request or batch (0s)
        --churn       <N>  Requests on one connection, which is replaced then (no limit)
        --beside <KIND[:N]>  N (10) clients of bad manners beside the load, on a thread of their
                           own; may be repeated: idle, greedy, slow-reader, slow-sender, reset,
                           half-close, vanish
        --json    <FILE>   Everything, for programs ("-": standard output)
        --hgrm    <FILE>   HdrHistogram's percentile output
        --report  <FILE>   One HTML page with pictures
        --assert  <A>      'p99<2ms', 'rate>10k', 'errors<0.1%' ...: exit 1 if it is not so. May
                           be repeated; one about errors replaces the rule that there be none
        --server-pid <PID> The server's processor time, context switches and memory, too
        --vs      <URL>    Compare with that server, in blocks of three slices of -d (500ms), of
                           which one is the first server again: ratios, intervals, and "~"
                           where no difference can be told
        --vs-pid  <PID>    Its process, to compare processor time per request, too
        --blocks  <N>      How many (20)
        --sweep            Look for the knee: fixed rates in random order, each in runs of -d (1s).
                           The highest one whose latency holds; with --assert, that keeps it
    -v, --version          Print version details
    -h, --help             Print this

  URLs: http://HOST[:PORT]/PATH, frame://HOST:PORT (a 4-byte big-endian length, then so many bytes,
  which are to come back), echo://HOST:PORT, and all of them over AF_UNIX: http+unix:///PATH:/PATH
  Lua scripts (-s) are refused: what they are mostly for is --method, --body, -H and -P.
  Exit: 0 a sound run, 1 answers were wrong, failed or late, 2 nothing could be measured.
)";
}

}  // namespace edgewise::wrk
