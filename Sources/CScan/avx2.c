// 32 bytes at a time, for x86-64 with AVX2.
#if defined(__x86_64__)
#include <immintrin.h>
#include "kernels.h"

#define WALK_TARGET __attribute__((target("avx2,bmi,bmi2")))

WALK_TARGET static inline const uint8_t *value_end(const uint8_t *p) {
  const __m256i bit2 = _mm256_set1_epi8(0x02), greater = _mm256_set1_epi8('>'),
                amp = _mm256_set1_epi8('&'), control = _mm256_set1_epi8(0x1F);
  for (;; p += 32) {
    __m256i v = _mm256_loadu_si256((const __m256i *)p);
    // `<` and `>` differ in one bit.
    __m256i hit = _mm256_or_si256(
        _mm256_or_si256(_mm256_cmpeq_epi8(_mm256_or_si256(v, bit2), greater),
                        _mm256_cmpeq_epi8(v, amp)),
        _mm256_cmpeq_epi8(_mm256_min_epu8(v, control), v));
    uint32_t mask = (uint32_t)_mm256_movemask_epi8(hit);
    if (mask) return p + _tzcnt_u32(mask);
  }
}

WALK_TARGET static inline int gap_equal(const uint8_t *p, const uint8_t *gap, uint32_t length) {
  for (;;) {
    __m256i a = _mm256_loadu_si256((const __m256i *)p);
    __m256i b = _mm256_loadu_si256((const __m256i *)gap);
    uint32_t differ = ~(uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b));
    if (length <= 32) return _bzhi_u32(differ, length) == 0;
    if (differ) return 0;
    p += 32, gap += 32, length -= 32;
  }
}

#define WALK_NAME tern_walk_avx2
#include "walk.h"

#define UTF8_NAME tern_utf8_avx2
#define UTF8_BLOCK 32
typedef __m256i block;

WALK_TARGET static inline block block_load(const uint8_t *p) {
  return _mm256_loadu_si256((const __m256i *)p);
}
WALK_TARGET static inline block block_set(uint8_t byte) { return _mm256_set1_epi8((char)byte); }
WALK_TARGET static inline block block_and(block a, block b) { return _mm256_and_si256(a, b); }
WALK_TARGET static inline block block_or(block a, block b) { return _mm256_or_si256(a, b); }
WALK_TARGET static inline block block_xor(block a, block b) { return _mm256_xor_si256(a, b); }
WALK_TARGET static inline block block_minus(block a, block b) { return _mm256_subs_epu8(a, b); }
WALK_TARGET static inline block block_high4(block a) {
  return _mm256_and_si256(_mm256_srli_epi16(a, 4), _mm256_set1_epi8(0x0F));
}
WALK_TARGET static inline block block_lookup(const uint8_t *table, block index) {
  return _mm256_shuffle_epi8(
      _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table)), index);
}
WALK_TARGET static inline uint64_t block_equal(block a, block b) {
  return (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(a, b));
}
WALK_TARGET static inline int block_any_high(block a) { return _mm256_movemask_epi8(a) != 0; }
WALK_TARGET static inline int block_any(block a) { return !_mm256_testz_si256(a, a); }
#include "utf8.h"
#endif
