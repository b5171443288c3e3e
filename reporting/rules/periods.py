"""Periods that move with the day: "last month" is another one next month."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from parkops.kernel.dates import add_months
from parkops.kernel.decisions import Refused

KEY = "period"
"""Under which an answer names a period in place of its days."""

PERIODS = {
    "today": "Today",
    "yesterday": "Yesterday",
    "this-week": "This week so far",
    "last-week": "Last week",
    "last-7-days": "The 7 days up to yesterday",
    "last-30-days": "The 30 days up to yesterday",
    "this-month": "This month so far",
    "last-month": "Last month",
    "this-quarter": "This quarter so far",
    "last-quarter": "Last quarter",
    "this-year": "This year so far",
    "last-year": "Last year",
}
DAYS = {
    "today": "Today",
    "yesterday": "Yesterday",
    "last-week": "The end of last week",
    "last-month": "The end of last month",
    "last-quarter": "The end of last quarter",
    "last-year": "The end of last year",
}
"""What they mean where only a last day is asked for."""


def period_of(code: str, today: date, *, week_begins: int = 0) -> tuple[date, date]:
    """Return the first and the last day of a period, both included, as seen on `today`.

    `week_begins` is the day that a week begins with, 0 for Monday.

    :raises Refused: if there is no such period.
    """
    yesterday = today - timedelta(days=1)
    week = today - timedelta(days=(today.weekday() - week_begins) % 7)
    month = today.replace(day=1)
    quarter = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    year = date(today.year, 1, 1)
    match code:
        case "today":
            return today, today
        case "yesterday":
            return yesterday, yesterday
        case "last-7-days" | "last-30-days":
            return today - timedelta(days=int(code.split("-")[1])), yesterday
        case "this-week" | "this-month" | "this-quarter" | "this-year":
            begins = {"week": week, "month": month, "quarter": quarter, "year": year}
            return begins[code.removeprefix("this-")], today
        case "last-week":
            return week - timedelta(days=7), week - timedelta(days=1)
        case "last-month":
            return add_months(month, -1), month - timedelta(days=1)
        case "last-quarter":
            return add_months(quarter, -3), quarter - timedelta(days=1)
        case "last-year":
            return date(year.year - 1, 1, 1), year - timedelta(days=1)
    raise Refused(
        "unknown_period",
        f"There is no period {code}. There are {', '.join(PERIODS)}.",
        field=f"parameters.{KEY}",
    )


def dated(
    given: Mapping[str, Any], asked: set[str], *, today: date, week_begins: int = 0
) -> dict[str, Any]:
    """Return answers with the days of the period that they name, for a report that asks for `asked`.

    :raises Refused: if there is no such period, if days are given besides, or if none are asked for.
    """
    told = dict(given)
    code = str(told.pop(KEY, "") or "")
    if not code:
        return told
    if "to" not in asked:
        raise Refused(
            "no_days", "This report is about now: it has no period.", field=f"parameters.{KEY}"
        )
    if told.get("from") or told.get("to"):
        raise Refused(
            "days_and_period",
            "Give a period, or its first and last day, not both.",
            field=f"parameters.{KEY}",
        )
    first, last = period_of(code, today, week_begins=week_begins)
    if "from" in asked:
        told["from"] = first.isoformat()
    return told | {"to": last.isoformat()}
