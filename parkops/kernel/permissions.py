"""What a role may do. Pages and API scopes are guarded by these words and no others."""

from enum import StrEnum


class Role(StrEnum):
    """The roles of a tenant's staff. A customer has none of them."""

    ADMINISTRATOR = "administrator"
    CLERK = "clerk"
    OFFICER = "officer"
    OFFICER_LEAD = "officer_lead"
    REVIEWER = "reviewer"
    ACCOUNTANT = "accountant"
    AUDITOR = "auditor"

    @property
    def label(self) -> str:
        """What the role is called, in small letters: officer lead."""
        return self.value.replace("_", " ")


class Permission(StrEnum):
    """One thing a signed-in member of staff may do."""

    DASHBOARD_VIEW = "dashboard.view"
    DASHBOARD_MANAGE = "dashboard.manage"
    SEARCH = "search"
    CUSTOMER_VIEW = "customer.view"
    CUSTOMER_EDIT = "customer.edit"
    PERMIT_VIEW = "permit.view"
    PERMIT_SELL = "permit.sell"
    PERMIT_CHANGE = "permit.change"
    PERMIT_BULK = "permit.bulk"
    CITATION_VIEW = "citation.view"
    CITATION_ISSUE = "citation.issue"
    CITATION_VOID = "citation.void"
    ESCALATION_VIEW = "escalation.view"
    ESCALATION_MANAGE = "escalation.manage"
    WRITE_OFF = "citation.write_off"
    BOOT_ORDER = "boot.order"
    BOOT_RELEASE = "boot.release"
    PLATE_CHECK = "plate.check"
    DISPATCH_VIEW = "dispatch.view"
    DISPATCH_MANAGE = "dispatch.manage"
    CAMERA_VIEW = "camera.view"
    CAMERA_MANAGE = "camera.manage"
    READ_VIEW = "read.view"
    READ_REVIEW = "read.review"
    APPEAL_VIEW = "appeal.view"
    APPEAL_FILE = "appeal.file"
    APPEAL_DECIDE = "appeal.decide"
    CURE_DECIDE = "cure.decide"
    PAYMENT_VIEW = "payment.view"
    PAYMENT_TAKE = "payment.take"
    PAYMENT_REFUND = "payment.refund"
    DRAWER_SIGN = "drawer.sign"
    INVOICE_MANAGE = "invoice.manage"
    LEDGER_VIEW = "ledger.view"
    LEDGER_MANAGE = "ledger.manage"
    REPORT_VIEW = "report.view"
    REPORT_RUN = "report.run"
    PROGRAMME_VIEW = "programme.view"
    PROGRAMME_EDIT = "programme.edit"
    IMPORT_VIEW = "import.view"
    IMPORT_UNDO = "import.undo"
    STAFF_MANAGE = "staff.manage"
    JOB_VIEW = "job.view"
    JOB_RETRY = "job.retry"
    UI_GALLERY = "ui.gallery"


_P = Permission

# Reads everything and changes nothing.
AUDITOR = frozenset({p for p in _P if p.value.endswith(".view")} | {_P.SEARCH, _P.UI_GALLERY})

GRANTS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(_P),
    Role.CLERK: frozenset(
        {
            _P.DASHBOARD_VIEW,
            _P.SEARCH,
            _P.CUSTOMER_VIEW,
            _P.CUSTOMER_EDIT,
            _P.PERMIT_VIEW,
            _P.PERMIT_SELL,
            _P.PERMIT_CHANGE,
            _P.CITATION_VIEW,
            _P.BOOT_ORDER,
            _P.ESCALATION_VIEW,
            _P.ESCALATION_MANAGE,
            _P.CURE_DECIDE,
            _P.APPEAL_VIEW,
            _P.APPEAL_FILE,
            _P.DISPATCH_VIEW,
            _P.DISPATCH_MANAGE,
            _P.PAYMENT_VIEW,
            _P.PAYMENT_TAKE,
            _P.REPORT_VIEW,
            _P.REPORT_RUN,
            _P.PROGRAMME_VIEW,
        }
    ),
    Role.OFFICER: frozenset(
        {
            _P.PLATE_CHECK,
            _P.READ_VIEW,
            _P.READ_REVIEW,
            _P.CITATION_VIEW,
            _P.CITATION_ISSUE,
            _P.BOOT_ORDER,
            _P.PROGRAMME_VIEW,
        }
    ),
    Role.OFFICER_LEAD: frozenset(
        {
            _P.DASHBOARD_VIEW,
            _P.SEARCH,
            _P.PERMIT_VIEW,
            _P.PLATE_CHECK,
            _P.CAMERA_VIEW,
            _P.READ_VIEW,
            _P.READ_REVIEW,
            _P.CITATION_VIEW,
            _P.CITATION_ISSUE,
            _P.CITATION_VOID,
            _P.BOOT_ORDER,
            _P.DISPATCH_VIEW,
            _P.DISPATCH_MANAGE,
            _P.APPEAL_VIEW,
            _P.REPORT_VIEW,
            _P.REPORT_RUN,
            _P.PROGRAMME_VIEW,
        }
    ),
    Role.REVIEWER: frozenset(
        {
            _P.DASHBOARD_VIEW,
            _P.SEARCH,
            _P.CUSTOMER_VIEW,
            _P.PERMIT_VIEW,
            _P.CITATION_VIEW,
            _P.CITATION_VOID,
            _P.BOOT_RELEASE,
            _P.CAMERA_VIEW,
            _P.READ_VIEW,
            _P.READ_REVIEW,
            _P.APPEAL_VIEW,
            _P.APPEAL_FILE,
            _P.APPEAL_DECIDE,
            _P.CURE_DECIDE,
            _P.PROGRAMME_VIEW,
        }
    ),
    Role.ACCOUNTANT: frozenset(
        {
            _P.DASHBOARD_VIEW,
            _P.SEARCH,
            _P.CUSTOMER_VIEW,
            _P.PERMIT_VIEW,
            _P.CITATION_VIEW,
            _P.PAYMENT_VIEW,
            _P.PAYMENT_REFUND,
            _P.DRAWER_SIGN,
            _P.INVOICE_MANAGE,
            _P.ESCALATION_VIEW,
            _P.WRITE_OFF,
            _P.LEDGER_VIEW,
            _P.LEDGER_MANAGE,
            _P.REPORT_VIEW,
            _P.REPORT_RUN,
            _P.PROGRAMME_VIEW,
        }
    ),
    Role.AUDITOR: AUDITOR,
}


class Scope(StrEnum):
    """What an API token may do."""

    PERMITS_READ = "permits:read"
    PERMITS_WRITE = "permits:write"
    ENFORCEMENT_READ = "enforcement:read"
    ENFORCEMENT_WRITE = "enforcement:write"
    PAYMENTS_READ = "payments:read"
    PAYMENTS_WRITE = "payments:write"
    REPORTS_READ = "reports:read"
    REPORTS_WRITE = "reports:write"
    CUSTOMERS_READ = "customers:read"
    CUSTOMERS_WRITE = "customers:write"
    SCIM = "scim"
    ADMIN = "admin"


def permissions_of(roles: frozenset[Role] | set[Role] | list[Role]) -> frozenset[Permission]:
    """Return everything that holders of any of `roles` may do."""
    return frozenset().union(*(GRANTS[Role(role)] for role in roles))
