"""Parcels that meet the regime, the tables and the quotas at their edges."""
import datetime

from reference import enterprise_check_character, identity_check_character
from regimes import TRADE_MODES
from scenario import AGENTS, BASE, BUYERS, CARRIERS, ONE, PLATFORMS, SELLERS, Parcel

SINGLE_LIMIT, ANNUAL_LIMIT, SIMPLIFIED_LIMIT = 5_000 * ONE, 26_000 * ONE, 5_000 * ONE
OTHER_CODES = ["3301968X09", "无", ""]


def edge(rng):
    """Just below, at, just above."""
    return rng.choice([-1, 0, 0, 1, 1])


def goods_of(rng, value, one_piece=False):
    """Lines that are worth so much together."""
    if one_piece:
        return [(ONE, value, value)]
    how = rng.choice(["one", "two_pieces", "two_lines", "nearly_one"])
    if how == "two_pieces" and value % 2 == 0:
        return [(2 * ONE, value // 2, value)]
    if how == "two_lines" and value > 1:
        first = rng.choice([1, value // 2])
        return [(ONE, first, first), (ONE, value - first, value - first)]
    if how == "nearly_one":
        quantity = rng.choice([99_999, 100_001])
        return [(quantity, value, value)]  # qty × price is not the total: another finding beside
    return [(ONE, value, value)]


def wanted(maker, direction):
    """What a parcel should be like, mostly nothing special."""
    rng = maker.rng
    out = {}
    if rng.random() < 0.15:
        out["trade_mode"] = rng.choice(sorted(TRADE_MODES[direction]))
    for name, pool, share in (("seller", SELLERS, 0.05), ("platform", PLATFORMS, 0.04), ("carrier", CARRIERS, 0.04),
                              ("agent", AGENTS, 0.03)):
        if rng.random() < share:
            out[name] = rng.choice([enterprise_code(rng), enterprise_code(rng), *OTHER_CODES[:1 if name != "seller" else 3]])
    if direction == "I":
        if rng.random() < 0.25:
            out["buyer"] = identity_number(rng)
        if rng.random() < 0.35:
            out["freight"], out["insured"] = rng.choice([(0, 0), (0, 50_000), (5 * ONE, 0), (1234567, 3)])
            target = rng.choice([SINGLE_LIMIT, SINGLE_LIMIT, SINGLE_LIMIT, ANNUAL_LIMIT]) + edge(rng)
            out["goods"] = goods_of(rng, target - out["freight"] - out["insured"])
        return out
    if rng.random() < 0.3:
        out["currency"] = rng.choice(["502", "300", "110", *maker.rates])
    if rng.random() < 0.3:
        rate = maker.rates.get(out.get("currency", "142"), 1)
        if rate > 0 and SIMPLIFIED_LIMIT / rate < 10**18:
            value = int(SIMPLIFIED_LIMIT / rate) + edge(rng)
            if value > 0:
                out["goods"] = goods_of(rng, value)
    return out


def year_of_a_buyer(maker):
    """Imports of one or two buyers that use up a year's limit, about the turn of a year, in disorder."""
    rng = maker.rng
    buyers = rng.sample(BUYERS, rng.choice([1, 1, 2]))
    turn = datetime.datetime(BASE.year, 1, 1)
    amounts = [ANNUAL_LIMIT, ANNUAL_LIMIT // 2, ANNUAL_LIMIT // 2, SINGLE_LIMIT, SINGLE_LIMIT, 6_000 * ONE, 1, ONE,
               ANNUAL_LIMIT - 1, ANNUAL_LIMIT + 1]
    numbers = [maker.number("C") for _ in range(3)]
    made = []
    for _ in range(rng.randint(3, 9)):
        time = rng.choice([BASE, BASE, turn]) + datetime.timedelta(seconds=rng.choice([-1, 0, 0, 0, 1, 86400]))
        freight, insured = rng.choice([(0, 0), (0, 0), (ONE, 0), (0, 50_000)])
        amount = rng.choice(amounts)
        if amount <= freight + insured:
            freight = insured = 0
        p = Parcel(maker, "I", time, buyer=rng.choice(buyers), freight=freight, insured=insured,
                   goods=goods_of(rng, amount - freight - insured, one_piece=rng.random() < 0.85))
        taken = {(o.list["head"]["agentCode"], o.list["head"]["copNo"]) for o in made}
        number = rng.choice(numbers)
        if (p.agent, number) not in taken:
            p.list["head"]["copNo"] = number  # one number with several agents: the agent decides the order
        made.append(p)
        if rng.random() < 0.25:
            fault = rng.choice(["waybill", "weight", "late", "telephone"])
            if fault == "waybill":
                p.waybill = None  # uses quota while it waits, not when it has waited too long
            elif fault == "weight":
                p.list["head"]["netWeight"] = "0"  # rejected
            elif fault == "late":
                p.payments = []
            else:
                p.waybill["head"]["consigneeTelephone"] = "1"  # a review uses quota
    return made


def spoil(maker, p):
    """Spoils one thing of the list that its triplet does not know of."""
    rng = maker.rng
    export = p.direction == "E"
    head, lines = p.list["head"], p.list["lines"]
    line = rng.choice(lines) if lines else {}
    fault = rng.choice(["goods_code"] * 3 + ["other_goods", "trade_mode", "bonded", "bonded", "licence", "head_code", "head_code",
                       "line_code", "customs", "agent", "empty_seller"] + (["flag"] if export else ["direct"] * 4))
    if fault == "goods_code" and lines:
        line["gcode"] = rng.choice(["6109", "6109", "9999", "0101", "610910001", "61091000100", "610910001A", "", "61091", "+109",
                                    "6109.10", "６１０９", "6109 10001", "9999100010", "7701000000"])
        if export and rng.random() < 0.6:
            head["statisticsFlag"] = "A"
    elif fault == "other_goods" and lines:
        line["gcode"] = rng.choice(["0101210000", "9701210000", "6109100090"])
    elif fault == "trade_mode":
        head["tradeMode"] = rng.choice(["9610", "1210", "1239", "9710", "9810", "9661", "0110", "", "961", "96100"])
    elif fault == "bonded":
        head["tradeMode"] = rng.choice(["1210", "1210", "1239"])
        head["emsNo"], head["iacCode" if export else "areaCode"] = "H1", "3301968Z01"
        head["areaCode" if export else "iacCode"] = None
        for each in lines:
            each["itemRecordNo"] = "R1"
        missing = rng.choice(["emsNo", "iacCode" if export else "areaCode", "itemRecordNo", ""])
        if missing == "itemRecordNo":
            line["itemRecordNo"] = rng.choice([None, "", " "])
        elif missing:
            head[missing] = rng.choice([None, "", " "])
    elif fault == "direct":
        head[rng.choice(["trafNo", "voyageNo", "billNo"])] = rng.choice([None, "", " 	"])
        head["tradeMode"] = rng.choice(["9610", "9610", "1239"])
    elif fault == "licence":
        head["licenseNo"] = rng.choice(["", " ", "L1", "L1"])
    elif fault == "head_code":
        names = ["country", "trafMode", "tradeMode"] + (["fCurrency", "iCurrency", "POD"] if export else ["currency"])
        head[rng.choice(names)] = rng.choice(["", "999", "502", "9", "Y"])
    elif fault == "line_code" and lines:
        name = rng.choice(["country", "unit", "unit1", "unit2", "currency"] + ([] if export else ["tradeCountry"] * 2))
        line[name] = rng.choice(["", "999", "007", "110"])
    elif fault == "customs":
        head[rng.choice(["customsCode", "portCode"])] = rng.choice(["", "2", "29", "0100", "9900", "９９", "2991"])
    elif fault == "agent":
        head["agentCode"] = rng.choice([enterprise_code(rng), "3301968X09"])
    elif fault == "empty_seller":
        for document in p.documents():
            if "ebcCode" in document["head"]:
                document["head"]["ebcCode"] = rng.choice(["", "无"])
    elif fault == "flag":
        head["statisticsFlag"] = rng.choice(["A", "B", "", "a", "C"])


def enterprise_code(rng):
    """An 18-character code: right, with a wrong check character, or with a letter that no code has."""
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    body = "91330100" + "".join(rng.choice(alphabet) for _ in range(9))
    right = body + enterprise_check_character(body)
    how = rng.choice(["right", "right", "wrong", "letter", "letter_last", "lower", "short", "long", "other_script"])
    if how == "wrong":
        return body + rng.choice(alphabet.replace(right[17], ""))
    if how == "letter":
        at = rng.randrange(17)
        return right[:at] + rng.choice("IOSVZ") + right[at + 1:]
    if how == "letter_last":
        return body + rng.choice("IOSVZ")
    return {"right": right, "lower": body[:12] + "a" + body[13:] + right[17], "short": right[:17], "long": right + "0",
            "other_script": right[:16] + "一" + right[17]}[how]


def identity_number(rng):
    """A number in the form of a resident identity number: right, or wrong in one thing."""
    how = rng.choice(["right", "right", "x", "wrong", "wrong_x", "lower_x", "date", "date", "leap", "no_leap", "short",
                      "letter", "full_width"])
    year, month, day = rng.choice(["1900", "1954", "1987"]), rng.choice(["01", "12"]), rng.choice(["01", "31"])
    if how == "date":
        year, month, day = rng.choice([("1987", "13", "01"), ("1987", "00", "10"), ("1987", "04", "31"), ("1987", "01", "00"),
                                       ("1987", "01", "32"), ("1900", "02", "29"), ("1999", "02", "30")])
    elif how == "leap":
        year, month, day = rng.choice(["2000", "1996"]), "02", "29"
    elif how == "no_leap":
        year, month, day = "1997", "02", "29"
    start = rng.randrange(1000)
    bodies = [f"110101{year}{month}{day}{(start + n) % 1000:03}" for n in range(1000)]
    ten = how in ("x", "wrong_x", "lower_x")
    body = next(b for b in bodies if (identity_check_character(b) == "X") == ten)
    right = body + identity_check_character(body)
    if how == "wrong":
        return body + rng.choice("0123456789X".replace(right[17], ""))
    return {"wrong_x": body + rng.choice("0123456789"), "lower_x": body + "x", "short": right[:17],
            "letter": "A" + right[1:], "full_width": "１" + right[1:]}.get(how, right)
