"""Personal data that serves no more is forgotten, when the program says; each run is recorded."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM
from parkops.messaging.texts import operations as texts
from parkops.programme import queries as programme
from permits.models import Draw, ParkingSession, StayOrder, Ticket

BATCH = 1_000


def forget_old(*, at: datetime) -> dict[str, int]:
    """Forget texts, phone numbers and who was in draws once their time is over; returns how many.

    Done in batches, each recorded with what it forgot; a run that finds nothing is recorded too.
    """
    total: dict[str, int] = {}
    while True:
        gone = _forget_some(at=at)
        total = {name: total.get(name, 0) + count for name, count in gone.items()}
        if max(gone.values()) < BATCH:
            return total


@transaction.atomic
def _forget_some(*, at: datetime) -> dict[str, int]:
    rules = programme.in_force(at).programme
    kept = rules.retention
    texts_from, draws_from = kept.texts.before(at, rules.tz), kept.draws.before(at, rules.tz)
    gone_texts, gone_phones = texts.forget(before=texts_from, limit=BATCH)
    stays = ParkingSession.objects.filter(ends_at__lt=texts_from).exclude(phone="")
    orders = StayOrder.objects.filter(expires_at__lt=texts_from).exclude(phone="")
    tickets = Ticket.objects.filter(
        customer__isnull=False, draw__in=Draw.objects.filter(draws_at__lt=draws_from)
    )
    gone = {
        "texts": gone_texts,
        "phones": gone_phones,
        "numbers_on_stays": _blank(stays, phone="") + _blank(orders, phone=""),
        "people_in_draws": _blank(tickets, customer=None),
    }
    audit.record(
        "retention.ran",
        subject=("retention", "permits"),
        actor=SYSTEM,
        at=at,
        texts_before=texts_from.isoformat(),
        draws_before=draws_from.isoformat(),
        gone=gone,
    )
    return gone


def _blank(rows: QuerySet[Any], **value: object) -> int:
    some = rows.order_by("pk").values_list("pk", flat=True)[:BATCH]
    return rows.model._default_manager.filter(pk__in=list(some)).update(**value)
