#include "CXXHash.h"
#define XXH_INLINE_ALL
#include <xxhash.h>

#if defined(__x86_64__)
// In avx2.c.
uint64_t tern_xxh3_64_avx2(const void *bytes, size_t count);
void tern_xxh3_update_avx2(void *state, const void *bytes, size_t count);
void tern_xxh3_whole_avx2(const void *bytes, size_t count, const void *secret,
                          size_t secret_count, uint64_t result[2]);
#define HAS_AVX2 __builtin_cpu_supports("avx2")
#endif

uint64_t tern_xxh3_64(const void *bytes, size_t count) {
#ifdef HAS_AVX2
  if (HAS_AVX2) return tern_xxh3_64_avx2(bytes, count);
#endif
  return XXH3_64bits(bytes, count);
}

struct tern_xxh3_state {
  XXH3_state_t state;
};
_Static_assert(TERN_XXH3_SECRET_BYTES >= XXH3_SECRET_SIZE_MIN, "secret too short");
_Static_assert(TERN_XXH3_SECRET_BYTES == XXH_SECRET_DEFAULT_SIZE, "secret of a seed");

void tern_xxh3_secret_from_seed(void *secret, uint64_t seed) {
  XXH3_generateSecret_fromSeed(secret, seed);
}

int tern_xxh3_secret_from_bytes(void *secret, const void *bytes, size_t count) {
  return XXH3_generateSecret(secret, TERN_XXH3_SECRET_BYTES, bytes, count) == XXH_OK ? 0 : -1;
}

// The library allocates with the alignment of 64 that the state needs.
tern_xxh3_state *tern_xxh3_make(void) { return (tern_xxh3_state *)XXH3_createState(); }

void tern_xxh3_free(tern_xxh3_state *state) { XXH3_freeState(&state->state); }

void tern_xxh3_reset(tern_xxh3_state *state, const void *secret) {
  XXH3_128bits_reset_withSecret(&state->state, secret, TERN_XXH3_SECRET_BYTES);
}

void tern_xxh3_update(tern_xxh3_state *state, const void *bytes, size_t count) {
#ifdef HAS_AVX2
  if (HAS_AVX2) {
    tern_xxh3_update_avx2(state, bytes, count);
    return;
  }
#endif
  XXH3_128bits_update(&state->state, bytes, count);
}

tern_xxh3_digest tern_xxh3_finish(const tern_xxh3_state *state) {
  XXH128_hash_t hash = XXH3_128bits_digest(&state->state);
  return (tern_xxh3_digest){.low = hash.low64, .high = hash.high64};
}

tern_xxh3_digest tern_xxh3_whole(const void *bytes, size_t count, const void *secret) {
#ifdef HAS_AVX2
  if (HAS_AVX2) {
    uint64_t result[2];
    tern_xxh3_whole_avx2(bytes, count, secret, TERN_XXH3_SECRET_BYTES, result);
    return (tern_xxh3_digest){.low = result[0], .high = result[1]};
  }
#endif
  XXH128_hash_t hash = XXH3_128bits_withSecret(bytes, count, secret, TERN_XXH3_SECRET_BYTES);
  return (tern_xxh3_digest){.low = hash.low64, .high = hash.high64};
}
