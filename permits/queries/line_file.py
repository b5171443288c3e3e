"""The office's list of who waits, as lines of a file."""

from collections.abc import Iterator
from datetime import datetime

from parkops.kernel.dates import local_date
from parkops.programme import queries as programme
from permits.queries import line
from permits.rules.roster import safe_cell

HEAD = (
    "permit_type",
    "status",
    "position",
    "waiting",
    "choice",
    "places_wanted",
    "name",
    "email",
    "joined_on",
    "offer_expires_at",
    "passed_over",
    "note",
    "closed",
    "permit",
)
AT_ONCE = 500


def rows(filters: line.Filters, *, at: datetime) -> Iterator[tuple[object, ...]]:
    """Yield the head and a line for every entry that the list would show."""
    zone = programme.in_force(at).programme.tz
    yield HEAD
    found = line.matching(filters)
    keys = list(found.values_list("pk", flat=True))
    for start in range(0, len(keys), AT_ONCE):
        some = line.entries().in_bulk(keys[start : start + AT_ONCE])
        entries = [some[pk] for pk in keys[start : start + AT_ONCE] if pk in some]
        for place in line.places_of(entries, at=at):
            row = place.entry
            until = row.offer_expires_at if place.is_offered else None
            yield (
                row.type_code,
                row.status,
                place.position or "",
                place.waiting if place.position else "",
                row.rank if place.choices > 1 else "",
                row.wanted,
                safe_cell(row.customer.name),
                safe_cell(row.customer.email),
                local_date(row.joined_at, zone).isoformat(),
                until.astimezone(zone).isoformat(timespec="minutes") if until else "",
                safe_cell(row.skip_reason),
                safe_cell(row.note),
                safe_cell(row.close_reason),
                row.permit.number if row.permit else "",
            )
