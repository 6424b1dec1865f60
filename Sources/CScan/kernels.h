// What the kernel files share. Not part of the public interface.
#ifndef TERN_KERNELS_H
#define TERN_KERNELS_H
#include <string.h>
#include "CScan.h"

void tern_walk_portable(const tern_template *, tern_walk *);
size_t tern_utf8_portable(const uint8_t *, size_t);
size_t tern_decimals_portable(const tern_span *, size_t, size_t, const uint8_t *, uint64_t *, uint8_t *);
/// Length of the well-formed UTF-8 sequence at `p` that is an XML character, or 0. Reads no more than `left` bytes.
size_t tern_utf8_sequence(const uint8_t *p, size_t left);

#if defined(__x86_64__)
void tern_walk_avx2(const tern_template *, tern_walk *);
size_t tern_utf8_avx2(const uint8_t *, size_t);
size_t tern_decimals_avx2(const tern_span *, size_t, size_t, const uint8_t *, uint64_t *, uint8_t *);
void tern_walk_avx512(const tern_template *, tern_walk *);
size_t tern_utf8_avx512(const uint8_t *, size_t);
#elif defined(__aarch64__)
void tern_walk_neon(const tern_template *, tern_walk *);
size_t tern_utf8_neon(const uint8_t *, size_t);
#endif
#endif
