"""The loader of a platform in Python: files of one message each to CSV, by lxml, in two processes that take half of
the files each. load_with_lxml.py SPEC LISTFILE OUT_FOLDER   (SPEC: see ../data/load.cpp)

A document's number is that of its file × 1000 + its place in it.
"""
import csv
import multiprocessing
import pathlib
import sys

from lxml import etree

NAMESPACE = "{http://www.chinaport.gov.cn/ceb}"
PROCESSES = 2


def getter(column):
    """A function of (values, document, line) for each form of column."""
    if column == "@doc":
        return lambda values, document, line: document
    if column == "@line":
        return lambda values, document, line: line
    if column == "@platform":
        return lambda values, document, line: (
            values.get("ebcCode", "") if values.get("ebpCode", "") in ("", "无") else values["ebpCode"])
    if column[0] == "=":
        return lambda values, document, line: column[1:]
    name, _, if_empty = column.partition("|")
    return lambda values, document, line: values.get(name) or if_empty


def load(part):
    spec, paths, out, number = part
    kinds, files = {}, {}
    for text in open(spec, encoding="utf-8").read().splitlines():
        kind, document, head, line, table, *columns = text.split("\t")
        if table not in files:
            files[table] = open(out / f"{table}.{number}.csv", "w", newline="", encoding="utf-8")
        level = (csv.writer(files[table], lineterminator="\n"), [getter(column) for column in columns])
        names = kinds.setdefault(f"{NAMESPACE}CEB{kind}Message", [NAMESPACE + document, None, None, None, None])
        if line == "-":
            names[1], names[2] = head != "-" and NAMESPACE + head, level
        else:
            names[3], names[4] = NAMESPACE + line, level

    def write(level, element, document, line):
        values = {field.tag[len(NAMESPACE):]: (field.text or "").strip(" \t\r\n") for field in element
                  if isinstance(field.tag, str)}
        level[0].writerow([get(values, document, line) for get in level[1]])

    for file in range(len(paths) * number // PROCESSES, len(paths) * (number + 1) // PROCESSES):
        root = etree.parse(paths[file]).getroot()
        name, head, heads, line, lines = kinds[root.tag]
        for place, element in enumerate(root.iterchildren(name)):
            document = file * 1000 + place
            write(heads, element.find(head) if head else element, document, 0)
            if line:
                for number_of_line, part in enumerate(element.iterchildren(line)):
                    write(lines, part, document, number_of_line + 1)
    for file in files.values():
        file.close()


def main():
    spec, paths, out = sys.argv[1], open(sys.argv[2]).read().split("\n")[:-1], pathlib.Path(sys.argv[3])
    with multiprocessing.Pool(PROCESSES) as pool:
        pool.map(load, [(spec, paths, out, number) for number in range(PROCESSES)], chunksize=1)


main()
