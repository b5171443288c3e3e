"""What the pages about the bank show, gathered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse

from parkops.kernel.money import Money
from payments import place, queries
from payments.bank.matching import NOTHING, match
from payments.bank.references import shown as reference_shown
from payments.models import BankLine, BankStatement, Refund

_TONES = {
    BankLine.State.OPEN: "warn",
    BankLine.State.MATCHED: "good",
    BankLine.State.ASIDE: "info",
    BankLine.State.BACK: "info",
    BankLine.State.BOOKED: "good",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A line in the list, with what it is or may be for."""

    line: BankLine
    booked_on: date
    party: str
    text: str
    amount: Money
    state: str
    tone: str
    what: str
    url: str


@dataclass(frozen=True, slots=True)
class LinePage:
    """A line with everything about it; `suggested` are the numbers that it is likely for."""

    shown: Line
    reference: str
    suggested: tuple[str, ...]
    because: str
    is_open: bool
    came: bool
    returned: list[Line]
    refunds: list[Refund]
    counterpart_url: str


@dataclass(frozen=True, slots=True)
class StatementRead:
    """A statement that was read."""

    statement: BankStatement
    opening: Money | None
    closing: Money | None


def lines(rows: Sequence[BankLine]) -> list[Line]:
    """Return lines for a list, each that waits with what it is likely for."""
    waits = any(row.state == BankLine.State.OPEN and row.amount_minor > 0 for row in rows)
    asked = queries.asked() if waits else []
    told = []
    for row in rows:
        found = NOTHING
        if asked and row.state == BankLine.State.OPEN and row.amount_minor > 0:
            found = match(queries.transfer(row), asked)
        told.append(_line(row, what=", ".join(found.numbers) and f"{', '.join(found.numbers)}?"))
    return told


def line_page(row: BankLine) -> LinePage:
    """Return a line with what can be done about it."""
    is_open = row.state in (BankLine.State.OPEN, BankLine.State.ASIDE)
    came = row.amount_minor > 0
    found = match(queries.transfer(row), queries.asked()) if is_open and came else NOTHING
    earlier = queries.could_be_returned(row)[:10] if is_open and not came else []
    other = row.counterpart
    return LinePage(
        shown=_line(row, what=""),
        reference=reference_shown(row.reference),
        suggested=found.numbers,
        because=found.because if is_open and came else "",
        is_open=is_open,
        came=came,
        returned=[_line(one, what="") for one in earlier],
        refunds=queries.refunds_by_transfer(row) if is_open and not came else [],
        counterpart_url=reverse("office_bank:detail", args=[other.public_id]) if other else "",
    )


def statement(row: BankStatement) -> StatementRead:
    """Return a statement for the list."""
    return StatementRead(
        row,
        None if row.opening_minor is None else place.money(row.opening_minor),
        None if row.closing_minor is None else place.money(row.closing_minor),
    )


def read_text(statements: Sequence[BankStatement], new: Sequence[int]) -> str:
    """Return in words what became of a file that was read."""
    known = sum(one.known_lines for one in statements)
    refused = sum(len(one.refused) for one in statements)
    told = [f"{len(new)} new line{'' if len(new) == 1 else 's'} booked"]
    if known:
        told.append(f"{known} known already")
    if refused:
        told.append(f"{refused} refused")
    return f"{', '.join(told)}."


def _line(row: BankLine, *, what: str) -> Line:
    if row.payment is not None:
        what = row.payment.number
    elif row.refund is not None:
        what = f"Refund {row.refund.number}"
    elif row.booked_to:
        what = row.booked_to
    return Line(
        line=row,
        booked_on=row.booked_on,
        party=row.party,
        text=" ".join(filter(None, [reference_shown(row.reference), row.text])),
        amount=place.money(row.amount_minor),
        state=row.get_state_display(),
        tone=_TONES[BankLine.State(row.state)],
        what=what,
        url=reverse("office_bank:detail", args=[row.public_id]),
    )
