"""What every engine that a Python program drives hands over: the cube beside the verdicts, and how long it took."""
import csv
import json
import pathlib
import sys
import time


def run(work):
    """work(tables folder, verdicts.parquet) gives the cube's cells; the clock begins when libraries are loaded."""
    tables, out = map(pathlib.Path, sys.argv[1:3])
    out.mkdir(parents=True, exist_ok=True)
    start, used = time.perf_counter(), time.process_time()
    cells = work(tables, out / "verdicts.parquet")
    seconds, processor = time.perf_counter() - start, time.process_time() - used
    with open(out / "cube.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(cell.values() if isinstance(cell, dict) else cell for cell in cells)
    print(json.dumps({"seconds": seconds, "processor": processor}))
