"""Who looked at a plate: officers, cameras, the office, other systems; and what its owner is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from enforcement.cameras import queries as cameras
from enforcement.models import Citation, PlateCheck, PlateLook, PlateRead, ReadErasure
from enforcement.queries import citations as citing
from enforcement.queries.words import VERDICTS
from enforcement.rules import looks as rules
from enforcement.rules.verdicts import Verdict
from parkops.audit.models import AuditEvent
from parkops.customers import queries as customers
from parkops.customers.models import Vehicle
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Decision, NotFound
from parkops.programme import queries as programme
from permits.queries.vehicles import covered_since

MOST = 200
HARMLESS = (Verdict.NOT_ENFORCED, Verdict.AUTHORIZED, Verdict.GRACE)


@dataclass(frozen=True, slots=True)
class Row:
    """One look at a plate: who, through what, where, why, and what it said."""

    at: datetime
    who: str
    through: str
    where: str
    why: str
    url: tuple[str, UUID] | None = None


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A look at somebody's own plate, as they are told: the day, by what, and until when it is kept;
    not where nor at what hour, lest a plate's reads follow a car about."""

    on: date
    kind: str
    is_kept: bool
    goes_on: date | None


@dataclass(frozen=True, slots=True)
class OwnPage:
    """What the owner of a plate is told; `since` is from when on the plate is proven to be theirs."""

    vehicle: Vehicle
    may_see: Decision
    since: date | None
    rows: Sequence[OwnRow]
    erased_reads: ReadErasure | None
    erased_checks_at: datetime | None
    reads_days: int
    checks_days: int | None


def plate_in(text: str) -> str:
    """Return the key of the plate that `text` is; empty where it is words, a number or a name.

    What has a digit, or is a plate that somebody here has, is one.
    """
    key = citing.key_in(text)
    if not key or "@" in text or citing.tidy(text):
        return ""
    if any(letter.isdigit() for letter in key):
        return key
    is_known = (
        Citation.objects.filter(plate_key=key).exists()
        or Vehicle.objects.filter(plate_key=key).exists()
    )
    return key if is_known else ""


def own_look(reference: UUID, *, by: Actor) -> PlateLook:
    """Return the look that somebody was asked a reason for; nobody sees under another's.

    :raises NotFound: if there is none of theirs.
    """
    found = PlateLook.objects.filter(
        reference=reference, actor_kind=by.kind, actor_ref=by.ref, place=PlateLook.Place.HISTORY
    ).first()
    if found is None:
        raise NotFound("There is no such look of yours.")
    return found


def history(key: str) -> list[Row]:
    """Return the newest looks at a plate, of every kind, newest first; in three queries."""
    checks = PlateCheck.objects.filter(plate_key=key).order_by("-at")[:MOST]
    reads = PlateRead.objects.filter(plate_key=key, check_record=None).select_related("camera")
    looks = PlateLook.objects.filter(plate_key=key).order_by("-at")[:MOST]
    rows = [
        Row(
            check.at,
            check.actor_name,
            check.get_source_display(),
            check.zone_code,
            VERDICTS[Verdict(check.verdict)].text,
            ("office_checks:detail", check.reference),
        )
        for check in checks
    ]
    rows += [
        Row(
            read.taken_at,
            read.camera.name,
            "Camera",
            read.zone_code,
            read.get_state_display(),
            ("office_reads:detail", read.reference),
        )
        for read in reads.order_by("-taken_at")[:MOST]
    ]
    rows += [
        Row(look.at, look.actor_name, look.get_place_display(), "", why_of(look)) for look in looks
    ]
    return sorted(rows, key=lambda row: row.at, reverse=True)[:MOST]


def why_of(look: PlateLook) -> str:
    """Return why somebody looked, in words."""
    reason = PlateLook.Reason(look.reason).label if look.reason else "A search"
    return f"{reason}: {look.words}" if look.words else reason


def looks_without_hit(*, before: datetime) -> QuerySet[PlateCheck]:
    """Return the checks older than `before` that found nothing to act on: harmless, without an alert,
    on a plate with no citation that is still open."""
    open_ = Citation.objects.unpaid().exclude(plate_key="").values("plate_key")
    rows = PlateCheck.objects.filter(recorded_at__lt=before, verdict__in=HARMLESS)
    rows = rows.exclude(plate_key="").exclude(plate_key__in=open_)
    return rows.filter(answer__alerts=[])


def own_page(vehicle: Vehicle, *, at: datetime) -> OwnPage:
    """Return what the customer with this vehicle is told of looks at its plate."""
    key = vehicle.plate_key
    holders = [holder.pk for holder in customers.holders_of(key, at=at)]
    since = covered_since(vehicle.customer_id, key, at=at)
    may_see = rules.may_be_told(
        is_held=vehicle.customer_id in holders, others=len(holders) - 1, covered_since=since
    )
    in_force = programme.in_force(at)
    kept = in_force.programme.retention.plate_checks
    reads_for = cameras.settings(at).kept_for
    rows = _own_rows(key, since, at) if may_see and since is not None else []
    zone = citing.tenant_zone()
    return OwnPage(
        vehicle=vehicle,
        may_see=may_see,
        since=since.astimezone(zone).date() if since else None,
        rows=rows,
        erased_reads=cameras.last_erasing(),
        erased_checks_at=_last_erased_checks(),
        reads_days=reads_for.days,
        checks_days=kept.total_minutes // 1_440 if kept else None,
    )


def _own_rows(key: str, since: datetime, at: datetime) -> list[OwnRow]:
    zone, in_force = citing.tenant_zone(), programme.in_force(at)
    kept = in_force.programme.retention.plate_checks
    reads_for = cameras.settings(at).kept_for
    found = []
    checks = PlateCheck.objects.filter(plate_key=key, recorded_at__gte=since)
    for check in checks.order_by("-recorded_at")[:MOST]:
        is_hit = check.verdict not in HARMLESS or bool(check.answer.get("alerts"))
        is_camera = check.source == PlateCheck.Source.CAMERA
        goes_at = (
            check.recorded_at + reads_for
            if is_camera
            else kept.after(check.recorded_at, zone)
            if kept
            else None
        )
        found.append(_own_row(check.recorded_at, check.source, is_hit, goes_at))
    reads = PlateRead.objects.filter(plate_key=key, check_record=None, received_at__gte=since)
    for read in reads.order_by("-received_at")[:MOST]:
        goes_at = read.received_at + reads_for
        found.append(_own_row(read.received_at, "camera", read.is_hit, goes_at))
    return sorted(found, key=lambda row: row.on, reverse=True)[:MOST]


def _own_row(at: datetime, source: str, is_hit: bool, goes_at: datetime | None) -> OwnRow:
    zone = citing.tenant_zone()
    goes_on = None if is_hit or goes_at is None else goes_at.astimezone(zone).date()
    kind = "camera" if source == "camera" else "system" if source in ("api", "batch") else "officer"
    return OwnRow(at.astimezone(zone).date(), kind, goes_on is None, goes_on)


def _last_erased_checks() -> datetime | None:
    ran = AuditEvent.objects.filter(subject_kind="retention", subject_ref="enforcement")
    return ran.order_by("-at", "-id").values_list("at", flat=True).first()
