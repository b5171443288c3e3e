"""Which vehicles may be booted now, and why."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from enforcement.models import BootNotice, Citation
from enforcement.queries import citations as citing
from enforcement.queries.citations import Standing
from enforcement.rules import scofflaw
from enforcement.rules.scofflaw import Arrears, Unpaid
from parkops.programme import queries as programme


@dataclass(frozen=True, slots=True)
class Bootable:
    """A vehicle that owes enough to be booted; `arrears.may_boot` says whether it may be now."""

    plate_text: str
    plate_key: str
    region: str
    arrears: Arrears
    oldest_at: datetime


def in_arrears(*, at: datetime, plate_keys: Collection[str] | None = None) -> list[Bootable]:
    """Return the vehicles that owe enough to be booted at `at`, the dearest first; with `plate_keys`,
    of those with these plates.

    Citations of the same plate in different regions are different vehicles.
    """
    version = programme.in_force(at).programme
    if version.scofflaw is None:
        return []
    rows = Citation.objects.unpaid().exclude(plate_key="").filter(issued_at__lte=at)
    if plate_keys is not None:
        rows = rows.filter(plate_key__in=plate_keys)
    vehicles: dict[tuple[str, str], list[Standing]] = defaultdict(list)
    for now in citing.standings_of(list(rows.order_by("issued_at", "pk")), at=at):
        if now.owed.minor > 0:
            vehicles[now.citation.plate_key, now.citation.region].append(now)
    sent = (
        BootNotice.objects.filter(sent_at__lte=at).values("plate_key").annotate(last=Max("sent_at"))
    )
    notices = {row["plate_key"]: row["last"] for row in sent.order_by("plate_key")}
    found = []
    for (key, region), owing in vehicles.items():
        arrears = scofflaw.arrears(
            version.scofflaw,
            [Unpaid(now.citation.issued_at, now.owed, now.status.value) for now in owing],
            notice_sent_at=notices.get(key),
            at=at,
            zone=version.tz,
            currency=version.currency,
        )
        if arrears.is_enough:
            oldest = owing[0].citation
            found.append(Bootable(oldest.plate_text, key, region, arrears, oldest.issued_at))
    return sorted(found, key=lambda row: (-row.arrears.owed.minor, row.plate_key, row.region))
