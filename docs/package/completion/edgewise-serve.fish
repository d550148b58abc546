# fish completion for edgewise-serve. test/package holds it against --help.
set -l schemes http:// frame:// echo:// line:// \
    http+unix:// frame+unix:// echo+unix:// line+unix://
complete -c edgewise-serve -f
complete -c edgewise-serve -l listen -x -a "$schemes" -d 'what to serve, and where; may be repeated'
complete -c edgewise-serve -s h -l help -d 'print the options'
complete -c edgewise-serve -l root -x -a '(__fish_complete_directories)' \
    -d 'directory whose files http serves'
complete -c edgewise-serve -l access_log -r -F -d 'file that HTTP requests are written to'
complete -c edgewise-serve -l access_log_format -x -a 'common json' -d 'format of the access log'
complete -c edgewise-serve -l threads -x -d 'reactors'
complete -c edgewise-serve -l spin -x -d 'time spent polling before a reactor blocks'
complete -c edgewise-serve -l bulk_bytes_max -x -d 'bytes moved for one busy connection in a turn'
complete -c edgewise-serve -l bulk_slice -x -d 'turns of greedy connections in a round'
complete -c edgewise-serve -l record -r -F -d 'file that the answers of the kernel are recorded in'
complete -c edgewise-serve -l replay -r -F -d 'recording that answers instead of the kernel'
complete -c edgewise-serve -l print_recording -r -F -d 'recording to print'
complete -c edgewise-serve -l idle_timeout -x -d 'closes a connection on which nothing moves'
complete -c edgewise-serve -l frame_timeout -x \
    -d 'from the first byte of a frame or line to its last'
complete -c edgewise-serve -l head_timeout -x \
    -d 'from the first byte of a request to the end of its headers'
complete -c edgewise-serve -l body_timeout -x -d 'how far a body may fall behind its minimum rate'
complete -c edgewise-serve -l body_rate_min -x -d 'bytes of a body per second'
complete -c edgewise-serve -l write_timeout -x -d 'without the peer taking any output'
complete -c edgewise-serve -l linger_timeout -x -d 'waiting for the end of the peer after our own'
complete -c edgewise-serve -l drain_timeout -x -d 'finishing in flight at SIGTERM'
complete -c edgewise-serve -l requests_max -x -d 'requests on one connection before it closes'
complete -c edgewise-serve -l connections_max -x -d 'connections at once'
complete -c edgewise-serve -l connections_per_address_max -x \
    -d 'connections at once from one IP address'
complete -c edgewise-serve -l frame_bytes_max -x -d 'largest frame or line'
complete -c edgewise-serve -l http_body_bytes_max -x -d 'largest request body'
complete -c edgewise-serve -l high_water -x -d 'pending output that holds reading'
complete -c edgewise-serve -l low_water -x -d 'pending output that releases it'
complete -c edgewise-serve -l outbound_bytes_max -x \
    -d 'pending output at which a connection is given up'
complete -c edgewise-serve -l buffer_bytes_max -x -d 'buffers of all connections together'
complete -c edgewise-serve -l memory_policy -x -a 'pause refuse shed' \
    -d 'what is done when the buffers are full'
complete -c edgewise-serve -l backlog -x \
    -d 'connections that the kernel keeps before they are accepted'
