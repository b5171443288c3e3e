"""What the pages about drawers and deposits show, gathered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse

from parkops.kernel.actors import Actor
from parkops.kernel.denominations import Pieces
from parkops.kernel.money import Money
from parkops.ui.values import Reason
from payments import operations, place, queries
from payments.models import Deposit, Drawer, DrawerCount, DrawerMovement, Payment
from payments.rules import drawers as rules


@dataclass(frozen=True, slots=True)
class DrawerLine:
    """A drawer: what should lie in it, what was counted, what is over (short: below zero).

    What is expected is told of a counted one only: who counts is not to know.
    """

    drawer: Drawer
    float_: Money
    receipts: int
    state: str
    tone: str
    expected: Money | None
    counted: Money | None
    over: Money | None


@dataclass(frozen=True, slots=True)
class CountLine:
    """One counting of a drawer."""

    count: DrawerCount
    counted: Money
    pieces: list[Pieces]


@dataclass(frozen=True, slots=True)
class DrawerPage:
    """A drawer with everything that went in and out of it, its counts, and who may do what."""

    line: DrawerLine
    passages: list[queries.Passage]
    sums: list[Reason]
    counts: list[CountLine]
    deposit: Deposit | None
    needs_reason: bool
    may_sign: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class Here:
    """One thing that may go to the bank, as the form of a deposit offers it."""

    id: int
    text: str
    amount: Money
    is_ticked: bool
    refused: str = ""


@dataclass(frozen=True, slots=True)
class HereGroup:
    """Things of one kind that may go to the bank, with the form's name for them."""

    name: str
    title: str
    rows: list[Here]


@dataclass(frozen=True, slots=True)
class DepositPage:
    """A deposit: the cash by denomination, the drawers and drops, the checks."""

    deposit: Deposit
    total: Money
    cash: Money
    cheques: Money
    pieces: list[Pieces]
    cash_lines: list[Reason]
    cheque_lines: list[Reason]
    by_terminal: list[Reason]


def drawer(row: Drawer) -> DrawerLine:
    """Return a drawer with how many receipts it has."""
    return drawer_line(row, receipts=queries.receipts_in(row))


def drawer_line(row: Drawer, *, receipts: int = 0) -> DrawerLine:
    """Return a drawer for a list."""
    state, tone = _state(row)
    is_counted = row.counted_minor is not None and row.recount_asked_at is None
    return DrawerLine(
        drawer=row,
        float_=place.money(row.float_minor),
        receipts=receipts,
        state=state,
        tone=tone,
        expected=place.money(row.expected_minor or 0) if is_counted else None,
        counted=place.money(row.counted_minor or 0) if is_counted else None,
        over=place.money(row.over_minor or 0) if is_counted else None,
    )


def drawer_page(row: Drawer, *, by: Actor, at: datetime) -> DrawerPage:
    """Return a drawer with all about it, as `by` sees it."""
    line = drawer(row)
    found = queries.passages(row)
    counts = [
        CountLine(one, place.money(one.counted_minor), pieces_of(one.pieces))
        for one in row.counts.order_by("place")
    ]
    counters = {one.count.counted_by_ref for one in counts}
    decision = rules.may_sign(
        is_counted=row.closed_at is not None,
        is_signed=row.signed_at is not None,
        is_asked_again=row.recount_asked_at is not None,
        is_own=f"{by.kind}:{by.ref}" in {row.holder_ref, *counters},
        is_explained=True,
    )
    item = getattr(row, "deposited", None)
    return DrawerPage(
        line=line,
        passages=found,
        sums=_sums(row, found) if line.expected is not None else [],
        counts=counts,
        deposit=item.deposit if item else None,
        needs_reason=operations.needs_explaining(row, at=at),
        may_sign=bool(decision),
        why_not=decision.reason,
    )


def deposit_page(row: Deposit) -> DepositPage:
    """Return a deposit with what it is made of."""
    cash_lines, cheque_lines, tills = [], [], []
    for item in queries.items_of(row):
        amount = place.money(item.amount_minor)
        if item.drawer is not None:
            tills.append(item.drawer)
            cash_lines.append(Reason(drawer_text(item.drawer), amount))
        elif item.movement is not None:
            cash_lines.append(Reason(drop_text(item.movement), amount))
        elif item.payment is not None:
            cheque_lines.append(Reason(cheque_text(item.payment), amount, item.payment.number))
    return DepositPage(
        deposit=row,
        total=place.money(row.total_minor),
        cash=place.money(row.cash_minor),
        cheques=place.money(row.cheques_minor),
        pieces=pieces_of(row.pieces),
        cash_lines=cash_lines,
        cheque_lines=cheque_lines,
        by_terminal=_by_terminal(tills),
    )


def depositable(
    here: Mapping[str, Mapping[int, Any]], *, ticked: Mapping[str, set[int]], at: datetime
) -> list[HereGroup]:
    """Return what has not gone to the bank, in groups; what cannot go yet says why."""
    texts: dict[str, tuple[str, Callable[[Any], str], Callable[[Any], int]]] = {
        "drawers": ("Drawers", drawer_text, lambda row: row.takings_minor),
        "drops": ("Drops to the safe", drop_text, lambda row: row.amount_minor),
        "cheques": ("Checks", _cheque_here, lambda row: row.amount_minor),
    }
    groups = []
    for name, (title, text_of, minor_of) in texts.items():
        rows = []
        for pk, row in here[name].items():
            why = operations.why_not_deposited(row, at=at) if name == "drawers" else ""
            rows.append(
                Here(
                    pk,
                    text_of(row),
                    place.money(minor_of(row)),
                    pk in ticked[name] and not why,
                    why,
                )
            )
        groups.append(HereGroup(name, title, rows))
    return [group for group in groups if group.rows]


def pieces_of(kept: list[Any]) -> list[Pieces]:
    """Return counted notes and coins as they were kept."""
    return [Pieces(place.money(minor), count) for minor, count in kept]


def drawer_text(row: Drawer) -> str:
    """Return a drawer in a line of a deposit."""
    day = place.local_date(row.closed_at or row.opened_at)
    return f"{row.name}, {row.holder_name}, {day:%-d %b %Y}"


def drop_text(row: DrawerMovement) -> str:
    """Return a drop to the safe in a line of a deposit."""
    day = place.local_date(row.moved_at)
    return f"Drop from {row.drawer.name}, {row.moved_by}, {day:%-d %b %Y}"


def cheque_text(row: Payment) -> str:
    """Return a check in a line of a deposit: who wrote it."""
    return row.payer or (str(row.customer) if row.customer else "Payer not noted")


def _cheque_here(row: Payment) -> str:
    """Return a check that lies here: who wrote it, its receipt and its day, by which it is found."""
    return f"{cheque_text(row)}, {row.number}, {place.local_date(row.created_at):%-d %b %Y}"


def deposit_url(row: Deposit) -> str:
    """Return the page of a deposit."""
    return reverse("office_counter:deposit", args=[row.number])


def _by_terminal(tills: list[Drawer]) -> list[Reason]:
    """Return what other ways took while these drawers were open: the terminals' own totals."""
    return [Reason(label, place.money(minor)) for label, minor in queries.taken_beside(tills)]


def _state(row: Drawer) -> tuple[str, str]:
    if row.closed_at is None:
        return "Open", "info"
    if row.recount_asked_at is not None:
        return "To be counted again", "warn"
    return ("Signed off", "good") if row.signed_at else ("To be signed off", "warn")


def _sums(row: Drawer, found: list[queries.Passage]) -> list[Reason]:
    """Return how what is expected comes about, line by line."""
    sums: dict[str, int] = {}
    for one in found:
        what = "Refunds" if one.what.startswith("Refund") else one.what
        what = "Payments in cash" if what == "Payment" else what
        sums[what] = sums.get(what, 0) + one.amount.minor
    lines = [Reason("Float", place.money(row.float_minor))]
    return lines + [Reason(what, place.money(minor)) for what, minor in sums.items()]
