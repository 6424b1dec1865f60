"""Reference tables: what a folder of them says. A table that is not there is None."""
import csv
import datetime
import os
from fractions import Fraction

YUAN = "142"
CODE_TABLES = {  # file, column of the code
    "country": ("countries.csv", "code"),
    "currency": ("currencies.csv", "code"),
    "unit": ("units.csv", "code"),
    "customsDistrict": ("customs_districts.csv", "prefix"),
    "transportMode": ("transport_modes.csv", "code"),
    "tradeMode": ("trade_modes.csv", "code"),
}


class Goods:
    """What the tariff says of one ten-digit code."""

    def __init__(self, row):
        self.licence, self.export_duty, self.refund, self.positive = (
            row[name] == "1" for name in ("licence", "exportDuty", "refund", "positiveList"))


class Enterprise:
    def __init__(self, row):
        self.credit_class, self.blacklisted = row["creditClass"], row["blacklisted"] == "1"


class Reference:
    """Without a folder no table is given."""

    def __init__(self, folder=None):
        def rows(name):
            path = os.path.join(folder, name) if folder else ""
            if not os.path.exists(path):
                return None
            with open(path, encoding="utf-8-sig", newline="") as file:
                return list(csv.DictReader(file))

        def table(name, make):
            found = rows(name)
            return None if found is None else make(found)

        self.codes = {name: table(file, lambda found: {row[column] for row in found})
                      for name, (file, column) in CODE_TABLES.items()}
        self.headings = table("hs2022.csv", lambda found: {row["code"] for row in found if len(row["code"]) == 4})
        self.tariff = table("tariff.csv", lambda found: {row["gcode"]: Goods(row) for row in found})
        self.rates = table("rates.csv", lambda found: found) or []
        self.enterprises = table("enterprises.csv", lambda found: {row["code"]: Enterprise(row) for row in found})

    def knows(self, table, code):
        """Whether a code is in its table. Without the table, and without a code, nothing is wrong."""
        codes = self.codes[table]
        return codes is None or code == "" or code in codes

    def rate(self, currency, time):
        """Yuan for one unit of a currency on the day of a time, exact; None where none is given."""
        if currency == YUAN:
            return Fraction(1)
        for row in self.rates:
            if row["currency"] == currency and in_force(row, time.strftime("%Y%m%d")):
                return Fraction(row["cny_per_unit"])
        return None


def in_force(row, day):
    first, last = row.get("valid_from") or "", row.get("valid_to") or ""
    return (not first or first <= day) and (not last or day <= last)


# ------------------------------------------------------------------------------- check characters

ENTERPRISE_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"  # GB 32100-2015: no I, O, S, V, Z


def enterprise_check_character(code):
    """The eighteenth character of a unified social credit code, for its first seventeen."""
    total = sum(ENTERPRISE_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17]))
    return ENTERPRISE_ALPHABET[-total % 31]


def is_enterprise_code(code):
    """Whether an eighteen-character code is right; codes of another length are not judged."""
    if len(code) != 18:
        return True
    if any(character not in ENTERPRISE_ALPHABET for character in code):
        return False
    return enterprise_check_character(code) == code[17]


def identity_check_character(number):
    """The eighteenth character of a resident identity number (GB 11643), for its first seventeen."""
    total = sum(int(digit) * pow(2, 17 - place, 11) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11]


def is_identity_number(number):
    """Whether a number in the form of a resident identity number is one; other numbers are not judged."""
    digits = "0123456789"
    if len(number) != 18 or any(c not in digits for c in number[:17]) or number[17] not in digits + "X":
        return True
    try:
        datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return False
    return identity_check_character(number) == number[17]
