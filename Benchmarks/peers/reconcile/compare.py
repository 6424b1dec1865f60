"""Whether two results are the same: compare.py TERN_VERDICTS.csv TERN_CUBE.csv RESULT_FOLDER

Findings list by list, then the cube cell by cell. A difference is printed and ends with status 1.
"""
import csv
import pathlib
import sys
from fractions import Fraction

import duckdb

from findings import FINDINGS
from judge import LIST_KEYS

CUBE = ["customsCode", "tradeMode", "country", "currency",
        "lists", "lines", "goodsValue", "grossWeight", "netWeight", "packages"]


def main():
    verdicts, cube, folder = sys.argv[1:3] + [pathlib.Path(sys.argv[3])]
    connection = duckdb.connect()
    keys = ", ".join(LIST_KEYS)
    texts = ", ".join(f"coalesce({column}, '') AS {column}" for column in (*LIST_KEYS, "findings"))
    connection.execute(f"CREATE TABLE ours AS SELECT {texts} FROM read_csv(?, all_varchar=true, header=true)", [verdicts])
    # Few different sets of findings occur: each becomes the sum of its bits.
    bits = {name: 1 << bit for bit, name in enumerate(FINDINGS)}
    sets = connection.execute("SELECT DISTINCT findings FROM ours").fetchall()
    connection.execute("CREATE TABLE sets (findings VARCHAR, mask BIGINT)")
    connection.executemany("INSERT INTO sets VALUES (?, ?)", [
        (text, sum(bits[name] for name in text.split(";") if name)) for text, in sets])
    differing = connection.execute(
        f"SELECT {keys}, ours.findings, theirs.findings "
        f"FROM (SELECT {keys}, findings, mask FROM ours JOIN sets USING (findings)) ours "
        f"FULL JOIN '{folder / 'verdicts.parquet'}' theirs USING ({keys}) WHERE mask IS DISTINCT FROM theirs.findings "
        f"ORDER BY ALL").fetchall()
    for *key, ours, theirs in differing[:10]:
        other = theirs if theirs is None else [name for name, bit in bits.items() if theirs & bit]
        print(f"{','.join(key)}: Tern {ours!r}, {folder.name} {other}", file=sys.stderr)
    lists, = connection.execute("SELECT count(*) FROM ours").fetchone()
    rows, = connection.execute(f"SELECT count(*) FROM '{folder / 'verdicts.parquet'}'").fetchone()
    if differing or lists != rows:
        sys.exit(f"{folder.name}: {len(differing)} of {lists} lists differ, {rows} rows")
    ours, theirs = cells(cube), cells(folder / "cube.csv", CUBE)
    if ours != theirs:
        for key in sorted(ours.keys() | theirs.keys()):
            if ours.get(key) != theirs.get(key):
                print(f"cell {key}: Tern {ours.get(key)}, {folder.name} {theirs.get(key)}", file=sys.stderr)
        sys.exit(f"{folder.name}: the cubes differ")
    print(f"{folder.name}: {lists:,} lists and {len(ours):,} cells are equal", file=sys.stderr)


def cells(path, header=None):
    """{cell: measures}; what a finer cube has in several cells is added up."""
    result = {}
    with open(path, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file, header):
            key = tuple(row[name] for name in CUBE[:4])
            values = [Fraction(row[name]) for name in CUBE[4:]]
            result[key] = [a + b for a, b in zip(result.get(key, [0] * len(values)), values)]
    return result


main()
