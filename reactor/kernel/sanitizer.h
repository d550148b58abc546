// Which sanitizers the code is compiled with: 1 or 0 each. g++ says it by a macro, clang by a
// feature (g++ by that, too, since version 14).
#pragma once

#if defined(__has_feature)
#define EDGEWISE_HAS_FEATURE(name) __has_feature(name)
#else
#define EDGEWISE_HAS_FEATURE(name) 0
#endif

#if defined(__SANITIZE_ADDRESS__) || EDGEWISE_HAS_FEATURE(address_sanitizer)
#define EDGEWISE_ASAN 1
#else
#define EDGEWISE_ASAN 0
#endif
#if defined(__SANITIZE_THREAD__) || EDGEWISE_HAS_FEATURE(thread_sanitizer)
#define EDGEWISE_TSAN 1
#else
#define EDGEWISE_TSAN 0
#endif
#if EDGEWISE_HAS_FEATURE(memory_sanitizer)
#define EDGEWISE_MSAN 1
#else
#define EDGEWISE_MSAN 0
#endif
