"""The demonstration: saved filters, a question, schedules that have run for three weeks, and open data."""

from datetime import datetime, timedelta
from functools import partial

from parkops.accounts import queries as accounts
from parkops.accounts.models import User
from parkops.jobs import operations as jobs
from parkops.kernel.actors import SYSTEM
from parkops.kernel.permissions import Permission
from parkops.local.demo.scene import Act, Scene
from reporting.models import Opening, ReportRun
from reporting.operations import filters, opening, schedules
from reporting.operations.schedules import Plan
from reporting.questions import operations as questions
from reporting.rules.schedules import LAST_DAY, Every, Rhythm

MONDAYS = Rhythm(Every.WEEK, 7 * 60, weekday=0)
MONTH_ENDS = Rhythm(Every.MONTH, 18 * 60, day=LAST_DAY)
WEEKS = 3
TAKEN = {
    "view": "payments",
    "filters": [
        {"column": "created_at", "is": "in", "value": "last_week"},
        {"column": "state", "is": "any", "value": ["succeeded"]},
    ],
    "groups": [{"column": "method"}],
    "measures": [{"how": "sum", "column": "amount_minor"}, {"how": "count"}],
    "sort": {"by": "sum_amount_minor", "descending": True},
    "limit": 100,
    "chart": "bars",
}


def acts(scene: Scene) -> list[Act]:
    """Return what the town opens, or what the campus' accountant set up, and what has run since."""
    if scene.cast.slug == "town":
        return [(scene.until - timedelta(minutes=1), _open)]
    begun = scene.when(-7 * WEEKS, 9)
    mondays = [
        scene.when(-days, 7, 5) for days in range(7 * WEEKS) if scene.when(-days, 7).weekday() == 0
    ]
    return [(begun, partial(_set_up, scene)), *((monday, _run_due) for monday in mondays)]


def _set_up(_scene: Scene, at: datetime) -> None:
    """Save two filters and schedule one: each Monday, and at the end of the month if it is not empty; keep a
    question and schedule it, each Monday too."""
    owner = _accountant()
    week = filters.save_filter(
        "citations",
        {"period": "last-week", "by": "violation"},
        name="Last week's citations",
        file_format="xlsx",
        is_shared=True,
        owner=owner,
        at=at,
    )
    filters.save_filter(
        "permit-sales",
        {"period": "last-month"},
        name="Sales for the board",
        file_format="pdf",
        is_shared=True,
        owner=owner,
        at=at,
    )
    people = [person.pk for person in schedules.who_may_get("citations")]
    for rhythm, formats, skips in ((MONDAYS, ["xlsx", "csv"], False), (MONTH_ENDS, ["csv"], True)):
        plan = Plan(rhythm, formats, people[:2], skips_empty=skips)
        schedules.make_schedule(week.reference, plan, by=owner, at=at)
    question = questions.keep_question(
        TAKEN,
        name="Taken last week by method",
        is_shared=True,
        may=owner.may,
        by=filters.actor_of(owner),
        at=at,
    )
    plan = Plan(MONDAYS, ["pdf"], [owner.pk])
    schedules.schedule_question(question.reference, plan, by=owner, at=at)


def _open(at: datetime) -> None:
    """Open all figures, and work them out."""
    opening.change_opening(
        opens_data=True,
        opens_spaces=True,
        license_code=Opening.License.CC_BY,
        framed_by=[],
        by=SYSTEM,
        at=at,
    )
    opening.refresh_open_figures(at=at)


def _run_due(at: datetime) -> None:
    """Run what is due, and let it be made."""
    schedules.run_due_schedules(at=at)
    for run in ReportRun.objects.filter(job__state="queued", scheduled__isnull=False).order_by(
        "pk"
    ):
        jobs.work(run.job_id)


def _accountant() -> User:
    able = accounts.who_may(Permission.REPORT_RUN)
    return next((user for user in able if user.email.startswith("accountant@")), able[0])
