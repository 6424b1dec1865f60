"""What a user may set: severities, switches and tolerances of findings, limits, the window, inspection draws."""
import copy
import hashlib
import hmac
import re
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
# Findings that allow a difference, and the fields that may have allowances of their own.
TOLERANT = {
    "amount.line": (), "amount.order_line": (), "amount.goods": (), "amount.paid": (), "amount.settlement": (),
    "amount.freight": ("freight", "insuredFee"), "amount.lines_differ": ("price", "totalPrice"), "weight.gross": (),
}
SCOPED_MODES = {"9610", "1210", "1239", "9710", "9810"}  # any other is "other"


class Rule:
    """One finding's severity (R, P, V or W), whether it is made at all, and what it allows."""

    def __init__(self, severity):
        self.severity, self.enabled = severity, True
        self.allowed = {}  # (absolute in units of the value, relative) by field, "" where a finding has one

    def allow(self, text, fields):
        """`0.01`, `0.5%` or `0.01+0.5%` for all fields, or a mapping of such by field."""
        for field, amounts in (text if isinstance(text, dict) else {field: text for field in fields or ("",)}).items():
            absolute = relative = Fraction(0)
            for amount in str(amounts).split("+"):
                if amount.endswith("%"):
                    relative = Fraction(amount[:-1]) / 100
                else:
                    absolute = Fraction(amount)
            self.allowed[field] = absolute, relative

    def agree(self, ours, triplets, field=""):
        """Whether two scaled values agree; the relative allowance is taken of the triplet's."""
        absolute, relative = self.allowed.get(field, (Fraction(0), Fraction(0)))
        return abs(Fraction(ours) - triplets) <= max(absolute * ONE, relative * abs(triplets))


class Settings:
    def __init__(self):
        self.window_days = 30
        self.limits = {name: amount * ONE for name, amount in (("single", 5_000), ("annual", 26_000), ("simplified", 5_000))}
        self.base = {name: Rule(severity) for name, severity in SEVERITY.items()}
        self.scopes = {}  # by direction, or direction and trade mode: what is set there
        self.made = {}
        self.draw_rates, self.other_rate = {}, Fraction(0)  # by credit class; of other classes
        self.draw_key = None  # no key, no draws

    def read(self, text):
        """A rules file over these settings."""
        said = parse(text)
        self.window_days = int(said.get("windowDays", self.window_days))
        for name, amount in said.get("limits", {}).items():
            self.limits[name] = Fraction(amount) * ONE
        inspection = said.get("inspection", {})
        for name, share in inspection.get("rates", {}).items():
            self.draw_rates[name] = percent(share)
        self.other_rate = percent(inspection.get("otherRate", "0%"))
        change(self.base, said.get("findings", {}))
        self.scopes = said.get("scopes", {})

    def allow(self, name, text):
        """What the command line allows, everywhere."""
        self.base[name].allow(text, TOLERANT[name])
        for scope in self.scopes.values():
            scope.get(name, {}).pop("tolerance", None)

    def rules_for(self, lst):
        """Rules by finding, for a list's direction and trade mode."""
        direction = "export" if lst.direction == "E" else "import"
        mode = lst["tradeMode"] if lst["tradeMode"] in SCOPED_MODES else "other"
        if (direction, mode) not in self.made:
            rules = copy.deepcopy(self.base)
            for scope in (direction, f"{direction}.{mode}"):
                change(rules, self.scopes.get(scope, {}))
            self.made[direction, mode] = rules
        return self.made[direction, mode]

    def is_drawn(self, identity, credit_class):
        """Whether a list is inspected; `identity` are the seven columns that name its verdict."""
        if self.draw_key is None:
            return False
        digest = hmac.new(self.draw_key, "\t".join(identity).encode(), hashlib.sha256).digest()
        rate = self.draw_rates.get(credit_class, self.other_rate)
        return Fraction(int.from_bytes(digest[:8], "big"), 2**64) < rate


def change(rules, said):
    for name, settings in said.items():
        rule = rules[name]
        rule.severity = settings.get("severity", rule.severity)
        rule.enabled = settings.get("enabled", "true" if rule.enabled else "false") == "true"
        if "tolerance" in settings:
            rule.allow(settings["tolerance"], TOLERANT[name])


def percent(text):
    return Fraction(text.rstrip("%")) / 100


# ------------------------------------------------------------------------------- the YAML of rules

def parse(text):
    """Block mappings by indentation; a value is a word, or a flow mapping or sequence of words."""
    root = {}
    open_mappings = [(-1, root)]
    for line in text.splitlines():
        line = re.sub(r"(^|\s)#.*", "", line).rstrip()
        if not line:
            continue
        indent = len(line) - len(line.lstrip())
        while open_mappings[-1][0] >= indent:
            open_mappings.pop()
        name, _, rest = line.strip().partition(":")
        mapping = open_mappings[-1][1]
        if rest.strip():
            mapping[name] = flow(rest.strip())
        else:
            mapping[name] = {}
            open_mappings.append((indent, mapping[name]))
    return root


def flow(text):
    if text.startswith("["):
        return [word.strip() for word in text[1:-1].split(",") if word.strip()]
    if text.startswith("{"):
        inside, depth, start, parts = text[1:-1], 0, 0, []
        for at, character in enumerate(inside + ","):
            depth += {"{": 1, "}": -1}.get(character, 0)
            if character == "," and depth == 0:
                parts.append(inside[start:at])
                start = at + 1
        return {name.strip(): flow(rest.strip()) for name, _, rest in (p.partition(":") for p in parts if p.strip())}
    return text
