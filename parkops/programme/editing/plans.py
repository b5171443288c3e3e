"""The editor of a kind of payment plan."""

from parkops.programme.editing.shape import Group, Leaf

KINDS = (
    ("citation", "Citations"),
    ("permit", "Permits"),
    ("session", "Parking sessions"),
    ("fee", "Fees"),
    ("boot", "Boots"),
    ("tow", "Tows"),
    ("storage", "Storage"),
)

PLAN = Group(
    "",
    (
        Leaf("code", "Code", "Letters, digits, - and _. It stays.", needed=True, fixed=True),
        Leaf("name", "Name", "As customers read it.", needed=True),
        Leaf("charges", "For", kind="codes", options=KINDS, default="citation"),
        Leaf(
            "buys",
            "Chosen when one of these permits is bought",
            "With any ticked it is for permits alone: its first part brings the permit.",
            "codes",
            "permit_types",
        ),
        Leaf("audience", "Who may have it", "Nobody ticked: everyone.", "codes", "audiences"),
        Leaf(
            "documents",
            "Documents that show it",
            "One on each line, such as Proof of income. The office looks at each plan then.",
            "texts",
        ),
        Leaf(
            "approval",
            "The office decides about each",
            kind="choice",
            options=(("none", "No"), ("staff", "Yes")),
            default="none",
        ),
        Group(
            "",
            (
                Leaf("least", "Owed at least", kind="money"),
                Leaf("most", "Owed at most", kind="money"),
            ),
            line=True,
        ),
        Leaf("within", "Asked for within days of the charge", "Empty: at any time.", "days"),
        Leaf("after_decision", "Or within days of the decision of an appeal", kind="days"),
        Leaf("while_held", "Also while the vehicle is booted or towed", kind="flag"),
        Group(
            "",
            (
                Leaf("instalments", "Installments at most", kind="whole", needed=True),
                Leaf(
                    "every",
                    "One every",
                    kind="choice",
                    options=(("week", "week"), ("two-weeks", "two weeks"), ("month", "month")),
                    default="month",
                ),
                Leaf("each_least", "Each at least", kind="money"),
                Leaf("each_most", "Each at most", kind="money"),
            ),
            line=True,
        ),
        Leaf("down", "First part, on the first day", "An amount or a percent of the whole."),
        Leaf("setup_fee", "Fee", "Empty: the fee of the program for a payment plan.", "money"),
        Leaf(
            "late_fees",
            "Late fees that stand already",
            kind="choice",
            options=(("keep", "stay"), ("waive", "are left out while it runs")),
            default="keep",
        ),
        Leaf("grace", "It ends when a part is late for more days than", kind="days", default="10d"),
        Leaf("extensions", "Its dates may be put off, times", kind="whole", default="0"),
        Leaf("extension", "By days", kind="days", default="30d"),
        Leaf("reinstatements", "It may go on after it ended, times", kind="whole", default="0"),
        Leaf("reinstate_within", "Within days of its end", kind="days", default="30d"),
    ),
    needed=True,
)
