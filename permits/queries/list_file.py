"""The office's list of permits as lines of a file, however many there are."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from zoneinfo import ZoneInfo

from parkops.programme import queries as programme
from permits.queries import listing, office

HEAD = (
    "Number",
    "State",
    "Type",
    "Type name",
    "Zones",
    "Holder",
    "E-mail",
    "Institution number",
    "Plates",
    "Hangtag",
    "Starts",
    "Ends",
    "Sold",
    "Sold by",
    "Price",
    "Owes",
    "Currency",
)
AT_ONCE = 2_000

Row = tuple[str, ...]


def batches(filters: listing.Filters, *, at: datetime) -> Iterator[list[Row]]:
    """Yield the head, then the permits that the list would show, newest first, some at once.

    One statement answers for all of them; never more than some are held here.
    """
    zone = programme.in_force(at).programme.tz
    yield [HEAD]
    found = listing.matching(filters, at=at).order_by("-pk")
    lines = office.streamed_list(found, at=at, at_once=AT_ONCE)
    while some := [_row(line, zone) for line in islice(lines, AT_ONCE)]:
        yield some


def _row(line: office.ListRow, zone: ZoneInfo) -> Row:
    row, permit = line.row, line.row.permit
    return (
        row.number,
        line.label,
        row.type_code,
        row.type_name,
        ", ".join(row.zones),
        row.customer.name,
        row.customer.email,
        row.customer.external_id,
        ", ".join(
            f"{plate.text} ({plate.region})" if plate.region else plate.text for plate in row.plates
        ),
        permit.hangtag,
        _local(row.starts_at, zone),
        _local(row.ends_at, zone),
        _local(permit.sold_at, zone),
        permit.channel,
        row.total.amount,
        line.owed.amount,
        row.total.currency,
    )


def _local(at: datetime, zone: ZoneInfo) -> str:
    """Return an instant as a spreadsheet reads it, on the clock of the place."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"
