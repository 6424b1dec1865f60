// libxml2 by its SAX2 interface: the fastest way through it. No tree is made.
#include "common.h"
#include <libxml/parser.h>

static void start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                  int namespaces, const xmlChar **bindings, int attributes, int defaulted,
                  const xmlChar **values) {
  (void)context, (void)prefix, (void)uri, (void)namespaces, (void)bindings;
  (void)attributes, (void)defaulted, (void)values;
  on_start((const char *)name);
}

static void end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
  (void)context, (void)name, (void)prefix, (void)uri;
  on_end();
}

static void text(void *context, const xmlChar *bytes, int count) {
  (void)context;
  on_text((const char *)bytes, (size_t)count);
}

static int parse(const char *bytes, size_t count) {
  static xmlSAXHandler handler;
  handler.initialized = XML_SAX2_MAGIC;
  handler.startElementNs = start;
  handler.endElementNs = end;
  handler.characters = text;
  handler.cdataBlock = text;
  return xmlSAXUserParseMemory(&handler, 0, bytes, (int)count);
}

int main(int argc, char **argv) {
  xmlInitParser();
  return measure(argc, argv, "libxml2", parse);
}
