"""A loader and DuckDB, from messages to verdicts: loader_and_duckdb.py stax|lxml LISTFILE OUT_FOLDER

The loader writes CSV, DuckDB reads that into tables of its own in memory and does what ../reconcile/judge.py says.
Neither checks a number, a date or a required field more than DuckDB's types do, nor keeps what is rejected; the
documents are not kept, only what the rules need.
"""
import csv
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "data"), str(HERE.parent / "reconcile")]
import tables
from with_duckdb import connect, judge_lists

LOADERS = {"stax": ["java", "-cp", str(HERE.parent.parent.parent / "out/peers/java"), "Load"],
           "lxml": [sys.executable, str(HERE / "load_with_lxml.py")]}


def main():
    loader, paths, out = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    spec, types = tables.narrow()
    (out / "spec").write_text("\n".join(spec) + "\n")
    subprocess.run([*LOADERS[loader], out / "spec", paths, out], check=True)
    connection = connect()
    for table, columns in types.items():
        # Empty texts stay texts; empty numbers are NULL.
        values = ", ".join(f"coalesce({c}, '') AS {c}" if type == "VARCHAR" else c for c, type in columns.items())
        connection.execute(
            f"CREATE TABLE {table} AS SELECT {values} FROM read_csv(?, header=false, auto_detect=false, delim=',', "
            f"quote='\"', escape='\"', columns={columns})", [[str(path) for path in sorted(out.glob(f"{table}.*.csv"))]])
    cells = judge_lists(connection, out / "verdicts.parquet")
    with open(out / "cube.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(cells)


main()
