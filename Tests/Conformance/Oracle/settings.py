"""What a user may set: severities and tolerances of findings, the window, inspection draws."""
import hashlib
import hmac
from fractions import Fraction

ONE = 100_000

SEVERITY = {
    "order.missing": "P", "payment.missing": "P", "waybill.missing": "P",
    "order.duplicate": "R", "payment.duplicate": "W", "waybill.duplicate": "R", "list.duplicate": "R",
    "waybill.shared": "R",
    "party.seller": "R", "party.buyer": "R", "party.payer": "R", "party.consignee": "V",
    "amount.line": "R", "amount.positive": "R", "amount.order_line": "V", "amount.lines_differ": "R",
    "amount.goods": "R", "amount.paid": "R", "amount.settlement": "R", "amount.currency": "R",
    "amount.freight": "W",
    "weight.gross": "R", "weight.net": "R", "package.count": "R",
    "goods.empty": "R", "goods.sequence": "R", "goods.code": "R", "goods.unit": "R",
    "regime.trade_mode": "R", "regime.bonded": "R", "regime.direct": "R", "regime.simplified": "R",
    "regime.limit_single": "R", "regime.limit_annual": "R", "regime.positive_list": "R", "regime.licence": "R",
    "reference.code": "V",
    "enterprise.unregistered": "V", "enterprise.code": "V", "enterprise.blacklisted": "R",
    "buyer.id": "V",
}
TOLERANT = {
    "amount.line", "amount.order_line", "amount.goods", "amount.paid", "amount.settlement",
    "amount.freight", "amount.lines_differ", "weight.gross",
}
OFF = "off"


class Rule:
    """One finding's severity (R, P, V, W or off) and allowance (in units of the value, and relative)."""

    def __init__(self, severity, absolute=Fraction(0), relative=Fraction(0)):
        self.severity, self.absolute, self.relative = severity, absolute, relative

    def agree(self, ours, triplets):
        """Whether two scaled values agree; the relative allowance is taken of the triplet's."""
        return abs(Fraction(ours) - triplets) <= max(self.absolute * ONE, self.relative * abs(triplets))


class Settings:
    def __init__(self):
        self.window_days = 30
        self.rules = {name: Rule(severity) for name, severity in SEVERITY.items()}
        self.draw_rates = {}  # by credit class
        self.draw_key = None  # no key, no draws

    def rules_for(self, lst):
        """Rules by finding, for a list's direction and trade mode."""
        return self.rules

    def is_drawn(self, identity, credit_class):
        """Whether a list is inspected; `identity` are the seven columns that name its verdict."""
        rate = self.draw_rates.get(credit_class)
        if self.draw_key is None or not rate:
            return False
        digest = hmac.new(self.draw_key, "\t".join(identity).encode(), hashlib.sha256).digest()
        return Fraction(int.from_bytes(digest[:8], "big"), 2**64) < rate
