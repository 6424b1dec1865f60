// What every C and C++ program in this folder shares, so that each shows only its own library:
// files, columns, the checksum, the clock.
//
// The work: every value of every document goes to a column (texts end to end, with the end of
// each), trimmed, one column per kind, level (head or line) and element name; a document or line
// without the element has an empty value there. Numbers and dates stay text, lengths and required
// fields are not looked at: less than Tern does, to the advantage of the library.
//
// The clock counts processor time of this one thread, which other work on the machine disturbs less
// than the time on the wall. All files are in memory before it starts. Columns are emptied after every 16 MiB of XML,
// as a reader that hands batches on would do, and keep their memory. The checksum is made there,
// with the clock stopped: the sum over all values that are not empty of
// CRC-32("kind/h|l/row/name=value").
#ifndef COMMON_H
#define COMMON_H
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <zlib.h>

#define GROUP_BYTES (16u << 20)

typedef struct {
  char name[48];
  char *bytes;
  size_t used, room;
  uint32_t *ends;
  size_t rows, rows_room;
} column_t;

typedef struct {
  column_t columns[64];
  int count;
  int expected;   // fields come in the order of the schema: the next one is guessed
  uint32_t rows;  // begun so far
} table_t;

// Which element is what, by message number.
typedef struct {
  int number;
  const char *document, *head, *line;  // head 0: the fields stand in the document itself
  table_t *tables;                       // of heads and of lines
} kind_t;

static table_t tables[8][2];
static kind_t kinds[] = {
    {303, "Order", "OrderHead", "OrderList", tables[0]},
    {403, "Receipts", 0, 0, tables[1]},
    {505, "Logistics", 0, 0, tables[2]},
    {603, "Inventory", "InventoryHead", "InventoryList", tables[3]},
    {311, "Order", "OrderHead", "OrderList", tables[4]},
    {411, "Payment", "PaymentHead", 0, tables[5]},
    {511, "Logistics", "LogisticsHead", 0, tables[6]},
    {621, "Inventory", "InventoryHead", "InventoryList", tables[7]},
};
#define KINDS (sizeof kinds / sizeof *kinds)

static void *grow(void *memory, size_t bytes) {
  void *bigger = realloc(memory, bytes);
  if (!bigger) {
    fputs("out of memory\n", stderr);
    exit(1);
  }
  return bigger;
}

static void end_value(column_t *c) {
  if (c->rows == c->rows_room) {
    c->rows_room = c->rows_room ? c->rows_room * 2 : 1024;
    c->ends = (uint32_t *)grow(c->ends, c->rows_room * sizeof *c->ends);
  }
  c->ends[c->rows++] = (uint32_t)c->used;
}

static column_t *find_column(table_t *t, const char *name) {
  int at = t->expected;
  if (at >= t->count || strcmp(t->columns[at].name, name) != 0) {
    for (at = 0; at < t->count && strcmp(t->columns[at].name, name) != 0; at++) {}
    if (at == t->count) {
      if (at == 64 || strlen(name) >= sizeof t->columns[at].name) {
        fprintf(stderr, "unexpected element %s\n", name);
        exit(1);
      }
      strcpy(t->columns[at].name, name);
      t->count++;
    }
  }
  t->expected = at + 1;
  return &t->columns[at];
}

// The walk over one message: a parser calls these three.
static struct {
  int depth;
  kind_t *kind;
  table_t *table;    // of the open head or line
  column_t *column;  // of the open field
  size_t start;    // of its value
} walk;

static void begin_message(void) { memset(&walk, 0, sizeof walk); }

static void begin_row(table_t *t) {
  walk.table = t;
  t->rows++;
  t->expected = 0;
}

static void on_start(const char *name) {
  int depth = walk.depth++;
  kind_t *k = walk.kind;
  if (depth == 0) {
    int number = strncmp(name, "CEB", 3) == 0 ? atoi(name + 3) : 0;
    for (size_t i = 0; i < KINDS; i++)
      if (kinds[i].number == number) walk.kind = &kinds[i];
  } else if (!k) {
    return;
  } else if (depth == 1) {
    if (!k->head && strcmp(name, k->document) == 0) begin_row(&k->tables[0]);
  } else if (depth == 2 && k->head) {
    if (strcmp(name, k->head) == 0) begin_row(&k->tables[0]);
    else if (k->line && strcmp(name, k->line) == 0) begin_row(&k->tables[1]);
  } else if (walk.table && depth == (k->head ? 3 : 2)) {
    column_t *c = find_column(walk.table, name);
    while (c->rows + 1 < walk.table->rows) end_value(c);
    walk.column = c;
    walk.start = c->used;
  }
}

static inline void on_text(const char *bytes, size_t count) {
  column_t *c = walk.column;
  if (!c) return;
  if (c->used + count > c->room) {
    c->room = (c->used + count) * 2 + 4096;
    c->bytes = (char *)grow(c->bytes, c->room);
  }
  memcpy(c->bytes + c->used, bytes, count);
  c->used += count;
}

static int is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

static void on_end(void) {
  int depth = --walk.depth;
  column_t *c = walk.column;
  if (c) {
    size_t start = walk.start;
    while (c->used > walk.start && is_space(c->bytes[c->used - 1])) c->used--;
    while (start < c->used && is_space(c->bytes[start])) start++;
    if (start > walk.start) {
      memmove(c->bytes + walk.start, c->bytes + start, c->used - start);
      c->used -= start - walk.start;
    }
    end_value(c);
    walk.column = 0;
  } else if (walk.kind && depth == (walk.kind->head ? 2 : 1)) {
    walk.table = 0;
  }
}

// The checksum.
static uint64_t sum_hash;
static unsigned long sum_values, sum_documents;

static void sum_and_empty(void) {
  char text[64];
  for (size_t k = 0; k < KINDS; k++) {
    sum_documents += kinds[k].tables[0].rows;
    for (int level = 0; level < 2; level++) {
      table_t *t = &kinds[k].tables[level];
      for (int i = 0; i < t->count; i++) {
        column_t *c = &t->columns[i];
        size_t start = 0;
        for (size_t row = 0; row < c->rows; start = c->ends[row++]) {
          size_t count = c->ends[row] - start;
          if (!count) continue;
          int head = snprintf(text, sizeof text, "%d/%c/%zu/", kinds[k].number,
                              level ? 'l' : 'h', row);
          uLong crc = crc32(0, (const Bytef *)text, (uInt)head);
          crc = crc32(crc, (const Bytef *)c->name, (uInt)strlen(c->name));
          crc = crc32(crc, (const Bytef *)"=", 1);
          crc = crc32(crc, (const Bytef *)c->bytes + start, (uInt)count);
          sum_hash += crc;
          sum_values++;
        }
        c->used = 0;
        c->rows = 0;
      }
      t->rows = 0;
    }
  }
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static char *read_file(const char *path, size_t *count) {
  FILE *file = fopen(path, "rb");
  if (!file) {
    perror(path);
    exit(1);
  }
  fseek(file, 0, SEEK_END);
  *count = (size_t)ftell(file);
  rewind(file);
  char *bytes = (char *)grow(0, *count + 1);
  if (fread(bytes, 1, *count, file) != *count) {
    perror(path);
    exit(1);
  }
  bytes[*count] = 0;
  fclose(file);
  return bytes;
}

// Reads the files named in argv[1], one a line, and parses all of them argv[2] times after a first
// time that does not count.
static int measure(int argc, char **argv, const char *name,
                   int (*parse)(const char *bytes, size_t count)) {
  if (argc != 3) {
    fprintf(stderr, "usage: decode-%s LISTFILE ROUNDS\n", name);
    return 2;
  }
  size_t list_bytes, files = 0, bytes = 0;
  char *list = read_file(argv[1], &list_bytes);
  char **contents = 0;
  size_t *counts = 0;
  for (char *path = strtok(list, "\n"); path; path = strtok(0, "\n")) {
    contents = (char **)grow(contents, (files + 1) * sizeof *contents);
    counts = (size_t *)grow(counts, (files + 1) * sizeof *counts);
    contents[files] = read_file(path, &counts[files]);
    bytes += counts[files++];
  }
  int rounds = atoi(argv[2]);
  double *seconds = (double *)grow(0, (size_t)rounds * sizeof *seconds);
  for (int round = -1; round < rounds; round++) {
    sum_hash = sum_values = sum_documents = 0;
    size_t pending = 0;
    double time = 0, start = now();
    for (size_t i = 0; i < files; i++) {
      begin_message();
      if (parse(contents[i], counts[i]) != 0) {
        fprintf(stderr, "file %zu does not parse\n", i);
        return 1;
      }
      pending += counts[i];
      if (pending >= GROUP_BYTES) {
        time += now() - start;
        sum_and_empty();
        pending = 0;
        start = now();
      }
    }
    time += now() - start;
    sum_and_empty();
    if (round >= 0) seconds[round] = time;
  }
  printf("{\"peer\": \"%s\", \"bytes\": %zu, \"documents\": %lu, \"values\": %lu, "
         "\"hash\": \"%llu\", \"seconds\": [",
         name, bytes, sum_documents, sum_values, (unsigned long long)sum_hash);
  for (int round = 0; round < rounds; round++)
    printf("%s%.6f", round ? ", " : "", seconds[round]);
  puts("]}");
  return 0;
}
#endif
