"""How a card terminal's day is closed: its total beside ours, and the difference by its name."""

from datetime import datetime

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.money import Money
from payments import place, queries
from payments.accounts import CASH_OVER_SHORT, IN_TRANSIT, TERMINAL_CLEARING
from payments.models import TerminalBatch, TerminalItem
from payments.operations import ledger
from payments.operations.ledger import Leg
from payments.rules import may_keep_text


@transaction.atomic
def close_terminal(
    *, total: Money, seen: Money, reason: str = "", slip: str = "", by: Actor, at: datetime
) -> TerminalBatch:
    """Close what was taken by the terminal since the last close, with the `total` that its slip says.

    `seen` is what whoever closes saw was taken here. What the terminal says is on its way to the bank; what
    it says more or less is over or short, with the reason.

    :raises Conflict: `batched` if more was taken meanwhile, or somebody else closed it.
    :raises Refused: `nothing`, `reason` if both differ without one.
    """
    for field, text in (("reason", reason), ("slip", slip)):
        may_keep_text(text, field=field).require()
    payments = list(queries.at_the_terminal().select_for_update(of=("self",)).order_by("pk"))
    refunds = list(queries.refunded_at_the_terminal().order_by("pk"))
    if not payments and not refunds:
        raise Refused("nothing", "Nothing was taken by the terminal since its last close.")
    expected = sum(one.amount_minor for one in payments)
    expected -= sum(one.amount_minor for one in refunds)
    if expected != seen.minor:
        raise Conflict("batched", "More was taken meanwhile, or it was closed. Look again.")
    if total.minor != expected and not reason.strip():
        raise Refused(
            "reason",
            f"The terminal says {total}, here it is {place.money(expected)}. Say why they differ.",
            field="reason",
        )
    batch = TerminalBatch.objects.create(
        number=place.next_number("TB", at=at),
        expected_minor=expected,
        total_minor=total.minor,
        reason=reason.strip()[:300],
        slip=slip.strip()[:60],
        closed_at=at,
        closed_by=by.name,
    )
    items = [
        TerminalItem(batch=batch, payment=one, amount_minor=one.amount_minor) for one in payments
    ]
    items += [
        TerminalItem(batch=batch, refund=one, amount_minor=-one.amount_minor) for one in refunds
    ]
    try:
        with transaction.atomic():
            TerminalItem.objects.bulk_create(items)
    except IntegrityError as error:
        raise Conflict("batched", "It was closed meanwhile. Look again.") from error
    ledger.post(
        f"terminal:{batch.number}",
        [
            Leg(IN_TRANSIT, total.minor),
            Leg(TERMINAL_CLEARING, -expected),
            Leg(CASH_OVER_SHORT, expected - total.minor),
        ],
        text=f"{batch}{': ' + batch.reason if batch.reason else ''}",
        by=by,
        at=at,
    )
    audit.record(
        "terminal.closed",
        subject=("terminal_batch", batch.number),
        actor=by,
        at=at,
        reason=batch.reason,
        total=total.amount,
        expected=place.money(expected).amount,
    )
    return batch
