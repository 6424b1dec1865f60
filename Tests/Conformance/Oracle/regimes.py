"""What the customs regime, the reference tables and the quotas say of a list, apart from its triplet."""
import re
from fractions import Fraction

from reference import is_enterprise_code, is_identity_number

ONE = 100_000
TRADE_MODES = {"E": {"9610", "1210", "1239", "9710", "9810"}, "I": {"9610", "1210", "1239"}}


def findings(lst, reference, limits):
    """The names of all findings but `regime.limit_annual`, which several lists make together."""
    found = set()

    def check(name, fails):
        if fails:
            found.add(name)

    is_import = lst.direction == "I"
    goods = known_goods(lst, reference)

    # The regime.
    mode = lst["tradeMode"]
    check("regime.trade_mode", mode not in TRADE_MODES[lst.direction])
    zone = "areaCode" if is_import else "iacCode"
    check("regime.bonded", mode == "1210" and (
        "" in (lst["emsNo"], lst[zone]) or any(line["itemRecordNo"] == "" for line in lst.lines)))
    check("regime.direct", is_import and mode == "9610" and "" in (lst["trafNo"], lst["voyageNo"], lst["billNo"]))
    flagged = not is_import and lst["statisticsFlag"] == "A"
    simplified = flagged and is_eligible(lst, reference, limits)
    check("regime.simplified", flagged and not simplified)
    check("regime.limit_single", is_import and quota(lst) > limits["single"] and not is_one_piece(lst))
    if reference.tariff is not None:
        listed = sum(entry.positive for entry in goods)
        check("regime.positive_list", is_import and listed < len(lst.lines))
    check("regime.licence", lst["licenseNo"] == "" and any(entry.licence for entry in goods))

    # Codes.
    for line in lst.lines:
        code = line["gcode"]
        check("goods.code", not re.fullmatch("[0-9]{4}|[0-9]{10}" if simplified else "[0-9]{10}", code))
        check("goods.code", reference.headings is not None and code[:4] not in reference.headings)
    check("reference.code", not all(reference.knows(table, code) for table, code in own_codes(lst)))

    # Who takes part.
    platform = lst["ebpCode"]
    parties = [lst["ebcCode"], lst["logisticsCode"]] + ([platform] if platform not in ("", "无") else [])
    check("enterprise.code", not all(is_enterprise_code(code) for code in parties))
    if reference.enterprises is not None:
        check("enterprise.unregistered", any(code not in reference.enterprises for code in parties))
        seen = [reference.enterprises.get(lst[name]) for name in ("ebcCode", "agentCode", "logisticsCode")]
        check("enterprise.blacklisted", any(enterprise and enterprise.blacklisted for enterprise in seen))
    check("buyer.id", is_import and not is_identity_number(lst["buyerIdNumber"]))
    return found


def quota(lst):
    """What an import uses of its buyer's limits, in 1/100000 yuan."""
    return sum(line["totalPrice"] for line in lst.lines) + lst["freight"] + lst["insuredFee"]


def is_one_piece(lst):
    return len(lst.lines) == 1 and lst.lines[0]["qty"] == ONE


def is_eligible(lst, reference, limits):
    """Whether an export may be declared in the simplified way (flag A). A value without a rate is not checked."""
    value = value_in_yuan(lst, reference)
    if value is not None and value > limits["simplified"]:
        return False
    return not any(entry.licence or entry.export_duty or entry.refund for entry in known_goods(lst, reference))


def value_in_yuan(lst, reference):
    """Goods value in 1/100000 yuan, not rounded; None where a line's currency has no rate."""
    rates = [reference.rate(line["currency"], lst["appTime"]) for line in lst.lines]
    if None in rates:
        return None
    return sum((line["totalPrice"] * rate for line, rate in zip(lst.lines, rates)), Fraction(0))


def known_goods(lst, reference):
    """What the tariff says of the lines whose code it has."""
    entries = [(reference.tariff or {}).get(line["gcode"]) for line in lst.lines]
    return [entry for entry in entries if entry]


def own_codes(lst):
    """Every code of the list with its table."""
    head = lst.head
    yield "country", head["country"]
    yield "customsDistrict", head["customsCode"][:2]
    yield "customsDistrict", head["portCode"][:2]
    yield "transportMode", head["trafMode"]
    yield "tradeMode", head["tradeMode"]
    for name in ("fCurrency", "iCurrency") if lst.direction == "E" else ("currency",):
        yield "currency", head[name]
    for line in lst.lines:
        yield "country", line["country"]
        yield "country", line.get("tradeCountry", "")
        yield "currency", line["currency"]
        for name in ("unit", "unit1", "unit2"):
            yield "unit", line[name]


def over_annual_limit(judged, limit):
    """Of (list, is rejected without this) pairs the lists that go over their buyer's limit of the year.
    Neither they nor rejected lists use any of it. A list without `buyerIdNumber` is nobody's."""
    used, over = {}, []
    imports = [(lst, rejected) for lst, rejected in judged if lst.direction == "I" and lst["buyerIdNumber"]]
    imports.sort(key=lambda pair: (
        pair[0]["appTime"], pair[0]["copNo"].encode(), pair[0]["agentCode"].encode(), pair[0].received))
    for lst, rejected in imports:
        buyer = (lst["buyerIdNumber"], lst["appTime"].year)
        total = used.get(buyer, 0) + quota(lst)
        if total > limit:
            over.append(lst)
        elif not rejected:
            used[buyer] = total
    return over
