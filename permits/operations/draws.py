"""Draws as such: made with their promise before anybody enters, and carried out once."""

from collections.abc import Collection
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM
from parkops.kernel.codes import code_key
from permits.models import Draw
from permits.rules import draws

_NUMBER = """
UPDATE permits_ticket AS ticket SET number = place.n, drawn_as = place.n
FROM unnest(%s::uuid[]) WITH ORDINALITY AS place (reference, n)
WHERE ticket.reference = place.reference
"""
_OPEN = "SELECT drawn_at IS NULL FROM permits_draw WHERE id = %s FOR SHARE"
_NEXT = (
    "UPDATE permits_draw SET last_number = last_number + 1 "
    "WHERE id = %s AND drawn_at IS NOT NULL RETURNING last_number"
)


def draw_of(
    kind: Draw.Kind,
    type_code: str,
    *,
    opens_at: datetime,
    draws_at: datetime,
    instead_of: Collection[datetime] = (),
    at: datetime,
) -> Draw:
    """Return the draw of a type that is due at `draws_at`; its seed is promised the first time.

    `instead_of` are the moments at which the type is drawn by its present rules: a draw that people
    entered for another moment, one that is not there any more, is moved with all who entered.
    """
    key = code_key(type_code)
    rows = Draw.objects.filter(kind=kind, type_key=key)
    known = rows.filter(draws_at=draws_at).first()
    return known or _make(rows, kind, type_code, opens_at, draws_at, instead_of, at)


@transaction.atomic
def _make(
    rows: QuerySet[Draw],
    kind: Draw.Kind,
    type_code: str,
    opens_at: datetime,
    draws_at: datetime,
    instead_of: Collection[datetime],
    at: datetime,
) -> Draw:
    """Move a draw that people entered for a moment which is not there any more, or make a new one."""
    pending = rows.filter(drawn_at__isnull=True, created_at__lte=at)
    moved = pending.exclude(draws_at__in=[*instead_of, draws_at]).order_by("pk").first()
    if moved is not None and rows.filter(pk=moved.pk, drawn_at__isnull=True).update(
        opens_at=opens_at, draws_at=draws_at
    ):
        moved.refresh_from_db()
        return moved
    seed = draws.new_seed()
    made, _ = Draw.objects.get_or_create(
        kind=kind,
        type_key=code_key(type_code),
        draws_at=draws_at,
        defaults={
            "type_code": type_code,
            "opens_at": opens_at,
            "seed": seed,
            "commitment": draws.commitment_of(seed),
            "created_at": at,
        },
    )
    return made


def carry_out(draw: Draw, *, at: datetime) -> list[str]:
    """Draw all who entered, once, and return them in order; nobody if it is not due or was done.

    The caller has locked `draw`.
    """
    if draw.drawn_at is not None or at < draw.draws_at:
        return []
    entered = draw.tickets.filter(left_at__isnull=True).values_list("reference", flat=True)
    order = draws.drawn(draw.seed, (str(reference) for reference in entered))
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, [order])
    draw.drawn_at, draw.last_number = at, len(order)
    draw.save(update_fields=["drawn_at", "last_number"])
    audit.record(
        "draw.drawn",
        subject=("draw", str(draw.reference)),
        actor=SYSTEM,
        at=at,
        type=draw.type_code,
        entered=len(order),
        seed=draw.seed,
        commitment=draw.commitment,
    )
    return order


def is_open_for_lots(draw: Draw) -> bool:
    """Return whether who enters now is drawn; the draw then waits until this transaction is over.

    Where it was drawn meanwhile nothing stays locked: two who both hold the row for reading and
    then want a number would wait for one another.
    """
    before = transaction.savepoint()
    with connection.cursor() as cursor:
        cursor.execute(_OPEN, [draw.pk])
        row = cursor.fetchone()
    is_open = bool(row and row[0])
    (transaction.savepoint_commit if is_open else transaction.savepoint_rollback)(before)
    return is_open


def next_number(draw: Draw) -> int:
    """Return the next number behind all that were drawn; the draw's row stays locked meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [draw.pk])
        return int(cursor.fetchone()[0])
