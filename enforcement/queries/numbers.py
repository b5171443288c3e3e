"""The register of citation numbers: what became of every number of a series, none left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Count, Q, QuerySet

from enforcement.models import AllottedNumber, Citation
from enforcement.queries import citations as citing
from enforcement.queries.words import STATUSES, Word
from enforcement.rules.numbers import PREFIX
from parkops.kernel import numbers
from parkops.kernel.decisions import NotFound
from parkops.programme.models import Series

MOST_GAPS_TOLD = 20

OPEN = Q(citation__isnull=True, returned_at__isnull=True, spoiled_at__isnull=True)
RETURNED = Q(returned_at__isnull=False)
SPOILED = Q(spoiled_at__isnull=False)
STATES = {
    "open": (Word("On a device", "info"), OPEN),
    "returned": (Word("Given back"), RETURNED),
    "spoiled": (Word("Spoiled", "warn"), SPOILED),
}
UNEXPLAINED = Word("Unexplained", "bad")


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number and what became of it: a citation, an allotment, or, never, nothing."""

    number: str
    word: Word
    citation: Citation | None
    allotted: AllottedNumber | None

    @property
    def may_be_spoiled(self) -> bool:
        """Whether it could still be recorded as spoiled."""
        row = self.allotted
        return row is not None and row.citation_id is None and row.spoiled_at is None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many numbers of a series were given out and what became of them."""

    given_out: int
    cited: int
    open: int
    returned: int
    spoiled: int

    @property
    def gaps(self) -> int:
        """How many numbers nothing explains; 0 as long as nobody deletes rows."""
        return self.given_out - self.cited - self.open - self.returned - self.spoiled


def held_by(device: UUID, officer_ref: str) -> QuerySet[AllottedNumber]:
    """Return the open numbers of an officer on a device, the lowest first."""
    rows = AllottedNumber.objects.filter(OPEN, device=device, officer_ref=officer_ref)
    return rows.order_by("series", "n")


def allotted(number: str, *, lock: bool = False) -> AllottedNumber:
    """Return a number that some device holds or held.

    :raises NotFound: if none ever did.
    """
    rows = AllottedNumber.objects.select_for_update() if lock else AllottedNumber.objects.all()
    found = rows.filter(number=citing.number_of(number)).first()
    if found is None:
        raise NotFound("No device ever held this number.")
    return found


def series_of(at: datetime) -> str:
    """Return the name of the series that numbers of this instant are of."""
    return f"{PREFIX}-{at.astimezone(citing.tenant_zone()).year}"


def years() -> list[int]:
    """Return the years that numbers were given out in, the latest first."""
    names = Series.objects.filter(name__startswith=f"{PREFIX}-").values_list("name", flat=True)
    return sorted((int(name.rpartition("-")[2]) for name in names), reverse=True)


def places(year: int, state: str = "") -> range | QuerySet[AllottedNumber]:
    """Return every number of a year, the highest first: as places of the series, or as allotments
    where only those of a state are asked for. Either can be paged."""
    if state in STATES:
        rows = AllottedNumber.objects.filter(STATES[state][1], series=f"{PREFIX}-{year}")
        return rows.order_by("-n")
    return range(_last_of(year), 0, -1)


def rows_of(year: int, found: Sequence[int] | Sequence[AllottedNumber]) -> list[NumberRow]:
    """Return one page of the register, in two queries."""
    ns = [one if isinstance(one, int) else one.n for one in found]
    names = [numbers.make_number(PREFIX, year, n) for n in ns]
    cited = {c.number: c for c in Citation.objects.filter(number__in=names)}
    held = {row.number: row for row in AllottedNumber.objects.filter(number__in=names)}
    return [_row(name, cited.get(name), held.get(name)) for name in names]


def tally(year: int) -> Tally:
    """Return what became of the numbers of a year."""
    series = f"{PREFIX}-{year}"
    rows = AllottedNumber.objects.filter(series=series)
    counts = rows.aggregate(
        **{state: Count("pk", filter=found) for state, (_, found) in STATES.items()}
    )
    ours = Citation.objects.filter(source=Citation.Source.OURS)
    cited = ours.filter(number__startswith=f"{series}-").count()
    return Tally(_last_of(year), cited, **counts)


def gaps(year: int) -> list[str]:
    """Return the first numbers of a year that nothing explains."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n FROM generate_series(1, %(last)s) n "
            "EXCEPT SELECT split_part(number, '-', 3)::int FROM enforcement_citation "
            "WHERE source = 'ours' AND number LIKE %(like)s "
            "EXCEPT SELECT n FROM enforcement_allottednumber WHERE series = %(series)s "
            "ORDER BY n LIMIT %(most)s",
            {
                "last": _last_of(year),
                "like": f"{PREFIX}-{year}-%",
                "series": f"{PREFIX}-{year}",
                "most": MOST_GAPS_TOLD,
            },
        )
        found = [row[0] for row in cursor.fetchall()]
    return [numbers.make_number(PREFIX, year, n) for n in found]


def _last_of(year: int) -> int:
    series = Series.objects.filter(name=f"{PREFIX}-{year}").first()
    return series.last if series else 0


def _row(name: str, cited: Citation | None, held: AllottedNumber | None) -> NumberRow:
    word = UNEXPLAINED
    if cited is not None:
        word = STATUSES[citing.Status.VOIDED] if cited.voided_at else Word("Citation", "good")
    elif held is not None:
        state = "spoiled" if held.spoiled_at else "returned" if held.returned_at else "open"
        word = STATES[state][0]
    return NumberRow(name, word, cited, held)
