"""Which code of the institution's own ledger a movement is booked under. Pure.

A row names an account of the chart and, where it says more, the zone, the type or violation, and the
audience; the row that says most wins. A row holds from a day on, until another of the same name does.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from parkops.kernel.codes import code_key
from parkops.kernel.decisions import ALLOWED, Decision


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of what was charged: its zone, its permit type or violation, and to what audience
    it was sold; what is not known is empty. Codes are as the program writes them."""

    zone: str = ""
    item: str = ""
    audience: str = ""


NOTHING_KNOWN = Facts()


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the mapping; an empty code ends what held before."""

    account: str
    code: str
    begins_on: date
    cost_center: str = ""
    zone: str = ""
    item: str = ""
    audience: str = ""

    @property
    def name(self) -> tuple[str, str, str, str]:
        """What the row is about: rows of one name follow each other."""
        return self.account, code_key(self.item), code_key(self.zone), code_key(self.audience)

    @property
    def weight(self) -> tuple[int, int, int, int]:
        """How much the row says: more facts win, then the type, the zone, the audience."""
        told = bool(self.item), bool(self.zone), bool(self.audience)
        return sum(told), *told

    @property
    def words(self) -> str:
        """The row in words."""
        told = [
            f"account {self.account}",
            *([f"type {self.item}"] if self.item else []),
            *([f"zone {self.zone}"] if self.zone else []),
            *([f"sold to {self.audience}"] if self.audience else []),
        ]
        center = f", cost center {self.cost_center}" if self.cost_center else ""
        return f"{', '.join(told)}: {self.code}{center}"


@dataclass(frozen=True, slots=True)
class Booked:
    """The code that something is booked under, empty where no row fits, and why."""

    code: str
    cost_center: str
    because: tuple[str, ...]


def in_force(rows: Iterable[Row], on: date) -> list[Row]:
    """Return the rows that hold on a day."""
    latest: dict[tuple[str, str, str, str], Row] = {}
    for row in sorted(rows, key=lambda one: one.begins_on):
        if row.begins_on <= on:
            latest[row.name] = row
    return [row for row in latest.values() if row.code]


def booked(rows: Iterable[Row], account: str, facts: Facts) -> Booked:
    """Return the code of a movement on an account, by the rows that hold."""
    fits = sorted((row for row in rows if _fits(row, account, facts)), key=lambda row: row.weight)
    if not fits:
        return Booked("", "", (f"No row is about account {account}.",))
    best = fits[-1]
    return Booked(best.code, best.cost_center, tuple(row.words for row in fits))


def spans(rows: Iterable[Row], first: date, last: date) -> list[tuple[date, date]]:
    """Return the days from `first` to `last`, both included, cut where other rows begin to hold."""
    begins = sorted({first, *(row.begins_on for row in rows if first < row.begins_on <= last)})
    ends = [date.fromordinal(on.toordinal() - 1) for on in begins[1:]]
    return list(zip(begins, [*ends, last], strict=True))


def may_write(row: Row, *, open_from: date | None, accounts: Sequence[str]) -> Decision:
    """Decide whether a row may be written: not into days that are closed."""
    if row.account not in accounts:
        return Decision("account", f"There is no account {row.account}.", "account")
    if open_from is not None and row.begins_on < open_from:
        return Decision(
            "month_closed",
            f"What is closed keeps its codes. Write {open_from:%-d %B %Y} or later.",
            "begins_on",
        )
    return ALLOWED


def _fits(row: Row, account: str, facts: Facts) -> bool:
    told = ((row.zone, facts.zone), (row.item, facts.item), (row.audience, facts.audience))
    return row.account == account and all(
        not asked or code_key(asked) == code_key(known) for asked, known in told
    )
