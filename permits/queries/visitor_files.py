"""What departments and events paid for, as lines of a file."""

from collections.abc import Iterator
from datetime import datetime

from parkops.programme import queries as programme
from permits.models import Department, EventPass, VisitorEvent
from permits.queries import validations, visitor_events

USES_HEAD = (
    "Session",
    "When",
    "Plate",
    "Zone",
    "Minutes",
    "Code",
    "Given by",
    "Comment",
    "Net",
    "Tax",
    "Cost",
    "Currency",
)
PASSES_HEAD = (
    "Code",
    "State",
    "Visitor",
    "E-mail",
    "Plate",
    "Region",
    "Session",
    "Price",
    "Currency",
)
AT_ONCE = 1_000

Row = tuple[object, ...]


def uses(one: Department, *, at: datetime) -> Iterator[list[Row]]:
    """Yield the head, then a department's uses, the newest first, some at once."""
    rules = programme.in_force(at).programme
    yield [USES_HEAD]
    found = validations.uses_of(one)
    keys = list(found.values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        yield [
            (
                use.number,
                f"{use.given_at.astimezone(rules.tz):%Y-%m-%d %H:%M}",
                use.plate_text,
                use.zone_code,
                use.minutes,
                use.code.name if use.code else "",
                use.given_by,
                use.comment,
                rules.money(use.net_minor).amount,
                rules.money(use.tax_minor).amount,
                rules.money(use.net_minor + use.tax_minor).amount,
                rules.currency,
            )
            for use in found.filter(pk__in=keys[start : start + AT_ONCE])
        ]


def passes(event: VisitorEvent, *, at: datetime) -> Iterator[list[Row]]:
    """Yield the head, then an event's passes in the order they were given."""
    rules = programme.in_force(at).programme
    yield [PASSES_HEAD]
    yield [
        (
            row.code,
            state(row),
            row.name,
            row.email,
            row.stay.plate_text if row.stay else "",
            row.stay.region if row.stay else "",
            row.stay.number if row.stay else "",
            rules.money(event.price_minor if visitor_events.is_charged(row) else 0).amount,
            rules.currency,
        )
        for row in visitor_events.passes_of(event).select_related("event")
    ]


def state(row: EventPass) -> str:
    """Say what became of a pass."""
    if row.revoked_at is not None:
        return "Withdrawn"
    return "Free" if row.stay is None else "Taken"
