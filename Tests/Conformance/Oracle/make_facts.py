#!/usr/bin/env python3
"""Writes facts.json: what the oracle needs to know of the 202205 schemas.

    make_facts.py SCHEMA_FOLDER > facts.json

SCHEMA_FOLDER holds export.xsd and import.xsd. The file is checked in, so that the oracle runs
without the schemas; run this again when they change.
"""
import json
import sys
import xml.etree.ElementTree as ET

XS = "{http://www.w3.org/2001/XMLSchema}"

# Message number, schema file, role, document element, head element (None: the fields stand in the
# document itself), line element (None: the kind has no lines).
KINDS = [
    (303, "export", "order", "Order", "OrderHead", "OrderList"),
    (403, "export", "payment", "Receipts", None, None),
    (505, "export", "waybill", "Logistics", None, None),
    (603, "export", "list", "Inventory", "InventoryHead", "InventoryList"),
    (311, "import", "order", "Order", "OrderHead", "OrderList"),
    (411, "import", "payment", "Payment", "PaymentHead", None),
    (511, "import", "waybill", "Logistics", "LogisticsHead", None),
    (621, "import", "list", "Inventory", "InventoryHead", "InventoryList"),
    (605, "export", "cancellation", "InvtCancel", None, None),
    (623, "import", "cancellation", "InvtCancel", None, None),
    (213, "export", "refund", "InvtRefund", "InvtRefundHead", "InvtRefundList"),
    (625, "import", "refund", "InvtRefund", "InvtRefundHead", "InvtRefundList"),
    (604, "export", "receipt", "InventoryReturn", None, None),
    (622, "import", "receipt", "InventoryReturn", None, None),
]
# The schema calls these strings; the specification calls them times and dates.
TIMES = {"appTime", "accountingDate", "payTime"}
DATES = {"ieDate", "declTime"}


def field(element):
    name = element.get("name")
    restriction = element.find(f"{XS}simpleType/{XS}restriction")
    base = restriction.get("base") if restriction is not None else element.get("type")
    kind = {"xs:string": "text", "xs:decimal": "decimal", "xs:int": "integer"}[base]
    if name in TIMES:
        kind = "time"
    if name in DATES:
        kind = "date"
    return {
        "name": name,
        "type": kind,
        "required": element.get("minOccurs") != "0",
        "emptyValue": element.get("default", element.get("fixed", "")),
    }


def fields(top, name):
    if name is None:
        return []
    return [field(e) for e in top[name].find(f"{XS}complexType/{XS}sequence") if e.tag == XS + "element"]


def main(folder):
    schemas = {}
    for direction in ("export", "import"):
        root = ET.parse(f"{folder}/{direction}.xsd").getroot()
        schemas[direction] = {e.get("name"): e for e in root.findall(XS + "element")}
    out = []
    for number, direction, role, document, head, line in KINDS:
        top = schemas[direction]
        out.append({
            "number": number,
            "direction": "E" if direction == "export" else "I",
            "role": role,
            "document": document,
            "head": head,
            "line": line,
            "headFields": fields(top, head or document),
            "lineFields": fields(top, line),
        })
    # One field a line keeps differences readable.
    text = json.dumps(out, ensure_ascii=False)
    print(text.replace('{"number"', '\n{"number"').replace('{"name"', '\n  {"name"'))


main(sys.argv[1])
