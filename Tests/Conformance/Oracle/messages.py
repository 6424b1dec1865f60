"""Writes CEB messages: tidy ones, and ones of every legal shape.

A document is a dict: `kind` ("CEB603"), `head` and `lines` with element texts by name; a text of
None means that the element is not there.
"""
import random

from ceb import CEB, KINDS


class Tidy:
    """The shape of the official samples: prefix ceb, tabs, double quotes, schema order."""
    prefix = "ceb"
    indent = "\t"
    newline = "\n"
    quote = '"'
    bom = False
    declaration = True

    def __init__(self):
        self.random = random.Random(0)

    def chance(self, share):
        return False


class Wild(Tidy):
    """A random legal shape."""

    def __init__(self, rng):
        self.random = rng
        self.prefix = rng.choice(["ceb", "ceb", "", "x", "CEB-1.a", "ds", "_", "报"])
        self.indent = rng.choice(["\t", "\t", "  ", ""])
        self.newline = rng.choice(["\n", "\n", "\r\n"]) if self.indent or rng.random() < 0.3 else ""
        self.quote = rng.choice('""\'')
        self.bom = rng.random() < 0.2
        self.declaration = rng.random() < 0.95
        self.oddness = rng.choice([0, 0, 0.02, 0.1, 0.4])

    def chance(self, share):
        return self.random.random() < share * self.oddness


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def value(text, shape):
    """A value as XML text."""
    rng = shape.random
    if shape.chance(0.3):
        text = rng.choice([" ", "\t", "\n", "\r\n", "  "]) * rng.randint(0, 2) + text + rng.choice(["", " ", "\n\t"])
    if shape.chance(0.3) and "]]>" not in text and "\r" not in text:
        if rng.random() < 0.5:
            return f"<![CDATA[{text}]]>"
        cut = rng.randint(0, len(text))
        return escape(text[:cut]) + f"<![CDATA[{text[cut:]}]]>"
    out = escape(text)
    if text and shape.chance(0.3):
        at = rng.randrange(len(text))
        reference = rng.choice([f"&#{ord(text[at])};", f"&#x{ord(text[at]):x};", f"&#x{ord(text[at]):06X};"])
        out = escape(text[:at]) + reference + escape(text[at + 1:])
    elif text and shape.chance(0.1):
        at = rng.randint(0, len(text))
        out = escape(text[:at]) + rng.choice(["<!-- in -->", "<?pi in?>", "<![CDATA[]]>"]) + escape(text[at:])
    elif shape.chance(0.2):
        out = out.replace("'", "&apos;").replace('"', "&quot;")
    return out


class Writer:
    def __init__(self, shape):
        self.shape = shape
        self.out = []
        self.prefix = shape.prefix

    def name(self, local):
        return f"{self.prefix}:{local}" if self.prefix else local

    def line(self, depth, text):
        self.out.append(self.shape.indent * depth + text + self.shape.newline)
        if self.shape.chance(0.05):
            self.out.append(self.shape.random.choice([
                "<!-- a comment -->", "<!---->", "<?pi data?>", "\n\n", "\t ", "<!-- <ceb:qty>7</ceb:qty> -->"]))

    def leaf(self, depth, local, text):
        shape, rng = self.shape, self.shape.random
        name = self.name(local)
        attribute = rng.choice([' id="1"', " a='>'", ' xml:space="preserve"', "  "]) if shape.chance(0.05) else ""
        if text == "":
            empty = "<{0}></{0}>"
            if isinstance(shape, Wild) and rng.random() < 0.5:
                empty = rng.choice(["<{0}/>", "<{0} />", "<{0}></{0}>", "<{0}> </{0}>", "<{0}\n/>"])
            self.line(depth, empty.format(name))
            return
        end = name + (" " if shape.chance(0.05) else "")
        self.line(depth, f"<{name}{attribute}>{value(text, shape)}</{end}>")

    def stranger(self, depth, names):
        """An element that no reader of the schema looks at, though its name may look familiar."""
        rng = self.shape.random
        familiar = rng.choice(names)
        mine = self.name(familiar)
        self.line(depth, rng.choice([
            f'<f:{familiar} xmlns:f="urn:foreign">999</f:{familiar}>',
            f'<{familiar} xmlns="">999</{familiar}>',
            f"<{self.name('unheardOf')}>1<!-- x --></{self.name('unheardOf')}>",
            f"<{self.name('unheardOf')}><{mine}>999</{mine}></{self.name('unheardOf')}>",
            f'<f:wrap xmlns:f="urn:foreign"><{mine}>999</{mine}></f:wrap>',
            f"<{self.name(familiar + 'X')}/>",
        ]))

    def fields(self, depth, texts):
        shape, rng = self.shape, self.shape.random
        items = [(name, text) for name, text in texts.items() if text is not None]
        if shape.chance(0.5):
            rng.shuffle(items)
        names = list(texts)
        for name, text in items:
            if shape.chance(0.1):
                self.stranger(depth, names)
            self.leaf(depth, name, text)
            if shape.chance(0.05):
                self.leaf(depth, name, "999")  # the first counts
        if shape.chance(0.2):
            self.stranger(depth, names)

    def document(self, document):
        shape = self.shape
        spec = KINDS[document["kind"]]
        outer, declaration = self.prefix, ""
        if shape.chance(0.2):
            self.prefix = shape.random.choice(["", "inner", "ceb"])
            declaration = f' xmlns{":" + self.prefix if self.prefix else ""}="{CEB}"'
        self.line(1, f"<{self.name(spec['document'])}{declaration}>")
        parts = []
        if spec["head"]:
            parts.append((spec["head"], document["head"]))
        else:
            self.fields(2, document["head"])
        parts += [(spec["line"], line) for line in document["lines"]]
        if spec["head"] and shape.chance(0.2):
            parts.append(parts.pop(0))  # the head after the lines
        for name, texts in parts:
            self.line(2, f"<{self.name(name)}>")
            self.fields(3, texts)
            self.line(2, f"</{self.name(name)}>")
        self.line(1, f"</{self.name(spec['document'])}>")
        self.prefix = outer

    def transfer(self):
        for _ in range(2 if self.shape.chance(0.2) else 1):
            self.line(1, f"<{self.name('BaseTransfer')}>")
            for name, text in (("copCode", "3301968A01"), ("copName", "杭州示例物流有限公司"),
                               ("dxpMode", "DXP"), ("dxpId", "DXPENT0000000001")):
                self.leaf(2, name, text)
            self.line(1, f"</{self.name('BaseTransfer')}>")

    def message(self, kind, documents, guid):
        shape, rng = self.shape, self.shape.random
        q = shape.quote
        if shape.declaration:
            encoding = rng.choice(["UTF-8", "utf-8"]) if shape.chance(0.5) else "UTF-8"
            standalone = f" standalone={q}yes{q}" if shape.chance(0.2) else ""
            self.line(0, f"<?xml version={q}1.0{q} encoding={q}{encoding}{q}{standalone}?>")
        if shape.chance(0.1):
            self.line(0, "<!-- <?xml version='1.0'?> before the root -->")
        colon = f":{self.prefix}" if self.prefix else ""
        root = self.name(kind + "Message")
        self.line(0, f"<{root} guid={q}{guid}{q} version={q}1.0{q} xmlns{colon}={q}{CEB}{q}>")
        transfer_first = shape.chance(0.2)
        if transfer_first:
            self.transfer()
        for document in documents:
            self.document(document)
        if not transfer_first:
            self.transfer()
        if shape.chance(0.3):
            self.line(1, '<s:Signature xmlns:s="http://www.w3.org/2000/09/xmldsig#"><s:SignatureValue>AA==</s:SignatureValue></s:Signature>')
        self.line(0, f"</{root}>")
        return ("\ufeff" if shape.bom else "").encode() + "".join(self.out).encode()


def message(documents, shape=None, guid="6D2C1B00-0000-4000-8000-000000000000"):
    """One message with documents of one kind, as bytes."""
    return Writer(shape or Tidy()).message(documents[0]["kind"], documents, guid)
