"""Which vehicles may be booted now, and why."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Q, QuerySet

from enforcement.models import BootCase, BootNotice, Citation, Letter
from enforcement.queries import citations as citing
from enforcement.queries.citations import Standing
from enforcement.queries.held import is_held
from enforcement.rules import scofflaw
from enforcement.rules.notices import BOOT
from enforcement.rules.scofflaw import Arrears, Unpaid
from parkops.kernel.plates import region_key, regions_match
from parkops.programme import queries as programme
from parkops.programme.schema import Programme


@dataclass(frozen=True, slots=True)
class Bootable:
    """A vehicle that owes enough to be booted; `arrears.may_boot` says whether it may be now.

    `case` is the number of its open boot case, empty if it has none.
    """

    plate_text: str
    plate_key: str
    region: str
    arrears: Arrears
    oldest_at: datetime
    case: str
    zone_code: str
    notice_at: datetime | None


def in_arrears(*, at: datetime, plate_keys: Collection[str] | None = None) -> list[Bootable]:
    """Return the vehicles that owe enough to be booted at `at`, the dearest first; with `plate_keys`,
    of those with these plates.

    Citations of the same plate in different regions are different vehicles.
    """
    version = programme.in_force(at).programme
    if version.scofflaw is None:
        return []
    rows = (
        Citation.objects.unpaid().exclude(is_held()).exclude(plate_key="").filter(issued_at__lte=at)
    )
    if plate_keys is not None:
        rows = rows.filter(plate_key__in=plate_keys)
    vehicles: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for now in citing.standings_of(list(rows.order_by("issued_at", "pk")), at=at):
        if now.owed.minor > 0:
            vehicles[now.citation.plate_key, region_key(now.citation.region)].append(now)
    notices = _notices(BootNotice.objects.filter(sent_at__lte=at))
    open_cases = BootCase.objects.open().order_by("pk")
    cases = {(c.plate_key, region_key(c.region)): c.number for c in open_cases}
    found = []
    for (key, region), owing in vehicles.items():
        notice_at = _notice_at(notices, key, region)
        arrears = _arrears(version, owing, notice_at, at)
        if arrears.is_enough:
            oldest, newest = owing[0].citation, owing[-1].citation
            found.append(
                Bootable(
                    oldest.plate_text,
                    key,
                    oldest.region,
                    arrears,
                    oldest.issued_at,
                    cases.get((key, region), ""),
                    newest.zone_code,
                    notice_at,
                )
            )
    return sorted(found, key=lambda row: (-row.arrears.owed.minor, row.plate_key, row.region))


def letters_waiting() -> QuerySet[Letter]:
    """Return the notices by letter that are not sent yet."""
    rows = Letter.objects.filter(stage=BOOT, said__kind=BOOT, dropped_at__isnull=True)
    return rows.filter(Q(batch__isnull=True) | Q(batch__sent_at__isnull=True))


def told_of() -> dict[str, set[str]]:
    """Return, by plate key, the regions of the vehicles whose owners were told or soon will be by letter."""
    told: dict[str, set[str]] = defaultdict(set)
    for key, region in BootNotice.objects.values_list("plate_key", "region"):
        told[key].add(region)
    letters = letters_waiting().values_list("citation__plate_key", "citation__region")
    for key, region in letters:
        told[key].add(region)
    return told


def bootable(*, at: datetime) -> list[Bootable]:
    """Return the vehicles that may be booted at `at` and are not ordered, booted or towed already."""
    return [row for row in in_arrears(at=at) if row.arrears.may_boot and not row.case]


def arrears_of(plate_key: str, region: str, *, at: datetime) -> Arrears:
    """Return what counts against one vehicle at `at`."""
    version = programme.in_force(at).programme
    owing = owing_of(plate_key, region, at=at)
    notices = _notices(BootNotice.objects.filter(plate_key=plate_key, sent_at__lte=at))
    return _arrears(version, owing, _notice_at(notices, plate_key, region), at)


def owing_of(plate_key: str, region: str, *, at: datetime) -> list[Standing]:
    """Return the citations on one vehicle of which something is owed at `at`, the oldest first."""
    return [
        now
        for now in citing.unpaid_of(plate_key, at=at)
        if regions_match(now.citation.region, region)
    ]


def must_be_paid(
    vehicles: Sequence[tuple[str, str]], *, at: datetime
) -> dict[tuple[str, str], list[Standing]]:
    """Return, by vehicle (plate key, region), the citations that must be paid before it goes: all that it
    owes, but those that the program leaves out of account, such as those on appeal."""
    if not vehicles:
        return {}
    rule = programme.in_force(at).programme.scofflaw
    ignored = rule.ignore if rule is not None else ("on_plan", "on_appeal")
    keys = {key for key, _ in vehicles}
    rows = Citation.objects.unpaid().filter(plate_key__in=keys, issued_at__lte=at)
    owing = [
        now
        for now in citing.standings_of(list(rows.order_by("issued_at", "pk")), at=at)
        if now.owed.minor > 0 and now.status.value not in ignored
    ]
    return {
        (key, region): [
            now
            for now in owing
            if now.citation.plate_key == key and regions_match(now.citation.region, region)
        ]
        for key, region in vehicles
    }


def towable_at(plate_key: str, region: str, *, at: datetime) -> datetime | None:
    """Return when the newest citation for which the vehicle may be towed was issued by `at`."""
    rows = Citation.objects.counting().filter(plate_key=plate_key, issued_at__lte=at)
    for citation in rows.order_by("-issued_at", "-pk"):
        violation = citing.violation_of(citation)
        tows = citation.sanction == "tow" or (violation is not None and violation.towable)
        if tows and regions_match(citation.region, region):
            return citation.issued_at
    return None


def _notices(rows: QuerySet[BootNotice]) -> dict[str, dict[str, datetime]]:
    """When owners were told last, by plate key and region."""
    told = rows.values("plate_key", "region").annotate(last=Max("sent_at")).order_by("plate_key")
    found: dict[str, dict[str, datetime]] = defaultdict(dict)
    for row in told:
        found[row["plate_key"]][row["region"]] = row["last"]
    return found


def _notice_at(
    notices: Mapping[str, Mapping[str, datetime]], plate_key: str, region: str
) -> datetime | None:
    """When the owner of this vehicle was told: a notice to the owner of another region's is none."""
    told = notices.get(plate_key, {})
    return max((at for other, at in told.items() if regions_match(other, region)), default=None)


def _arrears(
    version: Programme, owing: Sequence[Standing], notice_at: datetime | None, at: datetime
) -> Arrears:
    return scofflaw.arrears(
        version.scofflaw,
        [Unpaid(now.citation.issued_at, now.owed, now.status.value) for now in owing],
        notice_sent_at=notice_at,
        at=at,
        zone=version.tz,
        currency=version.currency,
    )
