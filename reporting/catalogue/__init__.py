"""The reports there are."""

from parkops.kernel.decisions import NotFound
from reporting.catalogue import (
    ageing,
    booked_revenue,
    citations,
    coverage,
    permit_sales,
    prepaid,
    revenue,
)
from reporting.catalogue.base import Report

REPORTS: dict[str, Report] = {
    report.code: report
    for report in (
        permit_sales.REPORT,
        citations.REPORT,
        coverage.REPORT,
        revenue.REPORT,
        booked_revenue.REPORT,
        prepaid.REPORT,
        ageing.REPORT,
    )
}


def report_of(code: str) -> Report:
    """Return the report of this code.

    :raises NotFound: if there is none.
    """
    try:
        return REPORTS[code]
    except KeyError:
        raise NotFound(
            f"There is no report {code}. There are {', '.join(sorted(REPORTS))}."
        ) from None
