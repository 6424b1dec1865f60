"""Random folders of reference tables, drawn from what the random parcels use."""
import datetime
import os
from fractions import Fraction

from scenario import AGENTS, BASE, CARRIERS, DAY, PLATFORMS, SELLERS, stamp

GOODS = ["6109100010", "8518300000", "3304990029", "0101210000", "9701210000"]
COUNTRIES = ["110", "142", "303", "501", "502"]
CURRENCIES = ["110", "116", "142", "300", "502"]
RATES = ["7.2", "6.25", "7.12345678", "0.00017", "1", "0.00000001", "99999", "0.5"]
CLASSES = ["AEO", "A", "B", "C"]
COLUMNS = {
    "countries.csv": ("code,name", COUNTRIES, "{},名"),
    "currencies.csv": ("code,iso4217,name,cny_per_unit_example", CURRENCIES, "{},ISO,名,123.5"),
    "customs_districts.csv": ("prefix,name", ["01", "22", "29"], "{},关区"),
    "trade_modes.csv": ("code,name,meaning", ["9610", "1210", "1239", "9710", "9810", "9661"], '{},名,"one, or two"'),
    "transport_modes.csv": ("code,name", ["2", "5", "9", "Y"], "{},运输"),
    "units.csv": ("code,name", ["007", "011", "035", "140"], "{},个"),
}


class Tables:
    """The folder of one case: CSV text by file name, and the rates that its parcels may aim at."""

    def __init__(self, rng):
        self.rng = rng
        self.files, self.rates = {}, {"142": Fraction(1)}
        if rng.random() < 0.25:
            return
        nearly_all = rng.choice([0.6, 0.9, 1, 1, 1, 1, 1])  # how much of each table is there
        share = rng.choice([0.5, 0.9])  # how many tables are there
        for name, (header, codes, row) in COLUMNS.items():
            if rng.random() < share:
                self.add(name, header, [row.format(code) for code in codes if rng.random() < nearly_all])
        if rng.random() < share:
            headings = [code[:4] for code in GOODS if rng.random() < nearly_all]
            self.add("hs2022.csv", "code,level,description", [
                row for heading in headings
                for row in (f"{heading[:2]},2,Chapter", f'{heading},4,"Things; all, of them"', f"{heading}10,6,Some")])
        if rng.random() < share:
            self.add("tariff.csv", "gcode,licence,exportDuty,refund,positiveList",
                     [self.goods(code) for code in GOODS if rng.random() < nearly_all])
        if rng.random() < share:
            self.add_rates()
        if rng.random() < share:
            codes = PLATFORMS + SELLERS + CARRIERS + AGENTS
            self.add("enterprises.csv", "code,name,creditClass,blacklisted", [
                f'{code},"某某, 公司",{rng.choice(CLASSES)},{int(rng.random() < 0.02)}'
                for code in codes if rng.random() < nearly_all or rng.random() < 0.9])

    def add(self, name, header, rows):
        self.rng.shuffle(rows)
        end = self.rng.choice(["\n", "\n", "\r\n"])
        mark = "\ufeff" if self.rng.random() < 0.1 else ""
        self.files[name] = mark + end.join([header, *rows]) + end

    def goods(self, code):
        flags = [int(self.rng.random() < share) for share in (0.04, 0.04, 0.04, 0.95)]
        return ",".join([code, *map(str, flags)])

    def add_rates(self):
        """Without validity, with one that begins or ends about the lists' days, or in two pieces."""
        rng = self.rng
        dated = rng.random() < 0.6
        rows = []
        for currency in rng.sample(["502", "300", "110"], rng.randint(1, 3)):
            before, after = rng.choice(RATES), rng.choice(RATES)
            self.rates[currency] = Fraction(before)
            day = BASE + datetime.timedelta(seconds=rng.choice([-DAY, 0, DAY]))
            first, next_day = stamp(day)[:8], stamp(day + datetime.timedelta(days=1))[:8]
            rows += {
                "always": [f"{currency},{before},,"],
                "until": [f"{currency},{before},,{first}"],
                "since": [f"{currency},{before},{first},"],
                "day": [f"{currency},{before},{first},{first}"],
                "changes": [f"{currency},{before},20200101,{first}", f"{currency},{after},{next_day},"],
            }[rng.choice(["always", "until", "since", "day", "changes"]) if dated else "always"]
        header = "currency,cny_per_unit"
        if dated:
            header += ",valid_from,valid_to"
        else:
            rows = [row[:-2] for row in rows]
        self.add("rates.csv", header, rows)

    def write(self, folder):
        os.makedirs(folder, exist_ok=True)
        for name, text in self.files.items():
            with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as file:
                file.write(text)
