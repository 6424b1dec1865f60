"""The statistics cube over verdicts."""
from fractions import Fraction

from ceb import unscaled

MEASURES = ("currency", "lists", "lines", "goodsValue", "grossWeight", "netWeight", "packages")

# A list has one value of each of these.
LIST_DIMENSIONS = {
    "direction": lambda v: v.list.direction,
    "customsCode": lambda v: v.list["customsCode"],
    "portCode": lambda v: v.list["portCode"],
    "tradeMode": lambda v: v.list["tradeMode"],
    "statisticsFlag": lambda v: v.list.head.get("statisticsFlag", ""),  # exports only
    "country": lambda v: v.list["country"],
    "currency": lambda v: currency(v),
    "ebcCode": lambda v: v.list["ebcCode"],
    "ebpCode": lambda v: v.list["ebpCode"],
    "logisticsCode": lambda v: v.list["logisticsCode"],
    "hour": lambda v: v.list["appTime"].strftime("%Y%m%d%H"),
    "month": lambda v: v.list["appTime"].strftime("%Y%m"),
    "logisticsCode": lambda v: v.list["logisticsCode"],
    "hour": lambda v: v.list["appTime"].strftime("%Y%m%d%H"),
    "day": lambda v: v.list["appTime"].strftime("%Y%m%d"),
    "month": lambda v: v.list["appTime"].strftime("%Y%m"),
    "disposition": lambda v: v.disposition,
}
# A line has one value of each of these.
LINE_DIMENSIONS = {
    "hs2": lambda line: line["gcode"][:2],
    "hs4": lambda line: line["gcode"][:4],
    "gcode": lambda line: line["gcode"],
    "unit": lambda line: line["unit"],
    "unit": lambda line: line["unit"],
}
FINDING = "finding"


def currency(verdict):
    """A list belongs to its first line's currency with all its lines."""
    return verdict.list.lines[0]["currency"] if verdict.list.lines else ""


class Cell:
    def __init__(self):
        self.lists = self.lines = self.goods_value = self.gross = self.net = self.packages = self.quantity = 0
        self.yuan, self.without_rate = Fraction(0), 0

    def add(self, lst, lines, returned, rate):
        """`goods_value` is an integer of 1/10^10: what was returned has so many digits."""
        self.lists += 1
        self.lines += len(lines)
        value = sum(line["totalPrice"] * 100_000 - returned.value(line) for line in lines)
        self.goods_value += value
        self.without_rate += rate is None
        self.yuan += value * (rate or 0)
        self.quantity += sum(line["qty"] - returned.quantity(line) for line in lines)
        self.gross += lst["grossWeight"]
        self.net += lst["netWeight"]
        self.packages += lst["packNo"]

    def measures(self, divided):
        """Texts by name. Weights and packages of parts of lists are empty."""
        heavy = ("", "", "") if divided else (unscaled(self.gross), unscaled(self.net), self.packages)
        yuan = self.yuan * 10**8
        assert self.without_rate or yuan.denominator == 1
        return dict(zip(MEASURES[1:], (self.lists, self.lines, unscaled(self.goods_value, 10)) + heavy)) | {
            "goodsValueCny": "" if self.without_rate else unscaled(yuan.numerator, 18),
            "listsWithoutRate": self.without_rate, "qty": unscaled(self.quantity)}


def cube(verdicts, dimensions, reference, measures=MEASURES):
    """Rows of dimension values and measures. By a line dimension or by finding a list counts once in
    each cell that it touches, with its lines there; weights and packages are empty then."""
    by_line = any(d in LINE_DIMENSIONS for d in dimensions)
    divided = by_line or FINDING in dimensions
    cells = {}
    for verdict in verdicts:
        lst = verdict.list
        if verdict.disposition == "cancelled" or verdict.returned.is_whole(lst):
            continue
        rate = reference.rate(currency(verdict), lst["appTime"]) if lst.lines else 1
        standing = [line for line in lst.lines if not verdict.returned.is_full(line)]
        for finding in verdict.findings if FINDING in dimensions else [None]:
            touched = {}  # cell -> the list's lines in it
            if not by_line:
                touched[coordinates(verdict, None, finding, dimensions)] = standing
            else:
                for line in standing:
                    touched.setdefault(coordinates(verdict, line, finding, dimensions), []).append(line)
            for where, lines in touched.items():
                cells.setdefault(where, Cell()).add(lst, lines, verdict.returned, rate)
    for where, cell in cells.items():
        texts = cell.measures(divided)
        yield where + tuple(texts[measure] for measure in measures[1:])


def coordinates(verdict, line, finding, dimensions):
    values = []
    for dimension in dimensions:
        if dimension == FINDING:
            values.append(finding)
        elif dimension in LINE_DIMENSIONS:
            values.append(LINE_DIMENSIONS[dimension](line))
        else:
            values.append(LIST_DIMENSIONS[dimension](verdict))
    return tuple(values) + (currency(verdict),)
