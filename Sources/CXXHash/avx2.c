// The loops over long input, compiled again for AVX2: same results, twice the speed of SSE2.
#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define XXH_VECTOR 2  // XXH_AVX2
#define XXH_INLINE_ALL
#include <xxhash.h>

uint64_t tern_xxh3_64_avx2(const void *bytes, size_t count) { return XXH3_64bits(bytes, count); }

void tern_xxh3_update_avx2(void *state, const void *bytes, size_t count) {
  XXH3_128bits_update((XXH3_state_t *)state, bytes, count);
}

void tern_xxh3_whole_avx2(const void *bytes, size_t count, const void *secret,
                          size_t secret_count, uint64_t result[2]) {
  XXH128_hash_t hash = XXH3_128bits_withSecret(bytes, count, secret, secret_count);
  result[0] = hash.low64;
  result[1] = hash.high64;
}
#pragma clang attribute pop
#endif
