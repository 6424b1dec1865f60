// For x86-64 with AVX-512BW and VL: UTF-8 64 bytes at a time, the walk 32.
#if defined(__x86_64__)
#include <immintrin.h>
#include "kernels.h"

#define WALK_TARGET \
  __attribute__((target("avx512f,avx512bw,avx512vl,bmi,bmi2,lzcnt,popcnt"), no_builtin("memset")))

// Values and gaps are short: 32 bytes at a time with mask compares beat 64, whose loads cross a
// cache line nearly every time (measured: the decoder 10 % faster).

WALK_TARGET static inline uint32_t value_mask(const uint8_t *p) {
  const __m256i bit2 = _mm256_set1_epi8(0x02), greater = _mm256_set1_epi8('>'),
                amp = _mm256_set1_epi8('&'), space = _mm256_set1_epi8(0x20);
  __m256i v = _mm256_loadu_si256((const __m256i *)p);
  // `<` and `>` differ in one bit.
  return _mm256_cmpeq_epi8_mask(_mm256_or_si256(v, bit2), greater) |
         _mm256_cmpeq_epi8_mask(v, amp) | _mm256_cmplt_epu8_mask(v, space);
}

WALK_TARGET static inline uint64_t differ32(const uint8_t *p, const uint8_t *gap) {
  return _mm256_cmpneq_epi8_mask(_mm256_loadu_si256((const __m256i *)p),
                                 _mm256_loadu_si256((const __m256i *)gap));
}

#define UTF8_NAME tern_utf8_avx512
#define UTF8_BLOCK 64
typedef __m512i block;

WALK_TARGET static inline block block_load(const uint8_t *p) { return _mm512_loadu_si512(p); }
WALK_TARGET static inline block block_set(uint8_t byte) { return _mm512_set1_epi8((char)byte); }
WALK_TARGET static inline block block_and(block a, block b) { return _mm512_and_si512(a, b); }
WALK_TARGET static inline block block_or(block a, block b) { return _mm512_or_si512(a, b); }
WALK_TARGET static inline block block_xor(block a, block b) { return _mm512_xor_si512(a, b); }
WALK_TARGET static inline block block_minus(block a, block b) { return _mm512_subs_epu8(a, b); }
WALK_TARGET static inline block block_high4(block a) {
  return _mm512_and_si512(_mm512_srli_epi16(a, 4), _mm512_set1_epi8(0x0F));
}
WALK_TARGET static inline block block_lookup(const uint8_t *table, block index) {
  return _mm512_shuffle_epi8(
      _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)table)), index);
}
WALK_TARGET static inline uint64_t block_equal(block a, block b) {
  return _mm512_cmpeq_epi8_mask(a, b);
}
WALK_TARGET static inline int block_any_high(block a) { return _mm512_movepi8_mask(a) != 0; }
WALK_TARGET static inline int block_any(block a) { return _mm512_test_epi8_mask(a, a) != 0; }
#include "utf8.h"

#include "walk_x86.h"
#define WALK_NAME tern_walk_avx512
#include "walk.h"
#endif
