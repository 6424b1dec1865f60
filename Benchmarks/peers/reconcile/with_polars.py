"""Polars: with_polars.py TABLES_FOLDER RESULT_FOLDER. The same work as judge.py says, in Polars' own expressions: lazy
frames from Parquet to zstd Parquet; the last joins on its engine in memory, which takes two thirds of the processor time
of the streaming one here. Products are taken of 128-bit integers, since its decimals would round them. Lines compare by
the sum of its 64-bit row hash.
"""
import os

os.environ["POLARS_MAX_THREADS"] = "2"
import polars as pl
from polars import col

import judge
import result
from findings import FINDINGS

TRADE, WAYBILL = list(judge.TRADE), list(judge.WAYBILL)
E5 = 100_000


NO_NUMBER = col("copNo") == ""
IDENTITIES = {
    "orders": TRADE,
    "payments": TRADE + ["payCode", pl.when(col("payNo") == "").then("guid").otherwise("payNo")],
    "waybills": WAYBILL,
    "lists": ["direction", pl.when(NO_NUMBER).then("platform").otherwise("agentCode"), "copNo",
              pl.when(NO_NUMBER).then(pl.concat_str("orderNo", "logisticsCode", "logisticsNo", separator=" "))
              .otherwise(pl.lit(""))],
}


def counting(frame, identity):
    """The latest declared version of each identity, unless it is a delete, with `twice`."""
    declared = frame.filter(col("appStatus") == "2")
    keys = [f"k{number}" for number in range(len(identity))]
    named = declared.select("doc", "guid", "appType", "appTime",
                            *[(col(i) if isinstance(i, str) else i).alias(k) for k, i in zip(keys, identity)])
    repeated = named.group_by(keys).len().filter(col("len") > 1)
    deletes = (col("appType") == "3").cast(pl.Int64).cum_sum().over(keys)
    several = (named.join(repeated, on=keys, how="semi")
               .sort("appTime", "doc", descending=True)
               .with_columns(place=pl.int_range(pl.len()).over(keys), deletes=deletes)
               .with_columns(fresh=pl.when((col("appType") == "1") & (col("deletes") == 0)).then("guid"))
               .select("doc", counts=(col("place") == 0) & (col("appType") != "3"),
                       twice=col("fresh").drop_nulls().n_unique().over(keys) > 1))
    return (declared.join(several.collect().lazy(), on="doc", how="left")
            .filter(col("counts").fill_null(col("appType") != "3"))
            .with_columns(col("twice").fill_null(False)))


def integer(name):
    return (col(name) * E5).cast(pl.Int128)


def lines(frame, **more):
    return frame.group_by("doc").agg(
        lines=pl.len().cast(pl.Int64), goods=col("totalPrice").sum(),
        hash=pl.struct("gnum", "qty", "price", "totalPrice", "currency", "unit").hash().sum(),
        arithmetic=(integer("qty") * integer("price") != integer("totalPrice") * E5).any(), **more)


def prefixed(frame, prefix, keys):
    return frame.rename(lambda name: name if name in keys else f"{prefix}.{name}")


def differ(*pairs):
    return pl.any_horizontal([col(a) != col(b) for a, b in pairs])


def findings():
    """Of a joined row: columns of the list as they are, of the others with a prefix. As in findings.py."""
    is_import, is_export = col("direction") == "I", col("direction") == "E"
    has_order, has_payment = col("o.doc").is_not_null(), col("p.paid").is_not_null()
    has_waybill = col("w.doc").is_not_null()
    due = pl.when(is_export).then(col("o.goodsValue") + col("o.freight")).otherwise("o.acturalPaid")
    return {
        "order.missing": ~has_order,
        "payment.missing": ~has_payment,
        "waybill.missing": ~has_waybill,
        "order.duplicate": col("o.twice"),
        "payment.duplicate": col("p.twice"),
        "waybill.duplicate": col("w.twice"),
        "list.duplicate": col("twice") | col("later").is_not_null(),
        "waybill.shared": has_waybill & col("shared").is_not_null(),
        "party.seller": (col("ebcCode") != col("o.ebcCode")).fill_null(False) | (is_export & pl.any_horizontal(
            (col("ebcCode") != col("p.sellerMin")).fill_null(False), (col("ebcCode") != col("p.sellerMax")).fill_null(False),
            ((col("w.ebcCode") != "") & (col("ebcCode") != col("w.ebcCode"))).fill_null(False))),
        "party.buyer": is_import & differ(("buyerIdNumber", "o.buyerIdNumber"), ("buyerName", "o.buyerName")),
        "party.payer": is_import & differ(
            ("p.payerIdMin", "o.buyerIdNumber"), ("p.payerIdMax", "o.buyerIdNumber"),
            ("p.payerNameMin", "o.buyerName"), ("p.payerNameMax", "o.buyerName")),
        "party.consignee": is_import & differ(*[(f"o.{name}", f"w.{name}") for name in (
            "consignee", "consigneeTelephone", "consigneeAddress")]),
        "amount.line": col("ll.arithmetic"),
        "amount.positive": pl.any_horizontal(col("ll.notPositive").fill_null(False), col("freight") < 0,
                                             (col("insuredFee") < 0).fill_null(False)),
        "amount.order_line": col("ol.arithmetic"),
        "amount.lines_differ": has_order & (col("ll.hash").ne_missing(col("ol.hash"))
                                            | col("ll.lines").ne_missing(col("ol.lines"))),
        "amount.goods": col("ll.goods").fill_null(0) != col("o.goodsValue"),
        "amount.paid": col("p.paid") != due,
        "amount.settlement": is_import & (col("o.acturalPaid") != col("o.goodsValue") + col("o.freight")
                                          + col("o.taxTotal") - col("o.discount")),
        "amount.currency": pl.any_horizontal(
            [(col(a) != col(b)).fill_null(False) for a, b in (
                ("o.currency", "p.currencyMin"), ("o.currency", "ll.currencyMin"), ("p.currencyMin", "ll.currencyMin"),
                ("p.currencyMin", "p.currencyMax"), ("ll.currencyMin", "ll.currencyMax"))]
            + [(is_import & (col(name) != "142")).fill_null(False) for name in (
                "o.currency", "p.currencyMin", "ll.currencyMin")]),
        "amount.freight": pl.any_horizontal(
            [((is_import | (col(flag) == "3")) & (col(fee) != col(f"w.{fee}"))).fill_null(False)
             for fee, flag in (("freight", "fFlag"), ("insuredFee", "iFlag"))]),
        "weight.gross": col("grossWeight") != col("w.grossWeight"),
        "weight.net": ~((col("netWeight") > 0) & (col("netWeight") <= col("grossWeight"))),
        "package.count": (col("packNo") != col("w.packNo")).fill_null(False) | (is_import & (col("packNo") != 1)),
        "goods.empty": col("ll.lines").is_null(),
        "goods.sequence": col("misnumbered").is_not_null(),
        "goods.unit": col("ll.unitDiffers"),
    }


def work(folder, verdicts):
    tables = {path.stem: pl.scan_parquet(path) for path in folder.glob("*.parquet")}
    counts = {table: counting(tables[table], identity) for table, identity in IDENTITIES.items()}
    lists = counts["lists"].collect(engine="streaming").lazy()
    known = lambda name: pl.when(col(name) != "").then(name)
    payments = counts["payments"].group_by(TRADE).agg(
        twice=col("twice").any(), paid=col("charge").sum(),
        sellerMin=col("ebcCode").min(), sellerMax=col("ebcCode").max(),
        payerIdMin=col("payerIdNumber").min(), payerIdMax=col("payerIdNumber").max(),
        payerNameMin=col("payerName").min(), payerNameMax=col("payerName").max(),
        currencyMin=known("currency").min(), currencyMax=known("currency").max())
    second = (col("unit2") != "") != (col("qty2").fill_null(0) > 0)
    list_lines = lines(
        tables["lists_lines"], currencyMin=known("currency").min(), currencyMax=known("currency").max(),
        currency=col("currency").filter(col("line") == 1).first(),
        notPositive=((col("qty") <= 0) | (col("price") <= 0) | (col("totalPrice") <= 0)).any(),
        unitDiffers=(((col("unit") == col("unit1")) & (col("qty") != col("qty1"))) | second).any())
    unordered = tables["lists_lines"].filter(col("gnum") != col("line")).select("doc").unique()
    misnumbered = (tables["lists_lines"].join(unordered, on="doc", how="semi").group_by("doc")
                   .agg(bad=(col("gnum").min() != 1) | (col("gnum").max() != pl.len()) | (col("gnum").n_unique() != pl.len()))
                   .filter("bad").select("doc", misnumbered=True))
    trades = lists.filter(col("platform") != "").group_by(TRADE).len().filter(col("len") > 1)
    later = (lists.join(trades, on=TRADE, how="semi").sort("appTime", "copNo", "agentCode", "doc")
             .with_columns(place=pl.int_range(pl.len()).over(TRADE))
             .filter(col("place") > 0).select("doc", later=True))
    shared = lists.group_by(WAYBILL).len().filter(col("len") > 1).select(*WAYBILL, shared=True)

    joined = lists
    for frame, prefix, keys in ((counts["orders"], "o", TRADE), (payments, "p", TRADE), (counts["waybills"], "w", WAYBILL)):
        # Without a platform there is no trade key.
        if keys is TRADE:
            frame = frame.filter(col("platform") != "")
        joined = joined.join(prefixed(frame, prefix, keys), on=keys, how="left")
    joined = (joined.join(prefixed(lines(tables["orders_lines"]), "ol", []), left_on="o.doc", right_on="ol.doc", how="left")
              .join(prefixed(list_lines, "ll", []), left_on="doc", right_on="ll.doc", how="left")
              .join(misnumbered, on="doc", how="left").join(later, on="doc", how="left")
              .join(shared, on=WAYBILL, how="left"))
    conditions = findings()
    mask = pl.sum_horizontal([conditions[name].fill_null(False).cast(pl.Int64) * (1 << bit)
                              for bit, name in enumerate(FINDINGS)])
    judged = joined.select(
        *judge.LIST_KEYS, "customsCode", "tradeMode", "country", "grossWeight", "netWeight", "packNo",
        findings=mask, currency=col("ll.currency").fill_null(""), lines=col("ll.lines").fill_null(0),
        goods=col("ll.goods").fill_null(0)).collect()
    judged.select(*judge.LIST_KEYS, "findings").write_parquet(verdicts, compression="zstd")
    cube = judged.lazy().group_by("customsCode", "tradeMode", "country", "currency").agg(
        pl.len().alias("lists"), col("lines").sum(), col("goods").sum(), col("grossWeight").sum(),
        col("netWeight").sum(), col("packNo").sum())
    return cube.collect(engine="streaming").rows()


result.run(work)
