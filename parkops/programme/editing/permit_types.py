"""What is asked of a permit type."""

from parkops.programme.editing.notation import (
    conditions,
    only_of_kind,
    times,
    uses_read,
    uses_shown,
)
from parkops.programme.editing.shape import Group, Leaf, Rows

TERMS = {
    "fixed": ("from", "to"),
    "rolling": ("months",),
    "days": ("days",),
    "hours": ("min", "max"),
}

WHOM = Group(
    "",
    (
        Leaf("code", "Code", "Letters, digits, - and _. It stays.", needed=True, fixed=True),
        Leaf("name", "Name", "As customers read it.", needed=True),
        Leaf("audience", "Who may have it", "Nobody ticked: everyone.", "codes", "audiences"),
        Leaf(
            "visibility",
            "Shown",
            kind="radio",
            options=(
                ("listed", "In the list of permits"),
                ("link", "Only to those with its link or QR code"),
                ("staff", "To staff only"),
            ),
            default="listed",
        ),
    ),
    label="What it is and whom it is for",
)

WHERE = Group(
    "",
    (
        Rows(
            "grants",
            (
                Leaf(
                    "zones", "Zones", "With all that is inside them.", "codes", "zones", needed=True
                ),
                times("when", "When"),
            ),
            label="Rights",
            one="right",
            hint="Any of them is enough to park.",
        ),
        Leaf("lifts_max_stay", "Its vehicles may stay longer than the zone's limit", kind="flag"),
    ),
    label="Where and when",
)

TERM = Group(
    "term",
    (
        Leaf(
            "kind",
            "How long it lasts",
            kind="radio",
            options=(
                ("fixed", "From one date to another, the same for everybody"),
                ("rolling", "Months from the day one chooses"),
                ("days", "Days from the day one chooses"),
                ("hours", "Hours, as many as one chooses"),
            ),
            needed=True,
        ),
        Leaf("from", "First day", kind="date", when="fixed"),
        Leaf("to", "Ends at the beginning of", kind="date", when="fixed"),
        Leaf("months", "Months", kind="whole", default="1", when="rolling"),
        Leaf("days", "Days", kind="whole", default="1", when="days"),
        Leaf("min", "Hours at least", kind="whole", default="1", when="hours"),
        Leaf("max", "Hours at most", kind="whole", when="hours"),
    ),
    label="Term",
    needed=True,
    fold=only_of_kind(TERMS),
)

SALE = Group(
    "on_sale",
    (
        Leaf("from", "From", "Empty: at once.", "moment"),
        Leaf("to", "Until", "Empty: as long as it lasts.", "moment"),
        Rows(
            "cohorts",
            (
                Leaf("audience", "Audiences", kind="codes", options="audiences", needed=True),
                Leaf("from", "May buy from", kind="moment", needed=True),
            ),
            label="Groups with a moment of their own",
            one="group",
        ),
        Group(
            "waiting_room",
            (
                Leaf(
                    "opens", "It opens before the sale", "Such as 30m.", "duration", default="30m"
                ),
                Leaf("at_once", "People who buy at once", "Such as 50.", "whole", default="50"),
                Leaf("turn", "Each has", "Such as 10m.", "duration", default="10m"),
            ),
            label="Waiting room",
            switch="People wait in a line when the sale opens",
        ),
        Group(
            "lottery",
            (
                Leaf("from", "Entries from", kind="moment", needed=True),
                Leaf("to", "Entries until, then it is drawn", kind="moment", needed=True),
            ),
            label="By lot",
            hint="Instead of From and groups. It needs places and a waitlist.",
            switch="It is given out by lot",
        ),
    ),
    label="On sale",
)

SEASONS = Rows(
    "months",
    (
        Leaf("season", "Months that begin in", "12-01..04-30", needed=True),
        Leaf("amount", "Each costs", kind="money", needed=True),
    ),
    label="Prices by month, for a term of months",
    one="season",
    hint="On top of the price above; together they name every day of the year once.",
)

PRICE = Group(
    "price",
    (
        Leaf(
            "base", "Price", "For the whole term; a day or an hour for those.", "money", needed=True
        ),
        Leaf(
            "prorate",
            "When bought after the term began",
            kind="choice",
            options=(
                ("none", "all of the price"),
                ("daily", "the days that are left"),
                ("half-monthly", "the half months that are left"),
                ("monthly", "the months that are left"),
            ),
            default="none",
        ),
        SEASONS,
        Rows(
            "add",
            (
                Leaf("amount", "Amount", "Below zero takes off.", "money", needed=True),
                conditions(),
            ),
            label="Added",
            one="addition",
            hint="Each whose conditions all hold.",
        ),
        Rows(
            "times",
            (Leaf("factor", "Times", "0.50 is half.", "factor", needed=True), conditions()),
            label="Then multiplied",
            one="factor",
            hint="Each whose conditions all hold.",
        ),
        Leaf("floor", "Never less than", kind="money"),
    ),
    label="Price",
    needed=True,
)

PLACES = Group(
    "",
    (
        Leaf(
            "ahead",
            "Sold at most so long before it begins",
            "Such as 30d. Empty: no limit.",
            "duration",
        ),
        Group(
            "quota",
            (
                Leaf("total", "Places", kind="whole"),
                Leaf("oversell", "Sold beyond that, in percent", kind="percent"),
            ),
            label="How many are sold",
            hint="Empty: no limit.",
            line=True,
        ),
        Leaf("per_customer", "At most for one customer", "Empty: no limit.", "whole"),
        Leaf("per_address", "At most for one address", "Empty: no limit.", "whole"),
        Group(
            "waitlist",
            (
                Leaf(
                    "offer",
                    "A free place is offered for",
                    "Such as 2d or 12h.",
                    "duration",
                    default="2d",
                ),
                Leaf(
                    "lapse",
                    "Who lets an offer go by",
                    kind="choice",
                    options=(("leave", "leaves the line"), ("end", "goes to its end")),
                    default="leave",
                ),
                Leaf(
                    "priority",
                    "Groups that go first",
                    "One code on each line. Empty: none.",
                    "texts",
                ),
                Leaf(
                    "group",
                    "One line of choices with",
                    "A name that several types share. Empty: none.",
                ),
                Leaf(
                    "higher",
                    "Who takes a place keeps higher choices",
                    kind="choice",
                    options=(("keep", "yes"), ("end", "no")),
                    default="keep",
                ),
                Leaf(
                    "purge", "Closed every year on", "Month and day, such as 08-01. Empty: never."
                ),
                Leaf(
                    "notice", "And told so long before", "Such as 14d.", "duration", default="14d"
                ),
                Leaf(
                    "gather",
                    "Several places wait for each other",
                    "Such as 48h.",
                    "duration",
                    default="48h",
                ),
            ),
            label="Waitlist",
            switch="There is a waitlist when it is sold out",
        ),
        Leaf(
            "hold", "An unpaid cart keeps its place for", "Such as 15m.", "duration", default="15m"
        ),
    ),
    label="Places",
)

VEHICLES = Group(
    "vehicles",
    (
        Leaf("max", "Plates on a permit", "0: only visitors' passes. Empty: no limit.", "whole"),
        Leaf("on_site", "On site at once", "Empty: no limit.", "whole"),
        Group(
            "changes",
            (
                Leaf("most", "Changes at most", kind="whole", needed=True),
                Leaf("per", "In", "Such as 365d.", "duration", default="365d"),
            ),
            label="Changes by the holder",
            switch="Holders may change their plates only so often",
            line=True,
        ),
        Group(
            "temporary",
            (
                Leaf("most", "Times at most", kind="whole", default="2"),
                Leaf("per", "In", "Such as 365d.", "duration", default="365d"),
                Leaf("longest", "Each at most", "Such as 30d.", "duration", default="30d"),
                Leaf(
                    "replaces",
                    "The usual vehicle has no right meanwhile",
                    kind="flag",
                    default="on",
                ),
            ),
            label="A vehicle for a while",
            line=True,
        ),
    ),
    label="Vehicles",
    needed=True,
)

CONDITIONS = Group(
    "",
    (
        Leaf(
            "approval",
            "Before it is sold",
            kind="radio",
            options=(
                ("none", "Nobody has to approve"),
                ("staff", "Staff approve"),
                ("documents", "Staff approve what the customer sends in"),
            ),
            default="none",
        ),
        Leaf("documents", "Documents asked for", "One on each line.", "texts", when="documents"),
        Group(
            "provisional",
            (
                Leaf(
                    "documents",
                    "Taken instead",
                    "One on each line. Staff approve for a while on it.",
                    "texts",
                    needed=True,
                ),
                Leaf(
                    "lasts",
                    "Good for",
                    "Such as 14d, until the proof comes.",
                    "duration",
                    default="14d",
                ),
            ),
            label="Without all documents yet",
            switch="Something else may be sent first",
            when="documents",
        ),
        Leaf(
            "blocked_by_debt",
            "Not sold or renewed while an overdue citation is unpaid",
            kind="flag",
        ),
        Leaf(
            "second_to",
            "It goes with the holder's first permit of",
            "And ends with it at the latest. Tick the type itself for a second one of its own.",
            "codes",
            "permit_types",
        ),
    ),
    label="Conditions of sale",
)

LATER = Group(
    "",
    (
        Group(
            "renewal",
            (
                Leaf(
                    "opens",
                    "From so long before its end",
                    "Such as 30d. Empty: any time.",
                    "duration",
                ),
                Leaf("automatic", "By itself, for those who agreed", kind="flag"),
            ),
            label="Renewal",
            switch="It can be renewed",
        ),
        Leaf("transferable", "It can be given to another customer", kind="flag"),
        Group(
            "refund",
            (
                Leaf(
                    "basis",
                    "When it is cancelled, given back of the price",
                    kind="choice",
                    options=(
                        ("none", "nothing"),
                        ("daily", "the days that are left"),
                        ("half-months", "the half months not begun"),
                        ("full-months", "the months not begun"),
                        ("table", "a share by the days since its start"),
                    ),
                    default="none",
                ),
                Rows(
                    "table",
                    (
                        Leaf("within", "Days since its start", kind="days", needed=True),
                        Leaf("refund", "Percent given back", kind="percent", needed=True),
                    ),
                    label="Shares",
                    one="share",
                    when="table",
                ),
                Leaf("fee", "Less a fee of", "10.00 or 10%. Empty: none."),
                Leaf("none_after", "Nothing after", kind="date"),
                Leaf("net_debt", "Unpaid citations come off first", kind="flag"),
            ),
            label="Refund",
            fold=lambda value: (
                value
                if value.get("basis") == "table"
                else {k: v for k, v in value.items() if k != "table"}
            ),
        ),
        Group(
            "suspension",
            (
                Leaf(
                    "credit",
                    "Suspended by the office, given back",
                    kind="choice",
                    options=(("none", "nothing"), ("daily", "the days' share of the price")),
                    default="none",
                ),
            ),
        ),
    ),
    label="After the sale",
)

CREDENTIAL = Group(
    "",
    (
        Leaf(
            "credential",
            "What shows the right",
            kind="radio",
            options=(("virtual", "The plate itself"), ("hangtag", "A hangtag with a number")),
            default="virtual",
        ),
        Group(
            "numbers",
            (
                Leaf("prefix", "Prefix"),
                Leaf("from", "From number", kind="whole", default="1"),
                Leaf("to", "To number", kind="whole"),
            ),
            label="Numbers",
            line=True,
            when="hangtag",
            fold=lambda value: value if value.keys() & {"to", "prefix"} else {},
        ),
        Leaf("deposit", "Deposit", kind="money", when="hangtag"),
        Group(
            "passes",
            (
                Leaf("uses", "Passes or time", "5, or an amount of time such as 72h.", needed=True),
                Leaf("per", "For", "term, or a time that rolls on such as 14d.", default="term"),
                Leaf("at_once", "Running at once, at most", kind="whole"),
                Leaf("longest", "One at most", "Such as 24h.", "duration"),
                Leaf("per_plate", "For one plate, at most", kind="whole"),
            ),
            label="Visitors' passes",
            switch="Holders give passes to visitors",
            line=True,
            unfold=uses_shown,
            fold=uses_read,
        ),
    ),
    label="Credential and passes",
)

PERMIT_TYPE = Group(
    "",
    (WHOM, WHERE, TERM, SALE, PRICE, PLACES, VEHICLES, CONDITIONS, LATER, CREDENTIAL),
    needed=True,
)
