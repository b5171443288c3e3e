"""Deposits: held as a liability, given back less what is kept for a stated reason."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.texts import joined
from parkops.programme import queries as programme
from payments import accounts
from payments import operations as payments
from payments import queries as charges
from permits.models import Permit
from permits.operations import notices
from permits.operations.common import locked, told
from permits.queries.permits import facts_of, money_of


@dataclass(frozen=True, slots=True)
class Deduction:
    """What is kept of a deposit, and why."""

    amount: Money
    reason: str


@transaction.atomic
def return_deposit(
    number: str,
    *,
    deductions: Sequence[Deduction] = (),
    reason: str = "The hangtag has been returned.",
    by: Actor,
    at: datetime,
) -> Permit:
    """Give the deposit back less the `deductions`.

    A deduction is a fee of its own, paid out of the deposit, so that the ledger says what was kept.

    :raises Refused: "no_deposit" if none is held (any more), "deduction" for more than it, or without reason.
    """
    permit = locked(number)
    charge = charges.charge_of("deposit", permit.number)
    if charge is None or not charge.paid:
        raise Refused("no_deposit", "No deposit is held for this permit.")
    kept = money_of(permit, sum(one.amount.minor for one in deductions))
    if kept > charge.paid:
        raise Refused("deduction", "More is kept than the deposit.", field="deduction")
    rules = programme.in_force(at).programme
    fees = []
    for place, one in enumerate(deductions, start=1):
        if not one.reason.strip() or one.amount.minor <= 0:
            raise Refused("deduction", "Say what is kept, and why.", field="deduction_reason")
        fee = payments.raise_charge(
            kind="fee",
            reference=f"{permit.number}-D{place}",
            text=f"Kept of the deposit of permit {permit.number}: {one.reason.strip()}"[:300],
            net=one.amount,
            tax=rules.money(0),
            customer_id=permit.customer_id,
            plate_key="",
            due_on=local_date(at, rules.tz),
            revenue=accounts.FEE_REVENUE,
            facts=facts_of(permit),
            by=by,
            at=at,
        )
        fees.append(fee.public_id)
    back = charge.paid - kept
    payments.refund_charge(
        kind="deposit",
        reference=permit.number,
        net=charge.paid,
        tax=money_of(permit, 0),
        reason=reason,
        pay_first=fees,
        by=by,
        at=at,
    )
    audit.record(
        "permit.deposit_returned",
        subject=("permit", permit.number),
        actor=by,
        at=at,
        reason="; ".join(one.reason.strip() for one in deductions),
        returned=back.amount,
        kept=kept.amount,
    )
    notices.tell(
        "permit.deposit_returned",
        permit,
        at=at,
        back=told(back),
        kept=[joined([told(one.amount), one.reason.strip()], ": ") for one in deductions],
    )
    return permit
