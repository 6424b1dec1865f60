"""The work as SQL: queries that build on one another, from the tables to a row per list that counts.

Tuned for engines that join by hashing: few identities have several versions, so those are found first (`_repeated`),
told apart by windows (`_several`), and everything else only passes by. Engines differ in little, which is `Dialect`;
each with_ENGINE.py says how it runs this. What none of them does, but Tern does in the time it is compared with:
waybill numbers reused after 183 days (the corpus has none), a document sent again after another version of the
same second, tolerances as settings, dispositions and their window, keys digested under a secret.
"""
from findings import FINDINGS

TRADE = ("direction", "platform", "orderNo")
WAYBILL = ("direction", "logisticsCode", "logisticsNo")
# What names a document: a list without copNo is named by its trade key and its waybill key.
IDENTITIES = {
    "orders": TRADE,
    "payments": (*TRADE, "payCode", "CASE payNo WHEN '' THEN guid ELSE payNo END"),
    "waybills": WAYBILL,
    "lists": ("direction", "CASE copNo WHEN '' THEN platform ELSE agentCode END", "copNo",
              "CASE copNo WHEN '' THEN orderNo || ' ' || logisticsCode || ' ' || logisticsNo ELSE '' END"),
}
LIST_KEYS = ("direction", "agentCode", "copNo", "platform", "orderNo", "logisticsCode", "logisticsNo")


class Dialect:
    # Lines compare as a multiset by the sum of a 64-bit hash, which has no key: less than Tern does.
    line_hash = "sum(CAST(hash(gnum, qty, price, totalPrice, currency, unit) AS HUGEINT))"
    product = "qty * price"  # beside totalPrice
    total = "totalPrice"
    integer = "BIGINT"
    lines_of = "{}"


def queries(dialect):
    """[(name, query)], each naming only tables and those before it."""
    result = []
    for table, identity in IDENTITIES.items():
        result += versions(table, identity)
    result += [
        ("payments_trades", f"""SELECT {', '.join(TRADE)} FROM payments_counting
  GROUP BY {', '.join(TRADE)} HAVING count(*) > 1"""),
        ("payments_added", f"""SELECT {listed('p', TRADE, as_is=True)}, p.twice AS twice, p.charge AS paid,
  p.ebcCode AS sellerMin, p.ebcCode AS sellerMax, p.payerIdNumber AS payerIdMin, p.payerIdNumber AS payerIdMax,
  p.payerName AS payerNameMin, p.payerName AS payerNameMax,
  nullif(p.currency, '') AS currencyMin, nullif(p.currency, '') AS currencyMax
  FROM payments_counting p LEFT JOIN payments_trades t ON {equal('p', 't', TRADE)} WHERE t.orderNo IS NULL
  UNION ALL SELECT {listed('p', TRADE)}, max(p.twice), sum(p.charge), min(p.ebcCode), max(p.ebcCode),
  min(p.payerIdNumber), max(p.payerIdNumber), min(p.payerName), max(p.payerName),
  min(nullif(p.currency, '')), max(nullif(p.currency, ''))
  FROM payments_counting p JOIN payments_trades t ON {equal('p', 't', TRADE)} GROUP BY {listed('p', TRADE)}"""),
        ("orders_added", lines("orders_lines", dialect)),
        ("lists_added", lines("lists_lines", dialect, """,
  min(nullif(currency, '')) AS currencyMin, max(nullif(currency, '')) AS currencyMax,
  max(CASE line WHEN 1 THEN currency END) AS currency,
  max(CASE WHEN qty <= 0 OR price <= 0 OR totalPrice <= 0 THEN 1 ELSE 0 END) AS notPositive,
  max(CASE WHEN (unit = unit1 AND qty <> qty1) OR (unit2 <> '') <> (coalesce(qty2, 0) > 0) THEN 1 ELSE 0 END)
    AS unitDiffers""")),
        ("unordered", "SELECT DISTINCT doc FROM lists_lines WHERE gnum <> line"),
        ("misnumbered", """SELECT n.doc AS doc FROM lists_lines n JOIN unordered u ON n.doc = u.doc GROUP BY n.doc
  HAVING min(n.gnum) <> 1 OR max(n.gnum) <> count(*) OR count(DISTINCT n.gnum) <> count(*)"""),
        ("trades", f"""SELECT {', '.join(TRADE)} FROM lists_counting WHERE platform <> ''
  GROUP BY {', '.join(TRADE)} HAVING count(*) > 1"""),
        ("later", f"""SELECT doc FROM (SELECT l.doc AS doc, row_number() OVER (PARTITION BY {listed('l', TRADE)}
    ORDER BY l.appTime, l.copNo, l.agentCode, l.doc) AS place
  FROM lists_counting l JOIN trades t ON {equal('l', 't', TRADE)}) ranked WHERE place > 1"""),
        ("shared", f"""SELECT {', '.join(WAYBILL)}, count(*) AS lists FROM lists_counting
  GROUP BY {', '.join(WAYBILL)} HAVING count(*) > 1"""),
        ("judged", judged(dialect)),
    ]
    return result


def versions(table, identity):
    """The latest declared version of each identity, unless it is a delete. `twice`: two of different guid
    were declared as new since the last delete."""
    keys = [f"k{number}" for number in range(len(identity))]
    named = ", ".join(f"{column} AS {key}" for key, column in zip(keys, identity))
    return [
        (f"{table}_repeated", f"""SELECT {named} FROM {table} WHERE appStatus = '2'
  GROUP BY {', '.join(identity)} HAVING count(*) > 1"""),
        (f"{table}_several", f"""SELECT doc, CASE WHEN age = 1 AND appType <> '3' THEN 1 ELSE 0 END AS counts,
    CASE WHEN min(fresh) OVER identity <> max(fresh) OVER identity THEN 1 ELSE 0 END AS twice
  FROM (SELECT *, CASE WHEN appType = '1' AND deletes = 0 THEN guid END AS fresh
    FROM (SELECT *, row_number() OVER latest AS age,
        sum(CASE appType WHEN '3' THEN 1 ELSE 0 END) OVER latest AS deletes
      FROM (SELECT v.doc AS doc, v.guid AS guid, v.appType AS appType, v.appTime AS appTime, {
          ', '.join(f'v.{key} AS {key}' for key in keys)}
        FROM (SELECT doc, guid, appType, appTime, {named} FROM {table} WHERE appStatus = '2') v
        JOIN {table}_repeated r ON {equal('v', 'r', keys)}) joined
      WINDOW latest AS (PARTITION BY {', '.join(keys)} ORDER BY appTime DESC, doc DESC)) aged) fresh
  WINDOW identity AS (PARTITION BY {', '.join(keys)})"""),
        (f"{table}_counting", f"""SELECT d.*, coalesce(s.twice, 0) AS twice
  FROM (SELECT * FROM {table} WHERE appStatus = '2') d LEFT JOIN {table}_several s ON s.doc = d.doc
  WHERE coalesce(s.counts, CASE d.appType WHEN '3' THEN 0 ELSE 1 END) = 1"""),
    ]


def lines(table, dialect, more=""):
    return f"""SELECT doc, count(*) AS lines, sum(totalPrice) AS goods, {dialect.line_hash} AS hash,
  max(CASE WHEN {dialect.product} <> {dialect.total} THEN 1 ELSE 0 END) AS arithmetic{more}
  FROM {dialect.lines_of.format(table)} GROUP BY doc"""


def judged(dialect):
    mask = "\n  + ".join(f"CASE WHEN {condition} THEN {1 << bit} ELSE 0 END"
                         for bit, condition in enumerate(FINDINGS.values()))
    return f"""SELECT {', '.join(f'l.{key} AS {key}' for key in LIST_KEYS)}, CAST({mask} AS {dialect.integer}) AS findings,
  l.customsCode AS customsCode, l.tradeMode AS tradeMode, l.country AS country, coalesce(ll.currency, '') AS currency,
  coalesce(ll.lines, 0) AS lines, coalesce(ll.goods, 0) AS goods, l.grossWeight AS grossWeight,
  l.netWeight AS netWeight, l.packNo AS packNo
  FROM lists_counting l LEFT JOIN orders_counting o ON {equal('l', 'o', TRADE)} AND l.platform <> ''
  LEFT JOIN payments_added p ON {equal('l', 'p', TRADE)} AND l.platform <> ''
  LEFT JOIN waybills_counting w ON {equal('l', 'w', WAYBILL)}
  LEFT JOIN orders_added ol ON ol.doc = o.doc LEFT JOIN lists_added ll ON ll.doc = l.doc
  LEFT JOIN misnumbered ON misnumbered.doc = l.doc
  LEFT JOIN later ON later.doc = l.doc LEFT JOIN shared ON {equal('l', 'shared', WAYBILL)}"""


def listed(table, columns, as_is=False):
    return ", ".join(f"{table}.{column}" + f" AS {column}" * as_is for column in columns)


def equal(left, right, columns):
    return " AND ".join(f"{left}.{column} = {right}.{column}" for column in columns)


VERDICTS = f"SELECT {', '.join(LIST_KEYS)}, findings FROM judged"
CUBE = """SELECT customsCode, tradeMode, country, currency, count(*) AS lists, sum(lines) AS lines, sum(goods) AS goods,
  sum(grossWeight) AS grossWeight, sum(netWeight) AS netWeight, sum(packNo) AS packages
  FROM judged GROUP BY customsCode, tradeMode, country, currency"""
