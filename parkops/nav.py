"""The rail of the office: what staff find where. Entries show only to those who may open them."""

from dataclasses import dataclass

from parkops.kernel.permissions import Permission


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry: its label, icon, page, who sees it, and the heading that it stands under."""

    label: str
    icon: str
    url_name: str
    permission: Permission
    section: str = ""
    count_key: str = ""
    also: tuple[str, ...] = ()
    """Further pages that stand under it."""


ITEMS = [
    NavItem(
        "Today",
        "house",
        "office_dashboard:today",
        Permission.DASHBOARD_VIEW,
        also=(
            "office_dashboard:desks",
            "office_dashboard:limits",
            "office_dashboard:screens",
            "office_dashboard:present",
        ),
    ),
    NavItem("Counter", "receipt", "office_counter:home", Permission.PAYMENT_TAKE),
    NavItem(
        "Permits",
        "ticket",
        "office_permits:list",
        Permission.PERMIT_VIEW,
        "Parking rights",
        also=("office_waitlists:list",),
    ),
    NavItem("Sessions", "clock", "office_stays:list", Permission.PERMIT_VIEW, "Parking rights"),
    NavItem(
        "Departments",
        "users",
        "office_departments:list",
        Permission.PERMIT_VIEW,
        "Parking rights",
        also=("office_events:list",),
    ),
    NavItem("Draws", "shuffle", "office_draws:list", Permission.PERMIT_VIEW, "Parking rights"),
    NavItem("Hangtags", "tag", "office_hangtags:list", Permission.PERMIT_VIEW, "Parking rights"),
    NavItem(
        "Citations",
        "file-text",
        "office_citations:list",
        Permission.CITATION_VIEW,
        "Enforcement",
        also=("office_numbers:list",),
    ),
    NavItem(
        "Escalation",
        "mail",
        "office_escalation:overview",
        Permission.ESCALATION_VIEW,
        "Enforcement",
    ),
    NavItem("Boots and tows", "lock", "office_boots:list", Permission.CITATION_VIEW, "Enforcement"),
    NavItem(
        "Conflicts",
        "circle-question-mark",
        "office_conflicts:list",
        Permission.CITATION_VIEW,
        "Enforcement",
    ),
    NavItem(
        "Appeals",
        "scale",
        "office_appeals:list",
        Permission.APPEAL_VIEW,
        "Enforcement",
        also=("office_hearings:calendar",),
    ),
    NavItem(
        "Dispatch",
        "bell",
        "office_dispatch:board",
        Permission.DISPATCH_VIEW,
        "Enforcement",
        also=(
            "office_dispatch:officers",
            "office_dispatch:beats",
            "office_dispatch:coverage",
            "office_dispatch:patrol",
            "office_dispatch:incidents",
        ),
    ),
    NavItem(
        "Plate checks",
        "scan-line",
        "office_checks:list",
        Permission.CITATION_VIEW,
        "Enforcement",
        also=("office_looks:ask",),
    ),
    NavItem("Camera reads", "camera", "office_reads:list", Permission.READ_VIEW, "Enforcement"),
    NavItem(
        "Customers", "user", "office_customers:list", Permission.CUSTOMER_VIEW, "People and money"
    ),
    NavItem(
        "Shared plates",
        "car",
        "office_plates:conflicts",
        Permission.CUSTOMER_VIEW,
        "People and money",
    ),
    NavItem(
        "Payments",
        "credit-card",
        "office_payments:list",
        Permission.PAYMENT_VIEW,
        "People and money",
        also=(
            "office_plans:list",
            "office_reconciliation:differences",
            "office_gifts:list",
            "office_drives:list",
            "office_coupons:list",
            "office_disputes:list",
        ),
    ),
    NavItem(
        "Invoices",
        "file-text",
        "office_invoices:list",
        Permission.PAYMENT_VIEW,
        "People and money",
        also=("office_payers:list", "office_charge_files:list"),
    ),
    NavItem(
        "Bank",
        "landmark",
        "office_bank:list",
        Permission.PAYMENT_VIEW,
        "People and money",
        also=("office_bank:statements",),
    ),
    NavItem(
        "Ledger", "book-open", "office_ledger:accounts", Permission.LEDGER_VIEW, "People and money"
    ),
    NavItem(
        "Reports",
        "chart-column",
        "office_reports:list",
        Permission.REPORT_VIEW,
        "People and money",
        also=("office_questions:list",),
    ),
    NavItem(
        "Insights",
        "chart-line",
        "office_insights:list",
        Permission.REPORT_VIEW,
        "People and money",
    ),
    NavItem(
        "Program",
        "sliders-horizontal",
        "office_programme:show",
        Permission.PROGRAMME_VIEW,
        "Set-up",
        also=("office_pricing:proposals",),
    ),
    NavItem("Cameras", "camera", "office_cameras:list", Permission.CAMERA_VIEW, "Set-up"),
    NavItem("Rosters", "users", "office_rosters:list", Permission.IMPORT_VIEW, "Set-up"),
    NavItem(
        "Vehicle register",
        "car",
        "office_customers:register",
        Permission.IMPORT_VIEW,
        "Set-up",
    ),
    NavItem("Texts", "message-square", "office_texts:list", Permission.CUSTOMER_VIEW, "Set-up"),
    NavItem("Imports", "upload", "office_imports:list", Permission.IMPORT_VIEW, "Set-up"),
    NavItem("Staff and roles", "key-round", "office_staff:list", Permission.STAFF_MANAGE, "Set-up"),
    NavItem("API tokens", "plug", "office_tokens:list", Permission.STAFF_MANAGE, "Set-up"),
    NavItem("Jobs", "list-checks", "office_jobs:list", Permission.JOB_VIEW, "Set-up"),
]
