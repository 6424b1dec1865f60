#!/usr/bin/env python3
"""Compares an engine's verdicts, statistics and returns with the oracle's.

    check.py TERN_BINARY [--cases N] [--seed S] [--corpora DIR] [--keep DIR]

Runs all committed corpora, a generated corpus of the full rule book, and N random cases. A corpus must also give
its own `expected` files, and the generated one its truth. Rejects are compared where there is one ingest.
Exit status 1 on any difference; what differs is shown with the folder of the case, which stays.
"""
import argparse
import contextlib
import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # leave no folders in the tree

import cases
import oracle
import summaries

HERE = os.path.dirname(os.path.abspath(__file__))
CORPORA = os.path.normpath(os.path.join(HERE, "../../../corpora"))
SHOWN = 5  # differences reported in full
SECONDS = 120
GENERATED = 600  # lists of the generated corpus
# Questions where the case has returns, or lists that may be merged.
CUBES = [
    ["--by", "hs4,direction"],
    ["--by", "finding,month"],
    ["--by", "unit,gcode", "--measures", "currency,lists,lines,goodsValue,qty"],
    ["--by", "direction,logisticsCode,hour", "--measures", "currency,lists,goodsValueCny,listsWithoutRate"],
]
BY = "direction,customsCode,tradeMode,country,disposition"  # dimensions of statistics.csv


def settings(folder):
    """Further arguments of a case. A word that begins with a dot is a path from the case's folder."""
    path = os.path.join(folder, "settings")
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return [os.path.join(folder, word) if word.startswith(".") else word for word in file.read().split()]


def sorted_rows(text):
    """Header first, rows in byte order."""
    lines = text.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    return lines[:1] + sorted(lines[1:], key=str.encode)


def run_oracle(folder, rejects=None, more=()):
    arguments = [os.path.join(folder, "input")]
    then = os.path.join(folder, "then")
    if os.path.isdir(then):
        arguments += ["--then", then]
    arguments += [*settings(folder), *more]
    if rejects:
        arguments += ["--rejects", rejects]
    captured = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    with contextlib.redirect_stdout(captured):
        oracle.main(arguments)
    return sorted_rows(captured.buffer.getvalue().decode())


def call(arguments):
    done = subprocess.run(arguments, capture_output=True, timeout=SECONDS)
    if done.returncode not in (0, 3):
        raise RuntimeError(f"{' '.join(arguments)}\nexit status {done.returncode}\n{done.stderr.decode(errors='replace')}")
    return done.stdout.decode()


def run_tern(binary, folder, scratch):
    """Rows of verdicts and statistics, and the reject rows of `run` as dicts (None where a store was used)."""
    shutil.rmtree(scratch, ignore_errors=True)
    first, then = os.path.join(folder, "input"), os.path.join(folder, "then")
    if os.path.isdir(then):
        for share in (first, then):  # the second time only what changed is judged
            call([binary, "ingest", scratch, share, "--quiet"])
            call([binary, "reconcile", scratch, "--quiet", *settings(folder)])
        statistics = sorted_rows(call([binary, "stats", scratch, "--by", BY, "--format", "csv"]))
        return sorted_rows(call([binary, "verdicts", scratch, "--format", "csv"])), statistics, None
    call([binary, "run", first, "--out", scratch, "--quiet", *settings(folder)])
    with open(os.path.join(scratch, "verdicts.csv"), encoding="utf-8", newline="") as file:
        rows = sorted_rows(file.read())
    with open(os.path.join(scratch, "statistics.csv"), encoding="utf-8", newline="") as file:
        statistics = sorted_rows(file.read())
    with open(os.path.join(scratch, "rejects.ndjson"), encoding="utf-8") as file:
        return rows, statistics, [json.loads(line) for line in file if line.strip()]


def run_answers(binary, folder, scratch):
    """Rows of the returns, of the opportunities and of the statistics, asked from a store."""
    shutil.rmtree(scratch, ignore_errors=True)
    for name in ("input", "then"):
        if os.path.isdir(os.path.join(folder, name)):
            call([binary, "ingest", scratch, os.path.join(folder, name), "--quiet"])
    said = settings(folder)
    call([binary, "reconcile", scratch, "--quiet", *said])
    tables = said[said.index("--reference"):][:2] if "--reference" in said else []
    questions = [["returns", scratch], ["opportunities", scratch, *tables]]
    questions += [["stats", scratch, *cube, *tables] for cube in CUBES]
    return [sorted_rows(call([binary, *question, "--format", "csv", "--quiet"])) for question in questions]


# Two periods that follow each other, with other settings: FROM, TO, by owner, by item name.
PERIODS = [("20000101000000", "20240310120000", "0", "0"), ("20240310120000", "20991231000000", "1", "1")]


def run_summary(binary, scratch, start, end, by_owner, by_item):
    """The merged lines of a period, with what keeps their declarations apart."""
    out = scratch + ".summary"
    shutil.rmtree(out, ignore_errors=True)
    call([binary, "summarize", scratch, "--from", start, "--to", end, "--out", out, "--quiet",
          "--summary-flag", "12"[int(by_owner)], "--item-name-flag", by_item])
    with open(os.path.join(out, "declarations.csv"), encoding="utf-8", newline="") as file:
        declarations = {row["declaration"]: row for row in csv.DictReader(file)}
    rows = [oracle.csv_row(summaries.HEADER)]
    with open(os.path.join(out, "lines.csv"), encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            head = declarations[line["declaration"]]
            rows.append(oracle.csv_row([head[name] for name in summaries.HEADS + ("lists",)] + [
                line[name] for name in summaries.HEADER[len(summaries.HEADS) + 1:]]))
    return rows[:1] + sorted(rows[1:], key=str.encode)


def expected(folder, name):
    path = os.path.join(folder, "expected", name)
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8", newline="") as file:
        return sorted_rows(file.read())


def reject_rows(rejects):
    """Rejects as both sides agree on them: kind, key, field."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([r["kind"], r["key"], r["field"]] for r in rejects)
    return ["kind,key,field"] + sorted(out.getvalue().split("\n")[:-1], key=str.encode)


def oracle_rejects(folder, scratch):
    path = scratch + ".rejects"
    run_oracle(folder, path)
    with open(path, encoding="utf-8") as file:
        return reject_rows([json.loads(line) for line in file])


def difference(name, left_name, left, right_name, right):
    if left == right:
        return None
    lines = [f"{name} differs"]
    lines += [f"  only {left_name}: {row}" for row in left if row not in right]
    lines += [f"  only {right_name}: {row}" for row in right if row not in left]
    return "\n".join(lines if len(lines) > 1 else lines + ["  the same rows, but not as often"])


def check(binary, folder, scratch):
    """What is wrong with this case, or nothing."""
    ours = run_oracle(folder)
    wanted = expected(folder, "verdicts.csv")
    wanted_rejects = expected(folder, "rejects.csv")
    our_statistics = run_oracle(folder, more=["--stats", BY])
    wanted_statistics = expected(folder, "statistics.csv")
    our_returns = run_oracle(folder, more=["--returns"])
    wanted_returns = expected(folder, "returns.csv")
    problems = []
    if wanted is not None:
        problems.append(difference("verdicts", "expected", wanted, "oracle", ours))
    if wanted_statistics is not None:
        problems.append(difference("statistics", "expected", wanted_statistics, "oracle", our_statistics))
    if wanted_returns is not None:
        problems.append(difference("returns", "expected", wanted_returns, "oracle", our_returns))
    if wanted_rejects is not None:
        problems.append(difference("rejects", "expected", wanted_rejects, "oracle", oracle_rejects(folder, scratch)))
    if binary:
        try:
            theirs, statistics, rejects = run_tern(binary, folder, scratch)
            problems.append(difference("verdicts", "oracle", ours, "engine", theirs))
            problems.append(difference("statistics", "oracle", our_statistics, "engine", statistics))
            our_opportunities = run_oracle(folder, more=["--opportunities"])
            if len(our_returns) > 1 or len(our_opportunities) > 1:
                returned, opportunities, *cubes = run_answers(binary, folder, scratch)
                problems.append(difference("returns", "oracle", our_returns, "engine", returned))
                problems.append(difference("opportunities", "oracle", our_opportunities, "engine", opportunities))
                for question, statistics in zip(CUBES, cubes):
                    our_statistics = run_oracle(folder, more=["--stats", *question[1:]])
                    problems.append(difference(" ".join(question), "oracle", our_statistics, "engine", statistics))
            if len(our_opportunities) > 1:  # there are lists flagged B
                for period in PERIODS:
                    our_lines = run_oracle(folder, more=["--summary", *period])
                    lines = run_summary(binary, scratch, *period)
                    problems.append(difference(f"summary from {period[0]}", "oracle", our_lines, "engine", lines))
            if rejects is not None:
                problems.append(difference("rejects", "oracle", oracle_rejects(folder, scratch), "engine", reject_rows(rejects)))
        except (RuntimeError, OSError, subprocess.TimeoutExpired, ValueError, KeyError) as error:
            problems.append(f"engine failed: {error}")
    return [p for p in problems if p]


def generate(binary, seed, folder):
    """A corpus with every fault of the rule book as a case; its truth is what is expected."""
    call([binary, "generate", folder, "--lists", str(GENERATED), "--seed", str(seed), "--rule-book", "full",
          "--fault", "all=10000", "--quiet"])
    os.rename(os.path.join(folder, "messages"), os.path.join(folder, "input"))
    os.rename(os.path.join(folder, "truth"), os.path.join(folder, "expected"))
    with open(os.path.join(folder, "settings"), "w") as file:
        file.write("--reference ./reference\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", help="the tern executable, or - to check the corpora against the oracle alone")
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"))
    parser.add_argument("--corpora", default=CORPORA)
    parser.add_argument("--keep", help="folder for the cases that differ")
    options = parser.parse_args()
    binary = None if options.binary == "-" else os.path.abspath(options.binary)
    print(f"seed {options.seed}")
    keep = options.keep or tempfile.mkdtemp(prefix="tern-differences-")
    differing = checked = 0
    with tempfile.TemporaryDirectory(prefix="tern-check-") as work:
        def judge(folder):
            nonlocal differing, checked
            checked += 1
            problems = check(binary, folder, os.path.join(work, "out"))
            if not problems:
                return False
            differing += 1
            if folder.startswith(work):
                os.makedirs(keep, exist_ok=True)
                folder = shutil.copytree(folder, os.path.join(keep, os.path.basename(folder)), dirs_exist_ok=True)
            if differing <= SHOWN:
                print("\n".join([folder, *problems]))
            return True

        for name in sorted(os.listdir(options.corpora)) if os.path.isdir(options.corpora) else []:
            if os.path.isdir(os.path.join(options.corpora, name, "input")):
                judge(os.path.join(options.corpora, name))
        if binary:
            generated = os.path.join(work, "generated")
            generate(binary, options.seed, generated)
            judge(generated)
        for number in range(options.cases if binary else 0):
            folder = cases.generate(options.seed, number, os.path.join(work, "cases"))
            judge(folder)
            shutil.rmtree(folder)
    print(f"{checked} cases checked, {differing} differ" + (f", random ones are kept in {keep}" if differing else ""))
    if not differing and not options.keep:
        shutil.rmtree(keep, ignore_errors=True)
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
