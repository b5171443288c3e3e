"""Whether the books hold: every balance made from its entries again, every charge from its rules."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby, islice

from django.db import connection, transaction

from payments import accounts, settlement
from payments.models import Charge, LedgerEntry, LedgerProof, Payment

BATCH = 5_000
KEPT = 200
"""How many differences a proof keeps in full; it counts all."""

_BALANCES = """
SELECT 'movement', t.source, '', 0, coalesce(sum(e.amount_minor), 0)
FROM payments_ledgertransaction t LEFT JOIN payments_ledgerentry e ON e.transaction_id = t.id
GROUP BY t.id HAVING count(e.id) = 0 OR sum(e.amount_minor) <> 0
"""
_INSTANTS = """
SELECT 'movement', t.source, '', 0, e.amount_minor
FROM payments_ledgerentry e JOIN payments_ledgertransaction t ON t.id = e.transaction_id
WHERE e.posted_at <> t.posted_at
"""
# What was brought over stands with all its parts against one account, and earned nothing here.
# Prepaid revenue that is not earned yet stands apart from the account that earns it.
_CHARGES = """
WITH sums AS MATERIALIZED (
    SELECT charge_id, account_id, sum(amount_minor) AS total
    FROM payments_ledgerentry WHERE charge_id IS NOT NULL GROUP BY 1, 2
), booked AS (
    SELECT c.id,
        coalesce(sum(total) FILTER (WHERE account_id = %(receivable)s), 0) AS owed,
        -coalesce(sum(total) FILTER (WHERE account_id IN (c.revenue, %(prepaid)s)), 0) AS net,
        -coalesce(sum(total) FILTER (WHERE account_id = %(tax)s), 0) AS tax,
        -coalesce(sum(total) FILTER (WHERE account_id = %(late)s), 0) AS late_fee,
        coalesce(sum(total) FILTER (WHERE account_id = %(discount)s), 0) AS discount,
        coalesce(sum(total) FILTER (WHERE account_id = %(bad_debt)s), 0) AS written_off
    FROM payments_charge c LEFT JOIN sums ON sums.charge_id = c.id GROUP BY c.id
)
SELECT c.kind, c.reference, part.name, part.kept, part.again
FROM payments_charge c JOIN booked b ON b.id = c.id CROSS JOIN LATERAL (
    SELECT CASE c.revenue WHEN %(brought)s THEN c.late_fee_minor ELSE 0 END AS late,
        CASE c.revenue WHEN %(brought)s THEN c.discount_minor ELSE 0 END AS discount
) brought CROSS JOIN LATERAL (VALUES
    ('owed', c.amount_minor - c.paid_minor, b.owed),
    ('net', c.net_minor + brought.late - brought.discount, b.net),
    ('tax', c.tax_minor, b.tax),
    ('late fee', c.late_fee_minor - brought.late, b.late_fee),
    ('discount', c.discount_minor - brought.discount, b.discount),
    ('written off', c.written_off_minor, b.written_off)
) AS part (name, kept, again)
WHERE part.kept <> part.again
ORDER BY c.id
"""
_PAID = """
SELECT c.kind, c.reference, '', c.paid_minor, coalesce(held.minor, 0)
FROM payments_charge c LEFT JOIN (
    SELECT a.charge_id, sum(a.amount_minor - a.released_minor)::bigint AS minor
    FROM payments_allocation a JOIN payments_payment p ON p.id = a.payment_id
    WHERE p.state = 'succeeded' GROUP BY 1
) held ON held.charge_id = c.id
WHERE c.paid_minor <> coalesce(held.minor, 0)
ORDER BY c.id
"""
_PAYMENTS = """
SELECT 'payment', p.number, '',
    CASE p.state WHEN 'succeeded' THEN p.amount_minor ELSE 0 END,
    coalesce(held.minor, 0) + p.credit_minor
        + CASE p.state WHEN 'succeeded' THEN p.refunded_minor + p.disputed_minor ELSE 0 END
FROM payments_payment p LEFT JOIN (
    SELECT payment_id, sum(amount_minor - released_minor)::bigint AS minor
    FROM payments_allocation GROUP BY 1
) held ON held.payment_id = p.id
WHERE p.state IN ('succeeded', 'bounced')
    AND CASE p.state WHEN 'succeeded' THEN p.amount_minor ELSE 0 END
        <> coalesce(held.minor, 0) + p.credit_minor
            + CASE p.state WHEN 'succeeded' THEN p.refunded_minor + p.disputed_minor ELSE 0 END
ORDER BY p.id
"""
# What a payment brought stands in the books as owed less by its charges, or as credit of its payer.
_TAKEN = """
WITH taken AS (
    SELECT t.source, -sum(e.amount_minor)::bigint AS minor
    FROM payments_ledgertransaction t JOIN payments_ledgerentry e ON e.transaction_id = t.id
    WHERE t.source LIKE 'payment:%%' AND e.account_id IN (%(receivable)s, %(credit)s)
    GROUP BY 1
)
SELECT 'payment', p.number, '', p.amount_minor, coalesce(own.minor, accepted.minor, 0)
FROM payments_payment p
LEFT JOIN taken own ON own.source = 'payment:' || p.number
LEFT JOIN taken accepted ON accepted.source = 'payment:' || p.number || ':accepted'
WHERE p.state IN ('succeeded', 'bounced')
    AND p.amount_minor <> coalesce(own.minor, accepted.minor, 0)
ORDER BY p.id
"""
_REFUNDED = """
SELECT 'payment', p.number, '', p.refunded_minor, coalesce(back.minor, 0)
FROM payments_payment p LEFT JOIN (
    SELECT payment_id, sum(amount_minor)::bigint AS minor
    FROM payments_refund WHERE state <> 'rejected' GROUP BY 1
) back ON back.payment_id = p.id
WHERE p.refunded_minor <> coalesce(back.minor, 0)
ORDER BY p.id
"""
_TOTALS = """
SELECT 'account', told.name, '', told.kept, told.again FROM (VALUES
    ('Credit of customers',
        (SELECT coalesce(sum(credit_minor), 0) FROM payments_payment WHERE state = 'succeeded'),
        (SELECT -coalesce(sum(amount_minor), 0) FROM payments_ledgerentry WHERE account_id = %(credit)s)),
    ('Refunds under way',
        (SELECT coalesce(sum(amount_minor), 0) FROM payments_refund
         WHERE state NOT IN ('succeeded', 'rejected')),
        (SELECT -coalesce(sum(amount_minor), 0) FROM payments_ledgerentry WHERE account_id = %(refunds)s)),
    ('Gift certificates not used yet',
        (SELECT coalesce(sum(left_minor), 0) FROM payments_giftcertificate),
        (SELECT -coalesce(sum(amount_minor), 0) FROM payments_ledgerentry WHERE account_id = %(gifts)s))
) AS told (name, kept, again)
WHERE told.kept <> told.again
"""
_KEPT = """
SELECT 'account', kept.account_id || ' before ' || kept.before_at, '', kept.amount_minor, made.minor
FROM payments_ledgerbalance kept CROSS JOIN LATERAL (
    SELECT coalesce(sum(e.amount_minor), 0)::bigint AS minor FROM payments_ledgerentry e
    WHERE e.account_id = kept.account_id AND e.posted_at < kept.before_at
) made
WHERE kept.amount_minor <> made.minor
"""
_CHECKS = {
    "balance": (_BALANCES, "A movement's entries must add up to nothing."),
    "instant": (_INSTANTS, "An entry must bear the instant of its movement."),
    "charge": (_CHARGES, "What a charge says must be what its entries say."),
    "paid": (_PAID, "What a charge has paid must be what payments hold for it."),
    "payment": (_PAYMENTS, "A payment must be somewhere: on charges, credit, or given back."),
    "taken": (_TAKEN, "What a payment brought must stand in the books."),
    "refunded": (_REFUNDED, "What went back of a payment must be its refunds."),
    "kept": (_KEPT, "A balance that is kept must be what its entries add up to."),
    "total": (_TOTALS, "An account must stand where the rows that make it stand."),
}
_ACCOUNTS = {
    "receivable": accounts.RECEIVABLE,
    "prepaid": accounts.PREPAID_PERMITS,
    "brought": accounts.BROUGHT_OVER,
    "tax": accounts.TAX_PAYABLE,
    "late": accounts.LATE_FEES,
    "discount": accounts.DISCOUNTS,
    "bad_debt": accounts.BAD_DEBT,
    "credit": accounts.CUSTOMER_CREDIT,
    "refunds": accounts.REFUNDS_PAYABLE,
    "gifts": accounts.GIFT_CERTIFICATES,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """What is kept and what comes out when it is made again, in minor units; `text` says the rule.

    It is of a charge (by its kind), a payment, a movement of the ledger or an account; `part` says of
    what in it, if not of the whole.
    """

    check: str
    kind: str
    reference: str
    part: str
    kept: int
    again: int
    text: str


@dataclass(slots=True)
class Proven:
    """What was read, what differs, and how many charges could not be made again, by why."""

    entries: int = 0
    charges: int = 0
    payments: int = 0
    differences: int = 0
    found: list[Difference] = field(default_factory=list)
    set_aside: Counter[str] = field(default_factory=Counter)

    def note(self, difference: Difference) -> None:
        """Count a difference; the first ones are kept."""
        self.differences += 1
        if len(self.found) < KEPT:
            self.found.append(difference)


def prove(at: datetime) -> Proven:
    """Make every balance from its entries again, and every charge from its program's version.

    All is read in one snapshot, so that what is paid meanwhile is no difference.
    """
    proven = Proven()
    with _snapshot():
        proven.entries = LedgerEntry.objects.count()
        proven.charges = Charge.objects.count()
        proven.payments = Payment.objects.count()
        for check, (statement, text) in _CHECKS.items():
            for kind, reference, part, kept, again in _rows(statement):
                proven.note(Difference(check, kind, reference, part, kept, again, text))
        _make_charges_again(proven, at=at)
    return proven


def last_proof() -> LedgerProof | None:
    """Return what came of the last proof, if there was one."""
    return LedgerProof.objects.order_by("-as_of_at", "-pk").first()


def proofs() -> list[LedgerProof]:
    """Return the last thirty proofs, newest first, without what they found."""
    return list(LedgerProof.objects.defer("found").order_by("-as_of_at", "-pk")[:30])


def _make_charges_again(proven: Proven, *, at: datetime) -> None:
    kinds = Charge.objects.order_by("kind", "pk").values_list(
        "kind",
        "reference",
        "raised_net_minor",
        "raised_tax_minor",
        "net_minor",
        "tax_minor",
        "adjusted_net_minor",
        "adjusted_tax_minor",
        named=True,
    )
    for kind, own in groupby(kinds.iterator(chunk_size=BATCH), key=lambda charge: charge.kind):
        again = settlement.raiser_of(kind).again
        while batch := list(islice(own, BATCH)):
            made = again([charge.reference for charge in batch], at=at)
            for charge in batch:
                one = made.get(charge.reference)
                if one is None or one.amount is None:
                    why = one.because if one else f"No rule gives the amount of this {kind}."
                    proven.set_aside[why] += 1
                    continue
                kept = charge.raised_net_minor + charge.raised_tax_minor
                if one.is_of_now:
                    kept = charge.net_minor + charge.tax_minor
                    kept -= charge.adjusted_net_minor + charge.adjusted_tax_minor
                if kept != one.amount.minor:
                    again_minor = one.amount.minor
                    proven.note(
                        Difference(
                            "program", kind, charge.reference, "", kept, again_minor, one.because
                        )
                    )


@contextmanager
def _snapshot() -> Iterator[None]:
    """Read as of one instant; inside somebody's transaction as that one reads."""
    is_own = not connection.in_atomic_block
    with transaction.atomic():
        if is_own:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def _rows(statement: str) -> list[tuple[str, str, str, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, _ACCOUNTS)
        return [(*named, int(kept), int(again)) for *named, kept, again in cursor.fetchall()]
