"""Money: what came, what went back, what is owed, and what differs."""

from parkops.kernel.permissions import Permission
from payments.models import Adjustment, Charge, Dispute, Payment, PaymentPlan, Payout, Refund
from reporting.catalogue.base import PERIOD, Parameter
from reporting.catalogue.counted import counted, labels
from reporting.datasets import Column, Kind

METHOD = Parameter("method", "Paid by", "choice", choices=tuple(Payment.Method.choices))
_TAKEN = """p.state IN ('succeeded', 'bounced') AND p.succeeded_at >= %(begins)s AND p.succeeded_at < %(ends)s
   AND (%(method)s = '' OR p.method = %(method)s)"""
AS_OF = (Parameter("to", "At the end of", "date", blank="Today"),)

ITEMIZED = counted(
    "daily-payments",
    "Daily payments, itemized",
    f"""
SELECT (p.succeeded_at AT TIME ZONE %(place)s)::date, p.number, p.method, p.taken_by,
       coalesce(string_agg(c.kind || ' ' || c.reference, ', ' ORDER BY a.place), ''),
       p.amount_minor, p.credit_minor, p.change_minor, p.refunded_minor
  FROM payments_payment p
  LEFT JOIN payments_allocation a ON a.payment_id = p.id
  LEFT JOIN payments_charge c ON c.id = a.charge_id
 WHERE {_TAKEN}
 GROUP BY p.id
 ORDER BY p.succeeded_at, p.id
""",  # noqa: S608
    [
        Column("day", "Day", Kind.DATE, "The local day on which it succeeded"),
        Column("payment", "Payment", told="Its number"),
        Column("method", "Paid by", told="Cash, card or another means"),
        Column("taken_by", "Taken by", told="Who took it: staff, or the visitor who paid"),
        Column("for", "For", told="The charges that it paid, with their numbers"),
        Column("amount", "Amount", Kind.MONEY, "What was kept", True),
        Column("credit", "Credit", Kind.MONEY, "Of it more than was owed, kept as credit", True),
        Column("change", "Change", Kind.MONEY, "Given back at once", True),
        Column("refunded", "Refunded", Kind.MONEY, "Since", True),
    ],
    about="Every payment of the period with what it was for, in the order in which they came.",
    section="Money",
    parameters=(*PERIOD, METHOD),
    named={"method": labels(Payment.Method)},
    chart=("day", "amount"),
    needs=Permission.PAYMENT_VIEW,
)

BY_METHOD = counted(
    "payments-by-method",
    "Payments by day and means",
    f"""
SELECT (p.succeeded_at AT TIME ZONE %(place)s)::date, p.method, count(*), sum(p.amount_minor),
       sum(p.fee_minor), sum(p.platform_fee_minor), sum(p.refunded_minor), sum(p.disputed_minor)
  FROM payments_payment p
 WHERE {_TAKEN}
 GROUP BY 1, 2
 ORDER BY 1, 2
""",  # noqa: S608
    [
        Column("day", "Day", Kind.DATE, "The local day on which they succeeded"),
        Column("method", "Paid by", told="Cash, card or another means"),
        Column("payments", "Payments", Kind.COUNT, "That succeeded on the day", True),
        Column("amount", "Amount", Kind.MONEY, "What was kept", True),
        Column("fees", "Provider's fees", Kind.MONEY, "As far as they are known", True),
        Column(
            "platform",
            "Platform's fees",
            Kind.MONEY,
            "Kept by the platform, as far as they are known",
            True,
        ),
        Column("refunded", "Refunded", Kind.MONEY, "Of these payments, since", True),
        Column("disputed", "Charged back", Kind.MONEY, "Of these payments, since", True),
    ],
    about="What came in each day, by cash, check, card and the other means, and what it cost.",
    section="Money",
    parameters=(*PERIOD, METHOD),
    named={"method": labels(Payment.Method)},
    chart=("method", "amount"),
)

BY_KIND = counted(
    "payments-by-subject",
    "Payments by what they were for",
    f"""
SELECT to_char(p.succeeded_at AT TIME ZONE %(place)s, 'YYYY-MM'), c.kind, c.item_code, count(DISTINCT p.id),
       sum(a.amount_minor - a.released_minor)
  FROM payments_payment p
  JOIN payments_allocation a ON a.payment_id = p.id
  JOIN payments_charge c ON c.id = a.charge_id
 WHERE {_TAKEN}
 GROUP BY 1, 2, 3
 ORDER BY 1, 2, 3
""",  # noqa: S608
    [
        Column("month", "Month", Kind.MONTH, "The local month in which they succeeded"),
        Column("kind", "For", told="The kind of charge"),
        Column("item", "Which", told="The permit type or violation"),
        Column("payments", "Payments", Kind.COUNT, "One for several charges is in several lines"),
        Column("amount", "Amount", Kind.MONEY, "What went to these charges", True),
    ],
    about="What payments were for, month by month: permits, citations, fees, stays.",
    section="Money",
    parameters=(*PERIOD, METHOD),
    named={"kind": labels(Charge.Kind)},
    chart=("kind", "amount"),
)

REFUNDS = counted(
    "refunds",
    "Refunds",
    """
SELECT (r.created_at AT TIME ZONE %(place)s)::date, r.number, p.number, p.method, r.state, r.reason,
       r.asked_by, coalesce(r.decided_by, ''), r.amount_minor
  FROM payments_refund r JOIN payments_payment p ON p.id = r.payment_id
 WHERE r.created_at >= %(begins)s AND r.created_at < %(ends)s
 ORDER BY r.created_at, r.id
""",
    [
        Column("day", "Day", Kind.DATE, "On which it was asked for"),
        Column("refund", "Refund", told="Its number"),
        Column("payment", "Payment", told="The number of the payment that is given back"),
        Column("method", "Paid by", told="How the payment was made"),
        Column("state", "State", told="As it is now"),
        Column("reason", "Reason", told="As it was given with the request"),
        Column("asked_by", "Asked by", told="Who asked for it"),
        Column("decided_by", "Decided by", told="Where a second person was needed"),
        Column("amount", "Amount", Kind.MONEY, "Rejected and failed ones too", True),
    ],
    about="Every refund asked for in the period: why, by whom, and how it stands.",
    section="Money",
    named={"method": labels(Payment.Method), "state": labels(Refund.State)},
    chart=("state", "amount"),
    needs=Permission.PAYMENT_VIEW,
)

AWAITING = counted(
    "awaiting-payment",
    "Awaiting payment",
    """
SELECT c.kind, c.reference, coalesce(k.name, ''), (c.raised_at AT TIME ZONE %(place)s)::date, c.due_on,
       CASE WHEN c.due_on < %(last)s THEN %(last)s::date - c.due_on END, c.amount_minor, c.paid_minor,
       c.amount_minor - c.paid_minor
  FROM payments_charge c LEFT JOIN customers_customer k ON k.id = c.customer_id
 WHERE c.settled_at IS NULL AND c.amount_minor > c.paid_minor AND c.raised_at < %(ends)s
   AND (%(kind)s = '' OR c.kind = %(kind)s)
 ORDER BY c.due_on NULLS LAST, c.id
""",
    [
        Column("kind", "For", told="The kind of charge"),
        Column("reference", "Number", told="Of the permit, the citation or whatever is charged"),
        Column("customer", "Customer", told="The name as it is now; blank where nobody is known"),
        Column("raised", "Since", Kind.DATE, "The local day on which it was charged"),
        Column("due", "Due", Kind.DATE, "Blank for what is due at once"),
        Column(
            "days",
            "Days late",
            Kind.COUNT,
            "From the day it was due to the day asked for; blank if it is not late",
        ),
        Column("amount", "Amount", Kind.MONEY, "What it comes to by now", True),
        Column("paid", "Paid", Kind.MONEY, "Of it", True),
        Column("open", "Open", Kind.MONEY, "Left to pay", True),
    ],
    about="Everything that is owed and not paid, the longest due first.",
    section="Money",
    parameters=(*AS_OF, Parameter("kind", "For", "choice", choices=tuple(Charge.Kind.choices))),
    named={"kind": labels(Charge.Kind)},
    chart=("kind", "open"),
    needs=Permission.PAYMENT_VIEW,
    notes=["As it stands now, of what was raised until then."],
)

RECEIVABLES = counted(
    "receivables",
    "Receivables by age",
    """
WITH open AS (
  SELECT c.kind, c.amount_minor - c.paid_minor AS minor,
         greatest(%(last)s::date - coalesce(c.due_on, (c.raised_at AT TIME ZONE %(place)s)::date), 0) AS days
    FROM payments_charge c
   WHERE c.settled_at IS NULL AND c.amount_minor > c.paid_minor AND c.raised_at < %(ends)s
)
SELECT kind, count(*), coalesce(sum(minor) FILTER (WHERE days = 0), 0),
       coalesce(sum(minor) FILTER (WHERE days BETWEEN 1 AND 30), 0),
       coalesce(sum(minor) FILTER (WHERE days BETWEEN 31 AND 60), 0),
       coalesce(sum(minor) FILTER (WHERE days BETWEEN 61 AND 90), 0),
       coalesce(sum(minor) FILTER (WHERE days > 90), 0), sum(minor)
  FROM open GROUP BY 1 ORDER BY 1
""",
    [
        Column("kind", "For", told="The kind of charge"),
        Column("charges", "Charges", Kind.COUNT, "Not settled", True),
        Column("current", "Not late", Kind.MONEY, "Due later, or today", True),
        Column("to_30", "1 to 30 days", Kind.MONEY, "Past its day", True),
        Column("to_60", "31 to 60 days", Kind.MONEY, "Past its day", True),
        Column("to_90", "61 to 90 days", Kind.MONEY, "Past its day", True),
        Column("over_90", "Over 90 days", Kind.MONEY, "Past its day", True),
        Column("open", "Open", Kind.MONEY, "All together", True),
    ],
    about="What is owed, by kind and by how long it is late.",
    section="Money",
    parameters=AS_OF,
    named={"kind": labels(Charge.Kind)},
    chart=("kind", "open"),
    notes=["As it stands now, of what was raised until then."],
)

ADJUSTED = counted(
    "adjustments",
    "Adjustments and write-offs",
    """
SELECT (a.created_at AT TIME ZONE %(place)s)::date, a.kind, c.kind, c.reference, a.state, a.reason,
       a.asked_by, coalesce(a.decided_by, ''), a.net_minor, a.tax_minor
  FROM payments_adjustment a JOIN payments_charge c ON c.id = a.charge_id
 WHERE a.created_at >= %(begins)s AND a.created_at < %(ends)s
 ORDER BY a.created_at, a.id
""",
    [
        Column("day", "Day", Kind.DATE, "The local day on which it was asked for"),
        Column("what", "What", told="Credited, added or written off"),
        Column("kind", "Of a", told="The kind of charge"),
        Column("reference", "Number", told="Of the permit, the citation or whatever was charged"),
        Column("state", "State", told="As it is now"),
        Column("reason", "Reason", told="As it was given with the request"),
        Column("asked_by", "Asked by", told="Who asked for it"),
        Column("decided_by", "Decided by", told="Where a second person was needed"),
        Column("net", "Net", Kind.MONEY, "Without tax", True),
        Column("tax", "Tax", Kind.MONEY, "On the net, at the rate of the charge", True),
    ],
    about="What was credited, added or written off by hand, why, and who agreed.",
    section="Money",
    named={
        "what": labels(Adjustment.Kind),
        "kind": labels(Charge.Kind),
        "state": labels(Adjustment.State),
    },
    chart=("what", "net"),
    needs=Permission.PAYMENT_VIEW,
)

DRAWERS = counted(
    "drawers",
    "Drawers",
    """
SELECT (d.opened_at AT TIME ZONE %(place)s)::date, d.name, d.holder_name, d.float_minor,
       coalesce((SELECT sum(p.amount_minor) FROM payments_payment p
                  WHERE p.drawer_id = d.id AND p.state IN ('succeeded', 'bounced')), 0),
       d.expected_minor, d.counted_minor, d.counted_minor - d.expected_minor, d.explanation,
       coalesce(d.signed_by, '')
  FROM payments_drawer d
 WHERE d.opened_at >= %(begins)s AND d.opened_at < %(ends)s
 ORDER BY d.opened_at, d.id
""",
    [
        Column("day", "Day", Kind.DATE, "The local day on which it was opened"),
        Column("drawer", "Drawer", told="Its name"),
        Column("holder", "Holder", told="Who opened it"),
        Column("float", "Float", Kind.MONEY, "With which it was opened", True),
        Column("taken", "Taken", Kind.MONEY, "Payments into it", True),
        Column(
            "expected", "Expected", Kind.MONEY, "When it was counted; blank while it is open", True
        ),
        Column(
            "counted",
            "Counted",
            Kind.MONEY,
            "Cash that was found in it; blank while it is open",
            True,
        ),
        Column("over", "Over or short", Kind.MONEY, "Counted, less expected", True),
        Column("why", "Explanation", told="Of a difference, as it was given"),
        Column(
            "signed_by", "Signed off by", told="Who agreed to the count; blank until somebody does"
        ),
    ],
    about="Every drawer of the period: what it took, what was counted, over and short.",
    section="Money",
    chart=("day", "taken"),
    needs=Permission.PAYMENT_VIEW,
)

BANKED = counted(
    "bank-deposits",
    "Deposits at the bank",
    """
SELECT (d.made_at AT TIME ZONE %(place)s)::date, d.number, d.bag, d.made_by,
       count(i.id) FILTER (WHERE i.payment_id IS NOT NULL),
       d.cash_minor, d.cheques_minor, d.cash_minor + d.cheques_minor
  FROM payments_deposit d LEFT JOIN payments_deposititem i ON i.deposit_id = d.id
 WHERE d.made_at >= %(begins)s AND d.made_at < %(ends)s
 GROUP BY d.id
 ORDER BY d.made_at, d.id
""",
    [
        Column("day", "Day", Kind.DATE, "The local day on which it was made up"),
        Column("deposit", "Deposit", told="Its number"),
        Column("bag", "Bag", told="The number of the bag"),
        Column("made_by", "Made by", told="Who made it up"),
        Column("checks", "Checks", Kind.COUNT, "In it", True),
        Column("cash", "Cash", Kind.MONEY, "In the bag", True),
        Column("cheques", "In checks", Kind.MONEY, "The sum of the checks", True),
        Column("total", "Total", Kind.MONEY, "Cash and checks", True),
    ],
    about="What was brought to the bank: cash and checks of each deposit.",
    section="Money",
    chart=("day", "total"),
)

PAYOUTS = counted(
    "payouts",
    "Payouts of the card provider",
    """
SELECT (p.made_at AT TIME ZONE %(place)s)::date, (p.arrives_at AT TIME ZONE %(place)s)::date, p.provider_id,
       p.status, p.failure, p.amount_minor, p.posted_minor
  FROM payments_payout p
 WHERE p.made_at >= %(begins)s AND p.made_at < %(ends)s
 ORDER BY p.made_at, p.id
""",
    [
        Column("made", "Made", Kind.DATE, "The local day on which the provider made it"),
        Column("arrives", "At the bank", Kind.DATE, "The local day on which it is to be there"),
        Column("payout", "Payout", told="The provider's number"),
        Column("status", "Status", told="As it is now"),
        Column("failure", "Failure", told="The provider's reason, if it failed"),
        Column("amount", "Amount", Kind.MONEY, "As the provider says", True),
        Column("posted", "Posted", Kind.MONEY, "In the ledger", True),
    ],
    about="What the card provider paid out to the bank, and what of it is in the books.",
    section="Money",
    named={"status": labels(Payout.Status)},
    chart=("made", "amount"),
)

DISPUTES = counted(
    "chargebacks",
    "Chargebacks",
    """
SELECT (d.opened_at AT TIME ZONE %(place)s)::date, p.number, d.status, d.reason, d.respond_by, d.answered_at,
       d.amount_minor, d.withdrawn_minor, d.fee_minor
  FROM payments_dispute d JOIN payments_payment p ON p.id = d.payment_id
 WHERE d.opened_at >= %(begins)s AND d.opened_at < %(ends)s
 ORDER BY d.opened_at, d.id
""",
    [
        Column("day", "Day", Kind.DATE, "The local day on which it was opened"),
        Column("payment", "Payment", told="The number of the payment"),
        Column("status", "Status", told="As it is now"),
        Column("reason", "Reason", told="The bank's code"),
        Column("respond_by", "Answer by", Kind.INSTANT, "When the provider must have the answer"),
        Column("answered", "Answered", Kind.INSTANT, "When it was answered; blank if it was not"),
        Column("amount", "Disputed", Kind.MONEY, "What the holder disputes", True),
        Column("withdrawn", "Taken back", Kind.MONEY, "By the bank, by now", True),
        Column("fee", "Fee", Kind.MONEY, "What the provider takes for it", True),
    ],
    about="Card payments their holders disputed: how they stand and what they cost.",
    section="Money",
    named={"status": labels(Dispute.Status)},
    chart=("status", "amount"),
    needs=Permission.PAYMENT_VIEW,
)

PLANS = counted(
    "payment-plans",
    "Payment plans",
    """
SELECT p.scheme, p.state, count(*), sum(p.total_minor),
       coalesce(sum((SELECT sum(c.paid_minor - k.paid_before_minor) FROM payments_plancharge k
                      JOIN payments_charge c ON c.id = k.charge_id WHERE k.plan_id = p.id)), 0),
       sum(p.waived_minor), avg(p.count)
  FROM payments_paymentplan p
 WHERE p.asked_at >= %(begins)s AND p.asked_at < %(ends)s
 GROUP BY 1, 2
 ORDER BY 1, 2
""",
    [
        Column(
            "scheme", "Scheme", told="As the program in force names it; its code if it is retired"
        ),
        Column("state", "State", told="As it is now"),
        Column("plans", "Plans", Kind.COUNT, "Asked for in the period", True),
        Column("total", "Total", Kind.MONEY, "That they are about", True),
        Column("paid", "Paid", Kind.MONEY, "On their charges, since", True),
        Column("waived", "Waived", Kind.MONEY, "Late fees taken off", True),
        Column("parts", "Instalments", Kind.NUMBER, "On average"),
        Column("share", "Share paid", Kind.SHARE, "Of the total", part_of=("paid", "total")),
    ],
    about="Plans by scheme: how many run, how many were paid, how many failed.",
    section="Money",
    named={
        "scheme": lambda programme, code: plan.name if (plan := programme.plan(code)) else code,
        "state": labels(PaymentPlan.State),
    },
    chart=("state", "total"),
)

INVOICES = counted(
    "invoices",
    "Invoices",
    """
SELECT i.number, i.issued_on, i.due_on, i.name, i.po_number,
       CASE WHEN i.voided_at IS NOT NULL THEN 'Voided' WHEN i.paid_minor >= i.net_minor + i.tax_minor THEN 'Paid'
            WHEN i.due_on < (%(now)s AT TIME ZONE %(place)s)::date THEN 'Overdue' ELSE 'Open' END,
       i.net_minor, i.tax_minor, i.net_minor + i.tax_minor, i.paid_minor,
       CASE WHEN i.voided_at IS NULL THEN i.net_minor + i.tax_minor - i.paid_minor ELSE 0 END
  FROM payments_invoice i
 WHERE i.issued_on BETWEEN %(first)s AND %(last)s
 ORDER BY i.issued_on, i.id
""",
    [
        Column("invoice", "Invoice", told="Its number"),
        Column("issued", "Issued", Kind.DATE, "The local day on which it was issued"),
        Column("due", "Due", Kind.DATE, "The last day to pay"),
        Column("payer", "Payer", told="To whom it was made out"),
        Column("order", "Order number", told="The payer's own number"),
        Column("state", "State", told="As it is now: open, overdue, paid or voided"),
        Column("net", "Net", Kind.MONEY, "Without tax", True),
        Column("tax", "Tax", Kind.MONEY, "At the rates of its lines", True),
        Column("total", "Total", Kind.MONEY, "Net and tax", True),
        Column("paid", "Paid", Kind.MONEY, "By now", True),
        Column("open", "Open", Kind.MONEY, "Nothing for one that was voided", True),
    ],
    about="Every invoice of the period with what is paid and open.",
    section="Money",
    chart=("state", "total"),
    needs=Permission.PAYMENT_VIEW,
)

TAX = counted(
    "tax",
    "Tax by rate",
    """
SELECT to_char(c.raised_at AT TIME ZONE %(place)s, 'YYYY-MM'), c.kind,
       trim(trailing '.' FROM trim(trailing '0' FROM (c.tax_rate_ppm / 10000.0)::text)) || ' %%', count(*),
       sum(c.net_minor), sum(c.tax_minor), sum(c.net_minor + c.tax_minor)
  FROM payments_charge c
 WHERE c.raised_at >= %(begins)s AND c.raised_at < %(ends)s AND c.kind <> 'deposit'
 GROUP BY 1, 2, 3, c.tax_rate_ppm
 ORDER BY 1, 2, c.tax_rate_ppm
""",
    [
        Column("month", "Month", Kind.MONTH, told="In which it was charged"),
        Column("kind", "For", told="The kind of charge"),
        Column("rate", "Rate", told="As it was when it was charged"),
        Column("charges", "Charges", Kind.COUNT, "Charged in the month, deposits left out", True),
        Column("net", "Net", Kind.MONEY, "As it stands after credits", True),
        Column("tax", "Tax", Kind.MONEY, "As it stands after credits", True),
        Column("gross", "Gross", Kind.MONEY, "Net and tax", True),
    ],
    about="What was charged at which rate of tax, for the tax return.",
    section="Money",
    named={"kind": labels(Charge.Kind)},
    chart=("month", "tax"),
)

GIFTS = counted(
    "gift-certificates",
    "Gift certificates",
    """
SELECT g.number, g.text, (g.made_at AT TIME ZONE %(place)s)::date, g.expires_on,
       CASE WHEN g.blocked_at IS NOT NULL THEN 'Blocked' WHEN NOT g.is_live THEN 'Not paid'
            WHEN g.left_minor = 0 THEN 'Used up'
            WHEN g.expires_on < (%(now)s AT TIME ZONE %(place)s)::date THEN 'Expired' ELSE 'Good' END,
       g.amount_minor, g.amount_minor - g.left_minor, g.left_minor
  FROM payments_giftcertificate g
 WHERE g.made_at < %(ends)s
 ORDER BY g.made_at, g.id
""",
    [
        Column("number", "Certificate", told="Its number"),
        Column("text", "Text", told="What is written on it"),
        Column("made", "Sold", Kind.DATE, "The local day on which it was made"),
        Column(
            "expires",
            "Expires",
            Kind.DATE,
            "The last day on which it can be used; blank if it has none",
        ),
        Column("state", "State", told="As it is now"),
        Column("amount", "Amount", Kind.MONEY, "When it was sold", True),
        Column("used", "Used", Kind.MONEY, "The amount, less what is left", True),
        Column("left", "Left", Kind.MONEY, "What is still owed to holders", True),
    ],
    about="Every gift certificate sold until a day, what is used and what is left of it.",
    section="Money",
    parameters=AS_OF,
    chart=("state", "left"),
)

COLLECTED = counted(
    "collection-rate",
    "Collection rate by month",
    """
SELECT to_char(c.issued_on, 'YYYY-MM'), count(*), sum(c.fine_minor),
       count(*) FILTER (WHERE c.settled_at IS NOT NULL AND k.paid_minor > 0), coalesce(sum(k.paid_minor), 0),
       count(*) FILTER (WHERE EXISTS (SELECT 1 FROM enforcement_appeal a WHERE a.citation_id = c.id)),
       count(*) FILTER (WHERE c.voided_at IS NOT NULL),
       count(*) FILTER (WHERE c.dismissed_at IS NOT NULL AND c.voided_at IS NULL),
       count(*) FILTER (WHERE c.settled_at < (c.issued_on + 30)::timestamp AT TIME ZONE %(place)s
         AND k.paid_minor > 0),
       count(*) FILTER (WHERE c.settled_at < (c.issued_on + 90)::timestamp AT TIME ZONE %(place)s
         AND k.paid_minor > 0)
  FROM enforcement_citation c
  LEFT JOIN payments_charge k ON k.kind = 'citation' AND k.reference = c.number
 WHERE c.issued_on BETWEEN %(first)s AND %(last)s AND c.fine_minor > 0 AND c.sanction <> 'warning'
 GROUP BY 1
 ORDER BY 1
""",
    [
        Column("month", "Month", Kind.MONTH, told="In which they were issued"),
        Column("issued", "Issued", Kind.COUNT, "Citations with a fine", True),
        Column("fines", "Fines", Kind.MONEY, "As issued", True),
        Column("settled", "Paid", Kind.COUNT, "Settled by now by a payment", True),
        Column("paid", "Collected", Kind.MONEY, "On them by now, late fees too", True),
        Column("disputed", "Appealed", Kind.COUNT, "Of those issued", True),
        Column("voided", "Voided", Kind.COUNT, "Of those issued", True),
        Column("dismissed", "Dismissed", Kind.COUNT, "Of those issued", True),
        Column("in_30", "In 30 days", Kind.COUNT, "Paid within that time", True),
        Column("in_90", "In 90 days", Kind.COUNT, "Paid within that time", True),
        Column(
            "rate",
            "Collection rate",
            Kind.SHARE,
            "Paid, of those issued",
            part_of=("settled", "issued"),
        ),
        Column(
            "rate_30", "Rate in 30 days", Kind.SHARE, "Of those issued", part_of=("in_30", "issued")
        ),
        Column(
            "disputes",
            "Dispute rate",
            Kind.SHARE,
            "Appealed, of those issued",
            part_of=("disputed", "issued"),
        ),
        Column(
            "voids",
            "Void rate",
            Kind.SHARE,
            "Voided, of those issued",
            part_of=("voided", "issued"),
        ),
    ],
    about="How much of each month's citations has been paid by now, with its dispute and void rates beside it.",
    section="Money",
    chart=("month", "paid"),
    notes=["A high collection rate with a high void rate is no success: read them together."],
)

REPORTS = (
    ITEMIZED,
    BY_METHOD,
    BY_KIND,
    REFUNDS,
    AWAITING,
    RECEIVABLES,
    COLLECTED,
    ADJUSTED,
    DRAWERS,
    BANKED,
    PAYOUTS,
    DISPUTES,
    PLANS,
    INVOICES,
    TAX,
    GIFTS,
)
