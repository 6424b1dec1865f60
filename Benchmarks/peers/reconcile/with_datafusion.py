"""DataFusion: with_datafusion.py TABLES_FOLDER RESULT_FOLDER. The SQL of judge.py, from Parquet to zstd Parquet."""
import datafusion

import judge
import result

# Read where they are used; all others are computed once, into memory, which tells the planner how large they are.
VIEWS = {"orders_counting", "payments_counting", "waybills_counting"}


class Dialect(judge.Dialect):
    line_hash = "sum(xxhash64(gnum, qty, price, totalPrice, currency, unit))"


def work(tables, verdicts):
    settings = datafusion.SessionConfig().with_target_partitions(2)
    # Names as they are written.
    settings = settings.set("datafusion.sql_parser.enable_ident_normalization", "false")
    context = datafusion.SessionContext(settings)
    context.enable_spark_functions()  # for xxhash64
    for path in tables.glob("*.parquet"):
        context.register_parquet(path.stem, str(path))
    for name, query in judge.queries(Dialect):
        rows = context.sql(query)
        context.register_view(name, rows if name in VIEWS else rows.cache())
    context.sql(judge.VERDICTS).write_parquet(str(verdicts), compression="zstd", compression_level=3)
    return context.sql(judge.CUBE).to_arrow_table().to_pylist()


result.run(work)
