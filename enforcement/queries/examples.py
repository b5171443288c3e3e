"""What a citation would come to by a programme that is still being written."""

from collections.abc import Mapping
from datetime import datetime

from enforcement.rules.fines import fine_for
from enforcement.rules.owed import Case, due_on, steps
from parkops.kernel.dates import local_date
from parkops.programme.examples import Ask, Example, Line, Table, day_asked, number_asked
from parkops.programme.schema import Programme

MOST = 12


def fine_over_time(
    programme: Programme, code: str, asked: Mapping[str, str], at: datetime
) -> Example | None:
    """Return what is owed on which day of a citation, and what repeating the violation brings."""
    violation = programme.violation(code)
    if violation is None:
        return None
    issued = day_asked(asked, "issued", local_date(at, programme.tz))
    count = max(number_asked(asked, "count", 1, 99), 1)
    ladder = violation.nth.steps if violation.nth else ()
    asks = [Ask("issued", "Issued on", "date", issued.isoformat())]
    if ladder:
        asks.append(Ask("count", "Citation number", "whole", str(count)))
    fine = fine_for(violation, count)
    case = Case(fine.amount, issued, () if fine.is_warning else violation.schedule)
    lines = tuple(
        Line((f"{step.from_on:%-d %B %Y}", str(step.text)), step.owed)
        for step in steps(case, issued)
    )
    tables = [Table("What is owed on which day", ("From", "Because"), lines, "Owed")]
    if ladder:
        counts = sorted({step.n for step in ladder} | {1})[:MOST]
        told = tuple(
            Line((str(n), _sanction(found.sanction)), found.amount)
            for n, found in ((n, fine_for(violation, n)) for n in counts)
        )
        tables.append(Table("When it is repeated", ("From citation", "Then"), told, "Fine"))
    because = [str(fine.because)] if fine.because else []
    if not fine.is_warning:
        because.append(f"It is late after {due_on(case, issued):%-d %B %Y}.")
    return Example("What it comes to", tuple(asks), because=tuple(because), tables=tuple(tables))


def _sanction(name: str) -> str:
    return {"fine": "a fine", "warning": "a warning", "boot": "a boot", "tow": "a tow"}[name]
