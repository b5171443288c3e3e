"""How payments that came to a collector are taken in: each once, what does not fit is told."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from enforcement.models import Citation, HandOver
from enforcement.operations.locks import lock
from enforcement.queries import citations as citing
from enforcement.queries import escalation
from enforcement.queries.citations import KIND
from enforcement.rules import collected as rules
from enforcement.rules.collected import Collected
from enforcement.rules.owed import COLLECTIONS
from enforcement.rules.tables import Fault
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from payments import operations as payments
from payments import place
from payments import queries as charges
from payments.operations.payments import payment_of_request

LARGEST = 5 * 1024 * 1024
MOST = 2_000


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of a file of payments: how many are new, which were here before, what is wrong where."""

    new: int
    known: int
    faults: tuple[Fault, ...]


@transaction.atomic
def bring_payments(content: bytes, *, by: Actor, at: datetime) -> Taken:
    """Take in a collector's file. A payment is known by its citation and the collector's reference: the
    same file again brings nothing new. Lines that are wrong are told, the others count.

    :raises Refused: for a file that is too large.
    """
    if len(content) > LARGEST:
        raise Refused("file", "The file is larger than 5 MiB.", field="file")
    lock("collected")
    read, faults = rules.read_payments(
        content, currency=place.currency(), today=place.local_date(at)
    )
    faults += [Fault(one.line, f"A file has {MOST:,} payments at most.") for one in read[MOST:]]
    new = known = 0
    for one in sorted(read[:MOST], key=lambda one: (one.citation, one.line)):
        try:
            with transaction.atomic():
                is_new = _take(one, by=by, at=at)
        except Refused as refusal:
            faults.append(Fault(one.line, str(refusal)))
        else:
            new, known = new + is_new, known + (not is_new)
    return Taken(new, known, tuple(sorted(faults, key=lambda fault: fault.line)))


def _take(one: Collected, *, by: Actor, at: datetime) -> bool:
    """Take a payment in, and return whether it is new.

    :raises Refused: if it is of no citation with the collector, or more than is owed.
    """
    number = citing.number_of(one.citation)
    citation = Citation.objects.filter(number=number).first()
    out = HandOver.objects.filter(citation=citation, kind=COLLECTIONS) if citation else None
    if citation is None or out is None or not out.exists():
        raise Refused("not_out", f"{one.citation} was not handed over to a collector.")
    key = escalation.collected_key(number, one.reference)
    if payment_of_request(key) is not None:
        return False
    charge = charges.charge_of(KIND, number, at=at)
    left = charge.balance if charge is not None else one.amount.zero(one.amount.currency)
    if charge is None or one.amount > left:
        told = f"{number} owes {left}, and {one.amount} is more: pay it back, or correct the line."
        raise Refused("more_than_owed", told)
    payment = payments.take_payment(
        charge_ids=[charge.id],
        method="other",
        amount=one.amount,
        payer=f"Collector, {one.reference}",
        request_key=key,
        by=by,
        at=at,
    )
    audit.record(
        "citation.collected",
        subject=(KIND, number),
        actor=by,
        at=at,
        reason=f"{one.reference}, paid on {one.paid_on}",
        amount=one.amount.amount,
        payment=payment.number,
    )
    return True
