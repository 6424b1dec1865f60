// rapidxml, parsed in place (in a copy, as its users keep the message). It keeps the memory of its
// nodes in a pool that is cleared for every message; values of elements stand in the element.
#include "common.h"
#include <rapidxml/rapidxml.hpp>

typedef rapidxml::xml_node<> node;

static const char *local(node *element) {
  const char *name = element->name();
  const char *colon = (const char *)memchr(name, ':', element->name_size());
  return colon ? colon + 1 : name;
}

static void visit(node *element) {
  on_start(local(element));
  for (node *child = element->first_node(); child; child = child->next_sibling()) {
    if (child->type() == rapidxml::node_element) visit(child);
    else on_text(child->value(), child->value_size());
  }
  on_end();
}

static int parse(const char *bytes, size_t count) {
  static rapidxml::xml_document<> document;
  static char *copy;
  static size_t room;
  if (count + 1 > room) copy = (char *)grow(copy, room = count * 2);
  memcpy(copy, bytes, count);
  copy[count] = 0;
  document.clear();
  try {
    document.parse<rapidxml::parse_no_element_values>(copy);
  } catch (rapidxml::parse_error &) {
    return 1;
  }
  visit(document.first_node());
  return 0;
}

int main(int argc, char **argv) { return measure(argc, argv, "rapidxml", parse); }
