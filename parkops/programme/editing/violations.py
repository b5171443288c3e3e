"""What is asked of a violation."""

from parkops.programme.editing.notation import LADDER_SPANS, ladder_read, ladder_shown
from parkops.programme.editing.shape import Group, Leaf, Rows

WHAT = Group(
    "",
    (
        Leaf("code", "Code", "Letters, digits, - and _. It stays.", needed=True, fixed=True),
        Leaf("name", "Name", "As it stands on the citation.", needed=True),
        Leaf(
            "raised_by",
            "Proposed when",
            kind="radio",
            options=(
                ("unauthorized", "a vehicle has no right"),
                ("overtime", "a vehicle stays too long"),
                ("second_vehicle", "a second vehicle of one permit is on site"),
                ("officer", "never: an officer chooses it"),
            ),
            default="officer",
        ),
        Leaf("zones", "Zones", "Nobody ticked: everywhere.", "codes", "zones"),
        Leaf("fine", "Fine", kind="money", needed=True),
        Leaf("towable", "The vehicle may be towed", kind="flag"),
    ),
    label="What it is",
)

LADDER = Group(
    "nth",
    (
        Leaf("counts", "Earlier citations that count", kind="choice", options=LADDER_SPANS),
        Leaf("days", "Days", kind="whole", hint="For the last two."),
        Rows(
            "steps",
            (
                Leaf("n", "From citation", kind="whole", needed=True),
                Leaf(
                    "sanction",
                    "Then",
                    kind="choice",
                    options=(
                        ("fine", "a fine"),
                        ("warning", "a warning"),
                        ("boot", "a boot"),
                        ("tow", "a tow"),
                    ),
                    default="fine",
                ),
                Leaf("fine", "Fine", kind="money", hint="Empty: as above."),
            ),
            label="Steps",
            one="step",
        ),
    ),
    label="When it is repeated",
    hint="By the count of this violation on the same plate.",
    switch="Repeating it brings something else",
    unfold=ladder_shown,
    fold=ladder_read,
    aliases={"within": "counts"},
)

SCHEDULE = Group(
    "",
    (
        Rows(
            "schedule",
            (
                Leaf("within", "Within days", kind="days"),
                Leaf("discount", "less", "12.00 or 50%."),
                Leaf("after", "After days", kind="days"),
                Leaf("add", "plus", "15.00 or 50%."),
                Leaf("times", "times", kind="factor"),
                Leaf("stage", "stage", "collections, owner-lookup or your own."),
            ),
            label="Steps over time",
            one="step",
            hint="In this order, each to the running amount. Days count from the day of issue.",
        ),
    ),
    label="What is owed as time passes",
)

REST = Group(
    "",
    (
        Group(
            "recite",
            (
                Leaf("after", "Again after", "Such as 2h.", "duration", needed=True),
                Leaf("at_most", "At most", kind="whole"),
                Leaf("per", "In", "Such as 12h.", "duration"),
            ),
            label="The same vehicle again",
            switch="It may be cited again on one day",
            line=True,
        ),
        Group(
            "appeal",
            (
                Leaf("within", "Within days", "Empty: at any time.", "days"),
                Leaf(
                    "days",
                    "Counted in",
                    kind="choice",
                    options=(("calendar", "calendar days"), ("business", "business days")),
                    default="calendar",
                ),
                Leaf("levels", "Levels", "One on each line.", "texts", default="review"),
                Leaf("fee", "Fee", kind="money"),
                Leaf("pauses_clock", "The days stop until it is decided", kind="flag"),
                Leaf(
                    "heard",
                    "Levels at which the appellant is heard",
                    "One on each line. Empty: a level called hearing.",
                    "texts",
                ),
                Group(
                    "next_level",
                    (
                        Leaf("within", "Within days of the decision", kind="days"),
                        Leaf("fee", "Fee", kind="money"),
                    ),
                    label="From the second level on",
                    switch="The second level has its own days or fee",
                    line=True,
                ),
            ),
            label="Appeal",
            switch="It may be appealed",
        ),
        Group(
            "cure",
            (
                Leaf("proof", "Proof", "What is shown, such as Accessible placard.", needed=True),
                Leaf("within", "Within", "Such as 72h. Empty: at any time.", "duration"),
                Leaf(
                    "result",
                    "Then it is",
                    kind="choice",
                    options=(("dismissed", "dismissed"),),
                    default="dismissed",
                ),
            ),
            label="Cure",
            switch="Who shows a proof has it dismissed",
            line=True,
        ),
    ),
    label="Again, appealed, cured",
)

VIOLATION = Group("", (WHAT, LADDER, SCHEDULE, REST), needed=True)
