// Match rows from packed columns, by vectors. The portable twin is TernStore/Match/PackedGranule.swift.
#ifndef TERN_CUNPACK_H
#define TERN_CUNPACK_H
#include <stddef.h>
#include <stdint.h>

/// How a column of a granule is packed.
enum { TERN_PACKED_NUMBERS = 0, TERN_PACKED_DICTIONARY = 1, TERN_PACKED_MULTIPLES = 2 };

/// One column of a granule, checked: where its numbers lie and how they are packed.
typedef struct tern_granule_column {
  uint64_t base;
  /// Position of the packed numbers in the bytes; the dictionary lies before them.
  int64_t data;
  /// Of multiples the factor, else 1.
  uint64_t factor;
  /// Bits of a packed number.
  uint8_t width;
  /// TERN_PACKED_…
  uint8_t packing;
  /// Of the dictionary.
  uint16_t entries;
} tern_granule_column;

/// Rows that one call unpacks at most, and words that a row may have.
enum { TERN_UNPACK_ROWS = 64, TERN_UNPACK_WORDS = 64 };

/// Whether this build and processor have the vectors.
int tern_unpack_available(void);

/// Unpacks `count` rows of `words` words from row `first` on to `out`, row by row. The `words` + 1 columns stand in the
/// order of the granule. 40 bytes past a column's numbers must be readable.
/// Returns 0 if a code is outside its dictionary, else 1.
int tern_unpack_rows(const tern_granule_column *_Nonnull columns, size_t words,
                     const uint8_t *_Nonnull bytes, size_t first, size_t count,
                     uint64_t *_Nonnull out);

/// Asks for the memory of row `row`, to be unpacked soon.
void tern_unpack_soon(const tern_granule_column *_Nonnull columns, size_t words,
                      const uint8_t *_Nonnull bytes, size_t row);

#endif
