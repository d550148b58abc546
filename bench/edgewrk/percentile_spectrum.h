// HdrHistogram's percentile output, which its plotter reads, and which wrk2 prints.
#pragma once

#include <string>

#include "bench/edgewrk/latency_histogram.h"

namespace edgewise::wrk {

// Header, a line for each step of the spectrum (5 in each halving of what is left), footer. Values
// in milliseconds.
std::string PercentileSpectrum(const LatencyHistogram& histogram);

}  // namespace edgewise::wrk
