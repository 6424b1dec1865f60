"""What no column store of these tables gets below: bound.py TABLES. Prints bytes.

For each column the least of three: xz at its strongest; the entropy of its values, and xz of the distinct ones; the
entropy of each place in its texts. The last two are more than any code reaches. `guid`s count as 16 bytes.
"""
import collections
import lzma
import math
import multiprocessing
import pathlib
import sys

import pyarrow.parquet

STRONGEST = [{"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "pb": 0}]
LONGEST_BY_PLACE = 64


def xz(texts):
    return len(lzma.compress("\n".join(texts).encode(), format=lzma.FORMAT_RAW, filters=STRONGEST))


def entropy(values):
    counts = collections.Counter(values)
    return sum(count * math.log2(len(values) / count) for count in counts.values()) / 8


def least(column):
    path, name = column
    values = pyarrow.parquet.read_table(path, columns=[name])[name].to_pylist()
    if name == "guid":
        return 16 * len(values)
    texts = ["" if value is None else str(value) for value in values]
    distinct = sorted(set(texts))
    found = [xz(texts)]
    if len(distinct) < len(texts):
        found.append(entropy(texts) + xz(distinct))
    longest = max(map(len, texts), default=0)
    if longest <= LONGEST_BY_PLACE:
        found.append(sum(entropy([text[place:place + 1] for text in texts]) for place in range(longest)))
    return min(found)


if __name__ == "__main__":
    columns = [(path, name) for path in sorted(pathlib.Path(sys.argv[1]).glob("*.parquet"))
               for name in pyarrow.parquet.read_schema(path).names]
    with multiprocessing.Pool() as pool:
        print(round(sum(pool.imap_unordered(least, columns))))
