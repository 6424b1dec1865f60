"""Python's lxml: each message becomes a tree, its fields go to lists. The same work as common.h
says, in the way a Python program would do it."""
import json
import sys
import time
import zlib

from lxml import etree

GROUP_BYTES = 16 << 20
KINDS = {
    303: ("Order", "OrderHead", "OrderList"), 403: ("Receipts", None, None),
    505: ("Logistics", None, None), 603: ("Inventory", "InventoryHead", "InventoryList"),
    311: ("Order", "OrderHead", "OrderList"), 411: ("Payment", "PaymentHead", None),
    511: ("Logistics", "LogisticsHead", None), 621: ("Inventory", "InventoryHead", "InventoryList"),
}
NAMESPACE = "{http://www.chinaport.gov.cn/ceb}"


class Columns:
    def __init__(self):
        self.rows = 0
        self.columns = {}

    def add(self, element):
        row = self.rows
        self.rows += 1
        columns = self.columns
        for field in element:
            column = columns.setdefault(field.tag, [])
            if len(column) < row:
                column.extend([""] * (row - len(column)))
            column.append((field.text or "").strip(" \t\r\n"))


def parse(data, tables):
    root = etree.fromstring(data)
    number = int(root.tag[len(NAMESPACE) + 3:-7])
    document, head, line = (name and NAMESPACE + name for name in KINDS[number])
    heads, lines = tables.setdefault(number, (Columns(), Columns()))
    for element in root:
        if element.tag != document:
            continue
        if head is None:
            heads.add(element)
            continue
        for part in element:
            if part.tag == head:
                heads.add(part)
            elif part.tag == line:
                lines.add(part)


class Checksum:
    def __init__(self):
        self.hash = self.values = self.documents = 0

    def add(self, tables):
        for number, (heads, lines) in tables.items():
            self.documents += heads.rows
            for level, table in (("h", heads), ("l", lines)):
                for tag, column in table.columns.items():
                    name = tag[len(NAMESPACE):]
                    for row, value in enumerate(column):
                        if value:
                            self.hash += zlib.crc32(f"{number}/{level}/{row}/{name}={value}".encode())
                            self.values += 1


def main():
    paths = open(sys.argv[1]).read().split()
    messages = [open(path, "rb").read() for path in paths]
    seconds = []
    for round in range(-1, int(sys.argv[2])):  # the first does not count
        checksum, tables, pending, spent = Checksum(), {}, 0, 0.0
        start = time.process_time()
        for data in messages:
            parse(data, tables)
            pending += len(data)
            if pending >= GROUP_BYTES:
                spent += time.process_time() - start
                checksum.add(tables)
                tables, pending = {}, 0
                start = time.process_time()
        spent += time.process_time() - start
        checksum.add(tables)
        if round >= 0:
            seconds.append(spent)
    print(json.dumps({
        "peer": "lxml", "bytes": sum(map(len, messages)), "documents": checksum.documents,
        "values": checksum.values, "hash": str(checksum.hash % 2**64), "seconds": seconds}))


main()
