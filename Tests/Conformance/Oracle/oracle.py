#!/usr/bin/env python3
"""Reference implementation of the reconciliation rules: right first, fast never.

    oracle.py INPUT… [--then INPUT…] [--as-of YYYYMMDDhhmmss] [--window-days 30]
              [--tolerance NAME=ABS[:REL]] … [--rejects FILE] [--stats direction,currency,… | --returns]

Inputs (files, or folders walked recursively) are one ingest; `--then` begins the next one. Verdicts
go to standard output as CSV, rows in byte order; with `--stats` the statistics by these dimensions
go there instead, with `--returns` the returns. `--rejects` writes what was rejected, one JSON object a line.
Exit status: 0 done, 2 wrong usage, 3 done and something was rejected.
"""
import argparse
import json
import sys
from fractions import Fraction

sys.dont_write_bytecode = True  # leave no folders in the tree

import ceb
import match
import returns
import rules
import stats

HEADER = ("direction", "agentCode", "copNo", "platform", "orderNo", "logisticsCode", "logisticsNo",
          "disposition", "returnStatus", "findings")


class Verdict:
    def __init__(self, lst, found, disposition):
        self.list = lst
        self.returned = returns.Nothing
        self.findings = sorted(found)
        self.disposition = disposition

    def columns(self):
        lst = self.list
        return (lst.direction, lst["agentCode"], lst["copNo"], match.platform(lst), lst["orderNo"],
                lst["logisticsCode"], lst["logisticsNo"], self.disposition,
                rules.RETURN_STATUS[self.disposition], ";".join(self.findings))


def judge(documents, as_of, window_days, tolerances):
    """The verdicts, and the returns with what they do."""
    if as_of is None:
        as_of = max((document["appTime"] for document in documents if document.role in ceb.DECIDING), default=None)
    verdicts = []
    reconciled = match.reconcile(documents)
    for triplet in reconciled.triplets:
        found = rules.findings(triplet, tolerances)
        age = as_of - triplet.list["appTime"]
        verdicts.append(Verdict(triplet.list, found, rules.disposition(found, age, window_days)))
    receipts = [document for document in documents if document.role == "receipt"]
    returned = returns.resolve(verdicts, receipts, reconciled.refunds)
    verdicts += [Verdict(lst, [], "cancelled") for lst in reconciled.cancelled]
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
    name, _, amounts = text.partition("=")
    if name not in rules.TOLERANT or not amounts:
        raise argparse.ArgumentTypeError(f"not a tolerance: {text}")
    absolute, _, relative = amounts.partition(":")
    return name, (Fraction(absolute), Fraction(relative or 0))


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("input", nargs="+")
    parser.add_argument("--then", nargs="+", action="append", default=[], metavar="INPUT")
    parser.add_argument("--as-of", type=ceb.time)
    parser.add_argument("--window-days", type=int, default=30)
    parser.add_argument("--tolerance", type=tolerance, action="append", default=[])
    parser.add_argument("--rejects")
    parser.add_argument("--stats", metavar="DIMENSIONS")
    parser.add_argument("--returns", action="store_true")
    options = parser.parse_args(arguments)

    documents, rejects = ceb.read_ingests([options.input] + options.then)
    verdicts, returned = judge(documents, options.as_of, options.window_days, rules.Tolerances(dict(options.tolerance)))
    if options.rejects:
        with open(options.rejects, "w", encoding="utf-8") as file:
            for row in rejects:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    if options.stats:
        dimensions = options.stats.split(",")
        print_csv(tuple(dimensions) + stats.MEASURES, stats.cube(verdicts, dimensions))
    elif options.returns:
        print_csv(returns.HEADER, (one.columns() for one in returned))
    else:
        print_csv(HEADER, (verdict.columns() for verdict in verdicts))
    return 3 if rejects else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
