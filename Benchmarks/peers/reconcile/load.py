"""Messages to zstd Parquet, for engines that read tables: load.py FOLDER_OF_MESSAGES OUT_FOLDER

One table per role and one each for the lines of orders and lists, with the columns that the rules
and the cube need and no others. `doc` numbers the documents of a table in the order in which Tern
receives them (paths in byte order, then position). Values are trimmed; empty import currencies are 142,
empty optional ones stay empty; the platform of a trade key is worked out here.
The time this takes is not part of any comparison.
"""
import csv
import pathlib
import sys

import duckdb
from lxml import etree

NAMESPACE = "{http://www.chinaport.gov.cn/ceb}"
KINDS = {
    "303": ("orders", "E", "OrderHead", "OrderList"), "311": ("orders", "I", "OrderHead", "OrderList"),
    "403": ("payments", "E", None, None), "411": ("payments", "I", "PaymentHead", None),
    "505": ("waybills", "E", None, None), "511": ("waybills", "I", "LogisticsHead", None),
    "603": ("lists", "E", "InventoryHead", "InventoryList"),
    "621": ("lists", "I", "InventoryHead", "InventoryList"),
}
VERSION = ["guid", "appType", "appTime", "appStatus"]
DOCUMENTS = {"303": "Order", "311": "Order", "403": "Receipts", "411": "Payment", "505": "Logistics",
             "511": "Logistics", "603": "Inventory", "621": "Inventory"}
# Names as in the schemas; a pair is (export name, import name).
COLUMNS = {
    "orders": VERSION + ["orderNo", "ebcCode", "goodsValue", "freight", "taxTotal", "discount",
                         "acturalPaid", "currency", "buyerIdNumber", "buyerName", "consignee",
                         "consigneeTelephone", "consigneeAddress"],
    "payments": VERSION + ["orderNo", "ebcCode", "payCode", ("payNo", "payTransactionId"),
                           ("charge", "amountPaid"), "currency", "payerIdNumber", "payerName"],
    "waybills": VERSION + ["logisticsCode", "logisticsNo", "ebcCode", "freight", "insuredFee",
                           ("grossWeight", "weight"), "packNo", "consignee", "consigneeTelephone",
                           "consigneeAddress"],
    "lists": VERSION + ["orderNo", "ebcCode", "logisticsCode", "logisticsNo", "agentCode", "copNo",
                        "customsCode", "tradeMode", "country", "freight", "insuredFee", "fFlag",
                        "iFlag", "packNo", "grossWeight", "netWeight", "buyerIdNumber", "buyerName"],
    "orders_lines": ["gnum", "qty", "price", "totalPrice", "currency", "unit"],
    "lists_lines": ["gnum", "qty", "price", "totalPrice", "currency", "unit", "unit1", "unit2", "qty1",
                    "qty2"],
}
HAS_PLATFORM = {"orders", "payments", "lists"}
DECIMALS = {"goodsValue", "freight", "taxTotal", "discount", "acturalPaid", "charge", "insuredFee",
            "grossWeight", "netWeight", "qty", "price", "totalPrice", "qty1", "qty2"}
INTEGERS = {"doc", "appTime", "packNo", "gnum"}


def name(column):
    return column if isinstance(column, str) else column[0]


def fields(element):
    return {field.tag[len(NAMESPACE):]: (field.text or "").strip(" \t\r\n") for field in element
            if isinstance(field.tag, str)}


def main():
    messages, out = map(pathlib.Path, sys.argv[1:3])
    out.mkdir(parents=True, exist_ok=True)
    files = {table: open(out / f"{table}.csv", "w", newline="", encoding="utf-8") for table in COLUMNS}
    writers = {table: csv.writer(file) for table, file in files.items()}
    documents = dict.fromkeys(COLUMNS, 0)

    def write(table, direction, values):
        row = [documents[table], direction]
        if table in HAS_PLATFORM:
            platform = values.get("ebpCode", "")
            row.append(values.get("ebcCode", "") if platform in ("", "无") else platform)
        elif table.endswith("_lines"):
            row = [documents[table[:-6]], direction]
        if direction == "I" and values.get("currency") == "":
            values["currency"] = "142"
        for column in COLUMNS[table]:
            key = column if isinstance(column, str) else column[direction == "I"]
            row.append(values.get(key, ""))
        writers[table].writerow(row)

    for path in sorted(messages.rglob("*.xml"), key=lambda path: str(path).encode()):
        root = etree.parse(path).getroot()
        number = root.tag[len(NAMESPACE) + 3:-7]
        table, direction, head, line = KINDS[number]
        for document in root.iterchildren(NAMESPACE + DOCUMENTS[number]):
            write(table, direction, fields(document if head is None else document.find(NAMESPACE + head)))
            if line:
                for part in document.iterchildren(NAMESPACE + line):
                    write(table + "_lines", direction, fields(part))
            documents[table] += 1
    for file in files.values():
        file.close()

    connection = duckdb.connect()
    for table, columns in COLUMNS.items():
        names = ["doc", "direction"] + ["platform"] * (table in HAS_PLATFORM) + list(map(name, columns))
        types = {column: "BIGINT" if column in INTEGERS else
                 "DECIMAL(19,5)" if column in DECIMALS else "VARCHAR" for column in names}
        source = out / f"{table}.csv"
        # Empty texts stay texts; empty numbers are NULL.
        texts = ", ".join(f"coalesce({c}, '') AS {c}" if types[c] == "VARCHAR" else c for c in names)
        connection.execute(
            f"COPY (SELECT {texts} FROM read_csv(?, header=false, columns={types})) "
            f"TO '{out / table}.parquet' (FORMAT parquet, COMPRESSION zstd)", [str(source)])
        source.unlink()


main()
