"""The views that are published to questions and to BI tools: a contract. Columns come, and seldom go.

Their SQL is in the migrations of reporting; a test compares both. The guide `docs/guides/bi.md` is written from
this page by `manage.py bi_guide`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from parkops.kernel.permissions import Permission


class Kind(StrEnum):
    """What the cells of a published column are."""

    TEXT = "text"
    CHOICE = "choice"
    COUNT = "count"
    MONEY = "money"
    DAY = "day"
    INSTANT = "instant"
    YESNO = "yesno"


TIMES = frozenset({Kind.DAY, Kind.INSTANT})
NUMBERS = frozenset({Kind.COUNT, Kind.MONEY})


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view. A personal one tells of a person: a name, an address, a plate.

    Of one that is summed, the sum of many rows says something.
    """

    name: str
    title: str
    kind: Kind
    told: str = ""
    is_personal: bool = False
    choices: tuple[str, ...] = ()
    is_summed: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """A published view: `code` is its name without `bi_`. `needs` is what its reader must be allowed.

    `day` is the column that says when a row happened; `record` the column that leads to the page `page`;
    `usual` are the columns that a question begins with, the first ones if there is no word of it.
    """

    code: str
    title: str
    told: str
    needs: Permission
    columns: Sequence[Column]
    day: str = ""
    record: str = ""
    page: str = ""
    usual: str = ""

    @property
    def begun_with(self) -> list[str]:
        """The columns that a question begins with."""
        return self.usual.split() or self.plain_names[:6]

    @property
    def name(self) -> str:
        """What the database calls it."""
        return f"bi_{self.code}"

    def column(self, name: str) -> Column | None:
        """Return the column of this name, None if there is none."""
        return next((one for one in self.columns if one.name == name), None)

    @property
    def names(self) -> list[str]:
        """The names of its columns, in order."""
        return [one.name for one in self.columns]

    @property
    def plain_names(self) -> list[str]:
        """The names of its columns that tell of no person."""
        return [one.name for one in self.columns if not one.is_personal]


def _text(name: str, title: str, told: str = "") -> Column:
    return Column(name, title, Kind.TEXT, told)


def _person(name: str, title: str, told: str = "") -> Column:
    return Column(name, title, Kind.TEXT, told, is_personal=True)


def _choice(name: str, title: str, choices: str, told: str = "") -> Column:
    return Column(name, title, Kind.CHOICE, told, choices=tuple(choices.split()))


def _count(name: str, title: str, told: str = "") -> Column:
    return Column(name, title, Kind.COUNT, told, is_summed=True)


def _ordinal(name: str, title: str, told: str = "") -> Column:
    return Column(name, title, Kind.COUNT, told)


def _money(name: str, title: str, told: str = "") -> Column:
    return Column(name, title, Kind.MONEY, told, is_summed=True)


def _day(name: str, title: str, told: str = "") -> Column:
    return Column(name, title, Kind.DAY, told)


def _instant(name: str, title: str, told: str = "") -> Column:
    return Column(name, title, Kind.INSTANT, told)


def _yesno(name: str, title: str, told: str = "") -> Column:
    return Column(name, title, Kind.YESNO, told)


CURRENCY = _text("currency", "Currency", "ISO 4217; amounts are in its smallest unit")
PLATE = _person("plate", "Plate", "In capitals, without spaces")
REGION = _text("region", "Region", "Of the plate")
ZONE = _text("zone", "Zone", "Its code")
SOLD = "permit deposit citation fee session boot tow storage gift"
METHODS = "cash cheque card terminal account bank gift goods other"

VIEWS: tuple[View, ...] = (
    View(
        "citations",
        "Citations",
        "One row a citation, ours and those brought over.",
        Permission.CITATION_VIEW,
        (
            _text("citation", "Citation", "Its number"),
            _text("violation", "Violation", "Its code; of several, the first"),
            _text("violation_name", "Violation's name", "As it was when it was written"),
            ZONE,
            _text("place", "Place", "Street or place, as written"),
            _text("agency", "Agency", "Of one brought over"),
            _instant("issued_at", "Issued"),
            _day("issued_on", "Day of issue", "Local"),
            _choice(
                "status",
                "Status",
                "issued warning paid on_appeal on_plan collections written_off dismissed voided",
                "Now",
            ),
            _text("stage", "Stage", "Of its schedule, as last brought up to date"),
            _choice("sanction", "Sanction", "fine warning tow"),
            _ordinal("nth", "Which in a row", "The how many-th on this plate"),
            _choice("source", "Source", "ours import"),
            _money("fine_minor", "Fine", "As issued"),
            _money("amount_minor", "Amount", "With late fees, less discounts and write-offs"),
            _money("paid_minor", "Paid"),
            _money("owed_minor", "Owed", "Amount less paid"),
            CURRENCY,
            _instant("settled_at", "Settled", "When nothing was owed any more"),
            _instant("dismissed_at", "Dismissed"),
            _instant("voided_at", "Voided"),
            _person("officer", "Officer", "Who wrote it"),
            PLATE,
            REGION,
        ),
        day="issued_at",
        record="citation",
        page="office_citations:detail",
        usual="citation violation_name zone issued_at status fine_minor",
    ),
    View(
        "appeals",
        "Appeals",
        "One row an appeal, at each level.",
        Permission.APPEAL_VIEW,
        (
            _text("appeal", "Appeal", "Its number"),
            _text("citation", "Citation", "The number of its citation"),
            _text("violation", "Violation", "Its code"),
            _text("violation_name", "Violation's name"),
            ZONE,
            _text("level", "Level", "Review, hearing, or what the program calls it"),
            _text("grounds", "Grounds", "Their code"),
            _text("grounds_name", "Grounds' name"),
            _instant("filed_at", "Filed"),
            _day("filed_on", "Day of filing", "Local"),
            _day("decide_on", "Decide by", "The day by which it should be decided"),
            _instant("decided_at", "Decided"),
            _day("decided_on", "Day of decision", "Local"),
            _ordinal("days", "Days to decision", "From its filing"),
            _choice("outcome", "Outcome", "waiting upheld reduced dismissed withdrawn"),
            _text("reason", "Reason", "The code of the decision's reason"),
            _text("reason_name", "Reason's name"),
            _money("fine_minor", "Fine", "Of the citation, as issued"),
            _money("reduced_to_minor", "Reduced to"),
            _money("fee_minor", "Fee", "For the appeal"),
            CURRENCY,
            _yesno("is_heard", "In person", "Heard, not only in writing"),
            _yesno("was_late", "Late", "Filed after its time, with a reason"),
            _person("decided_by", "Decided by"),
            _person("reviewer", "Reviewer", "In whose queue it is"),
            _person("officer", "Officer", "Who wrote the citation"),
            _person("appellant", "Appellant"),
        ),
        day="filed_at",
        record="appeal",
        page="office_appeals:detail",
        usual="appeal citation grounds_name filed_at outcome days",
    ),
    View(
        "checks",
        "Plate checks",
        "One row a look at a plate, by officers, cameras, the office and programs.",
        Permission.CITATION_VIEW,
        (
            _text("check", "Check", "Its reference"),
            _instant("at", "At"),
            ZONE,
            _choice(
                "verdict",
                "Verdict",
                "not_enforced authorized second_vehicle grace overtime unauthorized",
            ),
            _choice("source", "Source", "field offline office api batch camera"),
            _person("asked_by", "Asked by"),
            PLATE,
            REGION,
        ),
        day="at",
        record="check",
        page="office_checks:detail",
    ),
    View(
        "permits",
        "Permits",
        "One row a permit, from the cart to its end.",
        Permission.PERMIT_VIEW,
        (
            _text("permit", "Permit", "Its number"),
            _text("type", "Type", "The code of its type"),
            _choice(
                "status",
                "Status",
                "held pending scheduled active suspended expired cancelled revoked",
                "Now",
            ),
            _text("audience", "Audience", "It was sold to; its code"),
            _choice("channel", "Channel", "portal office api"),
            _instant("sold_at", "Sold"),
            _instant("paid_at", "Paid", "Empty: not paid"),
            _instant("starts_at", "Starts"),
            _instant("ends_at", "Ends"),
            _instant("approved_at", "Approved"),
            _instant("cancelled_at", "Cancelled"),
            _instant("revoked_at", "Revoked"),
            _money("net_minor", "Net", "Its price without tax"),
            _money("tax_minor", "Tax"),
            _money("deposit_minor", "Deposit"),
            _money("coupon_minor", "Coupon", "What a coupon took off"),
            CURRENCY,
            _yesno("is_renewal", "Renewal", "Follows on another"),
            _person("customer", "Customer"),
            _person("customer_email", "Customer's e-mail"),
        ),
        day="sold_at",
        record="permit",
        page="office_permits:detail",
        usual="permit type status sold_at ends_at net_minor",
    ),
    View(
        "sessions",
        "Parking sessions",
        "One row a stay paid by the minute.",
        Permission.PERMIT_VIEW,
        (
            _text("session", "Session", "Its number"),
            ZONE,
            _instant("sold_at", "Sold"),
            _instant("starts_at", "Starts"),
            _instant("ends_at", "Ends", "Or was stopped"),
            _count("minutes", "Minutes"),
            _yesno("was_stopped", "Stopped early"),
            _money("net_minor", "Net", "Without tax"),
            _money("tax_minor", "Tax"),
            _money("covered_net_minor", "Covered net", "What of the net a department pays"),
            _money("covered_tax_minor", "Covered tax"),
            CURRENCY,
            _yesno("is_by_text", "By text", "Bought by a text message"),
            PLATE,
            REGION,
        ),
        day="starts_at",
        record="session",
        page="office_stays:detail",
        usual="session zone starts_at ends_at minutes net_minor",
    ),
    View(
        "zone_days",
        "Zones by day",
        "One row a zone and local day on which something happened there.",
        Permission.CITATION_VIEW,
        (
            ZONE,
            _day("day", "Day", "Local"),
            _count("checks", "Checks", "Looks at plates"),
            _count(
                "not_authorized", "Not authorized", "Unauthorized, overtime or a second vehicle"
            ),
            _count("citations", "Citations", "Not voided"),
            _money("fines_minor", "Fines", "Of them, as issued"),
            _count("sessions", "Sessions", "Paid stays that began"),
            _count("session_minutes", "Minutes paid"),
            _money("sessions_minor", "Sessions' net"),
            CURRENCY,
        ),
        day="day",
    ),
    View(
        "zones",
        "Zones",
        "One row a zone of the program in force.",
        Permission.PROGRAMME_VIEW,
        (
            ZONE,
            _text("name", "Name"),
            _choice("kind", "Kind", "lot garage street area"),
            _text("within", "Within", "The code of the zone that it lies in"),
            _count("spaces", "Spaces", "All kinds together"),
        ),
    ),
    View(
        "shifts",
        "Shifts",
        "One row an officer's shift.",
        Permission.DISPATCH_VIEW,
        (
            _text("beat", "Beat"),
            _instant("began_at", "Began"),
            _instant("ended_at", "Ended", "Empty: still on"),
            _count("minutes", "Minutes"),
            _person("officer", "Officer"),
        ),
        day="began_at",
    ),
    View(
        "charges",
        "Charges",
        "One row a thing that somebody owes or owed.",
        Permission.PAYMENT_VIEW,
        (
            _text("charge", "Charge", "Its reference"),
            _choice("kind", "Kind", SOLD),
            _text("reference", "What for", "The number of the permit, citation or session"),
            ZONE,
            _text("item", "Item", "The code of the permit type or violation"),
            _text("audience", "Audience", "Its code"),
            _instant("raised_at", "Raised"),
            _day("due_on", "Due"),
            _instant("settled_at", "Settled"),
            _money("net_minor", "Net"),
            _money("tax_minor", "Tax"),
            _money("late_fee_minor", "Late fee"),
            _money("discount_minor", "Discount"),
            _money("written_off_minor", "Written off"),
            _money("amount_minor", "Amount", "Net, tax and late fee, less discount and write-off"),
            _money("paid_minor", "Paid"),
            _money("owed_minor", "Owed", "Amount less paid"),
            CURRENCY,
            _yesno("is_settled", "Is settled"),
            _person("customer", "Customer"),
            PLATE,
        ),
        day="raised_at",
        record="charge",
        page="office_charges:detail",
        usual="kind reference raised_at due_on amount_minor owed_minor",
    ),
    View(
        "payments",
        "Payments",
        "One row a taking of money, or an attempt at it.",
        Permission.PAYMENT_VIEW,
        (
            _text("payment", "Payment", "Its number"),
            _choice("method", "Method", METHODS),
            _choice(
                "state",
                "State",
                "created open failed expired cancelled needs_review succeeded bounced",
            ),
            _text("provider", "Provider", "Empty: taken here"),
            _instant("created_at", "Begun"),
            _instant("succeeded_at", "Succeeded"),
            _money("amount_minor", "Amount"),
            _money("refunded_minor", "Refunded"),
            _money("disputed_minor", "Disputed", "What a bank took back"),
            _money("credit_minor", "Credit", "What is free of it"),
            _money("fee_minor", "Provider's fee"),
            CURRENCY,
            _person("taken_by", "Taken by"),
            _person("payer", "Payer"),
        ),
        day="created_at",
        record="payment",
        page="office_payments:detail",
    ),
    View(
        "refunds",
        "Refunds",
        "One row an amount given back, or asked to be.",
        Permission.PAYMENT_VIEW,
        (
            _text("refund", "Refund", "Its number"),
            _text("payment", "Payment", "The number of the payment it goes back from"),
            _choice("method", "Method", METHODS),
            _choice("kind", "Kind", SOLD, "Of the charge"),
            _text("reference", "What for", "The number of the permit, citation or session"),
            _choice("state", "State", "proposed waiting submitted succeeded failed rejected"),
            _instant("created_at", "Asked"),
            _instant("settled_at", "Given back"),
            _money("amount_minor", "Amount"),
            CURRENCY,
            _person("asked_by", "Asked by"),
        ),
        day="created_at",
        record="payment",
        page="office_payments:detail",
    ),
    View(
        "ledger_entries",
        "Ledger entries",
        "One row a line of the ledger; those of a transaction sum to nothing.",
        Permission.LEDGER_VIEW,
        (
            _instant("posted_at", "Posted"),
            _text("account", "Account", "Its code"),
            _text("account_name", "Account's name"),
            _choice("account_kind", "Account's kind", "asset liability revenue expense"),
            _money("debit_minor", "Debit"),
            _money("credit_minor", "Credit"),
            _money("amount_minor", "Amount", "Debit above zero, credit below"),
            CURRENCY,
            _choice("kind", "Kind", SOLD, "Of the charge"),
            _text("reference", "What for", "The number of the permit, citation or session"),
            ZONE,
            _text("item", "Item", "The code of the permit type or violation"),
            _ordinal("transaction", "Transaction", "What belongs together"),
        ),
        day="posted_at",
    ),
    View(
        "customers",
        "Customers",
        "One row a person or organization that parks here.",
        Permission.CUSTOMER_VIEW,
        (
            _text("customer", "Customer", "Their reference"),
            _text("audiences", "Audiences", "Their codes, with commas between"),
            _text("language", "Language"),
            _instant("created_at", "Since"),
            _yesno("signs_in", "Signs in", "Has an account on the site"),
            _person("name", "Name"),
            _person("email", "E-mail"),
        ),
        day="created_at",
        record="customer",
        page="office_customers:detail",
    ),
    View(
        "program",
        "The program in force",
        "One row: whose currency and time zone these are.",
        Permission.PROGRAMME_VIEW,
        (
            _text("program", "Program", "Its name"),
            CURRENCY,
            _text("time_zone", "Time zone"),
            _ordinal("version", "Version"),
            _instant("begins_at", "Since", "Empty: from the beginning"),
        ),
    ),
)

BY_CODE = {view.code: view for view in VIEWS}
