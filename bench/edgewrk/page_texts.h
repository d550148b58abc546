// The pages of --report as they are built in, of the files in page/.
#pragma once

#include <string_view>

namespace edgewise::wrk {

extern const std::string_view kRunPage;
extern const std::string_view kSweepPage;
extern const std::string_view kVersusPage;

}  // namespace edgewise::wrk
