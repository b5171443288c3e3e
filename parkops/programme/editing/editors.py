"""The editor of every part of the programme."""

from typing import Any

from parkops.programme.appeal_schema import Appeals
from parkops.programme.editing.derive import completed
from parkops.programme.editing.notation import days, times
from parkops.programme.editing.permit_types import PERMIT_TYPE
from parkops.programme.editing.plans import PLAN
from parkops.programme.editing.shape import Group, Leaf, Rows
from parkops.programme.editing.violations import VIOLATION
from parkops.programme.invoice_schema import Invoices
from parkops.programme.permit_schema import PermitType
from parkops.programme.plan_schema import PlanScheme
from parkops.programme.schema import (
    Audience,
    CounterRules,
    Eligibility,
    Fees,
    Head,
    PlateChecks,
    PlateReads,
    Refunds,
    Retention,
    Sessions,
    Tax,
    Zone,
)
from parkops.programme.shared_schema import Shared
from parkops.programme.violation_schema import Scofflaw, Violation

CODE = Leaf("code", "Code", "Letters, digits, - and _. It stays.", needed=True, fixed=True)
KINDS = (("lot", "Lot"), ("garage", "Garage"), ("street", "Street"), ("area", "Area"))

ZONE = Group(
    "",
    (
        CODE,
        Leaf("name", "Name", "As it stands on signs and citations.", needed=True),
        Leaf("kind", "Kind", kind="radio", options=KINDS, needed=True),
        Leaf("within", "Inside", "A right to the outer zone is one to this.", "choice", "zones"),
        Group(
            "capacity",
            (
                Leaf("standard", "Standard", kind="whole", default="0"),
                Leaf("accessible", "Accessible", kind="whole", default="0"),
                Leaf("ev", "Charging", kind="whole", default="0"),
                Leaf("motorcycle", "Motorcycle", kind="whole", default="0"),
            ),
            label="Spaces",
            switch="The number of spaces is known",
            line=True,
        ),
        times("enforced", "Enforced", hint="Outside it nobody needs a right.", never=True),
        Leaf(
            "max_stay", "Longest stay without a right", "Such as 2h. Empty: no limit.", "duration"
        ),
        Leaf(
            "stays",
            "The longest stay is of",
            kind="choice",
            options=(("each", "Each stay"), ("day", "All stays of a day together")),
            default="each",
        ),
        Leaf("no_return", "No return within", "Such as 3h.", "duration"),
        Leaf(
            "grace",
            "Grace",
            "After a right ends or past the longest stay, such as 10m.",
            "duration",
        ),
        Leaf(
            "moved",
            "Moved after so many meters",
            "A vehicle seen so far from its last place begins to stay anew. Empty: not asked.",
            "whole",
        ),
        Leaf(
            "priority",
            "Priority where areas overlap",
            "1 decides before 2. Empty: after all others.",
            "whole",
        ),
    ),
    needed=True,
)

AUDIENCE = Group("", (CODE, Leaf("name", "Name", "Empty: its code.")), needed=True)

SESSIONS = Group(
    "",
    (
        Rows(
            "rates",
            (
                Leaf(
                    "zones", "Zones", "With all that is inside them.", "codes", "zones", needed=True
                ),
                times("when", "Charged"),
                Group(
                    "",
                    (
                        Leaf("per_hour", "Price an hour", kind="money", needed=True),
                        Leaf("day_max", "Never over, a day", kind="money"),
                        Leaf(
                            "begun_hours",
                            "Or by the begun hour",
                            "First, second and so on, one on each line. Empty: by the minute.",
                            "texts",
                        ),
                        Leaf("min", "At least", "Such as 15m.", "duration"),
                        Leaf("max", "At most", "Such as 2h.", "duration"),
                    ),
                    line=True,
                ),
            ),
            label="Rates",
            one="rate",
            none="Nobody pays by the hour.",
        ),
        Group(
            "by_demand",
            (
                Leaf("full", "Dearer from", "Of the spaces taken.", "percent", default="80%"),
                Leaf("empty", "Cheaper below", "", "percent", default="60%"),
                Leaf("very_empty", "By the larger step below", "", "percent", default="30%"),
                Leaf("step", "Step", "Empty: 0.25.", "money"),
                Leaf("large_step", "Larger step", "Empty: 0.50.", "money"),
                Leaf("least", "Never under", "Empty: 0.50.", "money"),
                Leaf("most", "Never over", "Empty: 10.00.", "money"),
                Leaf("every", "Once in", kind="days", default="28d"),
                Leaf("notice", "Told before", kind="days", default="7d"),
            ),
            label="Rates by demand",
        ),
        Leaf("refund_unused", "Who stops early gets back what is not used", kind="flag"),
    ),
    needed=True,
)

FEES = Group(
    "",
    (
        Leaf("boot", "Boot", kind="money"),
        Leaf("tow", "Tow", kind="money"),
        Leaf("storage_per_day", "Storage, a day", kind="money"),
        Leaf("nsf", "Payment that the bank returned", kind="money"),
        Leaf("replacement", "Replacement of a lost permit", kind="money"),
        Leaf("transfer", "Transfer to another customer", kind="money"),
        Leaf("plan_setup", "Payment plan", kind="money"),
    ),
    needed=True,
)

SCOFFLAW = Group(
    "",
    (
        Rows(
            "boot_when",
            (
                Leaf("unpaid", "Unpaid citations", kind="whole"),
                Leaf("amount", "Owed", kind="money"),
            ),
            label="Booted when",
            one="reason",
            hint="Any of them; both of one where both are given.",
        ),
        Leaf("older_than", "A citation counts once it is older than", "Such as 3d.", "duration"),
        Leaf("notice", "Only so long after a notice was sent", "Such as 10d.", "duration"),
        Leaf(
            "ignore",
            "Citations that do not count",
            kind="codes",
            options=(("on_plan", "On a payment plan"), ("on_appeal", "Under appeal")),
        ),
        Leaf("tow_after_boot", "Towed so long after the boot", "Empty: never.", "duration"),
    ),
    needed=True,
)

HEAD = Group(
    "",
    (
        Leaf("name", "Name", needed=True),
        Leaf("timezone", "Time zone", "Such as America/Toronto.", needed=True),
        Leaf("currency", "Currency", "Its code of three letters. It stays.", needed=True),
        Leaf("locale", "Way of writing dates and numbers", "Such as en-US.", default="en-US"),
        Leaf("languages", "Languages", "One on each line, such as en.", "texts", default="en"),
    ),
    needed=True,
)

TAX = Group(
    "",
    (
        Leaf("name", "Name", default="Tax"),
        Leaf("rate", "Percent", kind="percent", needed=True),
        Leaf("included", "Prices include it", kind="flag"),
        Leaf(
            "applies_to",
            "On",
            "Nothing ticked: on both.",
            kind="codes",
            options=(("permits", "Permits"), ("sessions", "Paid sessions")),
        ),
    ),
    needed=True,
)

ELIGIBILITY = Group(
    "",
    (
        Leaf(
            "grace",
            "A permit ends so long after its holder left the audience",
            "",
            "duration",
            default="14d",
        ),
        Leaf(
            "most_ending",
            "A roster that ends more than this percent asks first",
            "",
            "percent",
            default="20",
        ),
    ),
    needed=True,
)

COUNTER = Group(
    "",
    (
        Leaf(
            "explain_above",
            "A reason is asked for a drawer that is over or short by more than",
            "Empty: whenever it is.",
            "money",
        ),
        Leaf(
            "without_sign_off",
            "Cash goes to the bank without a second person's sign-off",
            kind="flag",
        ),
    ),
    needed=True,
)

REFUNDS = Group(
    "",
    (
        Leaf(
            "second_person",
            "Somebody else accepts what staff give back beyond",
            "Empty: one person is enough.",
            "money",
        ),
        Leaf(
            "write_off",
            "Somebody else accepts what staff write off beyond",
            "Empty: one person is enough.",
            "money",
        ),
        Leaf(
            "void_above",
            "Somebody else accepts the void of a citation that comes to more than",
            "Empty: one person is enough.",
            "money",
        ),
    ),
    needed=True,
)

INVOICES = Group(
    "",
    (
        Leaf("terms", "Due within days", kind="days", default="30d"),
        Group(
            "bank",
            (
                Leaf("name", "Holder of the account", needed=True),
                Leaf("account", "Account number", "Such as an IBAN.", needed=True),
                Leaf("bank", "Bank"),
                Leaf("code", "Bank code", "Such as a BIC or a routing number."),
            ),
            label="Account for transfers",
        ),
        Group(
            "transfers",
            (
                Leaf(
                    "charges",
                    "Charges that may be paid by transfer",
                    "One kind on each line, such as permit or citation. Empty: all.",
                    "texts",
                ),
                Leaf("audience", "For", "One audience on each line. Empty: everybody.", "texts"),
                Leaf("least", "From this amount on", "Empty: any.", kind="money"),
                Leaf("due", "Due within days", kind="days", default="10d"),
                Leaf("grace", "Waited for so many days more", kind="days", default="3d"),
            ),
            label="Paying by transfer without an invoice",
        ),
        Rows(
            "reminders",
            (
                Leaf("after", "Days after the due date", "Such as 7d.", kind="days", needed=True),
                Leaf("fee", "Fee", "Empty: none.", kind="money"),
            ),
            label="Reminders",
            one="reminder",
            none="None goes out.",
        ),
    ),
    needed=True,
)

PLATE_READS = Group(
    "",
    (
        Leaf(
            "sure",
            "A read is checked by itself from this percent on",
            "Below it, a person looks at the picture first.",
            "percent",
            default="90",
        ),
        Leaf(
            "keep",
            "A read without a hit is erased after",
            "With its picture. Such as 30d.",
            "duration",
            default="30d",
        ),
    ),
    needed=True,
)

PLATE_CHECKS = Group(
    "",
    (
        Leaf(
            "outside",
            "Where no zone contains the position",
            kind="choice",
            options=(
                ("nothing", "Nothing counts there"),
                ("any_session", "A paid session of any zone counts"),
            ),
            default="nothing",
        ),
        Leaf(
            "public",
            "Anybody may ask on a public page whether a vehicle is permitted in a zone",
            "The answer is one word, and never whose it is.",
            "flag",
        ),
    ),
    needed=True,
)

RETENTION = Group(
    "",
    (
        Leaf(
            "texts",
            "Texts and the phone numbers of parking by text are forgotten after",
            "A number that opted out is kept, so that it is never texted again.",
            "duration",
            default="90d",
        ),
        Leaf(
            "draws",
            "Who was in a waiting room or a lottery is forgotten after",
            "The receipts stay, so that a draw can be checked for ever.",
            "duration",
            default="400d",
        ),
        Leaf(
            "positions",
            "Where officers were is erased after",
            "Kept only of officers who agreed, and during their shifts.",
            "duration",
            default="3d",
        ),
        Leaf(
            "callers",
            "Who called for an officer is forgotten after",
            "With their pictures; what it was and what came of it stays.",
            "duration",
            default="400d",
        ),
        Leaf(
            "plate_checks",
            "Plates of checks that found nothing are forgotten after",
            "Left empty, they are kept. Who looked, when and where stays in any case.",
            "duration",
        ),
    ),
    needed=True,
)

SHARED = Group(
    "",
    (
        Rows(
            "quotas",
            (
                Group(
                    "",
                    (
                        Leaf("code", "Code", "Letters, digits, - and _.", needed=True),
                        Leaf("name", "Name", "As customers read it.", needed=True),
                        Leaf("total", "Places", kind="whole", needed=True),
                        Leaf("oversell", "Sold beyond that, in percent", kind="percent"),
                    ),
                    line=True,
                ),
                Leaf(
                    "permit_types",
                    "Permit types that take from them",
                    "On top of what each has of its own.",
                    "codes",
                    "permit_types",
                    needed=True,
                ),
            ),
            label="Shared places",
            one="shared quota",
            none="Every type has places of its own only.",
        ),
        Rows(
            "limits",
            (
                Group(
                    "",
                    (
                        Leaf("most", "At most", kind="whole", needed=True),
                        Leaf(
                            "per",
                            "For one",
                            kind="choice",
                            options=(("customer", "customer"), ("address", "address")),
                            default="customer",
                        ),
                    ),
                    line=True,
                ),
                Leaf(
                    "permit_types",
                    "Of these permit types together",
                    kind="codes",
                    options="permit_types",
                    needed=True,
                ),
                Leaf(
                    "streets",
                    "Only in these streets",
                    "One on each line. Empty: wherever no other row for the same types names the "
                    "street.",
                    "texts",
                ),
            ),
            label="Limits over several types",
            one="limit",
            none="Limits are those of each type.",
        ),
    ),
    needed=True,
)

APPEALS = Group(
    "",
    (
        Leaf("decide_within", "Decided within days of its filing", kind="days", default="14d"),
        Leaf(
            "days",
            "Counted in",
            kind="choice",
            options=(("calendar", "calendar days"), ("business", "business days")),
            default="calendar",
        ),
        Rows(
            "grounds",
            (
                Group(
                    "",
                    (
                        Leaf("code", "Code", needed=True),
                        Leaf("name", "Name", "As appellants read it.", needed=True),
                    ),
                    line=True,
                ),
                Leaf(
                    "needs",
                    "Has to come with it",
                    kind="codes",
                    options=(("picture", "A picture"), ("document", "A document")),
                ),
                Leaf("asks", "What is asked for", "Such as: Send the receipt of your payment."),
                Leaf("denied", "Refused at once, saying", "Empty: somebody looks at it."),
            ),
            label="Grounds",
            one="ground",
            none="The usual ones.",
            hint="Something else is always one of them.",
        ),
        Rows(
            "reasons",
            (
                Group(
                    "",
                    (
                        Leaf("code", "Code", needed=True),
                        Leaf("name", "Name", "As appellants read it.", needed=True),
                    ),
                    line=True,
                ),
                Leaf(
                    "outcomes",
                    "For",
                    "Nothing ticked: any outcome.",
                    kind="codes",
                    options=(
                        ("upheld", "The citation stands"),
                        ("reduced", "The fine is reduced"),
                        ("dismissed", "The citation is dismissed"),
                    ),
                ),
                Leaf(
                    "text",
                    "Words to start from",
                    "{name}, {number}, {citation}, {violation}, {zone}, {plate}, {amount} and "
                    "{fine} are filled in.",
                ),
            ),
            label="Reasons of decisions",
            one="reason",
            none="The usual ones.",
        ),
    ),
    needed=True,
)

EDITORS: dict[str, Any] = {
    "zones": completed(ZONE, Zone),
    "permit_types": completed(PERMIT_TYPE, PermitType),
    "violations": completed(VIOLATION, Violation),
    "audiences": completed(AUDIENCE, Audience),
    "plans": completed(PLAN, PlanScheme),
    "calendars": days(""),
    "shared": completed(SHARED, Shared),
    "sessions": completed(SESSIONS, Sessions),
    "fees": completed(FEES, Fees),
    "refunds": completed(REFUNDS, Refunds),
    "counter": completed(COUNTER, CounterRules),
    "invoices": completed(INVOICES, Invoices),
    "scofflaw": completed(SCOFFLAW, Scofflaw),
    "programme": completed(HEAD, Head),
    "tax": completed(TAX, Tax),
    "eligibility": completed(ELIGIBILITY, Eligibility),
    "plate_reads": completed(PLATE_READS, PlateReads),
    "plate_checks": completed(PLATE_CHECKS, PlateChecks),
    "retention": completed(RETENTION, Retention),
    "appeals": completed(APPEALS, Appeals),
    "events": Leaf("", "Events", "One code on each line, such as snow-emergency.", "texts"),
    "year_start": Leaf(
        "", "The program year begins on", "Month and day, such as 09-01.", default="01-01"
    ),
}
"""By part."""
