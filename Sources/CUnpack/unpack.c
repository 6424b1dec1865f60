#include "CUnpack.h"

#include <string.h>

void tern_unpack_soon(const tern_granule_column *columns, size_t words, const uint8_t *bytes,
                      size_t row) {
  // The later ones are asked for while these are unpacked.
  for (size_t number = 0; number <= words && number < 6; number++) {
    __builtin_prefetch(bytes + columns[number].data + row * columns[number].width / 8);
  }
}

#if defined(__x86_64__)
#include <immintrin.h>

int tern_unpack_available(void) { return __builtin_cpu_supports("avx2"); }

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define INLINE static inline __attribute__((always_inline))

// The values of one column, of all rows of a step.
typedef uint64_t step_values[TERN_UNPACK_ROWS];

// A packed number of any width: past 56 bits a ninth byte may be part of it.
INLINE uint64_t packed(const uint8_t *data, unsigned width, size_t row) {
  uint64_t bit = row * width;
  unsigned shift = bit & 7;
  uint64_t low;
  memcpy(&low, data + (bit >> 3), 8);
  uint64_t high = (uint64_t)data[(bit >> 3) + 8] << 1 << (63 - shift);
  return (low >> shift | high) & (~(uint64_t)0 >> (64 - width));
}

INLINE __m256i times(__m256i a, __m256i b) {
  __m256i cross = _mm256_add_epi64(_mm256_mul_epu32(_mm256_srli_epi64(a, 32), b),
                                   _mm256_mul_epu32(a, _mm256_srli_epi64(b, 32)));
  return _mm256_add_epi64(_mm256_mul_epu32(a, b), _mm256_slli_epi64(cross, 32));
}

// Four rows at a time: two numbers from sixteen bytes, and two from another sixteen. Gathers would be fewer
// instructions, but are slow where processors are mended against leaks. Behind the last row up to three more are
// taken, which mean nothing.
INLINE void take(int packing, const tern_granule_column *column, const uint8_t *bytes, size_t first,
                 size_t count, uint64_t *out) {
  const uint8_t *data = bytes + column->data;
  uint64_t width = column->width;
  uint64_t bit = first * width;
  __m256i mask = _mm256_set1_epi64x((int64_t)(~(uint64_t)0 >> (64 - width)));
  __m256i base = _mm256_set1_epi64x((int64_t)column->base);
  __m256i factor = _mm256_set1_epi64x((int64_t)column->factor);
  // Where the numbers of a group lie: bits to shift by, and the order of bytes that brings the second of each two
  // into its half. Four numbers are whole half bytes: every second group lies the same way.
  __m256i eight_bytes = _mm256_set1_epi64x(0x0706050403020100);
  __m256i low_byte = _mm256_set_epi64x(0x0808080808080808, 0, 0x0808080808080808, 0);
  __m256i order[2], shift[2];
  __m256i at = _mm256_add_epi64(_mm256_mul_epu32(_mm256_set_epi64x(3, 2, 1, 0), _mm256_set1_epi64x((int64_t)width)),
                                _mm256_set1_epi64x((int64_t)(bit & 7)));
  for (int group = 0; group < 2; group++) {
    shift[group] = _mm256_and_si256(at, _mm256_set1_epi64x(7));
    __m256i byte = _mm256_srli_epi64(at, 3);
    __m256i behind = _mm256_sub_epi64(byte, _mm256_unpacklo_epi64(byte, byte));
    order[group] = _mm256_add_epi8(eight_bytes, _mm256_shuffle_epi8(behind, low_byte));
    at = _mm256_add_epi64(at, _mm256_set1_epi64x((int64_t)(4 * width)));
  }
  for (size_t row = 0; row < count; row += 4) {
    __m128i low = _mm_loadu_si128((const __m128i *)(const void *)(data + (bit >> 3)));
    __m128i high = _mm_loadu_si128((const __m128i *)(const void *)(data + ((bit + 2 * width) >> 3)));
    __m256i both = _mm256_inserti128_si256(_mm256_castsi128_si256(low), high, 1);
    size_t group = row / 4 & 1;
    __m256i number = _mm256_srlv_epi64(_mm256_shuffle_epi8(both, order[group]), shift[group]);
    number = _mm256_and_si256(number, mask);
    if (packing == TERN_PACKED_MULTIPLES) number = times(number, factor);
    if (packing != TERN_PACKED_DICTIONARY) number = _mm256_add_epi64(number, base);
    _mm256_storeu_si256((__m256i *)(void *)(out + row), number);
    bit += 4 * width;
  }
}

// Widths that do not leave room for two in sixteen bytes.
static void take_wide(const tern_granule_column *column, const uint8_t *bytes, size_t first, size_t count,
                      uint64_t *out) {
  int is_code = column->packing == TERN_PACKED_DICTIONARY;
  for (size_t row = 0; row < count; row++) {
    uint64_t number = packed(bytes + column->data, column->width, first + row);
    out[row] = is_code ? number : number * column->factor + column->base;
  }
}

// Codes to entries; 0 if one is outside the dictionary.
static int look_up(const tern_granule_column *column, const uint8_t *bytes, size_t count, uint64_t *out) {
  uint64_t entries = column->entries;
  const uint8_t *dictionary = bytes + column->data - 8 * entries;
  int outside = 0;
  for (size_t row = 0; row < count; row++) {
    uint64_t code = out[row];
    outside |= code >= entries;
    memcpy(&out[row], dictionary + 8 * (code < entries ? code : 0), 8);
  }
  return !outside;
}

// 0 if a code is outside the dictionary.
static int take_column(const tern_granule_column *column, const uint8_t *bytes, size_t first,
                       size_t count, uint64_t *out) {
  if (column->width == 0) {
    uint64_t value = column->base;
    if (column->packing == TERN_PACKED_DICTIONARY) {
      memcpy(&value, bytes + column->data - 8 * (size_t)column->entries, 8);
    }
    for (size_t row = 0; row < count; row++) out[row] = value;
    return 1;
  }
  if (column->width > 56 && column->width < 64) {
    take_wide(column, bytes, first, count, out);
  } else if (column->packing == TERN_PACKED_MULTIPLES) {
    take(TERN_PACKED_MULTIPLES, column, bytes, first, count, out);
  } else if (column->packing == TERN_PACKED_NUMBERS) {
    take(TERN_PACKED_NUMBERS, column, bytes, first, count, out);
  } else {
    take(TERN_PACKED_DICTIONARY, column, bytes, first, count, out);
  }
  return column->packing == TERN_PACKED_DICTIONARY ? look_up(column, bytes, count, out) : 1;
}

// Columns to rows, four by four; the last ones overlap those before them.
static void turn(const step_values *values, size_t words, size_t count, uint64_t *out) {
  if (words < 4 || count < 4) {
    for (size_t row = 0; row < count; row++) {
      for (size_t word = 0; word < words; word++) out[row * words + word] = values[word][row];
    }
    return;
  }
  for (size_t next_row = 0; next_row < count; next_row += 4) {
    size_t row = next_row + 4 <= count ? next_row : count - 4;
    for (size_t next_word = 0; next_word < words; next_word += 4) {
      size_t word = next_word + 4 <= words ? next_word : words - 4;
      __m256i column[4];
      for (int i = 0; i < 4; i++) {
        column[i] = _mm256_loadu_si256((const __m256i *)(const void *)(values[word + i] + row));
      }
      __m256i even = _mm256_unpacklo_epi64(column[0], column[1]);
      __m256i odd = _mm256_unpackhi_epi64(column[0], column[1]);
      __m256i even2 = _mm256_unpacklo_epi64(column[2], column[3]);
      __m256i odd2 = _mm256_unpackhi_epi64(column[2], column[3]);
      uint64_t *target = out + row * words + word;
      _mm256_storeu_si256((__m256i *)(void *)target, _mm256_permute2x128_si256(even, even2, 0x20));
      _mm256_storeu_si256((__m256i *)(void *)(target + words), _mm256_permute2x128_si256(odd, odd2, 0x20));
      _mm256_storeu_si256((__m256i *)(void *)(target + 2 * words), _mm256_permute2x128_si256(even, even2, 0x31));
      _mm256_storeu_si256((__m256i *)(void *)(target + 3 * words), _mm256_permute2x128_si256(odd, odd2, 0x31));
    }
  }
}

// The memory of a column's rows is asked for while the columns before it are unpacked.
static void ask(const tern_granule_column *column, const uint8_t *bytes, size_t first, size_t count) {
  const uint8_t *place = bytes + column->data + first * column->width / 8;
  const uint8_t *end = place + count * column->width / 8;
  for (; place <= end; place += 64) __builtin_prefetch(place);
}

int tern_unpack_rows(const tern_granule_column *columns, size_t words, const uint8_t *bytes,
                     size_t first, size_t count, uint64_t *out) {
  step_values values[TERN_UNPACK_WORDS];
  enum { AHEAD = 4 };
  for (size_t number = 0; number < 4 + AHEAD && number <= words; number++) ask(&columns[number], bytes, first, count);
  // Columns 0 and 1 are words 0 and 2; 2 and 3 are the halves of word 1.
  int sound = take_column(&columns[0], bytes, first, count, values[0]);
  sound &= take_column(&columns[1], bytes, first, count, values[2]);
  step_values low;
  sound &= take_column(&columns[2], bytes, first, count, low);
  sound &= take_column(&columns[3], bytes, first, count, values[1]);
  for (size_t row = 0; row < count; row++) values[1][row] |= low[row];
  for (size_t number = 4; number <= words; number++) {
    if (number + AHEAD <= words) ask(&columns[number + AHEAD], bytes, first, count);
    sound &= take_column(&columns[number], bytes, first, count, values[number - 1]);
  }
  turn(values, words, count, out);
  return sound;
}
#pragma clang attribute pop

#else
int tern_unpack_available(void) { return 0; }

int tern_unpack_rows(const tern_granule_column *columns, size_t words, const uint8_t *bytes,
                     size_t first, size_t count, uint64_t *out) {
  (void)columns, (void)words, (void)bytes, (void)first, (void)count, (void)out;
  __builtin_trap();
}
#endif
