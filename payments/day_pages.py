"""The close of a day: what was taken by way, drawer and clerk, what went back, and the ledger beside it."""

from dataclasses import dataclass
from datetime import date

from parkops.kernel.money import Money
from payments import drawer_pages, place
from payments.models import Payment
from payments.queries import days


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what, how many, how much; `ledger` is what the books have of it."""

    text: str
    count: int
    amount: Money
    url: str = ""
    ledger: Money | None = None

    @property
    def agrees(self) -> bool:
        """Whether the books have the same."""
        return self.ledger is None or self.ledger == self.amount


@dataclass(frozen=True, slots=True)
class DayReport:
    """Everything about money on one local day."""

    on: date
    ways: list[Row]
    taken: Money
    clerks: list[Row]
    back: list[Row]
    given_back: Row
    drawers: list[drawer_pages.DrawerLine]
    over: Row
    deposits: list[Row]
    deposited: Row
    fees: Money
    payouts: list[Row]

    @property
    def agrees(self) -> bool:
        """Whether the books say the same of everything."""
        sums = [*self.ways, self.given_back, self.over, self.deposited]
        return all(row.agrees for row in sums)


def report(on: date) -> DayReport:
    """Return the close of a local day."""
    start, end = place.day_start(on), place.day_end(on)
    posted = days.posted_on_the_day(start, end)
    ways = {row.key[0]: row for row in days.taken(start, end, "method")}
    back = days.given_back(start, end)
    made = days.deposits_made(start, end)
    drawers = [drawer_pages.drawer(row) for row in days.drawers_closed(start, end)]
    over = sum(line.drawer.over_minor or 0 for line in drawers)
    listed = [
        Row(
            Payment.Method(method).label,
            ways[method].count if method in ways else 0,
            place.money(ways[method].minor if method in ways else 0),
            ledger=place.money(posted.get(f"taken:{method}", 0)),
        )
        for method in Payment.Method.values
        if method in ways or posted.get(f"taken:{method}")
    ]
    return DayReport(
        on=on,
        ways=listed,
        taken=place.money(sum(row.amount.minor for row in listed)),
        clerks=[
            Row(
                f"{row.key[0]}, {Payment.Method(row.key[1]).label.lower()}",
                row.count,
                place.money(row.minor),
            )
            for row in days.taken(start, end, "taken_by", "method")
        ],
        back=[
            Row(Payment.Method(row.key[0]).label, row.count, place.money(row.minor)) for row in back
        ],
        given_back=_sum("Given back", [(row.count, row.minor) for row in back], posted["back"]),
        drawers=drawers,
        over=_sum("Over or short", [(len(drawers), over)], posted["over"]),
        deposits=[
            Row(row.number, 1, place.money(row.total_minor), drawer_pages.deposit_url(row))
            for row in made
        ],
        deposited=_sum("Deposits", [(1, row.total_minor) for row in made], posted["deposits"]),
        fees=place.money(days.fees(start, end)),
        payouts=[
            Row(
                f"{row.provider_id}, {row.get_status_display().lower()}",
                1,
                place.money(row.amount_minor),
            )
            for row in days.payouts_made(start, end)
        ],
    )


def _sum(text: str, told: list[tuple[int, int]], posted: int) -> Row:
    return Row(
        text,
        sum(count for count, _ in told),
        place.money(sum(minor for _, minor in told)),
        ledger=place.money(posted),
    )
