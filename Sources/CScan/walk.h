// The walk, written once over three primitives that each kernel file defines before including it:
//
//   WALK_NAME      name of the function
//   WALK_TARGET    attribute that selects the instruction set, or nothing
//   value_end(p, predicted)   first byte of `<`, `&`, `>` or below 0x20 at or after p; padding
//                  guarantees one. `*predicted` is the length last met here: where it is right
//                  again, a branch instead of the bytes decides where the next field starts,
//                  and the processor runs ahead.
//   gap_equal(p, gap, length)   whether `length` bytes agree; both sides may be read 64 further

WALK_TARGET static inline void new_row(tern_span *row, uint32_t fields) {
  memset(row, 0xFF, fields * sizeof(tern_span));
}

WALK_TARGET static inline void set_empty(tern_span *row, const uint8_t *states, int count) {
  for (int i = 0; i < count; i++) row[states[i]] = (tern_span){0, 0};
}

WALK_TARGET void WALK_NAME(const tern_template *t, tern_walk *w) {
  const uint8_t *const base = w->base;
  const uint32_t end = w->end;
  uint32_t position = w->position;
  uint32_t state = w->state;
  int at_gap = (int)w->at_gap;
  const uint32_t head_fields = t->head_fields;
  // Slot `state - 1` of the head row, or of the line row whose slots follow the head's.
  tern_span *head = w->document_count
      ? w->heads + (size_t)(w->document_count - 1) * head_fields - 1 : NULL;
  tern_span *line = w->line_count
      ? w->lines + (size_t)(w->line_count - 1) * t->line_fields - 1 - head_fields : NULL;

  for (;;) {
    if (!at_gap) {
      const uint8_t *start = base + position;
      const uint8_t *stop = value_end(start, &t->lengths[state]);
      if (*stop != '<' || stop >= base + end) break;
      position = (uint32_t)(stop - base);
      if (stop > start && (stop[-1] == ' ' || *start == ' ')) {
        while (stop > start && stop[-1] == ' ') stop--;
        while (start < stop && *start == ' ') start++;
      }
      tern_span span = {(uint32_t)(start - base), (uint32_t)(stop - start)};
      (state > head_fields ? line : head)[state] = span;
      at_gap = 1;
    }
    const tern_state *s = &t->states[state];
    const tern_gap *g = s->gaps;
    const tern_gap *const last = g + s->count;
    for (; g < last; g++) {
      if (position + g->length <= end && gap_equal(base + position, t->pool + g->gap, g->length))
        break;
    }
    if (g == last) break;

    if (g->empties_before)
      set_empty(state > head_fields ? line : head, g->empty_states, g->empties_before);
    if (g->opens == TERN_OPENS_DOCUMENT) {
      if (state != 0 && w->document_count)
        w->document_ends[w->document_count - 1] = position + g->document_end;
      if (w->document_count == w->document_capacity) break;
      uint32_t d = w->document_count++;
      w->document_starts[d] = position + g->document_start;
      w->document_lines[d] = 0;
      new_row(w->heads + (size_t)d * head_fields, head_fields);
      head = w->heads + (size_t)d * head_fields - 1;
    } else if (g->opens == TERN_OPENS_LINE) {
      if (w->line_count == w->line_capacity) break;
      uint32_t l = w->line_count++;
      w->document_lines[w->document_count - 1]++;
      new_row(w->lines + (size_t)l * t->line_fields, t->line_fields);
      line = w->lines + (size_t)l * t->line_fields - 1 - head_fields;
    }
    position += g->length;
    state = g->state;
    if (g->empty_count > g->empties_before)
      set_empty(state > head_fields ? line : head, g->empty_states + g->empties_before,
                g->empty_count - g->empties_before);
    at_gap = 0;
  }
  w->position = position;
  w->state = state;
  w->at_gap = (uint32_t)at_gap;
}
