// Messages, back to back on standard input, to one CSV file per table: load SPEC OUT_FOLDER
//
// Not a peer: it feeds those that read tables, at sizes that no disk holds as XML. tables.py writes SPEC,
// a line for each kind of message and level of its documents, fields parted by tabs:
//
//   303  Order  OrderHead  -          orders        @doc =E @platform guid ... freight|0 ...
//   303  Order  OrderHead  OrderList  orders_lines  @doc @line gnum qty ...
//
// (number, document, head or -, line or - for the head's own table, table, columns). A column is an element's
// name, with what an empty element means behind a bar; =TEXT is constant; @doc numbers the documents
// of a table's role as they come, @line the lines of a document, @platform is that of the trade key.
// OUT_FOLDER/TABLE.csv may be a pipe that waits there. Values are trimmed; CSV as RFC 4180, no header.
#include <pugixml.hpp>

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

using std::string;
using std::string_view;

[[noreturn]] static void fail(const string &text) {
  fprintf(stderr, "load: %s\n", text.c_str());
  exit(1);
}

struct Table {
  FILE *file;
  string buffer;

  explicit Table(const string &path) : file(fopen(path.c_str(), "w")) {
    if (!file) fail("cannot write " + path);
  }
  void flush() {
    if (fwrite(buffer.data(), 1, buffer.size(), file) != buffer.size()) fail("cannot write");
    buffer.clear();
  }
};

struct Column {
  enum { element, constant, document, line, platform } what;
  string text, if_empty;
  size_t slot;  // of the element among the values of a row
};

// The columns of one level of one kind, and the values of the row that is being read.
struct Level {
  std::shared_ptr<Table> table;
  std::vector<Column> columns;
  std::vector<string> names;
  std::vector<string_view> values;

  size_t slot(const string &name) {
    for (size_t i = 0; i < names.size(); i++)
      if (names[i] == name) return i;
    names.push_back(name);
    values.emplace_back();
    return names.size() - 1;
  }

  explicit Level(std::istringstream &tokens) {
    for (string token; std::getline(tokens, token, '\t');) {
      if (token == "@doc") columns.push_back({Column::document, "", "", 0});
      else if (token == "@line") columns.push_back({Column::line, "", "", 0});
      else if (token == "@platform") columns.push_back({Column::platform, "", "", 0});
      else if (token[0] == '=') columns.push_back({Column::constant, token.substr(1), "", 0});
      else {
        size_t bar = token.find('|');
        string name = token.substr(0, bar);
        columns.push_back({Column::element, name, bar == string::npos ? "" : token.substr(bar + 1), slot(name)});
      }
    }
    ebp = slot("ebpCode");
    ebc = slot("ebcCode");
  }
  size_t ebp, ebc;

  void read(const pugi::xml_node &row);
  void write(size_t document, size_t line);
};

struct Kind {
  string document, head, line;
  std::unique_ptr<Level> heads, lines;
  size_t *documents;
};

static string_view local_name(const char *name) {
  const char *colon = strchr(name, ':');
  return colon ? colon + 1 : name;
}

static string_view trimmed(const char *text) {
  string_view value = text;
  size_t start = value.find_first_not_of(" \t\r\n");
  if (start == string_view::npos) return {};
  return value.substr(start, value.find_last_not_of(" \t\r\n") - start + 1);
}

void Level::read(const pugi::xml_node &row) {
  for (auto &value : values) value = {};
  size_t next = 0;  // elements come in the order of the schema: the next one is guessed
  for (pugi::xml_node field : row.children()) {
    string_view name = local_name(field.name());
    for (size_t tried = 0; tried < names.size(); tried++, next++) {
      if (next >= names.size()) next = 0;
      if (names[next] == name) {
        values[next++] = trimmed(field.child_value());
        break;
      }
    }
  }
}

static void append(string &out, string_view value) {
  if (value.find_first_of(",\"\r\n") == string_view::npos) {
    out += value;
    return;
  }
  out += '"';
  for (char c : value) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void Level::write(size_t document, size_t line) {
  string &out = table->buffer;
  for (size_t i = 0; i < columns.size(); i++) {
    const Column &column = columns[i];
    if (i) out += ',';
    switch (column.what) {
      case Column::constant: out += column.text; break;
      case Column::document: out += std::to_string(document); break;
      case Column::line: out += std::to_string(line); break;
      case Column::platform:
        append(out, values[ebp].empty() || values[ebp] == "无" ? values[ebc] : values[ebp]);
        break;
      case Column::element:
        append(out, values[column.slot].empty() ? string_view(column.if_empty) : values[column.slot]);
    }
  }
  out += '\n';
  if (out.size() > 1 << 20) table->flush();
}

static std::map<string, std::shared_ptr<Table>> tables;
static std::map<int, Kind> kinds;
static std::map<string, size_t> documents_of_role;  // a role is a table's name up to '_'

static void read_spec(const char *path, const string &folder) {
  std::ifstream spec(path);
  for (string text; std::getline(spec, text);) {
    std::istringstream tokens(text);
    string number, document, head, line, table;
    for (string *token : {&number, &document, &head, &line, &table}) std::getline(tokens, *token, '\t');
    auto level = std::make_unique<Level>(tokens);
    if (!tables[table]) tables[table] = std::make_shared<Table>(folder + "/" + table + ".csv");
    level->table = tables[table];
    Kind &kind = kinds[stoi(number)];
    kind.document = document;
    kind.head = head;
    kind.documents = &documents_of_role[table.substr(0, table.find('_'))];
    if (line == "-") kind.heads = std::move(level);
    else kind.line = line, kind.lines = std::move(level);
  }
  if (kinds.empty()) fail("no kinds in the specification");
}

static void load(char *bytes, size_t count) {
  static pugi::xml_document tree;
  if (!tree.load_buffer_inplace(bytes, count, pugi::parse_cdata | pugi::parse_escapes, pugi::encoding_utf8))
    fail("a message does not parse");
  pugi::xml_node root = tree.document_element();
  Kind &kind = kinds.at(atoi(local_name(root.name()).data() + 3));
  for (pugi::xml_node document : root.children()) {
    if (local_name(document.name()) != kind.document) continue;
    size_t line = 0, number = (*kind.documents)++;
    if (kind.head == "-") kind.heads->read(document), kind.heads->write(number, 0);
    else
      for (pugi::xml_node part : document.children()) {
        string_view name = local_name(part.name());
        if (name == kind.head) kind.heads->read(part), kind.heads->write(number, 0);
        else if (kind.lines && name == kind.line) kind.lines->read(part), kind.lines->write(number, ++line);
      }
  }
}

int main(int argc, char **argv) {
  if (argc != 3) fail("usage: load SPEC OUT_FOLDER");
  read_spec(argv[1], argv[2]);
  constexpr string_view declaration = "<?xml";
  string input;
  size_t used = 0, start = 0, searched = 0;
  while (true) {
    if (input.size() - used < 1 << 20) {
      // What is left of the buffer's messages moves to its front.
      memmove(input.data(), input.data() + start, used - start);
      used -= start, searched -= start, start = 0;
      if (input.size() - used < 1 << 20) input.resize(input.size() + (16 << 20));
    }
    ssize_t got = read(0, input.data() + used, input.size() - used);
    if (got < 0) fail("cannot read");
    used += (size_t)got;
    while (true) {
      size_t from = std::max(searched, start + 1);
      size_t next = string_view(input.data(), used).find(declaration, from);
      if (next == string_view::npos) {
        searched = used > start + declaration.size() ? used - declaration.size() : start;
        break;
      }
      load(input.data() + start, next - start);
      start = searched = next;
    }
    if (got == 0) break;
  }
  if (used > start) load(input.data() + start, used - start);
  for (auto &[name, table] : tables) {
    table->flush();
    if (fclose(table->file) != 0) fail("cannot write " + name);
  }
}
