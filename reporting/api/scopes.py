"""What a program must be allowed besides reports, for those with more than figures in them."""

from collections.abc import Callable

from django.http import HttpRequest

from parkops.kernel.permissions import Permission, Scope
from reporting.catalogue import find

SCOPES = {
    Permission.CUSTOMER_VIEW: Scope.CUSTOMERS_READ,
    Permission.PAYMENT_VIEW: Scope.PAYMENTS_READ,
    Permission.CITATION_VIEW: Scope.ENFORCEMENT_READ,
    Permission.APPEAL_VIEW: Scope.ENFORCEMENT_READ,
    Permission.DISPATCH_VIEW: Scope.ENFORCEMENT_READ,
    Permission.STAFF_MANAGE: Scope.ADMIN,
    Permission.PERMIT_VIEW: Scope.PERMITS_READ,
    Permission.LEDGER_VIEW: Scope.PAYMENTS_READ,
    Permission.PROGRAMME_VIEW: Scope.REPORTS_READ,
}
"""What a program needs besides `reports:read` for reports with more than figures in them."""


def require_report(request: HttpRequest, code: str) -> None:
    """Refuse a program that may not see what is in the report of this code."""
    report = find(code)
    for needed in report.all_needs if report else ():
        request.auth.require(SCOPES[needed])


def may_of(request: HttpRequest) -> Callable[[Permission], bool]:
    """Return what answers whether a program may see what a permission of the office opens."""
    return lambda permission: permission in SCOPES and request.auth.has(SCOPES[permission])
