// Every kernel of this processor beside the portable one, on random input: walks, decimals, UTF-8.
// The Swift tests do this too; this one needs nothing but a C compiler, so that it also runs for
// processors that no test machine has (scripts/kernels-check).
//
//   compare [seed] [rounds]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "CScan.h"

enum { HEAD = 6, LINE = 3, STATES = 1 + HEAD + LINE, ROWS = 40, INPUT = 1 << 16, ROOM = 1 << 16 };

static uint64_t random_state;

static uint32_t below(uint32_t n) {  // xorshift64*
  random_state ^= random_state >> 12;
  random_state ^= random_state << 25;
  random_state ^= random_state >> 27;
  return (uint32_t)((random_state * 2685821657736338717u >> 32) % n);
}

static int chance(uint32_t in) { return below(in) == 0; }

static const char *const names[] = {"portable", "NEON", "AVX2", "AVX-512"};  // by `tern_kernel`

static void fail(const char *what, tern_kernel kernel) {
  fprintf(stderr, "compare: %s of %s differs from that of the portable kernel\n", what, names[kernel]);
  exit(1);
}

// MARK: - A sender's way of writing

/// By state a few gaps, and behind each of them the state it leads to.
typedef struct {
  tern_state states[STATES];
  uint8_t pool[1 << 15];
  uint32_t used;
} sender;

static void learn(sender *s, int from, int to, int opens, const char *closes, const uint8_t *empties, int count,
                  int before) {
  char bytes[TERN_MAX_GAP] = "";
  int length = 0, start = 0, end = 0;
  const char *space = chance(2) ? "\n  " : "";
  if (from) length += sprintf(bytes, "</f%d>%s%s", from, space, closes);
  end = length;
  if (opens == TERN_OPENS_DOCUMENT) start = length, length += sprintf(bytes + length, "<doc>%s", space);
  // Long gaps go beyond the first bytes that stand in a state.
  if (chance(3)) length += sprintf(bytes + length, "%*s", (int)below(150), "");
  if (opens == TERN_OPENS_LINE) length += sprintf(bytes + length, "<line>");
  for (int i = 0; i < count; i++) length += sprintf(bytes + length, "<f%d/>", empties[i]);
  length += sprintf(bytes + length, "<f%d>", to);

  tern_state *state = &s->states[from];
  if (state->count == TERN_GAPS_PER_STATE) return;
  memmove(state->gaps + 1, state->gaps, state->count * sizeof(tern_gap));
  const int is_plain = opens == TERN_OPENS_FIELD && count == 0;
  tern_gap gap = {.gap = s->used, .next = (uint32_t)(to * sizeof(tern_state)), .length = (uint16_t)length,
                  .opens = (uint8_t)opens, .empty_count = (uint8_t)count, .document_start = (uint16_t)start,
                  .document_end = (uint16_t)end, .empties_before = (uint8_t)before, .is_plain = (uint8_t)is_plain};
  memcpy(gap.empty_states, empties, (size_t)count);
  state->gaps[0] = gap;
  state->count++;
  const int first = length < TERN_FIRST_BYTES ? length : TERN_FIRST_BYTES;
  state->cares = UINT64_MAX >> (64 - first);
  state->advance = is_plain && length == first ? (uint32_t)first : 0;
  state->next = gap.next;
  memset(state->first, 0, sizeof state->first);
  memcpy(state->first, bytes, (size_t)first);
  memcpy(s->pool + s->used, bytes, (size_t)length);
  s->used += (uint32_t)length + TERN_PADDING;
}

static void make_sender(sender *s) {
  memset(s, 0, sizeof *s);
  s->pool[0] = 0xFF;
  s->used = 1 + TERN_PADDING;
  for (int i = 0; i < STATES; i++) {
    s->states[i] = (tern_state){.state = (uint16_t)i, .cares = 1, .first = {0xFF}, .gaps = {{.length = 1}}};
    // Every third field is no text.
    if (i % 3) s->states[i].text = (uint32_t)(i * sizeof(tern_text));
  }
  const uint8_t none[1] = {0};
  learn(s, 0, 1, TERN_OPENS_DOCUMENT, "", none, 0, 0);
  for (int ways = 1 + (int)below(3); ways > 0; ways--) {
    for (int field = 1; field < HEAD; field++) {
      if (field + 1 < HEAD && chance(3)) {
        const uint8_t empty = (uint8_t)(field + 1);
        learn(s, field, field + 2, TERN_OPENS_FIELD, "", &empty, 1, 1);
      }
      learn(s, field, field + 1, TERN_OPENS_FIELD, "", none, 0, 0);
    }
    learn(s, HEAD, HEAD + 1, TERN_OPENS_LINE, "", none, 0, 0);
    for (int field = HEAD + 1; field < HEAD + LINE; field++)
      learn(s, field, field + 1, TERN_OPENS_FIELD, "", none, 0, 0);
    const uint8_t empty = HEAD + 1;
    learn(s, HEAD + LINE, HEAD + 2, TERN_OPENS_LINE, "</line>", &empty, 1, 0);
    learn(s, HEAD + LINE, 1, TERN_OPENS_DOCUMENT, "</line></doc>", none, 0, 0);
  }
}

/// A value: mostly short ASCII; long ones, spaces, UTF-8, and now and then what stops a walk.
static uint32_t write_value(uint8_t *out) {
  static const char *const pieces[] = {"a", "7.5", " ", "深圳", "é", "\xF0\x9F\x90\xA6", "]]", "'\"/="};
  uint32_t length = 0;
  for (uint32_t left = chance(20) ? below(60) : below(9); left > 0; left--) {
    const char *piece = pieces[chance(3) ? below(8) : 0];
    memcpy(out + length, piece, strlen(piece));
    length += (uint32_t)strlen(piece);
  }
  if (chance(300)) out[length++] = (uint8_t)(0x80 + below(128));
  if (chance(600)) out[length++] = (uint8_t)"&>\t\x01"[below(4)];
  return length;
}

static uint32_t write_message(const sender *s, uint8_t *out) {
  uint32_t length = 0;
  for (int state = 0; length < INPUT - 4096;) {
    if (state) length += write_value(out + length);
    const tern_state *from = &s->states[state];
    const tern_gap *gap = &from->gaps[below(from->count)];
    memcpy(out + length, s->pool + gap->gap, gap->length);
    // One changed byte in a gap.
    if (chance(200)) out[length + below(gap->length)] ^= 1;
    length += gap->length;
    state = (int)(gap->next / sizeof(tern_state));
    if (chance(2000)) break;
  }
  // Cut off anywhere.
  if (chance(2)) length -= below(length);
  memset(out + length, 0, TERN_PADDING);
  return length;
}

// MARK: - Walks

typedef struct {
  tern_walk walk;
  // Rows are filled by whole vectors: three spans behind the last may be written.
  tern_span heads[ROWS * HEAD + 3], lines[ROWS * LINE + 3];
  uint32_t starts[ROWS], ends[ROWS], document_lines[ROWS];
  tern_text texts[STATES];
  uint8_t bytes[STATES][ROOM];
  uint32_t value_ends[STATES][2 * ROWS];
} outcome;

static void run_walk(tern_kernel kernel, const sender *s, const uint8_t *input, uint32_t length, uint32_t documents,
                     uint32_t lines, int with_texts, outcome *o) {
  memset(o, 0, sizeof *o);
  o->walk = (tern_walk){.base = input, .end = length, .at_gap = 1, .document_capacity = documents,
                        .line_capacity = lines, .heads = o->heads, .lines = o->lines, .document_starts = o->starts,
                        .document_ends = o->ends, .document_lines = o->document_lines};
  for (int i = 0; i < STATES; i++) {
    const uint32_t min = i % 2, max = 100;
    o->texts[i] = (tern_text){.bytes = o->bytes[i], .ends = o->value_ends[i], .limit = o->bytes[i] + ROOM,
                              .origin = (uint32_t)(uintptr_t)o->bytes[i], .min_length = min,
                              .length_range = max - min, .short_min = min, .short_range = TERN_TEXT_ROOM - min};
  }
  if (with_texts) o->walk.texts = o->texts;
  const tern_template along = {s->states, s->pool, HEAD, LINE};
  tern_walk_run(kernel, &along, &o->walk);
}

static void compare_walks(tern_kernel kernel, const outcome *a, const outcome *b) {
  const tern_walk *v = &a->walk, *w = &b->walk;
  if (v->position != w->position || v->state != w->state || v->at_gap != w->at_gap || v->is_full != w->is_full ||
      v->document_count != w->document_count || v->line_count != w->line_count)
    fail("where a walk stopped", kernel);
  if (memcmp(a->heads, b->heads, v->document_count * HEAD * sizeof(tern_span)) ||
      memcmp(a->lines, b->lines, v->line_count * LINE * sizeof(tern_span)))
    fail("a row of spans", kernel);
  if (memcmp(a->starts, b->starts, sizeof a->starts) || memcmp(a->ends, b->ends, sizeof a->ends) ||
      memcmp(a->document_lines, b->document_lines, sizeof a->document_lines))
    fail("a document's place", kernel);
  // A vector kernel may doubt what is valid, and never the other way.
  if (v->is_doubtful && !w->is_doubtful) fail("a text that is not UTF-8", kernel);
  for (int i = 0; i < STATES; i++) {
    if (a->texts[i].is_odd != b->texts[i].is_odd) fail("an odd column", kernel);
    if (a->texts[i].is_odd) continue;
    const size_t length = (size_t)(a->texts[i].bytes - a->bytes[i]);
    if (length != (size_t)(b->texts[i].bytes - b->bytes[i]) || memcmp(a->bytes[i], b->bytes[i], length) ||
        memcmp(a->value_ends[i], b->value_ends[i], sizeof a->value_ends[i]))
      fail("a column of texts", kernel);
  }
}

static uint64_t walks(tern_kernel kernel, int rounds) {
  static sender s;
  static uint8_t message[INPUT + TERN_PADDING];
  static outcome expected, found;
  uint64_t documents = 0;
  for (int round = 0; round < rounds; round++) {
    make_sender(&s);
    const uint32_t length = write_message(&s, message);
    // No more room than the contract says: a sanitizer sees who reads behind it.
    uint8_t *input = malloc(length + TERN_PADDING);
    memcpy(input, message, length + TERN_PADDING);
    const uint32_t most = 1 + below(ROWS), most_lines = 1 + below(ROWS), with_texts = below(2);
    run_walk(TERN_KERNEL_PORTABLE, &s, input, length, most, most_lines, (int)with_texts, &expected);
    run_walk(kernel, &s, input, length, most, most_lines, (int)with_texts, &found);
    compare_walks(kernel, &expected, &found);
    free(input);
    documents += expected.walk.document_count;
  }
  return documents;
}

// MARK: - Decimals and UTF-8

static uint64_t decimals(tern_kernel kernel, int rounds) {
  enum { COUNT = 64 };
  uint8_t text[16 + COUNT * 24 + TERN_PADDING] = {0};
  tern_span spans[COUNT];
  uint64_t plain = 0;
  for (int round = 0; round < rounds; round++) {
    uint32_t at = 16 * below(2);
    for (int i = 0; i < COUNT; i++) {
      spans[i] = (tern_span){at, chance(30) ? TERN_ABSENT : below(19)};
      if (spans[i].length == TERN_ABSENT) continue;
      for (uint32_t left = spans[i].length; left > 0; left--)
        text[at++] = (uint8_t)(chance(9) ? '.' : chance(60) ? (uint32_t)"-+ eE/:"[below(7)] : '0' + below(10));
    }
    uint64_t expected[COUNT] = {0}, found[COUNT] = {0};
    uint8_t expected_forms[COUNT], forms[COUNT];
    const size_t others =
        tern_read_decimals(TERN_KERNEL_PORTABLE, spans, 1, COUNT, text, expected, expected_forms);
    if (tern_read_decimals(kernel, spans, 1, COUNT, text, found, forms) != others ||
        memcmp(expected_forms, forms, sizeof forms))
      fail("a decimal's form", kernel);
    for (int i = 0; i < COUNT; i++)
      if (forms[i] != TERN_NOT_PLAIN && expected[i] != found[i]) fail("a decimal", kernel);
    plain += COUNT - others;
  }
  return plain;
}

static uint64_t utf8(tern_kernel kernel, int rounds) {
  static const char *const pieces[] = {"a",            "plain text of some length, ", "é", "深",
                                       "\xF0\x9F\x90\xA6", "\xEF\xBF\xBD",                "\xED\x9F\xBF", "\n"};
  uint8_t text[512 + TERN_PADDING];
  uint64_t valid = 0;
  for (int round = 0; round < rounds; round++) {
    uint32_t length = 0;
    for (uint32_t left = below(16); left > 0; left--) {
      const char *piece = pieces[below(8)];
      memcpy(text + length, piece, strlen(piece));
      length += (uint32_t)strlen(piece);
    }
    if (length && chance(2)) text[below(length)] = (uint8_t)below(256);
    if (length && chance(3)) length -= below(length < 4 ? length : 4);
    memset(text + length, 0, TERN_PADDING);
    const size_t expected = tern_utf8_valid_prefix(TERN_KERNEL_PORTABLE, text, length);
    if (tern_utf8_valid_prefix(kernel, text, length) != expected) fail("the valid part of a text", kernel);
    valid += expected == length;
  }
  return valid;
}

int main(int count, char **arguments) {
  const uint64_t seed = count > 1 ? strtoull(arguments[1], NULL, 10) : 1;
  const int rounds = count > 2 ? atoi(arguments[2]) : 4000;
  int compared = 0;
  for (int kernel = TERN_KERNEL_NEON; kernel <= TERN_KERNEL_AVX512; kernel++) {
    if (!tern_kernel_available((tern_kernel)kernel)) continue;
    random_state = seed * 0x9E3779B97F4A7C15u + 1;
    const uint64_t documents = walks((tern_kernel)kernel, rounds);
    const uint64_t plain = decimals((tern_kernel)kernel, rounds);
    const uint64_t valid = utf8((tern_kernel)kernel, 100 * rounds);
    printf("%s, seed %llu: %llu documents walked, %llu plain decimals, %llu of %d texts valid: equal\n", names[kernel],
           (unsigned long long)seed, (unsigned long long)documents, (unsigned long long)plain,
           (unsigned long long)valid, 100 * rounds);
    compared++;
  }
  if (!compared) puts("this processor has the portable kernel alone: nothing to compare");
  return 0;
}
