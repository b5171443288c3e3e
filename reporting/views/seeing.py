"""Who may see what is in a report, besides reports as such."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from reporting import catalogue
from reporting.catalogue.base import Report


def open_report(request: HttpRequest, code: str) -> Report:
    """Return the report of this code if whoever asks may see what is in it.

    :raises NotFound: if there is none.
    :raises PermissionDenied: if it is not for them.
    """
    report = catalogue.report_of(code)
    if not all(request.user.may(needed) for needed in report.all_needs):
        raise PermissionDenied("Your role does not include what is in this report.")
    return report
