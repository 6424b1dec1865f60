// pugixml, tuned: parsed in place (in a copy, as its users keep the message), only what the work needs
// (no end-of-line or attribute work), one document object used again.
#include "common.h"
#include <pugixml.hpp>

static const char *local(const char *name) {
  const char *colon = strchr(name, ':');
  return colon ? colon + 1 : name;
}

static void visit(pugi::xml_node element) {
  on_start(local(element.name()));
  for (pugi::xml_node child = element.first_child(); child; child = child.next_sibling()) {
    if (child.type() == pugi::node_element) visit(child);
    else if (walk.column) on_text(child.value(), strlen(child.value()));
  }
  on_end();
}

static int parse(const char *bytes, size_t count) {
  static pugi::xml_document document;
  static char *copy;
  static size_t room;
  if (count > room) copy = (char *)grow(copy, room = count * 2);
  memcpy(copy, bytes, count);
  if (!document.load_buffer_inplace(copy, count, pugi::parse_cdata | pugi::parse_escapes, pugi::encoding_utf8))
    return 1;
  visit(document.document_element());
  return 0;
}

int main(int argc, char **argv) { return measure(argc, argv, "pugixml", parse); }
