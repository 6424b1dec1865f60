// 32 bytes at a time, for x86-64 with AVX2.
#if defined(__x86_64__)
#include <immintrin.h>
#include "kernels.h"

// No calls of memset: they would cost the walk's loop its constants.
#define WALK_TARGET __attribute__((target("avx2,bmi,bmi2,prfchw"), no_builtin("memset")))

WALK_TARGET static inline uint32_t value_mask(const uint8_t *p) {
  // By low four bits: the byte that ends a value, if one does.
  const __m256i enders = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, '&', 0, 0, 0, 0, 0, '<', 0, '>', 0,
                                          0, 0, 0, 0, 0, 0, '&', 0, 0, 0, 0, 0, '<', 0, '>', 0);
  const __m256i control = _mm256_set1_epi8(0x1F);
  __m256i v = _mm256_loadu_si256((const __m256i *)p);
  __m256i hit = _mm256_or_si256(_mm256_cmpeq_epi8(_mm256_shuffle_epi8(enders, v), v),
                                _mm256_cmpeq_epi8(_mm256_min_epu8(v, control), v));
  return (uint32_t)_mm256_movemask_epi8(hit);
}

WALK_TARGET static inline uint64_t differ32(const uint8_t *p, const uint8_t *gap) {
  __m256i equal = _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)p),
                                    _mm256_loadu_si256((const __m256i *)gap));
  return (uint32_t)~_mm256_movemask_epi8(equal);
}

// Rows for `_mm_shuffle_epi8`: takes out the byte at place 15 - row and moves those before it up.
#define WITHOUT(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o) \
  {0x80, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o}
static const uint8_t without[6][16] = {
    WITHOUT(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14),
    WITHOUT(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15),
    WITHOUT(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15),
    WITHOUT(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14, 15),
    WITHOUT(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15),
    WITHOUT(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15),
};
// 16 bytes from place `length` on keep the last `length` bytes of a vector.
static const uint8_t keep_last[32] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

WALK_TARGET static inline int decimal(const uint8_t *p, uint32_t length, uint64_t *mantissa,
                                      uint8_t *form) {
  // The value at the end of the vector, zeros before it.
  __m128i digits = _mm_sub_epi8(_mm_loadu_si128((const __m128i *)(p + length - 16)),
                                _mm_set1_epi8('0'));
  digits = _mm_and_si128(digits, _mm_loadu_si128((const __m128i *)(keep_last + length)));
  uint32_t points = (uint32_t)_mm_movemask_epi8(
      _mm_cmpeq_epi8(digits, _mm_set1_epi8((char)('.' - '0'))));
  uint32_t integer_digits = length, fraction_digits = 0;
  if (points) {
    fraction_digits = 15 - _tzcnt_u32(points);
    integer_digits = length - 1 - fraction_digits;
    if (fraction_digits - 1 >= 5) return 0;
    digits = _mm_shuffle_epi8(digits, _mm_loadu_si128((const __m128i *)without[fraction_digits]));
  }
  const __m128i nine = _mm_set1_epi8(9);
  if (_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(digits, nine), nine)) != 0xFFFF) return 0;
  if (integer_digits - 1 >= 14 || (integer_digits > 1 && *p == '0')) return 0;
  // By twos, by fours, by eights.
  __m128i twos = _mm_maddubs_epi16(digits, _mm_set1_epi16(0x010A));
  __m128i fours = _mm_madd_epi16(twos, _mm_set1_epi32(0x00010064));
  __m128i eights = _mm_madd_epi16(_mm_packus_epi32(fours, fours), _mm_set1_epi32(0x00012710));
  uint64_t halves = (uint64_t)_mm_cvtsi128_si64(eights);
  *mantissa = (halves & 0xFFFFFFFFu) * 100000000u + (halves >> 32);
  *form = (uint8_t)fraction_digits;
  return 1;
}

#define DECIMALS_NAME tern_decimals_avx2
#include "decimals.h"

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

#include "walk_x86.h"
#define WALK_NAME tern_walk_avx2
#include "walk.h"
#endif
