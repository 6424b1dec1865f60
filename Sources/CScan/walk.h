// The walk, written once over primitives that each kernel file defines before including it:
//
//   WALK_NAME      name of the function
//   WALK_TARGET    attribute that selects the instruction set, or nothing
//   value_length(p)  bytes before the first of `<`, `&`, `>` or below 0x20; padding guarantees one
//   gap_equal(p, gap, length)   whether `length` bytes agree, 1 at least; both sides may be read
//                               64 bytes behind the first that differs
//   first_differs(p, state)     whether the bytes differ from those of the state's newest gap
//   new_row(row, fields)        fills a row with 0xFF; up to 24 bytes behind it may be filled too
//   copy_block(out, p)          copies TERN_TEXT_ROOM bytes; whether one of them is above 0x7F
//   text_doubtful(p, length)    whether the text may not be UTF-8; ASCII stands before and behind it
//
// A gap begins with `</`: where a value ends at another byte, no gap fits, and that byte is looked
// at only then. It holds no zero: the padding ends every comparison.

#ifndef FIRST_DIFFERS
WALK_TARGET static inline int first_differs(const uint8_t *p, const tern_state *s) {
  const uint32_t length = s->gaps[0].length;
  return !gap_equal(p, s->first, length < TERN_FIRST_BYTES ? length : TERN_FIRST_BYTES);
}
#endif

WALK_TARGET static inline void set_empty(tern_span *row, const uint8_t *states, int count) {
  for (int i = 0; i < count; i++) row[states[i]] = (tern_span){0, 0};
}

/// Appends a value to its column.
WALK_TARGET static inline void append_text(
    tern_text *text, const uint8_t *start, uint32_t length, uint32_t *is_doubtful) {
  uint8_t *const out = text->bytes;
  int others = copy_block(out, start);
  if (__builtin_expect(length - text->short_min > text->short_range, 0)) {
    text->is_odd |= length - text->min_length > text->length_range;
    if (length > TERN_TEXT_ROOM) {
      if ((ptrdiff_t)length > text->limit - out) {
        text->is_odd = 1;
        return;
      }
      for (uint32_t done = TERN_TEXT_ROOM; done < length; done += TERN_TEXT_ROOM)
        others |= copy_block(out + done, start + done);
    }
  }
  text->bytes = out + length;
  __builtin_prefetch(out + 192, 1);
  __builtin_prefetch(text->ends + 16, 1);
  *text->ends++ = (uint32_t)(uintptr_t)(out + length) - text->origin;
  // What stands behind the value is looked at too: gaps are ASCII, but the next value may be near.
  if (others && text_doubtful(start, length)) *is_doubtful = 1;
}

WALK_TARGET __attribute__((always_inline)) static inline void walk_along(
    const tern_template *t, tern_walk *w, tern_text *const texts) {
  const uint8_t *const base = w->base;
  const uint8_t *const end = base + w->end;
  const uint8_t *const pool = t->pool;
  const uint8_t *const states = (const uint8_t *)t->states;
  const uint32_t head_fields = t->head_fields;
  const uint8_t *p = base + w->position;
  // The state, and where its record stands.
  const tern_state *s = &t->states[w->state];
  // Slot `state - 1` of the head row, or of the line row whose slots follow the head's.
  tern_span *head = w->document_count
      ? w->heads + (size_t)(w->document_count - 1) * head_fields - 1 : NULL;
  tern_span *line = w->line_count
      ? w->lines + (size_t)(w->line_count - 1) * t->line_fields - 1 - head_fields : NULL;
  tern_span *row = w->state > head_fields ? line : head;
  int at_gap = (int)w->at_gap;
  w->is_full = 0;
  if (at_gap) goto gap;

  for (;;) {
    {
      const uint8_t *start = p;
      __builtin_prefetch(p + 1024);
      uint32_t length = value_length(p);
      p += length;
      // Before a value stands a gap, so an empty one is no case of its own.
      if (__builtin_expect(p[-1] == ' ', 0) || __builtin_expect(*start == ' ', 0)) {
        while (length > 0 && start[length - 1] == ' ') length--;
        while (length > 0 && *start == ' ') start++, length--;
      }
      row[s->state] = (tern_span){(uint32_t)(start - base), length};
      if (texts && s->text)
        append_text((tern_text *)((uint8_t *)texts + s->text), start, length, &w->is_doubtful);
    }
  gap:;
    const tern_gap *g = s->gaps;
    // The newest gap is the usual one.
    if (__builtin_expect(!first_differs(p, s), 1)) {
      const uint32_t advance = s->advance;
      if (__builtin_expect(advance != 0, 1)) {
        p += advance;
        s = (const tern_state *)(states + s->next);
        continue;
      }
      if (s->count == 0) break;
      if (g->length > TERN_FIRST_BYTES &&
          !gap_equal(p + TERN_FIRST_BYTES, pool + g->gap + TERN_FIRST_BYTES, g->length - TERN_FIRST_BYTES))
        g = NULL;
    } else {
      g = NULL;
    }
    if (g == NULL) {
      const tern_gap *const last = s->gaps + s->count;
      for (g = s->gaps + 1; g < last; g++)
        if (gap_equal(p, pool + g->gap, g->length)) break;
      if (g >= last) break;
    }
    if (g->is_plain) {
      p += g->length;
      s = (const tern_state *)(states + g->next);
      continue;
    }
    // After a full group was handed on there is no row before: its empties were set then.
    if (g->empties_before && row) set_empty(row, g->empty_states, g->empties_before);
    if (g->opens == TERN_OPENS_DOCUMENT) {
      uint32_t at = (uint32_t)(p - base);
      if (s->state != 0 && w->document_count)
        w->document_ends[w->document_count - 1] = at + g->document_end;
      if (w->document_count == w->document_capacity) {
        w->is_full = 1;
        break;
      }
      uint32_t d = w->document_count++;
      w->document_starts[d] = at + g->document_start;
      w->document_lines[d] = 0;
      new_row(w->heads + (size_t)d * head_fields, head_fields);
      head = w->heads + (size_t)d * head_fields - 1;
    } else if (g->opens == TERN_OPENS_LINE) {
      if (w->line_count == w->line_capacity) {
        w->is_full = 1;
        break;
      }
      uint32_t l = w->line_count++;
      w->document_lines[w->document_count - 1]++;
      new_row(w->lines + (size_t)l * t->line_fields, t->line_fields);
      line = w->lines + (size_t)l * t->line_fields - 1 - head_fields;
    }
    p += g->length;
    s = (const tern_state *)(states + g->next);
    row = s->state > head_fields ? line : head;
    if (g->empty_count > g->empties_before)
      set_empty(row, g->empty_states + g->empties_before, g->empty_count - g->empties_before);
  }
  // Stopped at a gap that is not known, or at a value that is not plain: then it is taken back.
  const uint32_t state = s->state;
  at_gap = 1;
  if (state != 0 && (p >= end || *p != '<')) {
    at_gap = 0;
    if (row && row[state].length != TERN_ABSENT) {
      p = base + row[state].start;
      // Its column has it already.
      if (texts && s->text) ((tern_text *)((uint8_t *)texts + s->text))->is_odd = 1;
      row[state] = (tern_span){TERN_ABSENT, TERN_ABSENT};
    }
  }
  w->position = (uint32_t)(p - base);
  w->state = state;
  w->at_gap = (uint32_t)at_gap;
}

WALK_TARGET void WALK_NAME(const tern_template *t, tern_walk *w) {
  // Twice: without columns the loop does not ask for them.
  if (w->texts) walk_along(t, w, w->texts);
  else walk_along(t, w, NULL);
}
