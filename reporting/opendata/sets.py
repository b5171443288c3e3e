"""What the sets of open data are called, and what their columns say; words for people, codes for programs."""

from dataclasses import dataclass

from parkops.kernel.texts import say

MONTHS = 24
"""How many whole months are shown."""
WEEKS = 13
"""Of how many whole weeks an ordinary week is made."""


@dataclass(frozen=True, slots=True)
class OpenColumn:
    """A column: its key in files, its head, what its cells are (text, month, count or money), what it says."""

    key: str
    title: str
    kind: str = "text"
    told: str = ""

    @property
    def is_number(self) -> bool:
        """Whether its cells stand to the right."""
        return self.kind in ("count", "money")


@dataclass(frozen=True, slots=True)
class OpenSet:
    """A set: its code in addresses, its name, what it is about, its columns."""

    code: str
    name: str
    about: str
    columns: tuple[OpenColumn, ...]


_MONTH = OpenColumn("month", say("Month"), "month", say("The local month, as in 2026-10"))
_NOTE = OpenColumn(
    "note",
    say("Note"),
    "text",
    say("Why a number is left out: it is under 5, or would tell one that is"),
)

SETS: dict[str, OpenSet] = {
    one.code: one
    for one in (
        OpenSet(
            "citations-by-violation",
            say("Citations by month and violation"),
            say("How many citations were written, warnings and those voided since among them."),
            (
                _MONTH,
                OpenColumn("violation", say("Violation"), "text", say("Its code")),
                OpenColumn("name", say("Name")),
                OpenColumn("citations", say("Citations"), "count"),
                _NOTE,
            ),
        ),
        OpenSet(
            "citations-by-zone",
            say("Citations by month and zone"),
            say("Where citations were written; the zone is blank where none is known."),
            (
                _MONTH,
                OpenColumn("zone", say("Zone"), "text", say("Its code")),
                OpenColumn("name", say("Name")),
                OpenColumn("citations", say("Citations"), "count"),
                _NOTE,
            ),
        ),
        OpenSet(
            "permits-by-type",
            say("Permits by month and type"),
            say("How many permits were sold, free ones and those ended since among them."),
            (
                _MONTH,
                OpenColumn("type", say("Permit type"), "text", say("Its code")),
                OpenColumn("name", say("Name")),
                OpenColumn("permits", say("Permits"), "count"),
                _NOTE,
            ),
        ),
        OpenSet(
            "revenue-by-month",
            say("Revenue by month"),
            say("What was paid, by what it was for; refunds are not taken off."),
            (
                _MONTH,
                OpenColumn(
                    "for", say("For"), "text", say("Permits, citations, sessions and so on")
                ),
                OpenColumn("item", say("Which"), "text", say("The permit type or violation")),
                OpenColumn("amount", say("Amount"), "money"),
                _NOTE,
            ),
        ),
        OpenSet(
            "vehicles-by-hour",
            say("Vehicles by weekday and hour"),
            say(
                "How many different vehicles were seen, or had paid, in a zone in an hour, on average."
            ),
            (
                OpenColumn("zone", say("Zone"), "text", say("Its code")),
                OpenColumn("weekday", say("Weekday"), "count", say("1 is Monday, 7 is Sunday")),
                OpenColumn("hour", say("Hour"), "text", say("The local hour that begins then")),
                OpenColumn(
                    "days", say("Days"), "count", say("On which somebody looked, or paid, then")
                ),
                OpenColumn(
                    "vehicles", say("Vehicles"), "count", say("On average of these days, rounded")
                ),
                _NOTE,
            ),
        ),
    )
}
