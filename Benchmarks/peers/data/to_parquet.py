"""Runs load.cpp over messages on standard input and turns its tables into zstd-3 Parquet.

    to_parquet.py LOADER narrow|wide OUT_FOLDER

The CSV goes through pipes and never lies on disk. Row groups are DuckDB's own 122,880 rows. Rows lie as the
documents came.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

import duckdb

import tables


def convert(pipe, types, out):
    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    # Empty texts stay texts; empty numbers are NULL.
    columns = ", ".join(f"coalesce({c}, '') AS {c}" if type == "VARCHAR" else c for c, type in types.items())
    connection.execute(
        f"COPY (SELECT {columns} FROM read_csv(?, header=false, auto_detect=false, delim=',', quote='\"', "
        f"escape='\"', columns={types})) TO '{out}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3)",
        [str(pipe)])


def main():
    loader, which, out = sys.argv[1], sys.argv[2], pathlib.Path(sys.argv[3])
    spec, types = tables.narrow() if which == "narrow" else tables.wide()
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "spec").write_text("\n".join(spec) + "\n")
        failures = []

        def work(table):
            try:
                convert(folder / f"{table}.csv", types[table], out / f"{table}.parquet")
            except Exception as error:
                failures.append(f"{table}: {error}")
                # The loader must not wait for a reader.
                with open(folder / f"{table}.csv", "rb") as pipe:
                    while pipe.read(1 << 20):
                        pass

        threads = [threading.Thread(target=work, args=[table]) for table in types]
        for table in types:
            os.mkfifo(folder / f"{table}.csv")
        for thread in threads:
            thread.start()
        status = subprocess.run([loader, folder / "spec", folder]).returncode
        for thread in threads:
            thread.join()
    if status or failures:
        sys.exit("\n".join(failures) or "the loader failed")


main()
