"""Which documents count, and which belong together."""
import datetime

WAYBILL_REUSE = datetime.timedelta(hours=183 * 24)


class Counting:
    """The counting version of one document identity."""

    def __init__(self, document, duplicate):
        self.document = document
        self.duplicate = duplicate


class Triplet:
    """A list that counts with what it found. Missing documents are None, or no payments."""

    def __init__(self, counting, order, payments, waybill):
        self.list = counting.document
        self.duplicate = counting.duplicate
        self.order = order
        self.payments = payments
        self.waybill = waybill
        self.later_of_trade_key = False
        self.waybill_shared = False


def platform(document):
    """`ebpCode`, or `ebcCode` where that is empty or 无. An import payment has no `ebcCode`."""
    code = document["ebpCode"]
    if code in ("", "无"):
        return document.head.get("ebcCode", "")
    return code


def trade_key(document):
    return (document.direction, platform(document), document["orderNo"])


def waybill_key(document):
    return (document.direction, document["logisticsCode"], document["logisticsNo"])


def identity(document):
    if document.role == "order":
        return trade_key(document)
    if document.role == "waybill":
        return waybill_key(document)
    if document.role == "payment":
        number = document["payNo" if document.direction == "E" else "payTransactionId"]
        own = ("number", number) if number else ("guid", document["guid"])
        return trade_key(document) + (document["payCode"],) + own
    if document.role == "refund":
        own = document["coElNo" if document.direction == "E" else "copNo"]
        own = ("number", own) if own else ("guid", document["guid"])
        return (document.direction, document["agentCode"], document["invtNo"]) + own
    # A cancellation has the identity of its list.
    if document["copNo"]:
        return (document.direction, document["agentCode"], document["copNo"])
    return trade_key(document) + waybill_key(document)


def once(documents):
    """The same document twice counts once, as first received."""
    seen = {}
    for document in documents:
        seen.setdefault(document.content(), document)
    return list(seen.values())


def by_time(document):
    return (document["appTime"], document.received)


def version_groups(documents):
    """The declared versions of each identity, oldest first. A reused waybill number makes several groups."""
    by_identity = {}
    for document in documents:
        if document.role != "receipt" and document["appStatus"] == "2":
            by_identity.setdefault((document.role, identity(document)), []).append(document)
    for (role, _), versions in by_identity.items():
        versions.sort(key=by_time)
        group = []
        for version in versions:
            if role == "waybill" and group and version["appTime"] - group[-1]["appTime"] > WAYBILL_REUSE:
                yield group
                group = []
            group.append(version)
        yield group


def counting_version(versions):
    """The latest version, or None where it is a delete."""
    if versions[-1]["appType"] == "3":
        return None
    since_delete = []
    for version in versions:
        since_delete.append(version)
        if version["appType"] == "3":
            since_delete = []
    guids = {version["guid"] for version in since_delete if version["appType"] == "1"}
    return Counting(versions[-1], duplicate=len(guids) > 1)


class Reconciled:
    """Triplets of all lists that stand, the lists that are cancelled, and the counting returns."""

    def __init__(self):
        self.triplets, self.cancelled, self.refunds = [], [], []


def reconcile(documents):
    """A Triplet for every list that counts and is not cancelled."""
    orders, payments, waybills, declared, cancellations = {}, {}, {}, [], {}
    out = Reconciled()
    for versions in version_groups(once(documents)):
        counting = counting_version(versions)
        if counting is None:
            continue
        document = counting.document
        if document.role == "order":
            orders[trade_key(document)] = counting
        elif document.role == "payment":
            payments.setdefault(trade_key(document), []).append(counting)
        elif document.role == "waybill":
            waybills.setdefault(waybill_key(document), []).append(counting)
        elif document.role == "cancellation":
            cancellations[identity(document)] = document
        elif document.role == "refund":
            out.refunds.append(document)
        else:
            declared.append(counting)

    lists = []
    for counting in declared:
        cancellation = cancellations.get(identity(counting.document))
        if cancellation and cancellation["appTime"] >= counting.document["appTime"]:
            out.cancelled.append(counting.document)
        else:
            lists.append(counting)

    triplets = out.triplets
    for counting in lists:
        document = counting.document
        key = trade_key(document)
        matched = platform(document) != ""  # no platform: no trade key, nothing is found by it
        triplets.append(Triplet(
            counting,
            orders.get(key) if matched else None,
            payments.get(key, []) if matched else [],
            nearest(waybills.get(waybill_key(document), []), document)))

    mark_later_of_trade_key(triplets)
    mark_shared_waybills(triplets)
    return out


def nearest(waybills, document):
    """Of several waybills under a reused number the nearest in appTime; of two as near the later."""
    if not waybills:
        return None
    at = document["appTime"]
    newest_first = sorted(waybills, key=lambda w: w.document["appTime"], reverse=True)
    return min(newest_first, key=lambda w: abs(w.document["appTime"] - at))


def mark_later_of_trade_key(triplets):
    by_key = {}
    for triplet in triplets:
        if platform(triplet.list):
            by_key.setdefault(trade_key(triplet.list), []).append(triplet)
    for several in by_key.values():
        several.sort(key=lambda t: (
            t.list["appTime"], t.list["copNo"].encode(), t.list["agentCode"].encode(), t.list.received))
        for triplet in several[1:]:
            triplet.later_of_trade_key = True


def mark_shared_waybills(triplets):
    by_waybill = {}
    for triplet in triplets:
        if triplet.waybill:
            by_waybill.setdefault(id(triplet.waybill), []).append(triplet)
    for several in by_waybill.values():
        for triplet in several:
            triplet.waybill_shared = len(several) > 1
