"""What the pages about reconciliation show, gathered."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count
from django.urls import reverse

from parkops.kernel.money import Money
from payments import place, queries
from payments.models import Comparison, Discrepancy

KINDS = {
    "charge_not_noted": "Taken, not noted",
    "charge_unknown": "Charge not ours",
    "charge_differs": "Another amount",
    "charge_missing": "Charge missing",
    "fee_unknown": "Fee not noted",
    "fee_differs": "Another fee",
    "fee_not_booked": "Fee not booked",
    "other_not_booked": "Booking not ours",
    "refund_unknown": "Refund not ours",
    "refund_not_noted": "Refund not noted",
    "refund_returned": "Refund came back",
    "refund_differs": "Another refund",
    "refund_missing": "Refund missing",
    "dispute_unknown": "Chargeback not noted",
    "dispute_differs": "Chargeback changed",
    "payout_differs": "Payout and its parts",
    "account_disconnected": "Account disconnected",
    "balance": "Balance",
    "not_at_bank": "Not at the bank",
    "bank_line": "Bank line open",
}
ACTS = {
    "settle": "Ask the provider again",
    "fee": "Post the fee",
    "refund": "Note the refund",
    "dispute": "Note the chargeback",
    "book": "Put it into the books",
    "arrive": "It has come to the bank",
}


@dataclass(frozen=True, slots=True)
class Line:
    """A difference: what it is about, both amounts, how old it is, what may be done."""

    row: Discrepancy
    kind: str
    payment: str
    ours: Money | None
    theirs: Money | None
    apart: Money | None
    age: str
    act: str


@dataclass(frozen=True, slots=True)
class Summary:
    """How both stand: the last comparing, our books' and the provider's balance, and what is open."""

    last: Comparison | None
    failure: str
    ours: Money | None
    theirs: Money | None
    unexplained: Money | None
    open: int


def line(row: Discrepancy, *, at: datetime) -> Line:
    """Return a difference for the list."""
    days = (at - row.happened_at).days
    ours, theirs = _money(row.ours_minor), _money(row.theirs_minor)
    apart = place.money((row.theirs_minor or 0) - (row.ours_minor or 0)) if ours or theirs else None
    return Line(
        row=row,
        kind=KINDS.get(row.kind, row.kind),
        payment=row.about.get("payment", ""),
        ours=ours,
        theirs=theirs,
        apart=apart,
        age="today" if not days else "1 day" if days == 1 else f"{days} days",
        act=ACTS.get(row.act, ""),
    )


def summary() -> Summary:
    """Return how our books stand against the provider and the bank."""
    last, newest = queries.last_comparison(), queries.last_try()
    return Summary(
        last=last,
        failure=newest.failure if newest else "",
        ours=_money(last.ours_minor) if last else None,
        theirs=_money(last.theirs_minor) if last else None,
        unexplained=_money(last.unexplained_minor) if last else None,
        open=counts()["open"],
    )


def table(*, at: datetime) -> list[str]:
    """Return the open differences as lines of a table with its heads; nothing if there are none."""
    rows = queries.discrepancies("open").order_by("happened_at", "pk")
    shown = [line(row, at=at) for row in rows]
    if not shown:
        return []
    form = "{:<22} {:>12} {:>12} {:>8}  {}"
    heads = form.format("Difference", "Ours", "Theirs", "Age", "What")
    return [heads] + [
        form.format(
            one.kind,
            str(one.ours if one.ours is not None else "none"),
            str(one.theirs if one.theirs is not None else "none"),
            one.age,
            f"{one.row.text} {one.act and f'[{one.act}]'}".strip(),
        )
        for one in shown
    ]


def counts() -> dict[str, int]:
    """Return how many differences there are in each state."""
    rows = Discrepancy.objects.exclude(state=Discrepancy.State.RESOLVED)
    told = dict(rows.values_list("state").annotate(n=Count("pk")).order_by("state"))
    return {"open": told.get("open", 0), "accepted": told.get("accepted", 0)}


def home() -> str:
    """Return where the differences are listed."""
    return reverse("office_reconciliation:differences")


def payouts_url() -> str:
    """Return where payouts are listed."""
    return reverse("office_reconciliation:payouts")


def day_url() -> str:
    """Return where a day is closed."""
    return reverse("office_reconciliation:day")


def _money(minor: int | None) -> Money | None:
    return None if minor is None else place.money(minor)
