"""How money is taken at once, one way or several: cash, a check, a terminal, a certificate, goods."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound
from parkops.kernel.money import Money
from payments import place, rules, settlement
from payments.accounts import CUSTOMER_CREDIT, METHOD_ACCOUNTS, RECEIVABLE
from payments.models import Allocation, Charge, Drawer, Payment
from payments.operations import charges as charging
from payments.operations import drives, gifts, ledger, plan_sales, tallying
from payments.operations.ledger import Leg
from payments.rules import tenders


@dataclass(frozen=True, slots=True)
class Tender:
    """One way of paying: how much (None: the rest, or what it can), and what it is known by elsewhere: the
    terminal's slip, the code of a gift certificate, the account of a department, the code of a drive."""

    method: str
    amount: Money | None = None
    reference: str = ""
    pieces: int | None = None


@transaction.atomic
def take_payment(
    *,
    charge_ids: Sequence[UUID],
    method: str,
    amount: Money | None = None,
    reference: str = "",
    payer: str = "",
    drawer: UUID | None = None,
    request_key: str = "",
    customer_id: int | None = None,
    by: Actor,
    at: datetime,
) -> Payment:
    """Take money that is there at once, and tell the raisers of what is settled by it.

    `amount` is what is handed over (None: everything owed). It goes to the charges in the order
    given; of cash the excess is change, of the others credit of `customer_id`, or else of the first
    charge's. A second call with the same
    `request_key` gives the first one's payment.

    :raises NotFound: if a charge or the drawer does not exist.
    :raises Conflict: `nothing_owed` if all are paid, `drawer_closed`.
    :raises Refused: if a raiser does not let its charge be paid; no money has been taken then.
    """
    if method not in METHOD_ACCOUNTS or method == Payment.Method.CARD:
        raise ValueError(f"{method} is not taken at once")
    if known := payment_of_request(request_key):
        return known
    tender = Tender(method, amount, reference)
    rules.may_keep_text(payer, field="payer").require()
    rules.may_keep_text(reference, field="reference").require()
    tenders.may_take(asked_of(tender)).require()
    owing = lock_charges(charge_ids, by=by, at=at)
    if known := payment_of_request(request_key):
        return known
    require_taking(owing, given=amount.minor if amount is not None else None, at=at)
    payment = take_one(
        owing,
        tender,
        payer=payer,
        drawer=drawer,
        key=request_key,
        customer_id=customer_id,
        by=by,
        at=at,
    )
    tell_settled(owing, by=by, at=at)
    return payment


def take_one(
    owing: Sequence[Charge],
    tender: Tender,
    *,
    payer: str,
    drawer: UUID | None,
    key: str,
    taking: UUID | None = None,
    customer_id: int | None = None,
    by: Actor,
    at: datetime,
) -> Payment:
    """Take one way of paying for locked charges; their raisers are not told."""
    balances = [charge.balance_minor for charge in owing]
    given = tender.amount.minor if tender.amount is not None else sum(balances)
    gift, drive, goods = None, None, None
    if tender.method == "gift":
        gift, given = gifts.use(tender.reference, wanted=tender.amount, most=given, at=at)
    elif tender.method == "goods":
        drive, goods = drives.bring(tender.reference, tender.pieces or 0, owing, at=at)
        given = sum(goods)
    shared = rules.split(
        balances if goods is None else goods, given=given, gives_change=tender.method == "cash"
    )
    payment = Payment.objects.create(
        number=place.next_receipt(at=at),
        method=tender.method,
        state=Payment.State.SUCCEEDED,
        amount_minor=shared.kept,
        handed_over_minor=given,
        change_minor=shared.change,
        credit_minor=shared.credit,
        currency=place.currency(),
        customer_id=customer_id or customer_of(owing),
        payer=payer,
        drawer=_open_drawer(drawer) if drawer else None,
        taken_by=by.name,
        created_at=at,
        succeeded_at=at,
        request_key=key or None,
        reference=gift.number if gift else tender.reference.strip()[:64],
        taking=taking,
        gift=gift,
        drive=drive,
        pieces=tender.pieces if drive else None,
    )
    tallying.count(payment)
    allocate(
        payment,
        [Share(charge, share) for charge, share in zip(owing, shared.shares, strict=True)],
        by=by,
        at=at,
    )
    return payment


def tell_settled(owing: Sequence[Charge], *, by: Actor, at: datetime) -> None:
    """Tell the raisers of locked charges what the money that came led to."""
    for charge in owing:
        plan_sales.money_came(charge, by=by, at=at).require()


def asked_of(tender: Tender) -> tenders.Asked:
    """Return a way of paying as the rules look at it."""
    minor = None if tender.amount is None else tender.amount.minor
    return tenders.Asked(tender.method, minor, tender.reference, tender.pieces)


@dataclass(frozen=True, slots=True)
class Share:
    """What of a payment goes to a locked charge, in minor units."""

    charge: Charge
    minor: int


# As plain statements, since every payment at the counter waits for them.
_SUBJECTS = """
SELECT kind, reference FROM payments_charge WHERE public_id = ANY(%s) ORDER BY kind, reference
"""
_LOCKED = "SELECT * FROM payments_charge WHERE public_id = ANY(%s) ORDER BY id FOR UPDATE"


def lock_charges(charge_ids: Sequence[UUID], *, by: Actor, at: datetime) -> list[Charge]:
    """Lock the charges, each brought to what it comes to at `at`; return the unsettled as given.

    The raisers' rows are locked first, then the charges, then the invoices that these are on, each in one
    order for everybody.

    :raises NotFound: if one does not exist.
    """
    wanted = list(dict.fromkeys(charge_ids))
    with connection.cursor() as cursor:
        cursor.execute(_SUBJECTS, [wanted])
        subjects = cursor.fetchall()
    if not wanted or len(subjects) != len(wanted):
        raise NotFound("There is no such charge.", code="charge_unknown")
    lock_subjects(subjects)
    rows = Charge.objects.raw(_LOCKED, [wanted])
    unsettled = {charge.public_id: charge for charge in rows if charge.settled_at is None}
    tallying.lock_invoices(unsettled.values())
    for charge in unsettled.values():
        charging.sync(charge, by=by, at=at)
    return [unsettled[one] for one in wanted if one in unsettled]


def lock_subjects(subjects: Iterable[tuple[str, str]]) -> None:
    """Let the raisers lock what the charges (kind, reference) are for, and what follows from their
    being paid, in one order."""
    wanted = set(subjects)
    _lock_ranked(wanted, is_follower=False)
    for kind in sorted({kind for kind, _ in wanted}):
        references = sorted(reference for other, reference in wanted if other == kind)
        wanted |= set(settlement.raiser_of(kind).followers(references))
    _lock_ranked(wanted, is_follower=True)


def _lock_ranked(subjects: Iterable[tuple[str, str]], *, is_follower: bool) -> None:
    for kind, reference in sorted(subjects):
        raiser = settlement.raiser_of(kind)
        if raiser.is_follower == is_follower:
            raiser.lock(reference)


def lock_with_charges(payment_id: int) -> tuple[Payment, list[Allocation]]:
    """Lock what a payment's charges are for, the charges, then the payment; return its parts too.

    The parts are in the order in which they were asked for, each with its locked charge.
    """
    parts = Allocation.objects.filter(payment_id=payment_id)
    lock_subjects(parts.values_list("charge__kind", "charge__reference"))
    wanted = parts.values("charge_id")
    rows = Charge.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    charges = {charge.pk: charge for charge in rows}
    tallying.lock_invoices(charges.values())
    payment = Payment.objects.select_for_update().get(pk=payment_id)
    found = list(Allocation.objects.filter(payment=payment).order_by("place", "pk"))
    for part in found:
        part.payment, part.charge = payment, charges[part.charge_id]
    return payment, found


def payment_of_request(request_key: str) -> Payment | None:
    """Return the payment that an earlier try of the same request made, if any."""
    return Payment.objects.filter(request_key=request_key).first() if request_key else None


def require_taking(charges: Sequence[Charge], *, given: int | None, at: datetime) -> None:
    """Refuse to take money if nothing is owed, or if a raiser does not let its charge be paid.

    :raises Conflict: `nothing_owed`.
    :raises Refused: for an amount that is not above zero, or with the raiser's reason.
    """
    decision = rules.may_take(owed=sum(charge.balance_minor for charge in charges), given=given)
    if decision.code == "nothing_owed":
        raise Conflict(decision.code, decision.reason)
    decision.require()
    for charge in charges:
        if charge.balance_minor:
            settlement.raiser_of(charge.kind).may_pay(charge.reference, at=at).require()


def allocate(payment: Payment, shares: Sequence[Share], *, by: Actor, at: datetime) -> None:
    """Credit the shares of a succeeded payment to its locked charges, and post all of it."""
    for share in shares:
        if share.minor:
            share.charge.paid_minor += share.minor
            charging.mark_settled(share.charge, at=at)
    _keep_parts(payment, shares)
    ledger.post(
        f"payment:{payment.number}",
        [
            Leg(METHOD_ACCOUNTS[payment.method], payment.amount_minor, None, payment.customer_id),
            *(Leg(RECEIVABLE, -share.minor, share.charge) for share in shares),
            Leg(CUSTOMER_CREDIT, -payment.credit_minor, None, payment.customer_id),
        ],
        text=f"Payment {payment.number}, {payment.get_method_display().lower()}",
        by=by,
        at=at,
    )
    audit.record(
        "payment.taken",
        subject=("payment", payment.number),
        actor=by,
        at=at,
        method=payment.method,
        amount=Money(payment.amount_minor, payment.currency).amount,
        charges=[f"{share.charge.kind} {share.charge.reference}" for share in shares],
    )


# A card's parts stand since its page was opened: of them it is only known now what came.
_PARTS = """
WITH part AS (
  SELECT * FROM unnest(%s::bigint[], %s::smallint[], %s::bigint[], %s::bigint[], %s::timestamptz[])
         AS part (charge_id, place, minor, paid, settled)
), told AS (
  UPDATE payments_charge SET paid_minor = part.paid, settled_at = part.settled
    FROM part WHERE payments_charge.id = part.charge_id
)
INSERT INTO payments_allocation (payment_id, charge_id, place, asked_minor, amount_minor, released_minor)
SELECT %s, charge_id, place, minor, minor, 0 FROM part
    ON CONFLICT (payment_id, charge_id) DO UPDATE SET amount_minor = EXCLUDED.amount_minor
RETURNING id, payment_id, charge_id, place, asked_minor, amount_minor, released_minor
"""


def _keep_parts(payment: Payment, shares: Sequence[Share]) -> None:
    """Write what of a payment went to which charge, and what is paid of each of them by now."""
    paid = [(place, one) for place, one in enumerate(shares) if one.minor]
    values: list[Any] = [
        [one.charge.pk for _, one in paid],
        [place for place, _ in paid],
        [one.minor for _, one in paid],
        [one.charge.paid_minor for _, one in paid],
        [one.charge.settled_at for _, one in paid],
        payment.pk,
    ]
    charges = [one.charge for _, one in paid]
    with tallying.tallied_charges(charges), connection.cursor() as cursor:
        cursor.execute(_PARTS, values)
        kept = {row[2]: Allocation(*row) for row in cursor.fetchall()}
    payment.parts = [kept[one.charge.pk] for _, one in paid]
    for part, (_, one) in zip(payment.parts, paid, strict=True):
        part.payment, part.charge = payment, one.charge


def customer_of(charges: Sequence[Charge]) -> int | None:
    """Return the customer of the first charge that has one."""
    return next((charge.customer_id for charge in charges if charge.customer_id), None)


def _open_drawer(public_id: UUID) -> Drawer:
    """Return the open drawer, locked so that it is not closed meanwhile."""
    drawer = Drawer.objects.select_for_update().filter(public_id=public_id).first()
    if drawer is None:
        raise NotFound("There is no such drawer.")
    if drawer.closed_at is not None:
        raise Conflict("drawer_closed", "This drawer is closed. Open one first.")
    return drawer
