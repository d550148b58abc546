// All of Edgewise that a service needs.
#pragma once

#include "handlers/access_log.h"                // IWYU pragma: export
#include "handlers/client.h"                    // IWYU pragma: export
#include "handlers/connector.h"                 // IWYU pragma: export
#include "handlers/http/http_files.h"           // IWYU pragma: export
#include "handlers/http/http_handler.h"         // IWYU pragma: export
#include "handlers/http/http_responses.h"       // IWYU pragma: export
#include "handlers/http/http_stream_handler.h"  // IWYU pragma: export
#include "handlers/http/routed_http_handler.h"  // IWYU pragma: export
#include "handlers/http/server_sent_event.h"    // IWYU pragma: export
#include "handlers/length_prefixed.h"           // IWYU pragma: export
#include "handlers/lines.h"                     // IWYU pragma: export
#include "handlers/raw.h"                       // IWYU pragma: export
#include "handlers/server.h"                    // IWYU pragma: export
#include "handlers/split_checker.h"             // IWYU pragma: export
#include "reactor/signal_handler.h"             // IWYU pragma: export
