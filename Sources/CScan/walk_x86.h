// The walk's primitives on x86-64, over two that each kernel file defines before including this:
//
//   value_mask(p)      a bit for each of 32 bytes that ends a value
//   differ32(p, gap)   a bit for each of 32 bytes that differs

WALK_TARGET static inline uint32_t value_length(const uint8_t *p) {
  uint32_t mask = value_mask(p);
  if (mask) return _tzcnt_u32(mask);
  uint32_t length = 32;
  while (!(mask = value_mask(p + length))) length += 32;
  return length + _tzcnt_u32(mask);
}

WALK_TARGET static inline int gap_equal(const uint8_t *p, const uint8_t *gap, uint32_t length) {
  // Nearly every gap has 20 to 60 bytes: the first 64 without a branch.
  uint64_t differ = differ32(p, gap) | differ32(p + 32, gap + 32) << 32;
  if (__builtin_expect(length <= 64, 1)) return _bzhi_u64(differ, length) == 0;
  while (differ == 0 && length > 64) {
    p += 32, gap += 32, length -= 32;
    differ = differ32(p + 32, gap + 32) << 32;
  }
  return _bzhi_u64(differ, length) == 0;
}

#define FIRST_DIFFERS
WALK_TARGET static inline int first_differs(const uint8_t *p, const tern_state *s) {
  return ((differ32(p, s->first) | differ32(p + 32, s->first + 32) << 32) & s->cares) != 0;
}

WALK_TARGET static inline int copy_block(uint8_t *out, const uint8_t *p) {
  const __m256i block = _mm256_loadu_si256((const __m256i *)p);
  _mm256_storeu_si256((__m256i *)out, block);
  return _mm256_movemask_epi8(block);
}

WALK_TARGET static inline void new_row(tern_span *row, uint32_t fields) {
  const __m256i absent = _mm256_set1_epi8(-1);
  for (uint32_t i = 0; i < fields; i += 4) _mm256_storeu_si256((__m256i *)(row + i), absent);
}
