"""The questions that the office asks of its own data, a page each."""

from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from parkops.kernel.dates import local_date
from parkops.kernel.permissions import Permission
from parkops.programme import queries as programme
from parkops.tenancy.patience import TookTooLong, within
from parkops.ui.access import may
from parkops.ui.pages import page, refusals_shown
from parkops.ui.values import Tab
from reporting.forms import InsightForm
from reporting.insights import questions
from reporting.insights.values import Answer, Asked, Question
from reporting.queries.counted import counted_zones

SECONDS = 8


@may(Permission.REPORT_VIEW)
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """List the questions."""
    return page(request, "reporting/office/insights/list.html", {"questions": questions.QUESTIONS})


@may(Permission.REPORT_VIEW)
@require_safe
@refusals_shown
def question(request: HttpRequest, code: str) -> HttpResponse:
    """Answer a question for some days and a zone, within seconds of the database or not at all."""
    found = questions.BY_CODE.get(code)
    if found is None:
        raise Http404("There is no such question.")
    now = timezone.now()
    rules = programme.in_force(now).programme
    today = local_date(now, rules.tz)
    form = InsightForm(
        request.GET or None,
        asks=found.asks,
        programme=rules,
        today=today,
        counted=counted_zones() if "counted" in found.asks else (),
    )
    first, last, zone = form.asked()
    asked = Asked(first, last, zone, rules, now, request.user.may)
    context = {
        "question": found,
        "form": form,
        "asked": asked,
        "answer": _answer(found, asked),
        "tabs": _tabs(found, asked),
        "periods": _periods(today) if "period" in found.asks else [],
    }
    return page(request, "reporting/office/insights/question.html", context, part="results")


def _answer(found: Question, asked: Asked) -> Answer:
    """Return the answer; one that takes too long is said so."""
    try:
        with within(SECONDS, "Ask for fewer days, or make the report."):
            return found.answer(asked)
    except TookTooLong as refusal:
        return Answer(empty=("This takes longer than a page may", str(refusal)))


def _tabs(current: Question, asked: Asked) -> list[Tab]:
    """Every question, with the same days and zone."""
    query = f"?from={asked.first}&to={asked.last}" + (f"&zone={asked.zone}" if asked.zone else "")
    return [
        Tab(
            one.tab,
            reverse("office_insights:question", args=[one.code]) + query,
            current=one is current,
        )
        for one in questions.QUESTIONS
    ]


def _periods(today: date) -> list[tuple[str, date, date]]:
    """The days that people ask for most."""
    return [
        ("4 weeks", today - timedelta(days=27), today),
        ("8 weeks", today - timedelta(days=55), today),
        ("Half a year", today - timedelta(days=181), today),
        ("A year", today - timedelta(days=364), today),
    ]
