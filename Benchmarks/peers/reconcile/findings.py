"""The checks, in SQL that every engine here understands: name → condition over a list that counts (l), its
order (o), payments (p, added up), waybill (w), and the lines of list and order (ll, ol, added up).

`twice`, later, shared and misnumbered come from judge.py, which makes the rows. A condition that is NULL does not hold.
"""
SELLER = """l.ebcCode <> o.ebcCode OR (l.direction = 'E' AND (l.ebcCode <> p.sellerMin
  OR l.ebcCode <> p.sellerMax OR (w.ebcCode <> '' AND l.ebcCode <> w.ebcCode)))"""
PAYER = """l.direction = 'I' AND (p.payerIdMin <> o.buyerIdNumber OR p.payerIdMax <> o.buyerIdNumber
  OR p.payerNameMin <> o.buyerName OR p.payerNameMax <> o.buyerName)"""
CONSIGNEE = """l.direction = 'I' AND (o.consignee <> w.consignee
  OR o.consigneeTelephone <> w.consigneeTelephone OR o.consigneeAddress <> w.consigneeAddress)"""
CURRENCY = """o.currency <> p.currencyMin OR o.currency <> ll.currencyMin OR p.currencyMin <> ll.currencyMin
  OR p.currencyMin <> p.currencyMax OR ll.currencyMin <> ll.currencyMax
  OR (l.direction = 'I' AND (o.currency <> '142' OR p.currencyMin <> '142' OR ll.currencyMin <> '142'))"""
FREIGHT = """((l.direction = 'I' OR l.fFlag = '3') AND l.freight <> w.freight)
  OR ((l.direction = 'I' OR l.iFlag = '3') AND l.insuredFee <> w.insuredFee)"""

FINDINGS = {
    "order.missing": "o.doc IS NULL",
    "payment.missing": "p.twice IS NULL",
    "waybill.missing": "w.doc IS NULL",
    "order.duplicate": "o.twice = 1",
    "payment.duplicate": "p.twice = 1",
    "waybill.duplicate": "w.twice = 1",
    "list.duplicate": "l.twice = 1 OR later.doc IS NOT NULL",
    "waybill.shared": "w.doc IS NOT NULL AND shared.lists > 1",
    "party.seller": SELLER,
    "party.buyer": "l.direction = 'I' AND (l.buyerIdNumber <> o.buyerIdNumber OR l.buyerName <> o.buyerName)",
    "party.payer": PAYER,
    "party.consignee": CONSIGNEE,
    "amount.line": "ll.arithmetic = 1",
    "amount.positive": "ll.notPositive = 1 OR l.freight < 0 OR l.insuredFee < 0",
    "amount.order_line": "ol.arithmetic = 1",
    "amount.lines_differ": "o.doc IS NOT NULL AND (coalesce(ll.hash, 0) <> coalesce(ol.hash, 0)"
                            " OR coalesce(ll.lines, 0) <> coalesce(ol.lines, 0))",
    "amount.goods": "coalesce(ll.goods, 0) <> o.goodsValue",
    "amount.paid": "p.paid <> CASE l.direction WHEN 'E' THEN o.goodsValue + o.freight ELSE o.acturalPaid END",
    "amount.settlement": "l.direction = 'I' AND o.acturalPaid <> o.goodsValue + o.freight + o.taxTotal - o.discount",
    "amount.currency": CURRENCY,
    "amount.freight": FREIGHT,
    "weight.gross": "l.grossWeight <> w.grossWeight",
    "weight.net": "NOT (l.netWeight > 0 AND l.netWeight <= l.grossWeight)",
    "package.count": "l.packNo <> w.packNo OR (l.direction = 'I' AND l.packNo <> 1)",
    "goods.empty": "ll.lines IS NULL",
    "goods.sequence": "misnumbered.doc IS NOT NULL",
    "goods.unit": "ll.unitDiffers = 1",
}
