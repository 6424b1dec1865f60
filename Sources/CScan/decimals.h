// Decimals of one column, written once over a primitive that each kernel file defines:
//
//   WALK_TARGET            attribute that selects the instruction set, or nothing
//   DECIMALS_NAME          name of the function
//   decimal(p, n, m, f)    reads the `n` characters (1 to 16) at `p`; 16 bytes before their end may be
//                          read. Returns 0 if they are no plain decimal.

WALK_TARGET size_t DECIMALS_NAME(const tern_span *span, size_t stride, size_t count,
                                 const uint8_t *base, uint64_t *mantissas, uint8_t *forms) {
  size_t others = 0;
  for (size_t i = 0; i < count; i++, span += stride) {
    const uint32_t start = span->start, length = span->length;
    // Absent, empty and long ones; the first bytes of a slice, and values in the arena.
    if (length - 1 < 16 && start - 16 < 0x80000000u - 16 &&
        decimal(base + start, length, mantissas + i, forms + i))
      continue;
    forms[i] = TERN_NOT_PLAIN;
    others++;
  }
  return others;
}
