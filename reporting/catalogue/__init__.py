"""The reports there are."""

from collections.abc import Callable

from parkops.kernel.decisions import NotFound
from parkops.kernel.permissions import Permission
from reporting.catalogue import (
    ageing,
    booked_revenue,
    citations,
    coverage,
    enforcement,
    money,
    occupancy,
    occupancy_now,
    people,
    permit_sales,
    permits,
    prepaid,
    revenue,
    spaces,
)
from reporting.catalogue.base import Report
from reporting.questions import report as questions

REPORTS: dict[str, Report] = {
    report.code: report
    for report in (
        permit_sales.REPORT,
        *permits.REPORTS,
        citations.REPORT,
        coverage.REPORT,
        spaces.COMPLIANCE,
        *enforcement.REPORTS,
        revenue.REPORT,
        booked_revenue.REPORT,
        prepaid.REPORT,
        ageing.REPORT,
        *money.REPORTS,
        *people.REPORTS,
        occupancy_now.REPORT,
        *occupancy.REPORTS,
        *spaces.REPORTS,
    )
}

"""Those that anybody may choose, by their code."""

_UNLISTED = {report.code: report for report in questions.REPORTS}


def find(code: str) -> Report | None:
    """Return the report of this code, listed or not; None if there is none."""
    return REPORTS.get(code) or _UNLISTED.get(code)


def sections(may: Callable[[Permission], bool]) -> list[tuple[str, list[Report]]]:
    """Return the reports that somebody who `may` do this sees, by section in the order of the catalog."""
    found: dict[str, list[Report]] = {}
    for report in REPORTS.values():
        if all(may(one) for one in report.all_needs):
            found.setdefault(report.section, []).append(report)
    return [*found.items()]


def hidden(may: Callable[[Permission], bool]) -> list[str]:
    """Return the codes of the reports that somebody who `may` do this does not see."""
    reports = [*REPORTS.values(), *_UNLISTED.values()]
    return [one.code for one in reports if not all(may(needed) for needed in one.all_needs)]


def name_of(code: str) -> str:
    """Return the name of the report of this code, the code if there is none any more."""
    report = find(code)
    return report.name if report else code


def report_of(code: str) -> Report:
    """Return the report of this code.

    :raises NotFound: if there is none.
    """
    report = find(code)
    if report is None:
        raise NotFound(f"There is no report {code}. There are {', '.join(sorted(REPORTS))}.")
    return report
