"""DuckDB: the findings of every list and the cube, from Parquet to Parquet.

    with_duckdb.py TABLES_FOLDER RESULT_FOLDER

Does: the latest declared version of every identity, the joins over both keys, all findings in
FINDINGS with tolerances of 0, a result row per list that counts (zstd Parquet), the cube by customsCode,
tradeMode and country.
Does not do, but Tern does in the time it is compared with: *.duplicate, waybill numbers reused after 183 days
(the corpus has none), dispositions and their window, keys digested under a secret, tolerances as settings, a
durable commit of the result. Lines are compared by a 64-bit hash that has no key.
"""
import json
import pathlib
import sys
import time

import duckdb

FINDINGS = {
    "order.missing": "o.doc IS NULL",
    "payment.missing": "p.payments IS NULL",
    "waybill.missing": "w.doc IS NULL",
    "waybill.shared": "w.doc IS NOT NULL AND count(*) OVER (PARTITION BY l.direction, l.logisticsCode, l.logisticsNo) > 1",
    "party.seller": "l.ebcCode <> o.ebcCode OR (l.direction = 'E' AND (l.ebcCode <> p.sellerMin OR l.ebcCode <> p.sellerMax"
                    " OR (w.ebcCode <> '' AND l.ebcCode <> w.ebcCode)))",
    "party.buyer": "l.direction = 'I' AND (l.buyerIdNumber <> o.buyerIdNumber OR l.buyerName <> o.buyerName)",
    "party.payer": "l.direction = 'I' AND o.doc IS NOT NULL AND (p.payerMin <> row(o.buyerIdNumber, o.buyerName) OR p.payerMax <> row(o.buyerIdNumber, o.buyerName))",
    "party.consignee": "l.direction = 'I' AND (o.consignee <> w.consignee OR o.consigneeTelephone <> w.consigneeTelephone"
                       " OR o.consigneeAddress <> w.consigneeAddress)",
    "amount.line": "ll.arithmetic",
    "amount.positive": "ll.notPositive OR l.freight < 0 OR l.insuredFee < 0",
    "amount.order_line": "ol.arithmetic",
    "amount.lines_differ": "o.doc IS NOT NULL AND (ll.hash IS DISTINCT FROM ol.hash OR ll.lines IS DISTINCT FROM ol.lines)",
    "amount.goods": "coalesce(ll.goods, 0) <> o.goodsValue",
    "amount.paid": "p.paid <> CASE l.direction WHEN 'E' THEN o.goodsValue + o.freight ELSE o.acturalPaid END",
    "amount.settlement": "l.direction = 'I' AND o.acturalPaid <> o.goodsValue + o.freight + o.taxTotal - o.discount",
    "amount.currency": "least(o.currency, p.currencyMin, ll.currencyMin) <> greatest(o.currency, p.currencyMax, ll.currencyMax)"
                       " OR (l.direction = 'I' AND (least(o.currency, p.currencyMin, ll.currencyMin) <> '142'"
                       " OR greatest(o.currency, p.currencyMax, ll.currencyMax) <> '142'))",
    "amount.freight": "((l.direction = 'I' OR l.fFlag IN ('3', '')) AND l.freight <> w.freight)"
                      " OR ((l.direction = 'I' OR l.iFlag IN ('3', '')) AND l.insuredFee <> w.insuredFee)",
    "weight.gross": "l.grossWeight <> w.grossWeight",
    "weight.net": "NOT (l.netWeight > 0 AND l.netWeight <= l.grossWeight)",
    "package.count": "l.packNo <> w.packNo OR (l.direction = 'I' AND l.packNo <> 1)",
    "goods.empty": "ll.lines IS NULL",
    "goods.sequence": "ll.gnumMin <> 1 OR ll.gnumMax <> ll.lines OR ll.gnums <> ll.lines",
    "goods.unit": "ll.unitDiffers",
}


def versions(table, identity):
    return f"""(SELECT * FROM (SELECT * FROM {table} WHERE appStatus = '2'
      QUALIFY row_number() OVER (PARTITION BY {identity} ORDER BY appTime DESC, doc DESC) = 1)
      WHERE appType <> '3')"""


def lines(table, more=""):
    return f"""(SELECT doc, count(*) AS lines, sum(totalPrice) AS goods,
      sum(hash(gnum, qty, price, totalPrice, currency, unit)::HUGEINT) AS hash,
      bool_or(qty * price <> totalPrice) AS arithmetic{more} FROM {table} GROUP BY doc)"""


LIST_LINES = """, min(gnum) AS gnumMin, max(gnum) AS gnumMax, count(DISTINCT gnum) AS gnums,
      min(nullif(currency, '')) AS currencyMin, max(nullif(currency, '')) AS currencyMax,
      arg_min(nullif(currency, ''), gnum) AS currency,
      bool_or(qty <= 0 OR price <= 0 OR totalPrice <= 0) AS notPositive,
      bool_or((unit = unit1 AND qty <> qty1) OR (unit2 <> '') <> (coalesce(qty2, 0) > 0)) AS unitDiffers"""

MASK = "\n | ".join(f"(CASE WHEN {condition} THEN {1 << bit} ELSE 0 END)"
                    for bit, condition in enumerate(FINDINGS.values()))

JUDGE = f"""CREATE TEMP TABLE judged AS
  WITH o AS {versions("orders", "direction, platform, orderNo")},
  p AS (SELECT direction, platform, orderNo, count(*) AS payments, sum(charge) AS paid,
      min(ebcCode) AS sellerMin, max(ebcCode) AS sellerMax,
      min(row(payerIdNumber, payerName)) AS payerMin, max(row(payerIdNumber, payerName)) AS payerMax,
      min(nullif(currency, '')) AS currencyMin, max(nullif(currency, '')) AS currencyMax
    FROM {versions("payments", "direction, platform, orderNo, payCode, CASE payNo WHEN '' THEN guid ELSE payNo END")}
    GROUP BY ALL),
  w AS {versions("waybills", "direction, logisticsCode, logisticsNo")},
  l AS {versions("lists", "direction, agentCode, copNo, CASE copNo WHEN '' THEN row(platform, orderNo, logisticsCode, logisticsNo) END")},
  ol AS {lines("orders_lines")}, ll AS {lines("lists_lines", LIST_LINES)}
  SELECT l.direction, l.agentCode, l.copNo, l.platform, l.orderNo, l.logisticsCode, l.logisticsNo,
    {MASK} AS findings,
    l.customsCode, l.tradeMode, l.country, ll.currency, coalesce(ll.lines, 0) AS lines, ll.goods,
    l.grossWeight, l.netWeight, l.packNo
  FROM l LEFT JOIN o ON o.direction = l.direction AND o.platform = l.platform AND o.orderNo = l.orderNo
    LEFT JOIN p ON p.direction = l.direction AND p.platform = l.platform AND p.orderNo = l.orderNo
    LEFT JOIN w ON w.direction = l.direction AND w.logisticsCode = l.logisticsCode AND w.logisticsNo = l.logisticsNo
    LEFT JOIN ol ON ol.doc = o.doc LEFT JOIN ll ON ll.doc = l.doc"""

CUBE = """SELECT customsCode, tradeMode, country, currency, count(*), sum(lines), sum(goods), sum(grossWeight),
  sum(netWeight), sum(packNo) FROM judged GROUP BY ALL ORDER BY ALL"""


def main():
    tables, out = map(pathlib.Path, sys.argv[1:3])
    out.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    # The order of the result is free, as its users would let it be.
    connection.execute("SET preserve_insertion_order = false")
    for path in tables.glob("*.parquet"):
        connection.execute(f"CREATE VIEW {path.stem} AS SELECT * FROM '{path}'")
    connection.execute(JUDGE)
    connection.execute(
        f"""COPY (SELECT direction, agentCode, copNo, platform, orderNo, logisticsCode, logisticsNo, findings
        FROM judged) TO '{out / "verdicts.parquet"}' (FORMAT parquet, COMPRESSION zstd)""")
    cells = connection.execute(CUBE).fetchall()
    seconds = time.perf_counter() - start
    print(json.dumps({"seconds": seconds, "cells": len(cells), "findings": list(FINDINGS)}))


main()
