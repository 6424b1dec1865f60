"""Parquet tables again, with `guid` as a UUID of 16 bytes: guids.py TABLES_FOLDER OUT_FOLDER"""
import pathlib
import sys

import duckdb

tables, out = map(pathlib.Path, sys.argv[1:3])
out.mkdir(parents=True, exist_ok=True)
for path in tables.glob("*.parquet"):
    columns = duckdb.sql(f"FROM '{path}'").columns
    values = "* REPLACE (TRY_CAST(guid AS UUID) AS guid)" if "guid" in columns else "*"
    duckdb.sql(f"COPY (SELECT {values} FROM '{path}') TO '{out / path.name}' "
               "(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 3)")
