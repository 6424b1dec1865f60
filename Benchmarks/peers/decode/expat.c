// expat without its namespace processing (the prefix is cut off here): its fastest way. One parser
// is made and reset for every message.
#include "common.h"
#include <expat.h>

static void start(void *context, const char *name, const char **attributes) {
  (void)context, (void)attributes;
  const char *colon = strchr(name, ':');
  on_start(colon ? colon + 1 : name);
}

static void end(void *context, const char *name) {
  (void)context, (void)name;
  on_end();
}

static void text(void *context, const char *bytes, int count) {
  (void)context;
  on_text(bytes, (size_t)count);
}

static int parse(const char *bytes, size_t count) {
  static XML_Parser parser;
  if (!parser) parser = XML_ParserCreate(0);
  else XML_ParserReset(parser, 0);
  XML_SetElementHandler(parser, start, end);
  XML_SetCharacterDataHandler(parser, text);
  return XML_Parse(parser, bytes, (int)count, 1) == XML_STATUS_OK ? 0 : 1;
}

int main(int argc, char **argv) { return measure(argc, argv, "expat", parse); }
