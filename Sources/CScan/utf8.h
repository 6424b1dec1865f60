// UTF-8 validation, written once over a block of UTF8_BLOCK bytes that each kernel file defines.
//
// Lookup algorithm: Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte",
// 2021. Each pair of neighbouring bytes is classified by three 16-entry tables; a bit that all
// three share is an error. Neighbours come from unaligned loads, so blocks carry no state.

enum {
  TOO_SHORT = 1, TOO_LONG = 2, OVERLONG_3 = 4, TOO_LARGE = 8, SURROGATE = 16, OVERLONG_2 = 32,
  TOO_LARGE_1000 = 64, OVERLONG_4 = 64, TWO_CONTINUATIONS = 128,
  CARRY = TOO_SHORT | TOO_LONG | TWO_CONTINUATIONS,
};

static const uint8_t first_high[16] = {
    TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG, TOO_LONG,
    TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS, TWO_CONTINUATIONS,
    TOO_SHORT | OVERLONG_2, TOO_SHORT, TOO_SHORT | OVERLONG_3 | SURROGATE,
    TOO_SHORT | TOO_LARGE | TOO_LARGE_1000 | OVERLONG_4,
};
static const uint8_t first_low[16] = {
    CARRY | OVERLONG_3 | OVERLONG_2 | OVERLONG_4, CARRY | OVERLONG_2, CARRY, CARRY,
    CARRY | TOO_LARGE, CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000 | SURROGATE, CARRY | TOO_LARGE | TOO_LARGE_1000,
    CARRY | TOO_LARGE | TOO_LARGE_1000,
};
static const uint8_t second_high[16] = {
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE_1000 | OVERLONG_4,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | OVERLONG_3 | TOO_LARGE,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,
    TOO_LONG | OVERLONG_2 | TWO_CONTINUATIONS | SURROGATE | TOO_LARGE,
    TOO_SHORT, TOO_SHORT, TOO_SHORT, TOO_SHORT,
};

/// Whether the block at `p` holds an error, or something that only the exact way can judge.
/// Three bytes before `p` must be readable.
WALK_TARGET static inline int doubtful(const uint8_t *p, block v) {
  const block low4 = block_set(0x0F);
  block one = block_load(p - 1);
  block special = block_and(
      block_and(block_lookup(first_high, block_high4(one)),
                block_lookup(first_low, block_and(one, low4))),
      block_lookup(second_high, block_high4(v)));
  // The third and fourth byte of a sequence must be continuations, and are no error there.
  block third = block_minus(block_load(p - 2), block_set(0xE0 - 0x80));
  block fourth = block_minus(block_load(p - 3), block_set(0xF0 - 0x80));
  block must = block_and(block_or(third, fourth), block_set(0x80));
  if (block_any(block_xor(must, special))) return 1;
  // U+FFFE and U+FFFF, which XML leaves out, are EF BF BE and EF BF BF.
  return (block_equal(block_load(p - 2), block_set(0xEF)) &
          block_equal(one, block_set(0xBF))) != 0;
}

/// Whether a text with ASCII before and behind it may not be valid.
WALK_TARGET static inline int text_doubtful(const uint8_t *p, uint32_t length) {
  // The block that holds the byte behind the text too: there a sequence that is cut off shows.
  for (uint32_t i = 0; i <= length; i += UTF8_BLOCK)
    if (doubtful(p + i, block_load(p + i))) return 1;
  return 0;
}

WALK_TARGET size_t UTF8_NAME(const uint8_t *data, size_t length) {
  size_t i = 0;
  size_t exact_until = 3;  // blocks look three bytes back
  for (;;) {
    // The exact way, from the start of a sequence to the start of another.
    while (i < exact_until && i < length) {
      size_t step = tern_utf8_sequence(data + i, length - i);
      if (step == 0) return i;
      i += step;
    }
    for (; i + UTF8_BLOCK <= length; i += UTF8_BLOCK) {
      block v = block_load(data + i);
      if (!block_any_high(v) && data[i - 1] < 0x80) continue;
      if (doubtful(data + i, v)) break;
    }
    // Back to the start of the sequence that reaches into the doubtful block, or the rest.
    size_t stop = i + UTF8_BLOCK;
    if (stop > length) stop = length;
    for (size_t back = 1; back <= 3 && back <= i; back++) {
      if ((data[i - back] & 0xC0) != 0x80) {
        if (data[i - back] >= 0xC0) i -= back;
        break;
      }
    }
    if (i >= length) return length;
    exact_until = stop < 3 ? 3 : stop;
    if (stop == length) {
      while (i < length) {
        size_t step = tern_utf8_sequence(data + i, length - i);
        if (step == 0) return i;
        i += step;
      }
      return length;
    }
  }
}
