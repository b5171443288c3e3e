"""How what is not earned yet is taken out of a month's revenue, and put into the months that earn it."""

from datetime import date, datetime

from django.db import transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict
from payments import place
from payments.accounts import PREPAID_PERMITS
from payments.models import Bookkeeping
from payments.operations import ledger
from payments.operations.ledger import Leg, Posting
from payments.queries import accruals as queries
from payments.queries import months
from payments.queries.accruals import PrepaidCharge
from payments.queries.ledger import MOMENT
from payments.rules.months import SETTLES_AFTER, Month


@transaction.atomic
def accrue_from(first: date | None, *, by: Actor, at: datetime) -> Bookkeeping:
    """Say from which month on permits are earned by the days of their terms; None: when they are sold.
    What stands as prepaid then is earned at the end of the next month that is posted.

    :raises Conflict: "month_closed" for a month that is closed.
    """
    opens = months.open_from()
    first = first.replace(day=1) if first else None
    if first and opens and first < place.local_date(opens):
        raise Conflict("month_closed", "That month is closed. Choose a later one.")
    books = locked_books()
    before, books.accrues_from_on = books.accrues_from_on, first
    books.save(update_fields=["accrues_from_on"])
    if before != first:
        audit.record(
            "ledger.accruals_changed",
            subject=("books", "accruals"),
            actor=by,
            at=at,
            before=before and before.isoformat(),
            now=first and first.isoformat(),
        )
    return books


def locked_books() -> Bookkeeping:
    """Return how the books are kept, locked until the transaction ends."""
    Bookkeeping.objects.get_or_create(only=True)
    return Bookkeeping.objects.select_for_update().get()


def post_accruals(*, at: datetime) -> int:
    """Post what is prepaid at the end of each month that is over and open; return how many postings.

    A transaction for each batch. Done again it posts only what has changed since.
    """
    month, posted = _first_month(), 0
    while month is not None and month.ends_at + SETTLES_AFTER <= at:
        posted += accrue(month)
        month = month.next
    return posted


def accrue(month: Month) -> int:
    """Post what is prepaid at the end of a month that is open; return how many postings."""
    posted, after = 0, 0
    while True:
        with transaction.atomic():
            # Who accrues holds this row, so that nobody else does.
            books = locked_books()
            accrues = _accrues(books.accrues_from_on, month)
            batch = queries.changed(month.begins_at, month.ends_at, after=after)
            postings = [one for each in batch if (one := _posting(each, month, accrues=accrues))]
            ledger.post_many(postings, by=SYSTEM, at=month.ends_at - MOMENT)
        posted += len(postings)
        if len(batch) < queries.BATCH:
            return posted
        after = batch[-1].charge.pk


def is_due(month: Month) -> bool:
    """Return whether something may be prepaid at the end of a month."""
    first, last = queries.accrues_from(), queries.last_posted_at()
    return _accrues(first, month) or (last is not None and last < month.ends_at)


def is_behind(month: Month) -> bool:
    """Return whether what is prepaid at the end of a month is not posted as it is."""
    accrues = _accrues(queries.accrues_from(), month)
    after = 0
    while True:
        batch = queries.changed(month.begins_at, month.ends_at, after=after)
        if any(each.prepaid.moves(month.next.first, accrues=accrues) for each in batch):
            return True
        if len(batch) < queries.BATCH:
            return False
        after = batch[-1].charge.pk


def _accrues(first: date | None, month: Month) -> bool:
    return first is not None and first <= month.first


def _posting(each: PrepaidCharge, month: Month, *, accrues: bool) -> Posting | None:
    moves = each.prepaid.moves(month.next.first, accrues=accrues)
    if not moves:
        return None
    charge = each.charge
    return Posting(
        f"accrual:{charge.public_id}:{months.key_of(month)}:{each.postings + 1}",
        f"{charge.text}: {'not earned' if moves > 0 else 'earned'} by the end of {month}",
        (Leg(charge.revenue, moves, charge), Leg(PREPAID_PERMITS, -moves, charge)),
    )


def _first_month() -> Month | None:
    """Return the first open month at whose end something may be prepaid, or has been."""
    zone = months.zone()
    first, last, opens = queries.accrues_from(), queries.last_posted_at(), months.open_from()
    if first is not None:
        month = Month(first, zone)
    elif last is not None:
        month = Month.at(last, zone).next
    else:
        return None
    return max((month, Month.at(opens, zone)), key=lambda one: one.first) if opens else month
