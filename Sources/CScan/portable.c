// The complete kernel without vector instructions: eight bytes at a time.
#include "kernels.h"

static inline uint64_t load8(const uint8_t *p) {
  uint64_t word;
  memcpy(&word, p, 8);
  return word;
}

/// High bit of each byte of `x` that is zero (bytes above the first hit may be wrong).
static inline uint64_t zero_bytes(uint64_t x) {
  return (x - 0x0101010101010101u) & ~x & 0x8080808080808080u;
}

static inline uint32_t value_length(const uint8_t *p) {
  for (uint32_t length = 0;; length += 8, p += 8) {
    uint64_t w = load8(p);
    // Bytes below 0x20 have their three top bits clear.
    uint64_t hits = zero_bytes(w ^ 0x3C3C3C3C3C3C3C3Cu) | zero_bytes(w ^ 0x2626262626262626u) |
                    zero_bytes(w ^ 0x3E3E3E3E3E3E3E3Eu) | zero_bytes(w & 0xE0E0E0E0E0E0E0E0u);
    if (hits) {
      // A borrow can mark a byte above a true hit, never one below: the first mark is true.
      return length + (uint32_t)(__builtin_ctzll(hits) >> 3);
    }
  }
}

static inline int gap_equal(const uint8_t *p, const uint8_t *gap, uint32_t length) {
  for (; length > 8; p += 8, gap += 8, length -= 8)
    if (load8(p) != load8(gap)) return 0;
  return (load8(p) ^ load8(gap)) << (64 - 8 * length) == 0;
}

static inline void new_row(tern_span *row, uint32_t fields) {
  memset(row, 0xFF, fields * sizeof(tern_span));
}

static inline int copy_block(uint8_t *out, const uint8_t *p) {
  uint64_t words[4];
  memcpy(words, p, 32);
  memcpy(out, words, 32);
  return ((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080u) != 0;
}

static inline int text_doubtful(const uint8_t *p, uint32_t length) {
  return tern_utf8_portable(p, length) != length;
}

#define WALK_NAME tern_walk_portable
#define WALK_TARGET
#include "walk.h"

static inline int decimal(const uint8_t *p, uint32_t length, uint64_t *mantissa, uint8_t *form) {
  uint64_t value = 0;
  uint32_t integer_digits = length, fraction_digits = 0;
  for (uint32_t i = 0; i < length; i++) {
    uint8_t digit = (uint8_t)(p[i] - '0');
    if (p[i] == '.' && integer_digits == length) {
      integer_digits = i;
      fraction_digits = length - 1 - i;
      if (fraction_digits == 0) return 0;
    } else if (digit > 9) {
      return 0;
    } else {
      value = value * 10 + digit;
    }
  }
  if (integer_digits - 1 >= 14 || fraction_digits > 5) return 0;
  if (integer_digits > 1 && p[0] == '0') return 0;
  *mantissa = value;
  *form = (uint8_t)fraction_digits;
  return 1;
}

#define DECIMALS_NAME tern_decimals_portable
#include "decimals.h"

size_t tern_utf8_sequence(const uint8_t *p, size_t left) {
  uint8_t a = p[0];
  if (a < 0x80) return 1;
  if (a < 0xC2 || left < 2 || (p[1] & 0xC0) != 0x80) return 0;
  if (a < 0xE0) return 2;
  if (left < 3 || (p[2] & 0xC0) != 0x80) return 0;
  if (a < 0xF0) {
    uint32_t code = (uint32_t)(a & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    // Overlong, surrogate, and the two code points that XML leaves out.
    if (code < 0x800 || (code >= 0xD800 && code <= 0xDFFF) || code >= 0xFFFE) return 0;
    return 3;
  }
  if (a > 0xF4 || left < 4 || (p[3] & 0xC0) != 0x80) return 0;
  uint32_t code = (uint32_t)(a & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
                  (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
  return code < 0x10000 || code > 0x10FFFF ? 0 : 4;
}

size_t tern_utf8_portable(const uint8_t *data, size_t length) {
  size_t i = 0;
  while (i < length) {
    if (i + 8 <= length && (load8(data + i) & 0x8080808080808080u) == 0) {
      i += 8;
      continue;
    }
    size_t step = tern_utf8_sequence(data + i, length - i);
    if (step == 0) return i;
    i += step;
  }
  return length;
}
