"""What imported citations came to and what was paid of them, as their file says, in the books here."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q

from enforcement.models import Citation
from enforcement.queries.citations import KIND
from enforcement.rules.owed import DUE_AFTER_DAYS
from parkops.customers import queries as customers
from parkops.kernel.actors import Actor
from payments.operations import brought
from payments.operations.brought import Brought
from payments.rules.gl import Facts

TOGETHER = 2_000


def bring_over(batch: int, *, by: Actor, at: datetime) -> None:
    """Raise the charges of an import's citations, with what was paid of each."""
    for rows in _in_parts(batch):
        asked = {(one.plate_key, one.issued_at) for one in rows if one.plate_key}
        holders = customers.holders_at(asked)
        things = []
        for one in rows:
            known = holders.get((one.plate_key, one.issued_at), set())
            things.append(_thing(one, next(iter(known)) if len(known) == 1 else None))
        brought.bring_over(KIND, things, by=by, at=at)


def take_out(batch: int, *, by: Actor, at: datetime) -> None:
    """Let what the citations of an import brought into the books come to nothing."""
    for rows in _in_parts(batch):
        numbers = [one.number for one in rows]
        brought.take_out(KIND, numbers, suffix=f" (import {batch})", by=by, at=at)


def _in_parts(batch: int) -> Iterator[list[Citation]]:
    """Give the citations of an import that came to something or were paid, so many at a time."""
    rows = Citation.objects.filter(imported_batch=batch, brought__isnull=False)
    rows = rows.filter(Q(fine_minor__gt=0) | ~Q(brought__paid=0))
    last = 0
    while part := list(rows.filter(pk__gt=last).order_by("pk")[:TOGETHER]):
        yield part
        last = part[-1].pk


def _thing(citation: Citation, customer_id: int | None) -> Brought:
    more = citation.brought or {}
    lines = (
        (citation.violation_name, citation.fine_minor),
        ("Penalty", more["penalty"]),
        ("Interest", more["interest"]),
        ("Reduced", -more["reduction"]),
    )
    return Brought(
        reference=citation.number,
        text=f"Citation {citation.number}: {citation.violation_name}"[:200],
        customer_id=customer_id,
        plate_key=citation.plate_key,
        due_on=citation.issued_on + timedelta(days=DUE_AFTER_DAYS),
        facts=Facts(citation.zone_code, citation.violation_code),
        net=citation.fine_minor,
        late_fee=more["penalty"] + more["interest"],
        discount=more["reduction"],
        paid=more["paid"],
        lines=tuple(line for line in lines if line[1]),
    )
