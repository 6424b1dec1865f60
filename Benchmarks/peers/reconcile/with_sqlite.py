"""SQLite: with_sqlite.py TABLES_FOLDER RESULT_FOLDER [fill | hand-over]. The SQL of judge.py, from a database file.

What a platform has at hand today. Its tables and the indexes over their keys stand in TABLES_FOLDER/sqlite.db; `fill` makes
them. Decimals are integers of 1/100000, products of two fit 64 bits here, though not by the schema's
lengths. It knows no hash of a row: lines compare as one text of all values in order. Tables that are made on the way
get the indexes that it makes by itself. The result is a table of a second file, since it has no compression; `hand-over`
writes it as Parquet for the comparison. One thread: it has no more for one query.
"""
import pathlib
import sqlite3
import sys
from fractions import Fraction

import duckdb
import pyarrow

import judge
import result

INDEXES = {"orders": judge.TRADE, "payments": judge.TRADE, "waybills": judge.WAYBILL,
           "lists": ("direction", "agentCode", "copNo"), "orders_lines": ("doc",), "lists_lines": ("doc",)}
E5 = 100_000


class Dialect(judge.Dialect):
    line_hash = """group_concat(gnum || ' ' || qty || ' ' || price || ' ' || totalPrice || ' ' || currency || ' ' || unit)"""
    lines_of = "(SELECT * FROM {} ORDER BY doc, gnum, qty, price, totalPrice, currency, unit)"
    total = f"totalPrice * {E5}"


def fill(tables, path):
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    connection = sqlite3.connect(part)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    source = duckdb.connect()
    for table, key in INDEXES.items():
        columns = source.execute(f"DESCRIBE SELECT * FROM '{tables / table}.parquet'").fetchall()
        values = ", ".join(f"CAST({name} * {E5} AS BIGINT)" if "DECIMAL" in type else name for name, type, *_ in columns)
        connection.execute(f"CREATE TABLE {table} ({', '.join(declaration(table, *column[:2]) for column in columns)})")
        rows = source.execute(f"SELECT {values} FROM '{tables / table}.parquet'")
        while chunk := rows.fetchmany(10_000):
            connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(columns))})", chunk)
        connection.execute(f"CREATE INDEX {table}_key ON {table} ({', '.join(key)})")
    connection.execute("ANALYZE")
    connection.commit()
    connection.close()
    part.rename(path)


def declaration(table, name, type):
    key = " PRIMARY KEY" if name == "doc" and not table.endswith("_lines") else ""
    return f"{name} {'TEXT' if type == 'VARCHAR' else 'INTEGER'}{key}"


def work(database, out):
    connection = sqlite3.connect(database)
    for pragma in ("temp_store = MEMORY", "cache_size = -2000000", "mmap_size = 20000000000"):
        connection.execute(f"PRAGMA {pragma}")
    for name, query in judge.queries(Dialect):
        connection.execute(f"CREATE TEMP TABLE {name} AS {query}")
    connection.execute("ATTACH ? AS result", [str(out)])
    connection.execute(f"CREATE TABLE result.verdicts AS {judge.VERDICTS}")
    connection.commit()
    return [(*cell[:6], *(Fraction(value, E5) for value in cell[6:9]), cell[9])
            for cell in connection.execute(judge.CUBE)]


def hand_over(database, verdicts):
    """The result as the others write it."""
    rows = sqlite3.connect(database).execute("SELECT * FROM verdicts").fetchall()
    columns = [*judge.LIST_KEYS, "findings"]
    table = pyarrow.table({name: list(values) for name, values in zip(columns, zip(*rows))})
    duckdb.from_arrow(table).write_parquet(str(verdicts))


def main():
    tables, out, step = *map(pathlib.Path, sys.argv[1:3]), sys.argv[3:]
    if step == ["fill"]:
        fill(tables, tables / "sqlite.db")
    elif step == ["hand-over"]:
        hand_over(out / "result.db", out / "verdicts.parquet")
    else:
        (out / "result.db").unlink(missing_ok=True)
        result.run(lambda tables, _: work(tables / "sqlite.db", out / "result.db"))


main()
