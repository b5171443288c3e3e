"""What follows when a report is over: who asked by e-mail is told, and what was scheduled is sent as links."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from parkops.accounts import queries as accounts
from parkops.accounts.models import User
from parkops.jobs.models import Job
from parkops.kernel.permissions import Permission
from parkops.messaging import operations as messaging
from reporting import catalogue
from reporting.catalogue.base import asked_text
from reporting.models import ReportRun, Schedule, ScheduledRun
from reporting.queries import schedules as queries
from reporting.queries.seeing import may_see

Outcome = ScheduledRun.Outcome
NOBODY_SEES = "None of those whom it is for may see this report now."


def report_is_over(job: Job) -> None:
    """Tell whoever waits for a report that it is made, or that it cannot be."""
    run = ReportRun.objects.filter(job=job).first()
    if run is None:
        return
    if run.scheduled_id is not None:
        settle(run.scheduled_id, at=_over_at(job))
    elif run.wants_mail:
        _tell_asker(run, job)


def _over_at(job: Job) -> datetime:
    return job.finished_at or job.created_at


def _tell_asker(run: ReportRun, job: Job) -> None:
    asker = accounts.staff_member(int(run.asked_by_ref)) if run.asked_by_ref.isdigit() else None
    if asker is None or not may_see(asker, run.report):
        return
    messaging.send_once(
        event="report.ready" if job.state == Job.State.DONE else "report.failed",
        key=f"report:{run.reference}:{job.attempts}",
        to=asker.email,
        context={**_told_of(run), "rows": run.rows, "number": run.number, "because": job.error},
        language="en",
        at=_over_at(job),
    )


def settle(scheduled_id: int, *, at: datetime) -> None:
    """Send what a schedule has made once all of its formats are over; asking again changes nothing.

    Who may see the report is asked now: somebody who left, or lost the role, gets nothing.
    """
    kept = ("schedule__saved_filter__owner", "schedule__question")
    rows = ScheduledRun.objects.select_related(*kept)
    one = rows.select_for_update(of=("self",)).get(pk=scheduled_id)
    runs = list(ReportRun.objects.select_related("job").filter(scheduled=one).order_by("pk"))
    open_states = (Job.State.QUEUED, Job.State.RUNNING)
    made = [run for run in runs if run.job.state == Job.State.DONE]
    # One that failed is sent all the same once somebody let it be made again.
    waits = one.outcome == Outcome.RUNNING or (one.outcome == Outcome.FAILED and bool(made))
    if not waits or any(run.job.state in open_states for run in runs):
        return
    faults = [run.job.error or "It was cancelled." for run in runs if run not in made]
    one.over_at, one.because = at, " ".join(dict.fromkeys(faults))
    if not made:
        one.outcome = Outcome.FAILED
        _tell_owner(one, runs[0], at=at)
    elif one.schedule.skips_empty and not any(run.rows for run in made):
        one.outcome = Outcome.EMPTY
    else:
        one.sent_to = _send(one, made, at=at)
        one.outcome = Outcome.SENT if one.sent_to else Outcome.NOBODY
        if not one.sent_to:
            one.because = f"{NOBODY_SEES} {one.because}".strip()
            tell_held_back(one, at=at)
    one.save(update_fields=["over_at", "because", "outcome", "sent_to"])


def _send(one: ScheduledRun, made: Sequence[ReportRun], *, at: datetime) -> list[str]:
    """Write to those who may see it, a link for each format; returns their addresses."""
    schedule, sent = one.schedule, []
    subject = queries.subject_of(schedule, at=at)
    for person in accounts.who_may(Permission.REPORT_VIEW):
        if person.pk not in schedule.recipients or not may_see(person, made[0].report):
            continue
        messaging.send_once(
            event="report.scheduled",
            key=f"schedule:{schedule.reference}:{one.due_at.isoformat()}:{person.pk}",
            to=person.email,
            context={
                **_told_of(made[0], subject.name),
                "name": subject.name,
                "rows": made[0].rows,
                "because": one.because,
                "files": [{"format": run.format.upper(), "path": path_of(run)} for run in made],
            },
            language="en",
            at=at,
        )
        sent.append(person.email)
    return sent


def _tell_owner(one: ScheduledRun, run: ReportRun, *, at: datetime) -> None:
    owner = queries.subject_of(one.schedule, at=at).owner
    if owner is None or not may_see(owner, run.report):
        tell_held_back(one, at=at)
    else:
        messaging.send_once(
            event="report.failed",
            key=f"schedule:{one.schedule.reference}:{one.due_at.isoformat()}:failed",
            to=owner.email,
            context={**_told_of(run), "because": one.because},
            language="en",
            at=at,
        )


def tell_held_back(one: ScheduledRun, *, at: datetime) -> None:
    """Tell whose schedule it is, and the administrators, why nothing was sent; not each time anew."""
    schedule = one.schedule
    before = schedule.runs.filter(due_at__lt=one.due_at).order_by("-due_at").first()
    if before is not None and (before.outcome, before.because) == (one.outcome, one.because):
        return
    subject = queries.subject_of(schedule, at=at)
    people = {person.pk: person for person in accounts.who_may(Permission.STAFF_MANAGE)}
    if subject.owner is not None and subject.owner.is_active and subject.owner.roles:
        people[subject.owner.pk] = subject.owner
    for person in people.values():
        messaging.send_once(
            event="report.held_back",
            key=f"schedule:{schedule.reference}:{one.due_at.isoformat()}:held back:{person.pk}",
            to=person.email,
            context={
                "name": subject.name,
                "report": subject.report,
                "when": schedule.rhythm.text,
                "because": one.because,
                "path": _schedule_path(schedule, person),
            },
            language="en",
            at=at,
        )


def _schedule_path(schedule: Schedule, person: User) -> str:
    """Return the path of a schedule's page; none for somebody who could not open it."""
    sees = queries.sees_schedule(schedule, user=person) and person.may(Permission.REPORT_RUN)
    return reverse("office_schedules:detail", args=[schedule.reference]) if sees else ""


def path_of(run: ReportRun) -> str:
    """Return the path of a run's page, which asks for a sign-in."""
    return reverse("office_reports:run", args=[run.reference])


def _told_of(run: ReportRun, name: str = "") -> dict[str, str]:
    """Return what an e-mail tells of a run; what is asked is left out where it is but the `name` given before."""
    report = catalogue.find(run.report)
    asked = asked_text(report, run.parameters) if report else ""
    return {
        "report": catalogue.name_of(run.report),
        "asked": "" if asked == name else asked,
        "path": path_of(run),
    }
