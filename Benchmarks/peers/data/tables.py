"""The tables that engines read: which elements of which message are which column, of which type.

`narrow()` has what the rules and the cube need and no more. `wide()` has every element that Tern's
catalogue knows. Both give (lines of load.cpp's SPEC, {table: {column: SQL type}}).
"""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
CATALOGUE = ROOT / "Sources/TernCEB/Catalogue/Catalogue+Data.swift"
ROLES = {303: "orders", 311: "orders", 403: "payments", 411: "payments", 505: "waybills", 511: "waybills",
         603: "lists", 621: "lists"}
IMPORTS = {311, 411, 511, 621}
# The customs write N19,5. With 18 digits engines can do with 64 bits: to their advantage.
TYPES = {"text": "VARCHAR", "decimal": "DECIMAL(18,5)", "integer": "BIGINT", "time": "BIGINT", "date": "BIGINT"}

VERSION = ["guid", "appType", "appTime", "appStatus"]
# Names as in the schemas; a pair is (export name, import name).
NARROW = {
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


def catalogue():
    """{number: (document, head, line, {element: (type, what an empty one means)} of heads, of lines)}"""
    kinds = {}
    for text in CATALOGUE.read_text().split("KindSpec(")[1:]:
        number, document, head, line = re.search(
            r'number: (\d+),.*?document: "(\w+)", head: (nil|"\w+"), line: (nil|"\w+")', text, re.DOTALL).groups()
        if int(number) not in ROLES:
            continue
        levels = [{name: (type, (re.search('emptyValue: "(.*?)"', rest) or ["", ""])[1])
                   for name, type, rest in re.findall(r'Field\("(\w+)", \.(\w+)(.*)\)', part)}
                  for part in (text.split("lineFields:") + [""])[:2]]
        kinds[int(number)] = (document, head.strip('"').replace("nil", "-"), line.strip('"').replace("nil", "-"),
                              *levels)
    return kinds


def narrow():
    lines, tables = [], {}
    for number, (document, head, line, head_fields, line_fields) in catalogue().items():
        is_import = number in IMPORTS
        for level, fields in (("-", head_fields), (line, line_fields)):
            if not fields:
                continue
            table = ROLES[number] + ("" if level == "-" else "_lines")
            columns = ["@doc", "=I" if is_import else "=E"] if level == "-" else ["@doc", "@line"]
            types = {"doc": "BIGINT", "direction": "VARCHAR"} if level == "-" else {"doc": "BIGINT", "line": "BIGINT"}
            if level == "-" and table != "waybills":
                columns.append("@platform")
                types["platform"] = "VARCHAR"
            for column in NARROW[table]:
                names = (column, column) if isinstance(column, str) else column
                type, if_empty = fields.get(names[is_import], ("text", ""))
                columns.append(names[is_import] + (if_empty and "|" + if_empty))
                # An element that the other direction's message lacks has no type there.
                if types.get(names[0], "VARCHAR") == "VARCHAR":
                    types[names[0]] = TYPES[type]
            lines.append("\t".join([str(number), document, head, level, table, *columns]))
            tables.setdefault(table, {}).update(
                {name: type for name, type in types.items()
                 if tables.get(table, {}).get(name, "VARCHAR") == "VARCHAR"})
    return lines, tables


def wide():
    lines, tables = [], {}
    for number, (document, head, line, head_fields, line_fields) in catalogue().items():
        for level, fields, name in (("-", head_fields, f"CEB{number}"), (line, line_fields, f"CEB{number}lines")):
            if fields:
                tables[name] = ({} if level == "-" else {"doc": "BIGINT"}) | {
                    column: TYPES[type] for column, (type, _) in fields.items()}
                columns = ([] if level == "-" else ["@doc"]) + [
                    column + (if_empty and "|" + if_empty) for column, (_, if_empty) in fields.items()]
                lines.append("\t".join([str(number), document, head, level, name, *columns]))
    return lines, tables
