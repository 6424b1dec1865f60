"""What comes back: returns, the lists that they name, and what they take off."""
import match
from ceb import unscaled

HEADER = ("direction", "returnAgentCode", "returnNo", "guid", "invtNo", "appTime", "agentCode", "copNo", "platform",
          "orderNo", "logisticsCode", "logisticsNo", "currency", "value", "findings")


class Returned:
    """How much of a list has come back. Lines are told apart by identity: numbers may repeat."""

    def __init__(self):
        self.quantities = {}

    def quantity(self, line):
        return self.quantities.get(id(line), 0)

    def value(self, line):
        """An integer of 1/10^10."""
        return self.quantity(line) * line["price"]

    def is_full(self, line):
        return 0 < line["qty"] == self.quantity(line)

    def is_whole(self, lst):
        return bool(lst.lines) and all(self.is_full(line) for line in lst.lines)

    def take(self, lst, refund):
        """Takes a return off. Its value, or None where it is more than is left: then nothing is taken."""
        wanted = {}
        for line in refund.lines:
            if line["qty"] < 0:
                return None
            wanted[line["gnum"]] = wanted.get(line["gnum"], 0) + line["qty"]
        parts = []
        for gnum, quantity in wanted.items():
            same = [line for line in lst.lines if line["gnum"] == gnum]
            if not same:
                return None
            for line in same:  # lines of one number are used up in their order
                part = min(quantity, max(0, line["qty"] - self.quantity(line)))
                quantity -= part
                parts.append((line, part))
            if quantity:
                return None
        for line, part in parts:
            self.quantities[id(line)] = self.quantity(line) + part
        return sum(part * line["price"] for line, part in parts)


Nothing = Returned()


class Return:
    def __init__(self, refund, lst, value):
        self.refund, self.list, self.value = refund, lst, value

    def columns(self):
        refund, lst = self.refund, self.list
        own = (refund.direction, refund["agentCode"], refund["coElNo" if refund.direction == "E" else "copNo"],
               refund["guid"], refund["invtNo"], refund["appTime"].strftime("%Y%m%d%H%M%S"))
        if not lst:
            return own + ("",) * 8 + ("return.orphan",)
        value, found = ("0", "return.exceeds") if self.value is None else (unscaled(self.value, 10), "")
        return own + (lst["agentCode"], lst["copNo"], match.platform(lst), lst["orderNo"], lst["logisticsCode"],
                      lst["logisticsNo"], lst.lines[0]["currency"] if lst.lines else "", value, found)


def resolve(verdicts, receipts, refunds):
    """Takes the returns off their lists, in order of appTime, then received; every return with its list."""
    assigned = {}
    for receipt in receipts:
        if receipt["invtNo"] and receipt["copNo"]:
            key = (receipt.direction, receipt["agentCode"], receipt["copNo"])
            assigned.setdefault(key, set()).add(receipt["invtNo"])
    named = {}
    for verdict in sorted(verdicts, key=lambda v: v.list.received):
        lst = verdict.list
        numbers = {lst["invtNo"]}
        if not lst["invtNo"]:
            numbers = assigned.get((lst.direction, lst["agentCode"], lst["copNo"]), set())
        for number in numbers:  # of several lists of one number the first received
            named.setdefault((lst.direction, number), verdict)

    out = []
    for refund in sorted(refunds, key=match.by_time):
        verdict = named.get((refund.direction, refund["invtNo"]))
        if not verdict:
            out.append(Return(refund, None, None))
            continue
        if verdict.returned is Nothing:
            verdict.returned = Returned()
        out.append(Return(refund, verdict.list, verdict.returned.take(verdict.list, refund)))
    return out
