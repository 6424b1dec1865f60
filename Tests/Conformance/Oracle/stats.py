"""The statistics cube over verdicts."""
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
    "day": lambda v: v.list["appTime"].strftime("%Y%m%d"),
    "disposition": lambda v: v.disposition,
}
# A line has one value of each of these.
LINE_DIMENSIONS = {
    "hs2": lambda line: line["gcode"][:2],
    "hs4": lambda line: line["gcode"][:4],
    "gcode": lambda line: line["gcode"],
    "unit": lambda line: line["unit"],
}
FINDING = "finding"


def currency(verdict):
    """A list belongs to its first line's currency with all its lines."""
    return verdict.list.lines[0]["currency"] if verdict.list.lines else ""


class Cell:
    def __init__(self):
        self.lists = self.lines = self.goods_value = self.gross = self.net = self.packages = 0

    def add(self, lst, lines, returned):
        """`goods_value` is an integer of 1/10^10: what was returned has so many digits."""
        self.lists += 1
        self.lines += len(lines)
        self.goods_value += sum(line["totalPrice"] * 100_000 - returned.value(line) for line in lines)
        self.gross += lst["grossWeight"]
        self.net += lst["netWeight"]
        self.packages += lst["packNo"]


def cube(verdicts, dimensions):
    """Rows of dimension values and measures. By a line dimension or by finding a list counts once in
    each cell that it touches, with its lines there; weights and packages are empty then."""
    by_line = any(d in LINE_DIMENSIONS for d in dimensions)
    divided = by_line or FINDING in dimensions
    cells = {}
    for verdict in verdicts:
        lst = verdict.list
        if verdict.disposition == "cancelled" or verdict.returned.is_whole(lst):
            continue
        standing = [line for line in lst.lines if not verdict.returned.is_full(line)]
        for finding in verdict.findings if FINDING in dimensions else [None]:
            touched = {}  # cell -> the list's lines in it
            if not by_line:
                touched[coordinates(verdict, None, finding, dimensions)] = standing
            else:
                for line in standing:
                    touched.setdefault(coordinates(verdict, line, finding, dimensions), []).append(line)
            for where, lines in touched.items():
                cells.setdefault(where, Cell()).add(lst, lines, verdict.returned)
    for where, cell in cells.items():
        heavy = ("", "", "") if divided else (unscaled(cell.gross), unscaled(cell.net), cell.packages)
        yield where + (cell.lists, cell.lines, unscaled(cell.goods_value, 10)) + heavy


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
