"""What the officer's phone shows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from enforcement.models import Citation, PlateCheck, Shift
from enforcement.queries import checks
from enforcement.queries import citations as citing
from enforcement.queries.checks import Proposal
from enforcement.queries.citations import Standing
from enforcement.queries.words import VERDICTS
from enforcement.rules import standing
from enforcement.rules.verdicts import Verdict
from parkops.kernel.dates import local_day
from parkops.kernel.decisions import Decision
from parkops.kernel.windows import describe
from parkops.programme import queries as programme
from parkops.ui.values import Option


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A zone to work in: its hours in words, whether they are on now, whether stays are timed."""

    code: str
    name: str
    hours: str
    is_on: bool
    is_timed: bool


@dataclass(frozen=True, slots=True)
class VerdictPage:
    """A kept answer, as the phone shows it. `sign` is good, bad or alert.

    `options` are the violations that the verdict proposes, `others` what may be raised besides.
    """

    record: PlateCheck
    sign: str
    word: str
    sub: str
    because: list[str]
    rights: list[dict]
    alerts: list[dict]
    near_misses: list[dict]
    options: list[Option]
    others: list[Option]
    may_chalk: bool

    @property
    def every(self) -> list[Option]:
        """Everything that may be raised, the suggested first."""
        return [*self.options, *self.others]

    @property
    def codes(self) -> list[str]:
        """The codes of everything that may be raised."""
        return [option.value for option in self.every]


def zones(*, at: datetime) -> list[ZoneRow]:
    """Return the zones that are ever enforced, or in which something may be raised."""
    version = programme.in_force(at).programme
    events = programme.event_periods()
    return [
        ZoneRow(
            zone.code,
            zone.name,
            describe(zone.enforced),
            version.holds(zone.enforced, at, events=events),
            zone.max_stay is not None,
        )
        for zone in version.zones
        if zone.enforced or zone.kind != "area"
    ]


def zone_named(code: str, *, at: datetime) -> ZoneRow | None:
    """Return the zone of this code, or None where the programme has it no more."""
    return next((row for row in zones(at=at) if row.code == code), None)


def verdict_page(record: PlateCheck, *, at: datetime) -> VerdictPage:
    """Return a kept answer with the violations that may be raised at `at`."""
    answer = record.answer
    word = VERDICTS[Verdict(record.verdict)]
    stops = [alert for alert in answer["alerts"] if alert["now"] and alert["kind"] != checks.EXEMPT]
    sign = "alert" if stops else "bad" if word.tone == "bad" else "good"
    proposed = {violation["code"] for violation in answer["violations"]}
    possible = checks.possible_violations(record, at=at)
    return VerdictPage(
        record=record,
        sign=sign,
        word=f"Stop: {_stop(stops[0])}" if stops else word.text,
        sub=word.text if stops else _until(record, answer),
        because=answer["because"],
        rights=answer["rights"],
        alerts=answer["alerts"],
        near_misses=answer["near_misses"],
        options=[_option(p, "Suggested") for p in possible if p.violation.code in proposed],
        others=[_option(p, "") for p in possible if p.violation.code not in proposed],
        may_chalk=_is_timed(record, at),
    )


def options_without_plate(zone_code: str, *, at: datetime) -> list[Option]:
    """Return what may be raised in a zone on a vehicle without a plate."""
    return [_option(p, "") for p in checks.violations_without_plate(zone_code, at=at)]


def citations_today(officer_ref: str, *, at: datetime) -> list[Standing]:
    """Return what an officer has written on the local day of `at`, newest first."""
    today = local_day(at.astimezone(citing.tenant_zone()).date(), citing.tenant_zone())
    rows = Citation.objects.filter(
        officer_ref=officer_ref, recorded_at__gte=today.start, recorded_at__lt=today.end
    )
    return citing.standings_of(list(rows.order_by("-recorded_at", "-pk")[:200]), at=at)


def may_take_back(citation: Citation, *, officer_ref: str, at: datetime) -> Decision:
    """Return whether the officer may void what they wrote, and if not, why."""
    return standing.may_take_back(
        is_own=bool(officer_ref) and citation.officer_ref == officer_ref,
        written_at=citation.recorded_at,
        at=at,
    )


def take_back_until(citation: Citation) -> datetime:
    """Return until when the officer may void it."""
    return citation.recorded_at + standing.TAKEN_BACK_WITHIN


def shift_of(officer_ref: str) -> Shift | None:
    """Return the officer's open shift."""
    return Shift.objects.filter(officer_ref=officer_ref, ended_at=None).first()


def last_checks(officer_ref: str, *, at: datetime, limit: int = 5) -> list[PlateCheck]:
    """Return what an officer looked at last, in the twelve hours before `at`, newest first."""
    rows = PlateCheck.objects.filter(
        actor_kind="staff", actor_ref=officer_ref, recorded_at__gt=at - timedelta(hours=12)
    )
    return list(rows.exclude(plate_key="").order_by("-recorded_at", "-pk")[:limit])


def _option(proposal: Proposal, why: str) -> Option:
    told = why
    if not proposal.again:
        told = proposal.again.reason
    elif proposal.fine.is_warning:
        told = f"{why + ', ' if why else ''}a warning this time"
    elif proposal.fine.nth > 1:
        told = f"{why + ', ' if why else ''}number {proposal.fine.nth} on this plate"
    return Option(
        value=proposal.violation.code,
        label=proposal.violation.name,
        why=told,
        price=proposal.fine.amount,
    )


def _stop(alert: dict) -> str:
    return "may be booted" if alert["kind"] == "boot" else alert["kind"].replace("_", " ")


def _until(record: PlateCheck, answer: dict) -> str:
    until = max((right["until"] for right in answer["rights"]), default="") or answer["until"]
    if not until or record.verdict not in (Verdict.AUTHORIZED, Verdict.GRACE):
        return ""
    zone = citing.tenant_zone()
    ends = datetime.fromisoformat(until).astimezone(zone)
    if ends.date() == record.at.astimezone(zone).date():
        return f"until {ends:%H:%M} today"
    return f"until {ends.day} {ends:%b %Y}"


def _is_timed(record: PlateCheck, at: datetime) -> bool:
    zone = zone_named(record.zone_code, at=at)
    return zone is not None and zone.is_timed
