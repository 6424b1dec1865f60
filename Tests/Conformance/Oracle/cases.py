#!/usr/bin/env python3
"""Small nasty random scenarios, for comparing an engine with the oracle.

    cases.py --seed S --cases N --out DIR [--count]

Each case is a folder `case-NNNNNN` with `input/` (and in some cases `then/`, a second ingest) and
perhaps `settings`, one line of arguments. The same seed gives the same bytes. `--count` judges the
cases with the oracle and prints how often each finding and disposition was met.
"""
import argparse
import collections
import copy
import datetime
import gzip
import os
import random
import sys

sys.dont_write_bytecode = True  # leave no folders in the tree

import messages
import regime_cases
import rule_cases
from scenario import BASE, DAY, PLATFORMS, REUSE, Maker, Parcel, at, cancellation, receipt, refund, shift, stamp
from settings import TOLERANT
from tables import Tables


def parcels(maker, calm):
    rng = maker.rng
    made = regime_cases.year_of_a_buyer(maker) if rng.random() < 0.15 else []
    for _ in range(rng.choice([0, 1]) if made else rng.choice([1, 1, 2, 2, 3, 3, 4, 6, 8, 12])):
        days = rng.choice([0, 0, 0, 0, 1, 20, -30, -31, -200])
        time = BASE + datetime.timedelta(days=days, seconds=rng.choice([0, 0, 1, 59, 3600]))
        direction = rng.choice("EEI")
        p = Parcel(maker, direction, time, **regime_cases.wanted(maker, direction))
        for _ in range(rng.choice([0, 0, 1]) if calm else rng.choice([0, 0, 0, 1, 1, 1, 2, 3])):
            if rng.random() < 0.4:
                regime_cases.spoil(maker, p)
            else:
                maker.spoil(p)
        for d in p.documents() + p.extra:
            head = d["head"]
            if head.get("ebcCode") == "" and head.get("ebpCode", "-").strip() in ("", "无"):
                head["ebpCode"] = PLATFORMS[0]  # with neither code there is no trade key to speak of
        made.append(p)
    return made


def entangle(maker, made):
    """Lets parcels share what is meant to be their own."""
    rng = maker.rng
    for p in made:
        others = [o for o in made if o is not p and o.direction == p.direction]
        if not others or rng.random() < 0.5:
            continue
        o = rng.choice(others)
        mine, theirs = p.list["head"], o.list["head"]
        how = rng.choice(["waybill", "waybill", "trade_key", "trade_key", "list", "move", "reuse", "order_too"])
        if how == "waybill":
            mine["logisticsCode"], mine["logisticsNo"] = theirs["logisticsCode"], theirs["logisticsNo"]
        elif how == "trade_key":
            for name in ("ebpCode", "ebcCode", "orderNo"):
                mine[name] = theirs[name]
            if not mine["copNo"] or not theirs["copNo"]:
                shift(p.list, maker.count * 11 + 17)
        elif how == "list" and theirs["copNo"]:
            mine["agentCode"], mine["copNo"] = theirs["agentCode"], theirs["copNo"]
            if rng.random() < 0.3:
                mine["guid"] = theirs["guid"]
        elif how == "move":
            moved = copy.deepcopy(p.list)
            moved["head"].update(appType="2", **{n: theirs[n] for n in ("ebpCode", "ebcCode", "orderNo")})
            shift(moved, rng.choice([1, 60, -60]))
            p.extra.append(moved)
        elif how == "reuse" and p.waybill:
            p.waybill["head"]["logisticsCode"] = mine["logisticsCode"] = theirs["logisticsCode"]
            p.waybill["head"]["logisticsNo"] = mine["logisticsNo"] = theirs["logisticsNo"]
            if o.waybill:
                p.waybill["head"]["appTime"] = o.waybill["head"]["appTime"]
                shift(p.waybill, rng.choice([1, -1]) * (REUSE + rng.choice([-1, 0, 1, 1, 100])))
                if rng.random() < 0.6:
                    middle = (at(o.waybill) - at(p.waybill)) / 2
                    mine["appTime"] = stamp(at(p.waybill) + middle + datetime.timedelta(seconds=rng.choice([-1, 0, 0, 1])))
        elif how == "order_too" and p.order:
            for name in ("ebpCode", "ebcCode", "orderNo"):
                p.order["head"][name] = theirs[name]


def cancel(maker, made):
    """Cancels some lists: in time, too early, or another one."""
    rng = maker.rng
    for p in made:
        if rng.random() < 0.8:
            continue
        document = cancellation(maker, p.list)
        shift(document, rng.choice([-DAY, -1, 0, 0, 1, 60, DAY]))
        if rng.random() < 0.15:
            document["head"][rng.choice(["copNo", "agentCode"])] = rng.choice(["C0", rng.choice(made).list["head"]["copNo"]])
        p.extra.append(document)


def send_back(maker, made):
    """Returns of some lists, which are named by their own number or by a receipt's."""
    rng = maker.rng
    if rng.random() < 0.5:
        return
    for p in made:
        number = f"3101{maker.number('')[1:]}"
        how = rng.random()
        if how < 0.5:
            p.list["head"]["invtNo"] = number
        elif how < 0.8:
            p.extra.append(receipt(maker, p.list, number))
        for _ in range(rng.choice([0, 0, 1, 1, 2, 3])):
            document = refund(maker, p.list, number if rng.random() < 0.9 else "310100")
            shift(document, rng.choice([0, 0, 1, 60, DAY, -DAY]))
            p.extra.append(document)


def versions(maker, document):
    """Further versions of a document: drafts, changes, deletes, resends."""
    rng = maker.rng
    out = [document]

    def again(**head):
        other = copy.deepcopy(document)
        other["head"].update(head)
        out.append(other)
        return other

    for _ in range(rng.choice([0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 3])):
        how = rng.choice(["resend", "draft", "change", "change", "late", "delete", "delete_old", "renew", "odd", "tie", "only_draft"])
        if how == "resend":
            again()
        elif how == "draft":
            shift(spoiled(maker, again(appStatus=rng.choice(["1", "0", "3", "22"]))), rng.choice([0, 60, 31 * DAY]))
        elif how == "change":
            shift(spoiled(maker, again(appType="2")), rng.choice([1, 60, DAY]))
        elif how == "late":
            shift(spoiled(maker, again(appType=rng.choice("12"))), rng.choice([-1, -60, -DAY]))
        elif how == "delete":
            shift(again(appType="3", guid=rng.choice([document["head"]["guid"], maker.guid()])), rng.choice([0, 0, 1, 60]))
        elif how == "delete_old":
            shift(again(appType="3"), rng.choice([-1, -60]))
        elif how == "renew":
            shift(again(appType="3"), 10)
            shift(again(guid=maker.guid()), rng.choice([10, 20, 20, 9]))
        elif how == "odd":
            shift(again(appType=rng.choice("49")), rng.choice([0, 5]))
        elif how == "tie":
            spoiled(maker, again(appType=rng.choice("12")))
        elif how == "only_draft":
            document["head"]["appStatus"] = rng.choice(["1", "", "2", "2"])
    return out


def spoiled(maker, document):
    """Another version says something else."""
    rng = maker.rng
    head = document["head"]
    for name in ("goodsValue", "charge", "amountPaid", "grossWeight", "weight"):
        if name in head and rng.random() < 0.4:
            maker.off(head, name, rng.choice([1, -1]))
    if document["lines"] and rng.random() < 0.3:
        document["lines"] = document["lines"][:1]
    if rng.random() < 0.2:
        head["guid"] = maker.guid()
    return document


def faulty(maker, document):
    """A copy that has to be rejected, for one reason."""
    rng = maker.rng
    bad = copy.deepcopy(document)
    head = bad["head"]
    numbers = [n for n in ("goodsValue", "charge", "amountPaid", "grossWeight", "weight", "netWeight", "acturalPaid", "taxTotal")
               if n in head]
    how = rng.choice(["absent", "empty_number", "bad_number", "bad_time", "empty_key", "bad_line", "empty_time"])
    if how == "absent":
        head[rng.choice(["guid", "appType", "appTime", "appStatus"])] = None
    elif how == "empty_number":
        head[rng.choice(numbers or ["guid"])] = rng.choice(["", " "]) if numbers else None
    elif how == "bad_number":
        head[rng.choice(numbers or ["appTime"])] = rng.choice([
            "1e5", "1,000", "１２", "123456789012345", "12345678901234567890", "0x10", "1.234567", "--1", "abc", ".", "+",
            "1 0", "1.2.3", "INF", "NaN", "٣", "$5"])
    elif how == "bad_time":
        head["appTime"] = rng.choice(["20240230120000", "2024031012000", "202403101200000", "20240310240000",
                                      "20240310126000", "20241310120000", "2024-03-10T12:0", "20230229000000", "20240310 12000"])
    elif how == "empty_time":
        head["appTime"] = ""
    elif how == "empty_key":
        own = {"CEB605": ("agentCode",), "CEB623": ("agentCode",), "CEB213": ("invtNo",), "CEB625": ("invtNo",)}.get(
            bad["kind"], ("logisticsNo", "orderNo"))
        head[next(n for n in own if n in head)] = ""
    elif how == "bad_line" and bad["lines"]:
        line = rng.choice(bad["lines"])
        name, text = rng.choice([("qty", "1e2"), ("qty", ""), ("price", "１"), ("totalPrice", None), ("gnum", "1.0"),
                                 ("gnum", ""), ("gnum", "2147483648"), ("unit", None), ("currency", None)])
        line[name] = text
    else:
        head["appTime"] = "x"
    return bad


def broken(maker, data):
    """A message of which nothing can count."""
    rng = maker.rng
    start = data.index(b"<?xml")
    root = data.index(b"Message", start)
    how = rng.choice(["cut", "cut", "cut", "tag", "less", "ampersand", "utf8", "nul", "doctype", "root", "namespace",
                      "encoding", "entity", "deep", "comment"])
    middle = rng.randrange(root + 200, len(data) - 40)
    text_at = data.index(b">", middle) + 1
    if how == "cut":
        return data[:rng.randrange(start + 6, len(data) - 20)]
    if how == "tag":
        return data[:text_at] + b"</nonsense>" + data[text_at:]
    if how == "less":
        return data[:text_at] + b"< " + data[text_at:]
    if how == "ampersand":
        return data[:text_at] + rng.choice([b"& ", b"&nbsp;", b"&#0;", b"&#xD800;", b"&;"]) + data[text_at:]
    if how == "utf8":
        return data[:text_at] + rng.choice([b"\xff", b"\xc0\x80", b"\xe6\x9d", b"\xed\xa0\x80"]) + b"<" + data[text_at:]
    if how == "nul":
        return data[:text_at] + b"\0" + data[text_at:]
    if how in ("doctype", "entity"):
        end = data.index(b"?>", start) + 2
        return data[:end] + rng.choice([b"<!DOCTYPE a>", b'<!DOCTYPE a [<!ENTITY e "x">]>']) + data[end:]
    if how == "root":
        return data.replace(b"Message", b"Massage")
    if how == "namespace":
        return data.replace(b"www.chinaport.gov.cn/ceb", b"www.chinaport.gov.cn/cebx")
    if how == "encoding":
        if data.startswith(b"\xef\xbb\xbf"):
            data = data[3:]
        return data.replace(b"UTF-8", b"UTF-16", 1).replace(b"utf-8", b"UTF-16", 1)
    if how == "deep":
        return data[:text_at] + b"<d>" * 70 + b"</d>" * 70 + data[text_at:]
    return data[:text_at] + b"<!-- -- -->" + data[text_at:]


def write_messages(maker, documents):
    """The documents as messages of one kind each, with broken ones among them."""
    rng = maker.rng
    out = []
    at_index = 0
    while at_index < len(documents):
        group = [documents[at_index]]
        limit = rng.choice([1, 2, 4, 10])
        while at_index + len(group) < len(documents) and len(group) < limit and documents[at_index + len(group)]["kind"] == group[0]["kind"]:
            group.append(documents[at_index + len(group)])
        at_index += len(group)
        shape = messages.Wild(rng) if rng.random() < 0.6 else messages.Tidy()
        data = messages.message(group, shape, maker.guid())
        out.append(data)
        if shape.declaration and rng.random() < 0.06:
            out.append(broken(maker, messages.message(group, shape, maker.guid())))
        if rng.random() < 0.003:
            many = [copy.deepcopy(group[0]) for _ in range(101)]
            out.append(messages.message(many, messages.Tidy(), maker.guid()))
    return out


PLACES = ["a.xml", "b.xml", "a/1.xml", "a/2.xml", "a-1.xml", "Z.xml", "a/b/c.xml", "中文.xml", "é.xml", "b b.xml", "10.xml", "9.xml"]


def write_case(folder, rng):
    tables = Tables(rng)
    maker = Maker(rng, tables.rates)
    calm = rng.random() < 0.5  # one fault a list and no more, so that each is met alone
    made = parcels(maker, calm)
    in_two = rng.random() < (0.4 if len(made) > 2 and made[0].direction == "I" else 0.1)
    if not calm:
        entangle(maker, made)
    cancel(maker, made)
    send_back(maker, made)
    documents = []
    for p in made:
        for document in p.documents() + p.extra:
            has_versions = not calm and document["kind"] not in ("CEB604", "CEB622")
            documents += versions(maker, document) if has_versions else [document]
    for document in list(documents):
        if rng.random() < 0.03 and "appTime" in document["head"]:
            documents.append(faulty(maker, document))
            if rng.random() < 0.3:
                documents.remove(document)
    order = rng.random()
    if order < 0.4:
        rng.shuffle(documents)
    elif order < 0.8:
        documents.sort(key=lambda d: d["kind"])
    if rng.random() < 0.25:  # something late decides what is old
        late = copy.deepcopy(rng.choice(made).list)
        late["head"].update(guid=maker.guid(), appStatus="1", appTime=stamp(
            BASE + datetime.timedelta(days=30, seconds=rng.choice([-1, 0, 1, 3600]))))
        documents.append(late)
    cut = rng.randint(0, len(documents)) if in_two else len(documents)
    for ingest, share in (("input", documents[:cut]), ("then", documents[cut:])):
        files = {}
        places = rng.sample(PLACES, rng.randint(1, 5))
        for data in write_messages(maker, share):
            files.setdefault(rng.choice(places), []).append(data)
        for place, parts in files.items():
            data = b""
            for part in parts:
                data += part + rng.choice([b"", b"", b"\n", b"\r\n\r\n", b" \t", b"<!-- between -->\n", b"\n<?between?> "])
            path = os.path.join(folder, ingest, place)
            if rng.random() < 0.04:
                data, path = gzip.compress(data, mtime=0), path + ".gz"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
    os.makedirs(os.path.join(folder, "input"), exist_ok=True)
    settings = []
    if tables.files:
        tables.write(os.path.join(folder, "reference"))
        settings += ["--reference", "./reference"]
    if rng.random() < 0.2:
        born = at(rng.choice(made).list)
        as_of = born + datetime.timedelta(days=rng.choice([0, 5, 30]), seconds=rng.choice([-1, 0, 1]))
        settings += ["--as-of", stamp(as_of)]
    if rng.random() < 0.1:
        settings += ["--window-days", rng.choice(["0", "1", "5", "60"])]
    settings += rule_cases.write(folder, rng)
    if rng.random() < 0.15:
        for finding in rng.sample(sorted(TOLERANT), rng.randint(1, 4)):
            settings += ["--tolerance", f"{finding}={rng.choice(rule_cases.AMOUNTS)}"]
    if settings:
        with open(os.path.join(folder, "settings"), "w") as file:
            file.write(" ".join(settings) + "\n")


def generate(seed, number, out):
    """Writes one case and returns its folder."""
    folder = os.path.join(out, f"case-{number:06}")
    write_case(folder, random.Random(f"{seed}/{number}"))
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=100)
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", action="store_true")
    options = parser.parse_args()
    print(f"seed {options.seed}, {options.cases} cases", file=sys.stderr)
    met = collections.Counter()
    for number in range(options.cases):
        folder = generate(options.seed, number, options.out)
        if options.count:
            import check
            rows = check.run_oracle(folder)
            met["cases"] += 1
            for row in rows[1:]:
                cells = row.split(",")
                met["lists"] += 1
                met[cells[7]] += 1
                met.update(cells[9].split(";"))
    for name, times in sorted(met.items()):
        print(f"{times:8} {name or '(no finding)'}")


if __name__ == "__main__":
    main()
