#!/usr/bin/env python3
"""Reference implementation of the reconciliation rules: right first, fast never.

    oracle.py INPUT… [--then INPUT…] [--as-of YYYYMMDDhhmmss] [--window-days 30]
              [--tolerance NAME=AMOUNT] … [--rules FILE] [--inspection-key FILE] [--reference DIR] [--rejects FILE]
              [--stats direction,currency,… [--measures currency,…] | --returns | --opportunities |
              --summary FROM TO OWNER ITEM]

Inputs (files, or folders walked recursively) are one ingest; `--then` begins the next one. Verdicts
go to standard output as CSV, rows in byte order; with `--stats` the statistics by these dimensions
go there instead, with `--returns` the returns, with `--opportunities` the lists that could have been
declared in the simplified way, by seller, with `--summary` the merged lines of a period's summary
declarations (OWNER and ITEM are 1 where owner and item name keep lines apart). `--rejects` writes what was rejected, one JSON object a line.
Exit status: 0 done, 2 wrong usage, 3 done and something was rejected.
"""
import argparse
import json
import sys

sys.dont_write_bytecode = True  # leave no folders in the tree

import ceb
import match
import opportunities
import reference
import regimes
import returns
import rules
import stats
import summaries
from settings import TOLERANT, Settings

HEADER = ("direction", "agentCode", "copNo", "platform", "orderNo", "logisticsCode", "logisticsNo",
          "disposition", "returnStatus", "findings")


class Verdict:
    """What is said of one list. `found` maps its findings to their severities."""

    def __init__(self, lst, found, disposition):
        self.list = lst
        self.returned = returns.Nothing
        self.found = found
        self.disposition = disposition

    findings = property(lambda self: sorted(self.found))

    def identity(self):
        lst = self.list
        return (lst.direction, lst["agentCode"], lst["copNo"], match.platform(lst), lst["orderNo"],
                lst["logisticsCode"], lst["logisticsNo"])

    def columns(self):
        return self.identity() + (self.disposition, rules.RETURN_STATUS[self.disposition], ";".join(self.findings))


def judge(documents, as_of, settings, tables):
    """The verdicts, and the returns with what they do."""
    if as_of is None:
        as_of = max((document["appTime"] for document in documents if document.role in ceb.DECIDING), default=None)
    reconciled = match.reconcile(documents)

    def dispose(verdict):
        age = as_of - verdict.list["appTime"]
        verdict.disposition = rules.disposition(set(verdict.found.values()), age, settings.window_days)

    verdicts = []
    for triplet in reconciled.triplets:
        lst = triplet.list
        rule = settings.rules_for(lst)
        names = rules.findings(triplet, rule) | regimes.findings(lst, tables, settings.limits)
        verdict = Verdict(lst, {name: rule[name].severity for name in names if rule[name].enabled}, None)
        dispose(verdict)
        verdicts.append(verdict)

    by_list = {id(verdict.list): verdict for verdict in verdicts}
    judged = [(verdict.list, verdict.disposition == "rejected") for verdict in verdicts]
    for lst in regimes.over_annual_limit(judged, settings.limits["annual"]):
        rule = settings.rules_for(lst)["regime.limit_annual"]
        if rule.enabled:
            by_list[id(lst)].found["regime.limit_annual"] = rule.severity
            dispose(by_list[id(lst)])
    for verdict in verdicts:
        seller = (tables.enterprises or {}).get(verdict.list["ebcCode"])
        if verdict.disposition == "released" and settings.is_drawn(verdict.identity(), seller and seller.credit_class):
            verdict.disposition = "inspect"

    receipts = [document for document in documents if document.role == "receipt"]
    returned = returns.resolve(verdicts, receipts, reconciled.refunds)
    verdicts += [Verdict(lst, {}, "cancelled") for lst in reconciled.cancelled]
    return verdicts, returned


def csv_row(columns):
    """RFC 4180, quotes only where they are needed."""
    def cell(text):
        if any(character in text for character in ',"\r\n'):
            return '"' + text.replace('"', '""') + '"'
        return text
    return ",".join(cell(str(column)) for column in columns)


def print_csv(header, rows):
    lines = [csv_row(header)] + sorted((csv_row(row) for row in rows), key=str.encode)
    sys.stdout.buffer.write("".join(line + "\n" for line in lines).encode())


def tolerance(text):
    """NAME=0.01, NAME=0.5% or NAME=0.01+0.5%."""
    name, _, amounts = text.partition("=")
    if name not in TOLERANT or not amounts:
        raise argparse.ArgumentTypeError(f"not a tolerance: {text}")
    return name, amounts


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", nargs="+")
    parser.add_argument("--then", nargs="+", action="append", default=[], metavar="INPUT")
    parser.add_argument("--as-of", type=ceb.time)
    parser.add_argument("--window-days", type=int)
    parser.add_argument("--rules")
    parser.add_argument("--inspection-key")
    parser.add_argument("--tolerance", type=tolerance, action="append", default=[])
    parser.add_argument("--reference")
    parser.add_argument("--rejects")
    parser.add_argument("--stats", metavar="DIMENSIONS")
    parser.add_argument("--measures", default=",".join(stats.MEASURES), help="currency first")
    parser.add_argument("--returns", action="store_true")
    parser.add_argument("--opportunities", action="store_true")
    parser.add_argument("--summary", nargs=4)
    options = parser.parse_args(arguments)

    documents, rejects = ceb.read_ingests([options.input] + options.then)
    settings = Settings()
    if options.rules:
        with open(options.rules, encoding="utf-8") as file:
            settings.read(file.read())
    if options.inspection_key:
        with open(options.inspection_key, "rb") as file:
            settings.draw_key = file.read()
    if options.window_days is not None:
        settings.window_days = options.window_days
    for name, amounts in options.tolerance:
        settings.allow(name, amounts)
    tables = reference.Reference(options.reference)
    verdicts, returned = judge(documents, options.as_of, settings, tables)
    if options.rejects:
        with open(options.rejects, "w", encoding="utf-8") as file:
            for row in rejects:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    if options.stats:
        dimensions = options.stats.split(",")
        measures = tuple(options.measures.split(","))
        print_csv(tuple(dimensions) + measures, stats.cube(verdicts, dimensions, tables, measures))
    elif options.summary:
        start, end, by_owner, by_item = options.summary
        print_csv(summaries.HEADER, summaries.rows(verdicts, start, end, by_owner == "1", by_item == "1"))
    elif options.opportunities:
        print_csv(opportunities.HEADER, opportunities.rows(verdicts, tables, settings.limits))
    elif options.returns:
        print_csv(returns.HEADER, (one.columns() for one in returned))
    else:
        print_csv(HEADER, (verdict.columns() for verdict in verdicts))
    return 3 if rejects else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
