"""What the pages about a charge, adjustments and files of charges show, gathered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from parkops.kernel.actors import Actor
from parkops.kernel.money import Money
from parkops.ui.values import Reason
from payments import pages, place, queries
from payments.models import (
    Adjustment,
    Allocation,
    BankLine,
    Charge,
    ChargeAccount,
    ChargeBatch,
    ChargeBatchRow,
    Invoice,
)
from payments.queries import ChargeRow
from payments.rules.charge_files import written as as_csv
from payments.rules.taxes import rate_from, rate_of, rate_text

_TONES = {
    Adjustment.State.DONE: "good",
    Adjustment.State.PROPOSED: "warn",
    Adjustment.State.REJECTED: "",
}
_ROW_TONES = {
    ChargeBatchRow.State.SENT: "info",
    ChargeBatchRow.State.ACCEPTED: "good",
    ChargeBatchRow.State.PARTIAL: "warn",
    ChargeBatchRow.State.REFUSED: "bad",
}


@dataclass(frozen=True, slots=True)
class AdjustmentLine:
    """An adjustment as it stands."""

    adjustment: Adjustment
    charge: Charge
    amount: Money
    net: Money
    tax: Money
    tone: str
    is_proposed: bool
    is_own: bool
    url: str


@dataclass(frozen=True, slots=True)
class ChargePage:
    """A charge with everything about it: its parts now, how it was raised, and what paid it."""

    charge: Charge
    row: ChargeRow
    price: list[Reason]
    net: Money
    rate: str
    tax: Money
    late_fee: Money
    discount: Money
    written_off: Money
    adjustments: list[AdjustmentLine]
    paid: list[tuple[Allocation, Money]]
    invoice: Invoice | None
    sent_at: datetime | None
    accounts: list[ChargeAccount]
    subject_url: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class BatchLine:
    """A file of charges in the list."""

    batch: ChargeBatch
    count: int
    waiting: int
    asked: Money
    accepted: Money
    state: str
    tone: str
    url: str


@dataclass(frozen=True, slots=True)
class BatchRow:
    """A charge in a file."""

    row: ChargeBatchRow
    asked: Money
    accepted: Money
    tone: str
    url: str


@dataclass(frozen=True, slots=True)
class BatchPage:
    """A file with its rows, and the lines of the bank's that may settle it."""

    line: BatchLine
    rows: list[BatchRow]
    transfers: list[BankLine]


def adjustment(one: Adjustment, *, by: Actor) -> AdjustmentLine:
    """Return an adjustment, read with its charge, as `by` sees it."""
    return AdjustmentLine(
        adjustment=one,
        charge=one.charge,
        amount=place.money(one.signed_minor),
        net=place.money(one.net_minor),
        tax=place.money(one.tax_minor),
        tone=_TONES[Adjustment.State(one.state)],
        is_proposed=one.state == Adjustment.State.PROPOSED,
        is_own=one.asked_by_ref == f"{by.kind}:{by.ref}",
        url=reverse("office_charges:detail", args=[one.charge.public_id]),
    )


def charge_page(charge: Charge, *, by: Actor, at: datetime) -> ChargePage:
    """Return a charge, read with its customer and payer, with everything about it."""
    [row] = queries.as_rows([charge], at=at)
    customer = charge.customer_id
    rate = rate_of(
        net=charge.raised_net_minor,
        tax=charge.raised_tax_minor,
        known=rate_from(charge.tax_rate_ppm),
    )
    return ChargePage(
        charge=charge,
        row=row,
        price=pages.price_of(charge),
        net=place.money(charge.net_minor),
        rate=rate_text(rate),
        tax=place.money(charge.tax_minor),
        late_fee=place.money(charge.late_fee_minor),
        discount=place.money(-charge.discount_minor),
        written_off=place.money(-charge.written_off_minor),
        adjustments=[adjustment(one, by=by) for one in queries.adjustments_of(charge)],
        paid=[
            (part, place.money(part.held_minor))
            for part in queries.parts_paid(charge)
            if part.held_minor
        ],
        invoice=queries.live_invoice_of(charge.pk),
        sent_at=queries.sent_at_of(charge),
        accounts=queries.charge_accounts_of(customer) if customer else [],
        subject_url=pages.subject_url(charge.kind, charge.reference),
        is_open=not row.is_settled,
    )


def to_send(charges: Sequence[Charge], *, at: datetime) -> list[tuple[ChargeRow, str]]:
    """Return charges, read with their customers, that may go into a file: each with whose it is."""
    rows = queries.as_rows(charges, at=at)
    return [(row, str(one.customer)) for row, one in zip(rows, charges, strict=True)]


def batch(one: ChargeBatch) -> BatchLine:
    """Return a file, read with its sums, for a list."""
    count, waiting = int(getattr(one, "count", 0)), int(getattr(one, "waiting", 0))
    state, tone = "Answered", "info"
    if one.settled_at is not None:
        state, tone = "Settled", "good"
    elif waiting:
        state, tone = "Waits for its answer", "warn"
    return BatchLine(
        batch=one,
        count=count,
        waiting=waiting,
        asked=place.money(getattr(one, "asked", 0) or 0),
        accepted=place.money(getattr(one, "accepted", 0) or 0),
        state=state,
        tone=tone,
        url=reverse("office_charge_files:detail", args=[one.number]),
    )


def batch_page(one: ChargeBatch) -> BatchPage:
    """Return a file, read with its rows."""
    line = batch(one)
    is_to_settle = one.answered_at is not None and one.settled_at is None
    lines = queries.bank_lines(state=BankLine.State.OPEN)
    wanted = lines.filter(amount_minor=line.accepted.minor).order_by("-booked_on", "-pk")
    return BatchPage(
        line=line,
        rows=[
            BatchRow(
                row,
                place.money(row.asked_minor),
                place.money(row.accepted_minor),
                _ROW_TONES[ChargeBatchRow.State(row.state)],
                reverse("office_charges:detail", args=[row.charge.public_id]),
            )
            for row in one.rows.all()
        ],
        transfers=list(wanted[:10]) if is_to_settle and line.accepted else [],
    )


def written(one: ChargeBatch) -> str:
    """Return a file, read with its rows, as CSV."""
    currency = place.currency()
    rows = [
        {
            "file": one.number,
            "row": str(row.place),
            "account": row.account_number,
            "name": row.name,
            "reference": row.charge.reference,
            "text": row.charge.text,
            "amount": Money(row.asked_minor, currency).amount,
            "currency": currency,
        }
        for row in one.rows.all()
    ]
    return as_csv(rows, queries.charge_file_columns(one.kind).sent)
