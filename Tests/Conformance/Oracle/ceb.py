"""Reads CEB messages: files to documents and rejects, as the specification says, slowly and plainly."""
import datetime
import gzip
import json
import os
import re
import xml.parsers.expat as expat

CEB = "http://www.chinaport.gov.cn/ceb"
DEEPEST = 64  # elements, the root is the first
MOST_DOCUMENTS = 100
BOM = b"\xef\xbb\xbf"

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "facts.json"), encoding="utf-8") as f:
    KINDS = {f"CEB{kind['number']}": kind for kind in json.load(f)}

# Known messages that the rules here do not read.
OTHERS = ("214|215|216|304|312|404|412|506|507|508|509|510|512|513|514|606|607|608|"
          "624|626|701|702|711|712|792|816|818|900")

# Schema-required elements that a document's identity needs and for which there is no substitute.
# (`ebpCode` has `ebcCode`, `copNo` has trade and waybill key, `payNo` has `guid`.)
KEYS = {
    "order": {"orderNo"},
    "payment": {"orderNo", "payCode"},
    "waybill": {"logisticsCode", "logisticsNo"},
    "list": {"orderNo", "agentCode", "logisticsCode", "logisticsNo"},
    "cancellation": {"agentCode"},  # and what names its list: see names_list
    "refund": {"invtNo"},
    "receipt": set(),
}
# Messages of these roles hold 1 to 100 documents, each with an appTime that age may count up to.
DECIDING = {"order", "payment", "waybill", "list", "cancellation", "refund"}


class Document:
    """One accepted document. `head` and each of `lines` map element names to values: text as str,
    decimals as integers of 1/100000, integers as int, times as datetime, dates as date; an absent
    field is None (a number, time or date) or '' (text)."""

    def __init__(self, kind, head, lines, source, offset):
        self.kind = kind
        self.head = head
        self.lines = lines
        self.source = source
        self.offset = offset
        self.received = None  # position in received order, set when all is read

    direction = property(lambda self: KINDS[self.kind]["direction"])
    role = property(lambda self: KINDS[self.kind]["role"])

    def __getitem__(self, name):
        return self.head[name]

    def content(self):
        return (self.kind, tuple(self.head.values()), tuple(tuple(line.values()) for line in self.lines))


class Bad(Exception):
    """Why a message or a document is rejected."""

    def __init__(self, reason, field="", key=""):
        self.reason, self.field, self.key = reason, field, key


class EndOfMessage(Exception):
    pass


# ---------------------------------------------------------------------------------------- values

def scaled(text):
    """A decimal N19,5 as an integer of 1/100000."""
    match = re.fullmatch(r"([+-]?)([0-9]*)(?:\.([0-9]*))?", text)
    if not match or not (match[2] or match[3]):
        raise ValueError(text)
    whole = match[2].lstrip("0")
    fraction = (match[3] or "").rstrip("0")
    if len(whole) > 14 or len(fraction) > 5:
        raise ValueError(text)
    value = int((whole or "0") + fraction.ljust(5, "0"))
    return -value if match[1] == "-" else value


def unscaled(value, digits=5):
    """The shortest plain decimal of an integer of 1/100000, or of 1/10^`digits`."""
    whole, fraction = divmod(abs(value), 10**digits)
    text = f"{whole}.{fraction:0{digits}}".rstrip("0").rstrip(".")
    return "-" + text if value < 0 else text


def integer(text):
    """An xs:int."""
    if not re.fullmatch(r"[+-]?[0-9]+", text) or not -(2**31) <= int(text) < 2**31:
        raise ValueError(text)
    return int(text)


def time(text):
    """YYYYMMDDhhmmss, China Standard Time, a real one."""
    if not re.fullmatch(r"[0-9]{14}", text):
        raise ValueError(text)
    y, mo, d, h, mi, s = (int(text[a:b]) for a, b in ((0, 4), (4, 6), (6, 8), (8, 10), (10, 12), (12, 14)))
    return datetime.datetime(y, mo, d, h, mi, s)


def date(text):
    if not re.fullmatch(r"[0-9]{8}", text):
        raise ValueError(text)
    return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:]))


READ = {"text": str, "decimal": scaled, "integer": integer, "time": time, "date": date}


def check_presence(specs, texts):
    for spec in specs:
        if spec["required"] and spec["name"] not in texts:
            raise Bad("missing", spec["name"])


def read_fields(specs, texts, keys):
    """The values of one head or line; `texts` maps the names of the elements that are there."""
    values = {}
    for spec in specs:
        name, kind = spec["name"], spec["type"]
        text = texts.get(name, "")
        if name in texts and text == "":
            text = spec["emptyValue"]
        if text == "":
            if spec["required"] and (kind != "text" or name in keys):
                raise Bad("empty", name)
            values[name] = "" if kind == "text" else None
            continue
        try:
            values[name] = READ[kind](text)
        except ValueError:
            raise Bad("invalid", name) from None
    return values


# ---------------------------------------------------------------------------------------- elements

class Element:
    """A node of the small tree that one message becomes."""

    def __init__(self, namespace, name, offset):
        self.namespace, self.name, self.offset = namespace, name, offset
        self.children = []
        self.text = ""

    def named(self, name):
        return [c for c in self.children if c.namespace == CEB and c.name == name]

    def fields(self):
        """Field texts by name: direct children in the ceb namespace, trimmed, the first of each name."""
        texts = {}
        for child in self.children:
            if child.namespace == CEB:
                texts.setdefault(child.name, child.text.strip(" \t\r\n"))
        return texts


def parse(text):
    """The root element of the message that `text` (UTF-8 bytes) begins with, and the message's length.
    Bytes after the root's end are not looked at. Raises Bad with the kind in `key` where it is known."""
    parser = expat.ParserCreate("UTF-8", " ")
    parser.buffer_text = True
    stack, roots, end = [], [], []

    def start(name, attributes):
        namespace, _, local = name.rpartition(" ")
        element = Element(namespace, local, parser.CurrentByteIndex)
        if stack:
            stack[-1].children.append(element)
        else:
            roots.append(element)
        stack.append(element)
        if len(stack) > DEEPEST:
            raise Bad("depth")

    def finish(name):
        stack.pop()
        if not stack:
            at = parser.CurrentByteIndex
            # An end tag is reported where it begins, an empty element where it ends.
            end.append(text.index(b">", at) + 1 if text[at:at + 2] == b"</" else at)
            raise EndOfMessage

    def characters(data):
        if stack:
            stack[-1].text += data

    def doctype(*_):
        raise Bad("doctype")

    parser.StartElementHandler = start
    parser.EndElementHandler = finish
    parser.CharacterDataHandler = characters
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text, True)
        raise Bad("notWellFormed")
    except EndOfMessage:
        return roots[0], end[0]
    except expat.ExpatError:
        raise Bad("notWellFormed", key=kind_of(roots)) from None
    except Bad as bad:
        raise Bad(bad.reason, key=kind_of(roots)) from None


def kind_of(roots):
    """CEB303, where a root was read and is one of the kinds in facts.json; else ''."""
    if roots and roots[0].namespace == CEB and roots[0].name.endswith("Message"):
        kind = roots[0].name[:-len("Message")]
        return kind if kind in KINDS else ""
    return ""


# ---------------------------------------------------------------------------------------- messages

DECLARATION = re.compile(rb"(?:\xef\xbb\xbf)?<\?xml[ \t\r\n]")
ENCODING = re.compile(rb"""^<\?xml[^>]*?[ \t\r\n]encoding[ \t\r\n]*=[ \t\r\n]*["']([^"']*)["']""")
GB = {b"gb2312", b"gbk", b"gb18030"}
# White space, comments and instructions behind a message end it (XML 1.0, production 1); what begins like one and is none
# belongs to the next message, as its XML declaration and byte order mark do.
BETWEEN = re.compile(rb"(?:[ \t\r\n]|<!--(?:(?!--).)*-->|<\?(?!(?i:xml)[ \t\r\n?])[A-Za-z_:](?:(?!\?>).)*\?>)*", re.DOTALL)


def as_utf8(data):
    """The message at the start of `data` as UTF-8 without BOM; and a function from a length in that to a length in `data`."""
    if data.startswith(BOM):
        return data[3:], lambda length: length + 3
    declared = ENCODING.match(data)
    name = declared[1].lower() if declared else b"utf-8"
    if name == b"utf-8":
        return data, lambda length: length
    if name not in GB:
        raise Bad("encoding")
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError as error:
        # What follows the message may be in another encoding. Within it, NUL is as bad as the bad byte.
        text = data[:error.start].decode("gb18030") + "\0"
    utf8 = text.encode("utf-8")
    return utf8, lambda length: len(utf8[:length].decode("utf-8").encode("gb18030"))


def read_messages(source, data, documents, rejects):
    """Appends the documents and rejects of one file's bytes."""
    position = 0
    found = False
    while True:
        position = BETWEEN.match(data, position).end()
        if position == len(data) and found:
            return
        found = True
        try:
            utf8, original_length = as_utf8(data[position:])
            root, length = parse(utf8)
        except Bad as bad:
            rejects.append(reject(source, position, bad.key, "", "", bad.reason))
            following = DECLARATION.search(data, position + own_declaration(data, position))
            if not following:
                return
            position = following.start()
            continue
        read_documents(source, position, root, original_length, documents, rejects)
        position += original_length(length)


def own_declaration(data, position):
    """How far the search for the next declaration must go on so as not to find the message's own."""
    bom = len(BOM) if data.startswith(BOM, position) else 0
    return bom + 1 if data.startswith(b"<?xml", position + bom) else max(bom, 1)


def read_documents(source, position, root, original_length, documents, rejects):
    kind = kind_of([root])
    if not kind:
        if root.namespace == CEB and re.fullmatch(f"CEB({OTHERS})Message", root.name):
            return  # known, and nothing that a triplet is made of
        rejects.append(reject(source, position, "", "", "", "unknownRoot"))
        return
    spec = KINDS[kind]
    elements = root.named(spec["document"])
    if spec["role"] in DECIDING and not 1 <= len(elements) <= MOST_DOCUMENTS:
        rejects.append(reject(source, position, kind, "", "", "documentCount"))
        return
    for element in elements:
        offset = position + original_length(element.offset)
        try:
            documents.append(read_document(kind, element, source, offset))
        except Bad as bad:
            rejects.append(reject(source, offset, kind, bad.key, bad.field, bad.reason))


def read_document(kind, element, source, offset):
    spec = KINDS[kind]
    role = spec["role"]
    head_element = element
    if spec["head"]:
        heads = element.named(spec["head"])
        if not heads:
            raise Bad("missing", spec["head"])
        head_element = heads[0]
    texts = head_element.fields()
    line_texts = [line.fields() for line in element.named(spec["line"])] if spec["line"] else []
    # Of several faults the reject names the first: what is missing comes before what is wrong.
    try:
        check_presence(spec["headFields"], texts)
        if role in ("order", "refund") and not line_texts:
            raise Bad("missing", spec["line"])  # a list without lines is a finding, others' lines are required
        for line in line_texts:
            check_presence(spec["lineFields"], line)
        head = read_fields(spec["headFields"], texts, KEYS[role])
        if role == "cancellation" and not names_list(head):
            raise Bad("empty", "copNo")
        lines = [read_fields(spec["lineFields"], line, set()) for line in line_texts]
    except Bad as bad:
        raise Bad(bad.reason, bad.field, business_number(role, texts)) from None
    return Document(kind, head, lines, source, offset)


def names_list(head):
    """A cancellation names its list by `copNo`, or an import's by trade key and waybill key."""
    if head["copNo"]:
        return True
    platform = head.get("ebpCode") or head.get("ebcCode")
    return bool(platform and all(head.get(name) for name in ("orderNo", "logisticsCode", "logisticsNo")))


def business_number(role, texts):
    """The number by which a clerk knows the document."""
    names = {
        "order": ["orderNo"],
        "payment": ["payNo", "payTransactionId", "orderNo"],
        "waybill": ["logisticsNo"],
        "list": ["copNo", "orderNo"],
        "cancellation": ["copNo", "orderNo", "logisticsNo", "invtNo"],
        "refund": ["copNo", "coElNo", "orderNo", "logisticsNo", "invtNo"],
        "receipt": ["copNo", "orderNo", "invtNo"],
    }[role]
    return next((texts[name] for name in names if texts.get(name)), "")


def reject(source, offset, kind, key, field, reason):
    return {"source": source, "offset": offset, "kind": kind, "key": key, "field": field, "reason": reason}


# ---------------------------------------------------------------------------------------- files

def paths(inputs):
    """Every file under the inputs, in byte order of the paths."""
    found = []
    for path in inputs:
        if os.path.isdir(path):
            for folder, _, names in os.walk(path):
                found += [os.path.join(folder, name) for name in names]
        else:
            found.append(path)
    return sorted(found, key=os.fsencode)


def read_ingests(ingests):
    """All documents of several ingests in received order, and all rejects."""
    documents, rejects = [], []
    for inputs in ingests:
        for path in paths(inputs):
            with open(path, "rb") as file:
                data = file.read()
            if data[:2] == b"\x1f\x8b":
                try:
                    data = gzip.decompress(data)
                except (OSError, EOFError):
                    rejects.append(reject(path, 0, "", "", "", "archive"))
                    continue
            read_messages(path, data, documents, rejects)
    for position, document in enumerate(documents):
        document.received = position
    return documents, rejects
