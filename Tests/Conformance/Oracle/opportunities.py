"""Lists declared for summary (flag B) that could have been declared in the simplified way, by seller."""
from fractions import Fraction

import regimes

HEADER = ("ebcCode", "lists", "eligible", "eligiblePercent", "goodsValueCny", "eligibleWithoutRate",
          "overLimit", "licence", "exportDuty", "refund")


class Seller:
    def __init__(self):
        self.lists = self.eligible = self.without_rate = self.over = self.licence = self.duty = self.refund = 0
        self.value = Fraction(0)

    def add(self, lst, reference, limits):
        self.lists += 1
        value = regimes.value_in_yuan(lst, reference)
        goods = regimes.known_goods(lst, reference)
        is_over = value is not None and value > limits["simplified"]
        flags = [any(getattr(entry, name) for entry in goods) for name in ("licence", "export_duty", "refund")]
        self.over += is_over
        self.licence += flags[0]
        self.duty += flags[1]
        self.refund += flags[2]
        if not is_over and not any(flags):
            self.eligible += 1
            self.without_rate += value is None
            self.value += value or 0

    def columns(self):
        percent = self.eligible * 10_000 // self.lists
        return (self.lists, self.eligible, f"{percent // 100}.{percent % 100:02}", decimal(self.value / regimes.ONE),
                self.without_rate, self.over, self.licence, self.duty, self.refund)


def rows(verdicts, reference, limits):
    sellers = {}
    for verdict in verdicts:
        lst = verdict.list
        if lst.direction == "E" and lst["statisticsFlag"] == "B" and verdict.disposition != "cancelled":
            sellers.setdefault(lst["ebcCode"], Seller()).add(lst, reference, limits)
    return [(code,) + seller.columns() for code, seller in sellers.items()]


def decimal(value):
    """An exact decimal of at most 13 fraction digits without trailing zeros."""
    scaled = value * 10**13
    assert scaled.denominator == 1
    whole, fraction = divmod(abs(scaled.numerator), 10**13)
    text = f"{whole}.{fraction:013}".rstrip("0").rstrip(".")
    return "-" + text if value < 0 else text
