// The vector work of decoding, one kernel per instruction set, chosen at run time.
//
// Three operations: walking a message along learned templates, reading decimals, and checking UTF-8.
// Every kernel gives the same results on the same bytes; tests compare them.
#ifndef TERN_CSCAN_H
#define TERN_CSCAN_H

#include <stddef.h>
#include <stdint.h>

/// Zero bytes that must stand past the end of every input.
#define TERN_PADDING 64

/// A value: where it starts (bytes from the slice's base) and how long it is.
/// `start` has its top bit set where the value lies in the side arena instead.
typedef struct {
  uint32_t start;
  uint32_t length;
} tern_span;

/// `length` of an element that was not there.
#define TERN_ABSENT 0xFFFFFFFFu

/// What passing a gap opens besides the next field.
enum { TERN_OPENS_FIELD = 0, TERN_OPENS_LINE = 1, TERN_OPENS_DOCUMENT = 2 };

/// One learned gap: the bytes between the end of one value and the start of the next.
typedef struct {
  uint32_t gap;         // offset of the bytes in the template's pool, padded by 64
  uint32_t next;        // the state after the gap: offset of its record, in bytes
  uint16_t length;      // of the gap
  uint8_t opens;        // TERN_OPENS_…
  uint8_t empty_count;  // elements in the gap that were written `<a/>`
  uint16_t document_start;  // offset in the gap of the opened document's `<`
  uint16_t document_end;    // offset in the gap just past the closed document's `>`
  uint8_t empty_states[13];  // their states, in the row that is current after the gap
  uint8_t empties_before;    // how many of them belong to the row before it
  uint8_t is_plain;          // it leads to the next field of the same row and does nothing else
} tern_gap;

#define TERN_GAPS_PER_STATE 4
/// Longer gaps are not learned.
#define TERN_MAX_GAP 2048

/// So many bytes of its newest gap stand in a state itself.
#define TERN_FIRST_BYTES 64

typedef struct {
  uint16_t count;
  uint16_t state;  // its own number
  uint32_t text;   // its column in a walk's `texts`, in bytes; 0 where the field is no text
  // Of the newest gap, the usual one. Where none was learned one that fits nowhere.
  uint64_t cares;    // a bit for each byte of `first` that belongs to it
  uint32_t advance;  // its length if it is plain and `first` holds all of it; else 0
  uint32_t next;     // as in `gaps[0]`
  uint8_t first[TERN_FIRST_BYTES];
  tern_gap gaps[TERN_GAPS_PER_STATE];  // the newest first
} tern_state;

/// A message kind as one sender writes it. State 0 is the place where a document may start;
/// 1…head_fields are the head's fields, then come the line's.
typedef struct {
  const tern_state *states;
  const uint8_t *pool;
  uint32_t head_fields;
  uint32_t line_fields;
} tern_template;

/// A column of texts that a walk appends to: bytes end to end, and the end of each value.
typedef struct {
  uint8_t *bytes;   // where the next value goes; `TERN_TEXT_ROOM` bytes for each row fit there
  uint32_t *ends;   // where its end goes
  uint8_t *limit;   // a value longer than `TERN_TEXT_ROOM` ends before
  uint32_t origin;  // low half of the address that ends count from
  uint32_t min_length;  // a length from here to `length_range` more is as it should be
  uint32_t length_range;
  uint32_t short_min;  // the same of those that `TERN_TEXT_ROOM` holds
  uint32_t short_range;
  uint32_t is_odd;  // out: some length is not, or a value found no room: the column's rows are void
} tern_text;

/// Bytes that a text column keeps free for each row that may come.
#define TERN_TEXT_ROOM 32

/// Where a walk stands, and the rows it fills (row-major spans).
typedef struct {
  const uint8_t *base;  // the slice; TERN_PADDING zero bytes stand past `end`
  uint32_t end;
  uint32_t position;
  uint32_t state;
  uint32_t at_gap;  // 1: `position` is at the gap after `state`'s value; 0: at its first byte
  uint32_t is_full;  // out: stopped before a known gap, for want of room for what it opens
  uint32_t document_count, document_capacity;
  uint32_t line_count, line_capacity;
  tern_span *heads;           // document_capacity × head_fields
  tern_span *lines;           // line_capacity × line_fields
  uint32_t *document_starts;  // by document: offset of its `<`
  uint32_t *document_ends;    // by document: offset past its closing `>`
  uint32_t *document_lines;   // by document: number of its lines
  // Columns that take the texts of these rows at once; null: rows of spans are all. A field that a row
  // does not have leaves no entry in its column.
  tern_text *texts;
  uint32_t is_doubtful;  // out: some text may not be UTF-8
} tern_walk;

typedef enum {
  TERN_KERNEL_PORTABLE = 0,
  TERN_KERNEL_NEON = 1,
  TERN_KERNEL_AVX2 = 2,
  TERN_KERNEL_AVX512 = 3,
} tern_kernel;

/// The kernel that measured fastest of those this processor runs.
tern_kernel tern_kernel_best(void);
/// Whether this build and processor can run `kernel`.
int tern_kernel_available(tern_kernel kernel);

/// Follows the template as far as it fits. On return the walk says where it stopped: before a
/// value that is not plain (`at_gap` 0) or at a gap it does not know (`at_gap` 1). Values hold
/// no `<`, `&`, `>` or control byte, and are trimmed of spaces.
void tern_walk_run(tern_kernel kernel, const tern_template *template_, tern_walk *walk);

/// A form that stands for: not read.
#define TERN_NOT_PLAIN 0xFF

/// Reads `count` decimals, each span `stride` behind the one before: digits without the point, and how
/// many of them are fraction digits. Plain are `20` and `20.5`: up to 16 characters, no sign, 1 to 14
/// integer digits without a leading zero, 1 to 5 fraction digits if there is a point. Others get the form
/// `TERN_NOT_PLAIN`; returns how many these are.
size_t tern_read_decimals(tern_kernel kernel, const tern_span *spans, size_t stride, size_t count,
                          const uint8_t *base, uint64_t *mantissas, uint8_t *forms);

/// Bytes at the front of `data` that are valid UTF-8 made of XML characters above U+001F or
/// ASCII of any kind (controls are the scanner's business); `length` if all are. A sequence cut
/// off by the end counts as invalid.
size_t tern_utf8_valid_prefix(tern_kernel kernel, const uint8_t *data, size_t length);

#endif
