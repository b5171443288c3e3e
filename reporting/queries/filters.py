"""Saved filters and schedules, as the pages of reports list them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from parkops.accounts.models import User
from parkops.kernel.decisions import NotFound
from reporting import catalogue
from reporting.catalogue.base import asked_text
from reporting.models import ReportRun, SavedFilter, Schedule, ScheduledRun

TONES = {
    ScheduledRun.Outcome.RUNNING: "info",
    ScheduledRun.Outcome.SENT: "good",
    ScheduledRun.Outcome.EMPTY: "",
    ScheduledRun.Outcome.NOBODY: "warn",
    ScheduledRun.Outcome.FAILED: "bad",
}


@dataclass(frozen=True, slots=True)
class FilterRow:
    """A saved filter: the name of its report, what it asks, whose it is, and where it is filled in."""

    kept: SavedFilter
    report: str
    asked: str
    whose: str
    ask_url: str


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """A schedule: what it runs and when, when it is next due, and what became of it last."""

    schedule: Schedule
    report: str
    rhythm: str
    next_due_at: datetime | None
    last_due_at: datetime | None
    outcome: str
    tone: str


@dataclass(frozen=True, slots=True)
class ScheduledRow:
    """What became of a schedule at one instant: its outcome, its reports, to whom they went."""

    run: ScheduledRun
    tone: str
    reports: Sequence[ReportRun]


def filters_for(user: User, hidden: Sequence[str] = (), *, report: str = "") -> list[FilterRow]:
    """Return the filters that somebody may run, by name: their own and those that are shared.

    Those of `hidden` reports are left out, and those of reports that there are no more.
    """
    rows = SavedFilter.objects.select_related("owner").filter(Q(owner=user) | Q(is_shared=True))
    rows = rows.exclude(report__in=hidden)
    if report:
        rows = rows.filter(report=report)
    return [
        row_of(kept, user)
        for kept in rows.order_by("name", "pk")
        if kept.report in catalogue.REPORTS
    ]


def row_of(kept: SavedFilter, user: User | None = None) -> FilterRow:
    """Return a filter as the lists show it to somebody, or to a program."""
    report = catalogue.report_of(kept.report)
    owner = "Yours" if user and kept.owner_id == user.pk else (kept.owner.name or kept.owner.email)
    asked = urlencode({**kept.parameters, "format": kept.format})
    return FilterRow(
        kept=kept,
        report=report.name,
        asked=asked_text(report, kept.parameters) or "This month so far",
        whose=f"{owner}, shared" if kept.is_shared else owner,
        ask_url=f"{reverse('office_reports:ask', args=[kept.report])}?{asked}",
    )


def schedules_for(user: User, hidden: Sequence[str] = ()) -> list[ScheduleRow]:
    """Return the schedules of the filters that somebody sees, the next one due first."""
    seen = _schedules().filter(Q(saved_filter__owner=user) | Q(saved_filter__is_shared=True))
    return [_schedule_row(one) for one in seen.exclude(saved_filter__report__in=hidden)]


def shared_schedules(hidden: Sequence[str] = ()) -> list[ScheduleRow]:
    """Return the schedules of the filters that the whole office sees, the next one due first."""
    seen = _schedules().filter(saved_filter__is_shared=True)
    return [_schedule_row(one) for one in seen.exclude(saved_filter__report__in=hidden)]


def shared_schedule(reference: uuid.UUID) -> ScheduleRow:
    """Return a schedule of a filter that the whole office sees.

    :raises NotFound: if there is none.
    """
    rows = _schedules().select_related("saved_filter__owner")
    found = rows.filter(reference=reference, saved_filter__is_shared=True).first()
    if found is None:
        raise NotFound("There is no such schedule of a shared filter.")
    return _schedule_row(found)


def shared_filters(hidden: Sequence[str] = ()) -> list[FilterRow]:
    """Return the filters that the whole office sees, by name, but for those of `hidden` reports."""
    rows = SavedFilter.objects.select_related("owner").filter(is_shared=True)
    rows = rows.exclude(report__in=hidden).order_by("name", "pk")
    return [row_of(kept) for kept in rows if kept.report in catalogue.REPORTS]


def shared_filter(reference: uuid.UUID) -> SavedFilter:
    """Return a filter that the whole office sees.

    :raises NotFound: if there is none.
    """
    rows = SavedFilter.objects.select_related("owner")
    found = rows.filter(reference=reference, is_shared=True).first()
    if found is None:
        raise NotFound("There is no such saved filter that the office shares.")
    return found


def schedules_of(kept: SavedFilter) -> list[ScheduleRow]:
    """Return the schedules of a filter, the next one due first."""
    return [_schedule_row(one) for one in _schedules().filter(saved_filter=kept)]


def schedule_of(reference: uuid.UUID, *, user: User) -> Schedule:
    """Return a schedule of a filter that somebody sees.

    :raises NotFound: if there is none.
    """
    seen = Q(saved_filter__owner=user) | Q(saved_filter__is_shared=True)
    rows = Schedule.objects.select_related("saved_filter__owner")
    found = rows.filter(seen, reference=reference).first()
    if found is None:
        raise NotFound("There is no such schedule.")
    return found


def last_runs(schedule: Schedule, *, limit: int = 20) -> list[ScheduledRow]:
    """Return what became of a schedule, the newest first."""
    runs = list(schedule.runs.order_by("-due_at")[:limit])
    made: dict[int, list[ReportRun]] = {}
    for run in ReportRun.objects.filter(scheduled__in=runs).order_by("pk"):
        made.setdefault(run.scheduled_id or 0, []).append(run)
    return [
        ScheduledRow(run, TONES[ScheduledRun.Outcome(run.outcome)], made.get(run.pk, []))
        for run in runs
    ]


def people_of(schedule: Schedule) -> list[User]:
    """Return the members of staff that a schedule is for, by e-mail address."""
    return list(User.objects.filter(pk__in=schedule.recipients).order_by("email"))


def _schedules() -> QuerySet[Schedule]:
    last = ScheduledRun.objects.filter(schedule=OuterRef("pk")).order_by("-due_at")
    return (
        Schedule.objects.select_related("saved_filter")
        .annotate(
            last_outcome=Subquery(last.values("outcome")[:1]),
            last_due_at=Subquery(last.values("due_at")[:1]),
        )
        .order_by("next_due_at", "pk")
    )


def _schedule_row(one: Schedule) -> ScheduleRow:
    outcome = getattr(one, "last_outcome", None)
    return ScheduleRow(
        schedule=one,
        report=catalogue.name_of(one.saved_filter.report),
        rhythm=one.rhythm.text,
        next_due_at=None if one.paused_at else one.next_due_at,
        last_due_at=getattr(one, "last_due_at", None),
        outcome=ScheduledRun.Outcome(outcome).label if outcome else "",
        tone=TONES[ScheduledRun.Outcome(outcome)] if outcome else "",
    )
