"""Makes clearance lists with their triplets, and spoils them: the material of the random cases.

Documents are dicts as messages.py wants them. Amounts are built as integers of 1/100000 and written
in one of the many forms of xs:decimal.
"""
import copy
import datetime

from ceb import scaled, unscaled

ONE = 100_000
MOST = 10**19 - 1  # 99999999999999.99999
BASE = datetime.datetime(2024, 3, 10, 12, 0, 0)
REUSE = 183 * 86400
DAY = 86400

NAMES = ["林晓雯", "王建国", "O'Neil & Söhne", "a<b>c", "陈\u00a0静", "x]]>y", "𠮷野", "李 小 可", '"双"']
ADDRESSES = ["杭州市余杭区示例路1号", "上海市浦东新区 某路 2 弄", "1 & 2, Example\nRoad"]
PLATFORMS = ["3301968P01", "3301968P02"]
SELLERS = ["3301968S01", "91330100MA2EXAMP1P"]
CARRIERS = ["3301968L01", "3301968L02"]
AGENTS = ["3301968A01", "3301968A02"]
UNITS = ["007", "011", "035"]
BUYERS = ["11010519491231002X", "110101199001010015", "ID-7"]


def stamp(time):
    return time.strftime("%Y%m%d%H%M%S")


def at(document):
    return datetime.datetime.strptime(document["head"]["appTime"], "%Y%m%d%H%M%S")


def shift(document, seconds):
    document["head"]["appTime"] = stamp(at(document) + datetime.timedelta(seconds=seconds))


class Parcel:
    """A list with its triplet, in agreement. `wanted` settles what else is drawn."""

    def __init__(self, maker, direction, time, **wanted):
        self.maker, self.direction, self.time = maker, direction, time
        self.extra = []  # further documents of the same identities
        rng = maker.rng
        self.platform = wanted.get("platform", rng.choice(PLATFORMS))
        self.seller = wanted.get("seller", rng.choice(SELLERS))
        self.order_no = maker.number("O")
        self.carrier = wanted.get("carrier", rng.choice(CARRIERS))
        self.agent = wanted.get("agent", rng.choice(AGENTS))
        self.trade_mode = wanted.get("trade_mode", "9610")
        self.currency = wanted.get("currency", "142")
        self.waybill_no = maker.number("W")
        self.goods = wanted.get("goods") or self.make_goods()
        self.value = sum(line[2] for line in self.goods)
        self.freight = wanted.get("freight", rng.choice([0, 0, 5 * ONE, 1234567]))
        self.insured = wanted.get("insured", 0)
        if self.value > MOST - 2 * self.freight:
            self.freight = 0
        self.gross = rng.choice([ONE, 123456, 50 * ONE, MOST])
        self.net = rng.choice([1, self.gross, self.gross // 2 or 1])
        self.packages = "1" if direction == "I" else str(rng.randint(1, 3))
        self.buyer = (wanted.get("buyer", rng.choice(BUYERS)), rng.choice(NAMES))
        self.receiver = (rng.choice(NAMES), rng.choice(["13800000000", "+86 571 0000"]), rng.choice(ADDRESSES))
        spread = lambda: time + datetime.timedelta(seconds=rng.choice([0, 0, 0, 1, -1, 60, 3600, -3600, 7 * DAY]))
        self.order = self.make_order(spread())
        self.payments = [self.make_payment(spread(), self.value + self.freight)]
        self.waybill = self.make_waybill(spread())
        self.list = self.make_list(time)

    def documents(self):
        return [d for d in [self.order, *self.payments, self.waybill, self.list] if d]

    # -- goods

    def make_goods(self):
        rng = self.maker.rng
        lines = []
        if rng.random() < 0.06:
            lines.append((ONE, MOST, MOST))
        else:
            for _ in range(rng.choice([1, 1, 1, 2, 2, 3, 5])):
                dear = rng.random() < (0.5 if self.direction == "E" else 0.1)
                quantity = rng.choice([ONE, ONE, 2 * ONE, 7 * ONE, 150_000, 1_000, rng.randint(1, 99 if dear else 9) * ONE])
                price = rng.choice([999_000, 1_000, 123_400, rng.randint(1, 99999 if dear else 9999) * 1000])
                product, rest = divmod(quantity * price, ONE)
                assert rest == 0
                lines.append((quantity, price, product))
        return lines

    def lines_for(self, role):
        write = self.maker.decimal
        out = []
        for number, (quantity, price, total) in enumerate(self.goods, 1):
            line = {"gnum": str(number), "itemNo": f"SKU-{number}", "itemName": "示例商品",
                    "qty": write(quantity), "price": write(price), "totalPrice": write(total),
                    "currency": self.currency, "unit": UNITS[number % 3]}
            if role == "order":
                line["itemDescribe"] = self.maker.rng.choice([None, "", "棉"])
                if self.direction == "I":
                    line.update(gmodel="M|L", country="110")
            else:
                line.update(gcode=["6109100010", "8518300000", "3304990029"][number % 3], gname="示例商品",
                            gmodel="M|L", barCode="690000000001", country="110",
                            qty1=write(quantity), unit1=UNITS[number % 3])
                line.update(self.maker.rng.choice([{}, {"qty2": "", "unit2": ""}, {"qty2": "0"},
                                                   {"qty2": write(3 * ONE), "unit2": "035"}]))
                if self.trade_mode == "1210":
                    line["itemRecordNo"] = "R1"
            out.append(line)
        return out

    # -- documents

    def head(self, time):
        return {"guid": self.maker.guid(), "appType": "1", "appTime": stamp(time), "appStatus": "2"}

    def parties(self):
        return {"ebpCode": self.platform, "ebpName": "示例平台", "ebcCode": self.seller, "ebcName": "示例商家"}

    def make_order(self, time):
        write = self.maker.decimal
        head = self.head(time) | {"orderType": self.direction, "orderNo": self.order_no} | self.parties()
        head |= {"goodsValue": write(self.value), "freight": write(self.freight)}
        if self.direction == "E":
            return {"kind": "CEB303", "head": head | {"currency": self.currency, "note": None},
                    "lines": self.lines_for("order")}
        tax = self.maker.rng.choice([0, 910_000]) if self.value < MOST // 2 else 0
        discount = self.maker.rng.choice([0, min(tax, 100_000)])
        self.paid = self.value + self.freight + tax - discount
        head |= {"discount": write(discount), "taxTotal": write(tax), "acturalPaid": write(self.paid),
                 "currency": self.maker.rng.choice(["142", ""]), "buyerRegNo": "B1", "buyerName": self.buyer[1],
                 "buyerTelephone": "13800000000", "buyerIdType": "1", "buyerIdNumber": self.buyer[0],
                 "payCode": "", "consignee": self.receiver[0], "consigneeTelephone": self.receiver[1],
                 "consigneeAddress": self.receiver[2], "note": ""}
        return {"kind": "CEB311", "head": head, "lines": self.lines_for("order")}

    def make_payment(self, time, amount):
        write = self.maker.decimal
        if self.direction == "E":
            head = self.head(time) | self.parties() | {
                "orderNo": self.order_no, "payCode": self.maker.rng.choice(["", None, "3301968Y01"]), "payName": "示例支付",
                "payNo": self.maker.rng.choice(["", None, self.maker.number("P"), self.maker.number("P")]),
                "charge": write(amount), "currency": self.currency, "accountingDate": stamp(time), "note": None}
            return {"kind": "CEB403", "head": head, "lines": []}
        head = self.head(time) | {
            "payCode": "3301968Y01", "payName": "示例支付",
            "payTransactionId": self.maker.rng.choice(["", self.maker.number("P"), self.maker.number("P")]),
            "orderNo": self.order_no, "ebpCode": self.platform, "ebpName": "示例平台", "payerIdType": "1",
            "payerIdNumber": self.buyer[0], "payerName": self.buyer[1], "telephone": None,
            "amountPaid": write(self.paid), "currency": "142", "payTime": stamp(time), "note": None}
        return {"kind": "CEB411", "head": head, "lines": []}

    def make_waybill(self, time):
        write = self.maker.decimal
        head = self.head(time) | {"logisticsCode": self.carrier, "logisticsName": "示例物流", "logisticsNo": self.waybill_no}
        if self.direction == "E":
            head |= {"freight": write(self.freight), "insuredFee": "0", "currency": "142",
                     "grossWeight": write(self.gross), "packNo": self.packages, "goodsInfo": "包裹",
                     "ebcCode": self.maker.rng.choice([None, "", self.seller]), "note": None}
            return {"kind": "CEB505", "head": head, "lines": []}
        head |= {"billNo": None, "orderNo": self.order_no,
                 "freight": self.maker.rng.choice([None, "", write(self.freight)]),
                 "insuredFee": self.maker.rng.choice([None, "", write(self.insured)]), "currency": self.maker.rng.choice(["142", ""]),
                 "weight": write(self.gross), "packNo": self.packages, "goodsInfo": "",
                 "consignee": self.receiver[0], "consigneeAddress": self.receiver[2],
                 "consigneeTelephone": self.receiver[1], "note": None}
        return {"kind": "CEB511", "head": head, "lines": []}

    def zone(self, name):
        """What a bonded zone asks for."""
        return {"emsNo": "H1", name: "3301968Z01"} if self.trade_mode == "1210" else {}

    def make_list(self, time):
        write = self.maker.decimal
        rng = self.maker.rng
        agent = {"agentCode": self.agent, "agentName": "示例报关"}
        cited = {"orderNo": self.order_no, "logisticsCode": self.carrier, "logisticsName": "示例物流",
                 "logisticsNo": self.waybill_no, "copNo": self.maker.number("C")}
        weights = {"packNo": self.packages, "grossWeight": write(self.gross), "netWeight": write(self.net)}
        day = time.strftime("%Y%m%d")
        head = self.head(time) | cited | agent | self.parties()
        if self.direction == "E":
            head |= {"customsCode": "2991", "ieFlag": "E", "portCode": "2991", "ieDate": day,
                     "statisticsFlag": rng.choice("AB"), "ownerCode": self.seller, "ownerName": "示例商家",
                     "tradeMode": self.trade_mode, **self.zone("iacCode"), "trafMode": "5", "country": "502", "POD": "502",
                     "freight": write(self.freight), "fCurrency": self.currency, "fFlag": rng.choice(["3", "3", ""]),
                     "insuredFee": "0", "iCurrency": self.currency, "iFlag": rng.choice(["3", "3", ""]),
                     "wrapType": "2", **weights, "note": ""}
            return {"kind": "CEB603", "head": head, "lines": self.lines_for("list")}
        head |= {"assureCode": "ASS1", "ieFlag": "I", "declTime": day, "customsCode": "2991", "portCode": "2991",
                 "ieDate": rng.choice([None, "", day]), "buyerIdType": "1", "buyerIdNumber": self.buyer[0],
                 "buyerName": self.buyer[1], "buyerTelephone": "13800000000", "consigneeAddress": self.receiver[2],
                 "tradeMode": self.trade_mode, **self.zone("areaCode"), "trafMode": "5", "trafNo": "MH730", "voyageNo": "V1", "billNo": "B1",
                 "country": "502", "freight": write(self.freight), "insuredFee": write(self.insured),
                 "currency": rng.choice(["142", ""]), **weights, "note": None}
        return {"kind": "CEB621", "head": head, "lines": self.lines_for("list")}


def cancellation(maker, document):
    """Cancels a list, at the time that it was declared."""
    texts = document["head"]
    head = {"guid": maker.guid(), "appType": "1", "appTime": texts["appTime"], "appStatus": "2"}
    names = ["customsCode", "copNo", "agentCode", "agentName", "ebcCode", "ebcName"]
    kind = "CEB605" if document["kind"] == "CEB603" else "CEB623"
    if kind == "CEB623":
        names += ["orderNo", "ebpCode", "ebpName", "logisticsNo", "logisticsCode", "logisticsName", "buyerIdType",
                  "buyerIdNumber", "buyerName", "buyerTelephone"]
    head |= {name: texts[name] for name in names}
    head |= {"invtNo": maker.rng.choice(["", "310120240000000001"]), "reason": "撤单", "note": None}
    return {"kind": kind, "head": head, "lines": []}


def receipt(maker, document, invt_no):
    """Gives a list its number."""
    texts = document["head"]
    export = document["kind"] == "CEB603"
    head = {"guid": maker.guid(), "agentCode": texts["agentCode"], "copNo": texts["copNo"] or "",
            "preNo": "310120240000000000", "invtNo": invt_no}
    if export:
        head |= {name: texts[name] for name in ("ebcCode", "ebpCode", "orderNo", "statisticsFlag")}
    head |= {"returnStatus": "800", "returnTime": "20240310120000000", "returnInfo": "放行"}
    return {"kind": "CEB604" if export else "CEB622", "head": head, "lines": []}


def refund(maker, document, invt_no):
    """Sends some goods of a list back, at the time that it was declared."""
    rng = maker.rng
    texts = document["head"]
    export = document["kind"] == "CEB603"
    names = ["customsCode", "ebpCode", "ebpName", "ebcCode", "ebcName", "logisticsNo", "logisticsCode", "logisticsName",
             "agentCode", "agentName"]
    head = {"guid": maker.guid(), "appType": "1", "appTime": texts["appTime"], "appStatus": "2"}
    head |= {name: texts[name] for name in names}
    number = rng.choice(["", maker.number("R"), maker.number("R")])
    if export:
        head |= {"coElNo": number, "billNo": "B1", "ieFlag": "I", "trafMode": "5", "trafName": "V", "portCode": "2991",
                 "country": "502", "voyageNo": "V1"}
    else:
        head |= {name: texts[name] for name in ("orderNo", "buyerIdType", "buyerIdNumber", "buyerName", "buyerTelephone")}
        head |= {"copNo": number}
    head |= {"invtNo": invt_no, "reason": "退货", "note": None}
    lines = []
    for line in document["lines"]:
        if rng.random() < 0.3 and len(document["lines"]) > 1:
            continue
        whole = scaled(line["qty"])
        quantity = rng.choice([whole, whole, whole // 2, whole // 3 + 1, 1, whole + 1, 0, -1])
        if rng.random() < 0.7:
            quantity = min(max(quantity, 0), whole)
        lines.append({"gnum": line["gnum"], "gcode": line["gcode"], "gname": "示例商品", "gmodel": "M",
                      "qty": maker.decimal(quantity), "qty1": maker.decimal(quantity), "unit": "007", "unit1": "007"})
    if lines and rng.random() < 0.1:
        lines[0]["gnum"] = rng.choice(["9", "0", "2"])
    if lines and rng.random() < 0.1:
        lines.append(copy.deepcopy(lines[0]))
    return {"kind": "CEB213" if export else "CEB625", "head": head, "lines": lines}


class Maker:
    """Shared state of one case. `rates` are yuan for one unit of a currency, where given."""

    def __init__(self, rng, rates):
        self.rng, self.rates = rng, rates
        self.count = 0

    def number(self, prefix):
        self.count += 1
        return f"{prefix}{self.rng.randint(10, 99)}-{self.count}"

    def guid(self):
        text = f"{self.rng.getrandbits(128):032X}"
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))

    def decimal(self, value):
        """A value of 1/100000 in one of its written forms."""
        text = unscaled(value)
        sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
        form = self.rng.randrange(14)
        if form == 0 and not sign:
            return "+" + text
        if form == 1:
            return sign + "00" + text
        if form == 2:
            return sign + (text + "." if "." not in text else text)
        if form == 3:
            return sign + (text + ".00" if "." not in text else text + "0000000")
        if form == 4 and text.startswith("0."):
            return sign + text[1:]
        return sign + text

    # -- faults: each spoils one thing of a parcel

    def off(self, texts, name, by=1):
        texts[name] = self.decimal(self.room(texts[name]) + by)

    @staticmethod
    def room(text):
        """A written decimal's value, or a little less where nothing could be added."""
        return min(scaled(text), MOST - 1000)

    def spoil(self, p):
        """Applies one random fault to the parcel."""
        rng = self.rng
        lines = p.list["lines"]
        export = p.direction == "E"
        faults = [
            "no_order", "no_payment", "no_waybill", "seller_list", "seller_other", "line_total", "zero_quantity",
            "negative_price", "negative_freight", "order_total", "fewer_lines", "reorder", "repeat_gnum", "gnum_gap",
            "line_unit", "line_currency", "goods_value", "charge", "split", "split_wrong", "currency_payment",
            "currency_order", "fees", "fees_insured", "gross", "net", "net_zero", "packages", "no_lines", "unit_rule",
            "unit2", "qty2", "duplicate", "duplicate", "duplicate_same_guid", "platform", "same_value", "offset_lines",
            "flags", "twin_lines", "cop_empty", "cop_empty",
        ] + ([] if export else ["buyer", "payer", "payer", "consignee", "consignee", "consignee", "settlement", "two_packages", "waybill_fees"])
        fault = rng.choice(faults)
        heads = p.list["head"]
        if fault == "no_order":
            p.order = None
        elif fault == "no_payment":
            p.payments = []
        elif fault == "no_waybill":
            p.waybill = None
        elif fault == "seller_list":
            heads["ebcCode"] = rng.choice(["", "3301968S09", rng.choice(SELLERS)])
        elif fault == "seller_other":
            rng.choice([d for d in p.documents() if d["head"].get("ebcCode") is not None])["head"]["ebcCode"] = rng.choice(["", "3301968S09"])
        elif fault == "line_total" and lines:
            self.off(rng.choice(lines), rng.choice(["totalPrice", "price", "qty"]), rng.choice([1, -1, 1000]))
        elif fault == "zero_quantity" and lines:
            rng.choice(lines)[rng.choice(["qty", "price", "totalPrice"])] = rng.choice(["0", "-0", "0.00000", "00", "+.0"])
        elif fault == "negative_price" and lines:
            line = rng.choice(lines)
            line["price"], line["totalPrice"] = "-" + line["price"].lstrip("+"), "-" + line["totalPrice"].lstrip("+")
        elif fault == "negative_freight":
            heads[rng.choice(["freight", "insuredFee"])] = rng.choice(["-1", "-.00001", "-0"])
        elif fault == "order_total" and p.order:
            self.off(rng.choice(p.order["lines"]), "totalPrice", rng.choice([1, -1]))
        elif fault == "fewer_lines":
            target = rng.choice([d for d in (p.list, p.order) if d and len(d["lines"]) > 1] or [p.list])
            target["lines"] = target["lines"][:-1] if len(target["lines"]) > 1 else target["lines"] + copy.deepcopy(target["lines"][-1:])
        elif fault == "reorder":
            for d in (p.list, p.order):
                if d:
                    rng.shuffle(d["lines"])
        elif fault == "repeat_gnum":
            for d in rng.choice([(p.list, p.order), (p.list,)]):
                if d and d["lines"]:
                    d["lines"][-1]["gnum"] = "1"
            if p.order:
                rng.shuffle(p.order["lines"])
        elif fault == "gnum_gap":
            for d in (p.list, p.order):
                if d and d["lines"]:
                    d["lines"][-1]["gnum"] = rng.choice(["0", "-1", "9", "+1", "002"])
        elif fault == "line_unit" and lines:
            rng.choice(lines)["unit"] = "140"
        elif fault == "line_currency" and lines:
            rng.choice(lines)["currency"] = "502"
        elif fault == "currency_payment" and p.payments:
            p.payments[0]["head"]["currency"] = "502"
        elif fault == "currency_order" and p.order:
            p.order["head"]["currency"] = "502"
            if export and rng.random() < 0.5:
                for texts in [x["head"] for x in p.payments] + p.order["lines"] + lines:
                    texts["currency"] = "502"
        elif fault == "goods_value" and p.order:
            self.off(p.order["head"], "goodsValue", rng.choice([1, -1]))
        elif fault == "charge" and p.payments:
            self.off(p.payments[0]["head"], "charge" if export else "amountPaid", rng.choice([1, -1]))
        elif fault in ("split", "split_wrong") and len(p.payments) == 1:
            self.split(p, fault == "split_wrong")
        elif fault == "fees" and p.waybill:
            p.waybill["head"]["freight"] = rng.choice(["1.5", "0", "-0"])
        elif fault == "fees_insured" and p.waybill:
            p.waybill["head"]["insuredFee"] = "2"
        elif fault == "waybill_fees" and p.waybill:
            p.waybill["head"][rng.choice(["freight", "insuredFee"])] = rng.choice([None, "", "9"])
        elif fault == "flags" and export:
            heads[rng.choice(["fFlag", "iFlag"])] = rng.choice(["1", "2", ""])
            if p.waybill:
                p.waybill["head"][rng.choice(["freight", "insuredFee"])] = "3.25"
        elif fault == "gross" and p.waybill:
            self.off(p.waybill["head"], "grossWeight" if export else "weight", -1)
        elif fault == "net":
            heads["netWeight"] = self.decimal(min(p.gross + 1, MOST))
        elif fault == "net_zero":
            heads["netWeight"] = rng.choice(["0", "-1", "-0.0"])
        elif fault == "packages":
            rng.choice([d for d in (p.list, p.waybill) if d])["head"]["packNo"] = rng.choice(["4", "0", "+1", "01", "2147483647"])
        elif fault == "two_packages":
            for d in (p.list, p.waybill):
                if d:
                    d["head"]["packNo"] = "2"
        elif fault == "no_lines":
            p.list["lines"] = []
        elif fault == "unit_rule" and lines:
            line = rng.choice(lines)
            line["qty1"] = self.decimal(12345)
            if rng.random() < 0.4:
                line["unit1"] = "140"  # another unit may have another quantity
        elif fault == "unit2" and lines:
            rng.choice(lines).update(rng.choice([{"unit2": "035", "qty2": None}, {"unit2": "035", "qty2": "0"}, {"unit2": "035", "qty2": "-1"}]))
        elif fault == "qty2" and lines:
            rng.choice(lines).update(rng.choice([{"unit2": "", "qty2": "1"}, {"unit2": None, "qty2": ".00001"}, {"unit2": None, "qty2": "-2"}]))
        elif fault == "duplicate":
            self.copies(p, new_guid=True)
        elif fault == "duplicate_same_guid":
            self.copies(p, new_guid=False)
        elif fault == "platform":
            none = rng.choice(["", "无", " 无 "])
            for d in p.documents():
                if "ebpCode" in d["head"] and rng.random() < 0.9:
                    d["head"]["ebpCode"] = none
        elif fault == "same_value":
            for d in p.documents():  # the same number written in another way
                for texts in [d["head"], *d["lines"]]:
                    for name in ("qty", "price", "totalPrice", "goodsValue", "charge", "grossWeight"):
                        if texts.get(name):
                            texts[name] = self.decimal(scaled(texts[name]))
        elif fault == "offset_lines" and p.order and len(lines) > 1:
            lines[0]["gnum"], lines[1]["gnum"] = lines[1]["gnum"], lines[0]["gnum"]
        elif fault == "twin_lines" and p.order:
            for d in (p.list, p.order):
                if d["lines"]:
                    d["lines"].append(copy.deepcopy(d["lines"][0]))
            rng.shuffle(p.order["lines"])
        elif fault == "buyer":
            heads[rng.choice(["buyerIdNumber", "buyerName"])] = rng.choice(["110101199001010023", "", "他人"])
        elif fault == "payer" and p.payments:
            p.payments[-1]["head"][rng.choice(["payerIdNumber", "payerName"])] = rng.choice(["110101199001010023", "他人", ""])
        elif fault == "consignee" and p.waybill:
            p.waybill["head"][rng.choice(["consignee", "consigneeTelephone", "consigneeAddress"])] = rng.choice(["他人", ""])
        elif fault == "settlement" and p.order:
            self.off(p.order["head"], rng.choice(["taxTotal", "acturalPaid", "discount"]), 1)
        elif fault == "cop_empty":
            heads["copNo"] = rng.choice([None, ""]) if not export else ""
            # Without a copNo nothing orders two lists of one trade key and one appTime but their arrival.
            shift(p.list, self.count * 7 + 13)

    def split(self, p, wrong):
        """Pays in several parts."""
        name = "charge" if p.direction == "E" else "amountPaid"
        whole = scaled(p.payments[0]["head"][name])
        if whole < 3:
            return
        part = whole // 3
        first = p.payments[0]
        parts = []
        for amount in (part, whole - part + (1 if wrong else 0)):
            one = copy.deepcopy(first)
            one["head"]["guid"] = self.guid()
            if "payNo" in one["head"]:
                one["head"]["payNo"] = self.number("P") if self.rng.random() < 0.7 else ""
            else:
                one["head"]["payTransactionId"] = self.number("P") if self.rng.random() < 0.7 else ""
            one["head"][name] = self.decimal(amount)
            parts.append(one)
        p.payments = parts

    def copies(self, p, new_guid):
        """A second document of the same identity, appType 1. A payment needs a number for that."""
        document = self.rng.choice([d for d in p.documents()])
        again = copy.deepcopy(document)
        if new_guid:
            again["head"]["guid"] = self.guid()
        if again["kind"] == "CEB403" and not again["head"]["payNo"]:
            again["head"]["payNo"] = document["head"]["payNo"] = self.number("P")
        if again["kind"] == "CEB411" and not again["head"]["payTransactionId"]:
            again["head"]["payTransactionId"] = document["head"]["payTransactionId"] = self.number("P")
        if self.rng.random() < 0.7:
            shift(again, self.rng.choice([0, 0, 1, -1, 3600, -3600]))
        if again["lines"] and self.rng.random() < 0.3:
            again["lines"][0]["totalPrice"] = self.decimal(ONE)
        p.extra.append(again)
