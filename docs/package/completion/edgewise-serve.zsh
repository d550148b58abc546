#compdef edgewise-serve
# zsh completion for edgewise-serve. test/package holds it against --help.
local -a schemes=(http:// frame:// echo:// line://
  http+unix:// frame+unix:// echo+unix:// line+unix://)
_arguments \
  '*--listen=[what to serve, and where; may be repeated]:address:compadd -S "" -- $schemes' \
  '(-)'{-h,--help}'[print the options]' \
  '--root=[directory whose files http serves]:directory:_files -/' \
  '--access_log=[file that HTTP requests are written to]:file:_files' \
  '--access_log_format=[format of the access log]:access_log_format:(common json)' \
  '--threads=[reactors]:n: ' \
  '--spin=[time spent polling before a reactor blocks]:time: ' \
  '--bulk_bytes_max=[bytes moved for one busy connection in a turn]:n: ' \
  '--bulk_slice=[turns of greedy connections in a round]:n: ' \
  '--record=[file that the answers of the kernel are recorded in]:file:_files' \
  '--replay=[recording that answers instead of the kernel]:file:_files' \
  '--print_recording=[recording to print]:file:_files' \
  '--idle_timeout=[closes a connection on which nothing moves]:time: ' \
  '--frame_timeout=[from the first byte of a frame or line to its last]:time: ' \
  '--head_timeout=[from the first byte of a request to the end of its headers]:time: ' \
  '--body_timeout=[how far a body may fall behind its minimum rate]:time: ' \
  '--body_rate_min=[bytes of a body per second]:n: ' \
  '--write_timeout=[without the peer taking any output]:time: ' \
  '--linger_timeout=[waiting for the end of the peer after our own]:time: ' \
  '--drain_timeout=[finishing in flight at SIGTERM]:time: ' \
  '--requests_max=[requests on one connection before it closes]:n: ' \
  '--connections_max=[connections at once]:n: ' \
  '--connections_per_address_max=[connections at once from one IP address]:n: ' \
  '--frame_bytes_max=[largest frame or line]:n: ' \
  '--http_body_bytes_max=[largest request body]:n: ' \
  '--high_water=[pending output that holds reading]:n: ' \
  '--low_water=[pending output that releases it]:n: ' \
  '--outbound_bytes_max=[pending output at which a connection is given up]:n: ' \
  '--buffer_bytes_max=[buffers of all connections together]:n: ' \
  '--memory_policy=[what is done when the buffers are full]:memory_policy:(pause refuse shed)' \
  '--backlog=[connections that the kernel keeps before they are accepted]:n: '
