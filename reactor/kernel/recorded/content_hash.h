// ContentHash: a fingerprint of 64 bits, by which bytes are recognised that were not kept.
#pragma once

#include <cstdint>
#include <string_view>

namespace edgewise {

// Equal bytes and seeds have equal hashes on every machine. A change of one byte, of eight bytes
// that stand together, always shows; other changes with a chance of one in 2^64 not to. Against
// mistakes, not against malice: whoever wants can make bytes for a hash. Pure; threading: any.
std::uint64_t ContentHash(std::string_view bytes, std::uint64_t seed);

}  // namespace edgewise
