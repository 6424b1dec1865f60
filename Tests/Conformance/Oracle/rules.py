"""What is wrong with a triplet, and what becomes of the list."""
import datetime
from fractions import Fraction

ONE = 100_000  # decimals are integers of 1/100000

RETURN_STATUS = {
    "released": "399", "pending": "2", "rejected": "100", "review": "300", "inspect": "500", "cancelled": ""}


def findings(t, rules):
    """The names of all findings of one triplet that compare its documents."""
    found = set()
    lst = t.list
    order = t.order.document if t.order else None
    waybill = t.waybill.document if t.waybill else None
    payments = [p.document for p in t.payments]
    is_import = lst.direction == "I"

    def check(name, fails):
        if fails:
            found.add(name)

    def product_differs(name, line):
        return not rules[name].agree(Fraction(line["qty"] * line["price"], ONE), line["totalPrice"])

    # The triplet is there, once.
    check("order.missing", not order)
    check("payment.missing", not payments)
    check("waybill.missing", not waybill)
    check("order.duplicate", order and t.order.duplicate)
    check("payment.duplicate", any(p.duplicate for p in t.payments))
    check("waybill.duplicate", waybill and t.waybill.duplicate)
    check("list.duplicate", t.duplicate or t.later_of_trade_key)
    check("waybill.shared", t.waybill_shared)

    # Parties.
    sellers = [order["ebcCode"]] if order else []
    if not is_import:
        sellers += [payment["ebcCode"] for payment in payments]
        if waybill and waybill["ebcCode"]:
            sellers.append(waybill["ebcCode"])
    check("party.seller", any(seller != lst["ebcCode"] for seller in sellers))
    if is_import and order:
        buyer = (order["buyerIdNumber"], order["buyerName"])
        check("party.buyer", (lst["buyerIdNumber"], lst["buyerName"]) != buyer)
        check("party.payer", any((p["payerIdNumber"], p["payerName"]) != buyer for p in payments))
    if is_import and order and waybill:
        check("party.consignee", any(
            order[name] != waybill[name] for name in ("consignee", "consigneeTelephone", "consigneeAddress")))

    # The list's own amounts.
    check("amount.line", any(product_differs("amount.line", line) for line in lst.lines))
    check("amount.positive",
          any(line[name] <= 0 for line in lst.lines for name in ("qty", "price", "totalPrice"))
          or lst["freight"] < 0 or lst["insuredFee"] < 0)

    # Amounts against the order and the payments.
    if order:
        check("amount.order_line", any(product_differs("amount.order_line", line) for line in order.lines))
        check("amount.lines_differ", lines_differ(lst.lines, order.lines, rules["amount.lines_differ"]))
        goods = sum(line["totalPrice"] for line in lst.lines)
        check("amount.goods", not rules["amount.goods"].agree(goods, order["goodsValue"]))
    if order and payments:
        if is_import:
            paid, due = sum(p["amountPaid"] for p in payments), order["acturalPaid"]
        else:
            paid, due = sum(p["charge"] for p in payments), order["goodsValue"] + order["freight"]
        check("amount.paid", not rules["amount.paid"].agree(paid, due))
    if order and is_import:
        check("amount.settlement", not rules["amount.settlement"].agree(
            order["acturalPaid"], order["goodsValue"] + order["freight"] + order["taxTotal"] - order["discount"]))
    currencies = {line["currency"] for line in lst.lines} | {p["currency"] for p in payments}
    if order:
        currencies.add(order["currency"])
    currencies.discard("")
    if is_import:
        check("amount.currency", currencies - {"142"})
    else:
        check("amount.currency", len(currencies) > 1)

    # Fees, weights and packages against the waybill.
    if waybill:
        for fee, flag in (("freight", "fFlag"), ("insuredFee", "iFlag")):
            if waybill[fee] is not None and (is_import or lst[flag] == "3"):
                check("amount.freight", not rules["amount.freight"].agree(lst[fee], waybill[fee], fee))
        weight = waybill["weight" if is_import else "grossWeight"]
        check("weight.gross", not rules["weight.gross"].agree(lst["grossWeight"], weight))
        check("package.count", lst["packNo"] != waybill["packNo"])
    check("weight.net", not 0 < lst["netWeight"] <= lst["grossWeight"])
    check("package.count", is_import and lst["packNo"] != 1)

    # Goods.
    check("goods.empty", not lst.lines)
    check("goods.sequence", sorted(line["gnum"] for line in lst.lines) != list(range(1, len(lst.lines) + 1)))
    for line in lst.lines:
        check("goods.unit", line["unit"] == line["unit1"] and line["qty"] != line["qty1"])
        check("goods.unit", (line["unit2"] != "") != (line["qty2"] is not None and line["qty2"] > 0))
    return found


def lines_differ(list_lines, order_lines, rule):
    """Whether there is no way to pair the lines so that all pairs agree."""
    if len(list_lines) != len(order_lines):
        return True

    def agree(ours, theirs):
        return all(ours[field] == theirs[field] for field in ("gnum", "qty", "currency", "unit")) and all(
            rule.agree(ours[field], theirs[field], field) for field in ("price", "totalPrice"))

    pairs = {}  # order line -> list line

    def place(number, tried):
        """Finds a partner for a list line, moving others on where that helps."""
        for other, line in enumerate(order_lines):
            if other not in tried and agree(list_lines[number], line):
                tried.add(other)
                if other not in pairs or place(pairs[other], tried):
                    pairs[other] = number
                    return True
        return False

    return not all(place(number, set()) for number in range(len(list_lines)))


def disposition(severities, age, window_days):
    """What becomes of a list with findings of these severities; released may still be drawn for inspection."""
    past = age > datetime.timedelta(hours=24 * window_days)
    if "R" in severities or ("P" in severities and past):
        return "rejected"
    if "P" in severities:
        return "pending"
    return "review" if "V" in severities else "released"
