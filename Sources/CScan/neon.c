// 16 bytes at a time, for AArch64.
#if defined(__aarch64__)
#include <arm_neon.h>
#include "kernels.h"

#define WALK_TARGET

/// Four bits per byte of a comparison result.
static inline uint64_t nibbles(uint8x16_t a) {
  return vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(a), 4)), 0);
}

static inline uint32_t value_length(const uint8_t *p) {
  for (uint32_t length = 0;; length += 16, p += 16) {
    uint8x16_t v = vld1q_u8(p);
    uint8x16_t hit = vorrq_u8(
        vorrq_u8(vceqq_u8(v, vdupq_n_u8('<')), vceqq_u8(v, vdupq_n_u8('&'))),
        vorrq_u8(vceqq_u8(v, vdupq_n_u8('>')), vcltq_u8(v, vdupq_n_u8(0x20))));
    uint64_t mask = nibbles(hit);
    if (mask) return length + (uint32_t)(__builtin_ctzll(mask) >> 2);
  }
}

static inline int gap_equal(const uint8_t *p, const uint8_t *gap, uint32_t length) {
  for (;;) {
    uint64_t differ = ~nibbles(vceqq_u8(vld1q_u8(p), vld1q_u8(gap)));
    if (length <= 16) return length == 16 ? differ == 0 : (differ & ((1ull << (4 * length)) - 1)) == 0;
    if (differ) return 0;
    p += 16, gap += 16, length -= 16;
  }
}

static inline void new_row(tern_span *row, uint32_t fields) {
  memset(row, 0xFF, fields * sizeof(tern_span));
}

#define UTF8_NAME tern_utf8_neon
#define UTF8_BLOCK 16
typedef uint8x16_t block;

static inline block block_load(const uint8_t *p) { return vld1q_u8(p); }
static inline block block_set(uint8_t byte) { return vdupq_n_u8(byte); }
static inline block block_and(block a, block b) { return vandq_u8(a, b); }
static inline block block_or(block a, block b) { return vorrq_u8(a, b); }
static inline block block_xor(block a, block b) { return veorq_u8(a, b); }
static inline block block_minus(block a, block b) { return vqsubq_u8(a, b); }
static inline block block_high4(block a) { return vshrq_n_u8(a, 4); }
static inline block block_lookup(const uint8_t *table, block index) {
  return vqtbl1q_u8(vld1q_u8(table), index);
}
static inline uint64_t block_equal(block a, block b) { return nibbles(vceqq_u8(a, b)); }
static inline int block_any_high(block a) { return vmaxvq_u8(a) >= 0x80; }
static inline int block_any(block a) { return vmaxvq_u8(a) != 0; }
#include "utf8.h"

static inline int copy_block(uint8_t *out, const uint8_t *p) {
  const uint8x16_t a = vld1q_u8(p), b = vld1q_u8(p + 16);
  vst1q_u8(out, a);
  vst1q_u8(out + 16, b);
  return block_any_high(vorrq_u8(a, b));
}

#define WALK_NAME tern_walk_neon
#include "walk.h"
#endif
