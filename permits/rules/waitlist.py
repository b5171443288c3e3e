"""The order of a line, who is passed over and why, and when reminders and closings are due."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from parkops.kernel.codes import code_key
from parkops.kernel.dates import add_months, local_date, midnight
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import say, say_n
from parkops.programme.permit_schema import PermitType, Waitlist

REMIND_AT = 3 / 4
"""After this share of an offer's time its holder is reminded."""
MOST_LAPSES = 1
"""So many offers may go by before who is sent to the end leaves the line."""


@dataclass(frozen=True, slots=True, order=True)
class Seat:
    """A place in the order of a line: the higher priority first, then the lower number."""

    priority: int
    number: int

    @property
    def order(self) -> tuple[int, int]:
        """What a line is sorted by."""
        return (-self.priority, self.number)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the types that a customer waits for, by rank: 1 is wanted most."""

    key: str
    rank: int


def priority_of(rule: Waitlist, audiences: Collection[str]) -> int:
    """Return how far before all others somebody of these audiences goes: 0 is with the others."""
    mine = {code_key(code) for code in audiences}
    first = [code_key(code) for code in rule.priority]
    return max((len(first) - n for n, code in enumerate(first) if code in mine), default=0)


def moved(seats: Sequence[Seat], start: int, to: int) -> list[Seat]:
    """Return the seats of a line, in its old order, after its `start`th person went to be the `to`th
    (from 0); all between move by one seat. No two have the same seat afterwards."""
    free: list[Seat] = []
    for seat in seats:
        last = free[-1] if free else None
        is_same = last is not None and seat.order <= last.order
        free.append(Seat(last.priority, last.number + 1) if last and is_same else seat)
    people = [*range(len(seats))]
    people.insert(to, people.pop(start))
    after = dict(zip(people, free, strict=True))
    return [after[n] for n in range(len(seats))]


def given_up(rule: Waitlist, taken: Choice, others: Sequence[Choice]) -> list[Choice]:
    """Return which other choices of a group end when `taken` is taken: the lower ones, and the
    higher ones too where the program says so."""
    return [other for other in others if other.rank > taken.rank or rule.higher == "end"]


def choice_rule(rule: Waitlist) -> str:
    """Return in words what taking a place does to the other choices."""
    if rule.group is None:
        return ""
    if rule.higher == "end":
        return say("When you take a place, you leave the lines of your other choices.")
    return say(
        "When you take a place, your lower choices end. You stay in line for the higher ones, and "
        "may switch when one of them frees up."
    )


def lapse_rule(rule: Waitlist) -> str:
    """Return in words what letting an offer go by does."""
    if rule.lapse == "end":
        return say(
            "If you do not answer, you go to the end of the line; the second time you leave it."
        )
    return say("If you do not answer, you leave the line.")


def after_lapse(rule: Waitlist, lapses: int) -> Literal["leave", "end"]:
    """Return what becomes of who let offers go by, `lapses` of them with this one."""
    return "end" if rule.lapse == "end" and lapses <= MOST_LAPSES else "leave"


def has_no_better(name: str) -> Decision:
    """Refuse an offer to who has one of a higher choice, called `name`; "" is none."""
    if not name:
        return ALLOWED
    return Decision("better_offer", say("You have an offer of a higher choice: {name}.", name=name))


def finds_all(wanted: int, free: int) -> Decision:
    """Refuse an offer to who wants more places than are free."""
    if free >= wanted:
        return ALLOWED
    needs = say_n("one place", "{n} places", wanted)
    had = say_n("one was free", "{n} were free", free)
    return Decision("needs_places", say("You wait for {needs}, and {had}.", needs=needs, had=had))


def may_want(kind: PermitType, wanted: int) -> Decision:
    """Decide whether somebody may wait for this many places of a type."""
    most = kind.per_customer
    if most is not None and wanted > most:
        return Decision(
            "per_customer",
            say_n("One permit a customer.", "At most {n} permits a customer.", most),
            field="wanted",
        )
    return ALLOWED


def remind_from(offered_at: datetime, until: datetime) -> datetime:
    """Return from when the holder of an offer is reminded of its end."""
    return offered_at + (until - offered_at) * REMIND_AT


def purge_day(purge: tuple[int, int], joined: date) -> date:
    """Return the first day of this month and day after `joined`; 29 February is else the 28th."""
    month, day = purge
    days = []
    for year in (joined.year, joined.year + 1):
        last = add_months(date(year, month, 1), 1) - timedelta(days=1)
        days.append(last.replace(day=min(day, last.day)))
    return next(on for on in days if on > joined)


def purge_due(
    rule: Waitlist,
    joined_at: datetime,
    told_at: datetime | None,
    *,
    zone: ZoneInfo,
    at: datetime,
) -> tuple[Literal["tell", "close"], date] | None:
    """Return what the yearly closing of a line asks for at `at` of who joined it, and its day.

    They are told first; nobody is closed out on the day they are told.
    """
    if rule.purge is None:
        return None
    on = purge_day(rule.purge, local_date(joined_at, zone))
    if told_at is None:
        return ("tell", on) if at >= rule.notice.before(midnight(on, zone), zone) else None
    today = local_date(at, zone)
    return (
        ("close", on) if max(on, local_date(told_at, zone) + timedelta(days=1)) <= today else None
    )
