"""chDB (ClickHouse): with_chdb.py TABLES_FOLDER RESULT_FOLDER. The SQL of judge.py, from Parquet to zstd Parquet."""
from chdb import session

import judge
import result

# Read where they are used; all others are computed once, into memory: ClickHouse computes a view at each use.
VIEWS = {"orders_counting", "payments_counting", "waybills_counting"}


class Dialect(judge.Dialect):
    line_hash = "sum(cityHash64(gnum, qty, price, totalPrice, currency, unit))"
    product = "toDecimal128(qty, 5) * price"
    integer = "Int64"


def work(tables, verdicts):
    engine = session.Session()
    engine.query("CREATE DATABASE work")
    engine.query("USE work")
    # As in SQL: NULL for what a LEFT JOIN does not find, and a name means the column before it means the alias.
    for setting in ("max_threads = 2", "join_use_nulls = 1", "prefer_column_name_to_alias = 1",
                    "output_format_parquet_compression_method = 'zstd'"):
        engine.query(f"SET {setting}")
    for path in tables.glob("*.parquet"):
        engine.query(f"CREATE VIEW {path.stem} AS SELECT * FROM file('{path}', Parquet)")
    for name, query in judge.queries(Dialect):
        kind = "VIEW {} AS" if name in VIEWS else "TABLE {} ENGINE = Memory AS"
        engine.query(f"CREATE {kind.format(name)} {query}")
    verdicts.unlink(missing_ok=True)
    engine.query(f"{judge.VERDICTS} INTO OUTFILE '{verdicts}' FORMAT Parquet")
    text = engine.query(judge.CUBE, "TSV").data()
    engine.close()
    return [line.split("\t") for line in text.splitlines()]


result.run(work)
