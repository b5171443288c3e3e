"""What the pages of boots and tows show."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from enforcement.models import BootCase, BootPhoto, Citation
from enforcement.queries import boot_cases as casing
from enforcement.queries import boots
from enforcement.queries.boot_cases import CaseNow
from enforcement.queries.boots import Bootable
from enforcement.queries.words import Word
from enforcement.rules import holding
from enforcement.rules.holding import State
from parkops.audit import queries as audit
from parkops.customers.timeline import Moment, Subject
from parkops.kernel.decisions import Decision
from parkops.ui.values import Event, Tab

STATES = {
    State.ORDERED: Word("Ordered", "info"),
    State.BOOTED: Word("Booted", "bad"),
    State.TOWED: Word("In a lot", "bad"),
    State.RELEASED: Word("Released", "warn"),
    State.ENDED: Word("Gone", "good"),
    State.CANCELLED: Word("Taken back"),
}
EVENTS = {
    "boot.ordered": "Boot ordered",
    "boot.cancelled": "Order taken back",
    "boot.applied": "Boot put on",
    "boot.towed": "Towed",
    "boot.released": "Released",
    "boot.ended": "Let go",
}
TONES = {"boot.applied": "bad", "boot.towed": "bad", "boot.released": "good"}


@dataclass(frozen=True, slots=True)
class Row:
    """A case in a list, with its word."""

    now: CaseNow
    word: Word

    @property
    def case(self) -> BootCase:
        """The case itself."""
        return self.now.case


@dataclass(frozen=True, slots=True)
class CasePage:
    """All about one case, and what may be done with it now."""

    now: CaseNow
    word: Word
    photos: list[BootPhoto]
    events: list[Event]
    may_apply: Decision
    may_tow: Decision

    @property
    def case(self) -> BootCase:
        """The case itself."""
        return self.now.case


def row_of(now: CaseNow) -> Row:
    """Return a case with its word."""
    return Row(now, STATES[now.state])


def rows(found: list[BootCase], *, at: datetime) -> list[Row]:
    """Return one page of cases."""
    return [row_of(now) for now in casing.rows(found, at=at)]


def eligible(*, at: datetime) -> tuple[list[Bootable], list[Bootable]]:
    """Return the vehicles without a case that may be booted, and those that wait for a notice."""
    free = [row for row in boots.in_arrears(at=at) if not row.case]
    may = [row for row in free if row.arrears.may_boot]
    return may, [row for row in free if not row.arrears.may_boot]


def tabs(current: str, *, eligible: int) -> list[Tab]:
    """Return the saved views of the register with their counts."""
    counts = casing.counts()
    views = [
        ("", "May be booted", eligible),
        (State.ORDERED, "Ordered", counts[State.ORDERED]),
        (State.BOOTED, "On the wheel", counts[State.BOOTED]),
        (State.TOWED, "In a lot", counts[State.TOWED]),
        (State.RELEASED, "To let go", counts[State.RELEASED]),
        (State.ENDED, "Gone", None),
        (State.CANCELLED, "Taken back", None),
    ]
    url = reverse("office_boots:list")
    return [
        Tab(label, f"{url}?state={state}" if state else url, count, current == state)
        for state, label, count in views
    ]


def held_path(citation: Citation) -> str:
    """Return the path of the owner's page of the vehicle, if it is booted or in a lot now; else empty."""
    if not citation.plate_key:
        return ""
    case = casing.open_case_of(citation.plate_key, citation.region)
    if case is None or casing.state_of(case) not in (State.BOOTED, State.TOWED, State.RELEASED):
        return ""
    return casing.path_of(case)


def case_page(case: BootCase, *, at: datetime) -> CasePage:
    """Return all about a case at `at`."""
    now = casing.now(case, at=at)
    arrears = boots.arrears_of(case.plate_key, case.region, at=at)
    return CasePage(
        now=now,
        word=STATES[now.state],
        photos=casing.photos_of(case),
        events=_events(case),
        may_apply=holding.may_apply(now.state, arrears),
        may_tow=casing.may_tow(case, case.plate_key, case.region, at=at),
    )


def moments(subject: Subject, *, limit: int) -> list[Moment]:
    """Return when a customer's vehicles were booted, towed and let go."""
    found = []
    rows = BootCase.objects.filter(plate_key__in=subject.plate_keys)
    for case in rows.order_by("-ordered_at", "-pk")[:limit]:
        url = reverse("office_boots:detail", args=[case.number])
        told = (
            (case.ordered_at, "Boot ordered", case.because, "warn"),
            (case.applied_at, "Vehicle booted", case.zone_code, "bad"),
            (case.towed_at, "Vehicle towed", case.lot, "bad"),
            (case.released_at, "Vehicle released", case.released_because, "good"),
            (case.cancelled_at, "Boot order taken back", case.cancelled_because, ""),
        )
        found += [
            Moment(at, "boot", f"{title}, case {case.number}", detail, url, tone, case.plate_text)
            for at, title, detail, tone in told
            if at is not None
        ]
    return found


def _events(case: BootCase) -> list[Event]:
    return [
        Event(
            event.at,
            f"{EVENTS.get(event.event, event.event)}{_said(event.data)}",
            f"{event.actor_name}. {event.reason}".strip(),
            tone=TONES.get(event.event, ""),
        )
        for event in audit.events_of(casing.KIND, case.number)
    ]


def _said(data: dict) -> str:
    said = [data[key] for key in ("boot", "zone", "lot", "tower") if data.get(key)]
    return f": {', '.join(said)}" if said else ""
