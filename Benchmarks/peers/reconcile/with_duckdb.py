"""DuckDB: with_duckdb.py TABLES_FOLDER RESULT_FOLDER. The SQL of judge.py, from Parquet to zstd Parquet."""
import duckdb

import judge
import result


def connect():
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    # The order of the result is free, as its users would let it be.
    connection.execute("SET preserve_insertion_order = false")
    return connection


def work(tables, verdicts):
    connection = connect()
    for path in tables.glob("*.parquet"):
        connection.execute(f"CREATE VIEW {path.stem} AS SELECT * FROM '{path}'")
    return judge_lists(connection, verdicts)


def judge_lists(connection, verdicts):
    *steps, (name, query) = judge.queries(judge.Dialect)
    parts = ", ".join(f"{step} AS ({text})" for step, text in steps)
    connection.execute(f"CREATE TEMP TABLE {name} AS WITH {parts} {query}")
    connection.execute(f"COPY ({judge.VERDICTS}) TO '{verdicts}' (FORMAT parquet, COMPRESSION zstd)")
    return connection.execute(judge.CUBE).fetchall()


if __name__ == "__main__":
    result.run(work)
