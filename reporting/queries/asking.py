"""What is asked of a report on a day."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from parkops.programme import queries as programme
from parkops.ui.words import locale_named
from reporting.catalogue.base import Report


def dated_of(report: Report, given: Mapping[str, Any], *, at: datetime) -> dict[str, Any]:
    """Return what is asked of a report with the days of its period, as seen at `at`; those left out are told too.

    :raises Refused: naming the parameter that cannot be used.
    """
    rules = programme.in_force(at).programme
    today = at.astimezone(rules.tz).date()
    begins = locale_named(rules.head.locale).first_week_day
    given = report.dated(given, today=today, week_begins=begins)
    answers = report.answers(given, today=today)
    return given | {day: answers[day].isoformat() for day in ("from", "to") if day in answers}
