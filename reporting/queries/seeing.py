"""Who may see what is in a report."""

from parkops.accounts.models import User
from parkops.kernel.permissions import Permission
from reporting import catalogue


def may_see(person: User, code: str) -> bool:
    """Return whether a member of staff may see what is in the report of this code."""
    report = catalogue.find(code)
    needed = report.all_needs if report else ()
    return person.may(Permission.REPORT_VIEW) and all(person.may(one) for one in needed)
