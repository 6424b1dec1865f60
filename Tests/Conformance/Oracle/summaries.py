"""Summary declarations: which lists of a period are merged, and what their lines come to."""
from fractions import Fraction

from ceb import time, unscaled

HEADS = ("customsCode", "agentCode", "ebcCode", "trafMode", "ownerCode", "country", "portCode")
GOODS = ("country", "gcode", "currency", "unit1", "itemName")
HEADER = HEADS + ("lists",) + GOODS + ("unit2", "listLines", "qty1", "qty2", "totalPrice")


class Merged:
    """One line of a declaration. Quantities are integers of 1/100000, the price of 1/10^10."""

    def __init__(self):
        self.units, self.lines, self.qty1, self.qty2, self.price = set(), 0, 0, 0, 0

    def add(self, line, back):
        left = Fraction(line["qty"] - back, line["qty"]) if back else 1
        self.units |= {line["unit2"]} - {""}
        self.lines += 1
        self.qty1 += half_up(line["qty1"] * left)
        self.qty2 += half_up((line["qty2"] or 0) * left)
        self.price += line["totalPrice"] * 100_000 - back * line["price"]

    def columns(self):
        units = ";".join(sorted(self.units, key=str.encode))
        return (units, self.lines, unscaled(self.qty1), unscaled(self.qty2), unscaled(self.price, 10))


def half_up(value):
    return (Fraction(value) + Fraction(1, 2)).__floor__()


def is_taken(verdict, start, end):
    lst = verdict.list
    return (lst.direction == "E" and verdict.disposition == "released" and lst["statisticsFlag"] == "B"
            and start <= lst["appTime"] < end and not verdict.returned.is_whole(lst)
            and len(lst["customsCode"]) == 4 and all(1 <= len(lst[name]) <= 18 for name in ("agentCode", "ebcCode")))


def rows(verdicts, start, end, by_owner, by_item):
    """The merged lines of a period, each with its declaration's key and number of lists."""
    lists, merged = {}, {}
    for verdict in verdicts:
        lst = verdict.list
        if not is_taken(verdict, time(start), time(end)):
            continue
        key = tuple(lst[name] if name != "ownerCode" or by_owner else "" for name in HEADS)
        lists[key] = lists.get(key, 0) + 1
        for line in lst.lines:
            if not verdict.returned.is_full(line):
                goods = tuple(line[name] if name != "itemName" or by_item else "" for name in GOODS)
                merged.setdefault(key + goods, Merged()).add(line, verdict.returned.quantity(line))
    return [key[:7] + (lists[key[:7]],) + key[7:] + line.columns() for key, line in merged.items()]
