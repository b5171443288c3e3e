"""What was taken and given back on one day, as the documents say and as the ledger says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q, QuerySet, Sum

from payments.accounts import CASH_OVER_SHORT, IN_TRANSIT, METHOD_ACCOUNTS
from payments.models import Deposit, Drawer, LedgerEntry, Payment, Payout, Refund


@dataclass(frozen=True, slots=True)
class Tally:
    """How many, and how much, in minor units."""

    key: tuple[str, ...]
    count: int
    minor: int


def taken(start: datetime, end: datetime, *by: str) -> list[Tally]:
    """Return what was taken in [start, end), in groups by these columns. Checks that bounced since, and
    card money that stood aside at first, count on the day they came."""
    return _sums(_taken(start, end), by)


def given_back(start: datetime, end: datetime) -> list[Tally]:
    """Return what was given back, by the way of paying."""
    rows = Refund.objects.filter(
        state=Refund.State.SUCCEEDED, settled_at__gte=start, settled_at__lt=end
    )
    return _sums(rows, ("payment__method",))


def fees(start: datetime, end: datetime) -> int:
    """Return what the provider kept of the cards taken, in minor units."""
    rows = _taken(start, end).filter(fee_minor__isnull=False)
    return rows.aggregate(total=Sum("fee_minor"))["total"] or 0


def drawers_closed(start: datetime, end: datetime) -> list[Drawer]:
    """Return the drawers that were closed in [start, end), the first first."""
    rows = Drawer.objects.filter(closed_at__gte=start, closed_at__lt=end)
    return list(rows.order_by("closed_at", "pk"))


def deposits_made(start: datetime, end: datetime) -> list[Deposit]:
    """Return the deposits made in [start, end), the first first."""
    rows = Deposit.objects.filter(made_at__gte=start, made_at__lt=end)
    return list(rows.order_by("made_at", "pk"))


def payouts_made(start: datetime, end: datetime) -> list[Payout]:
    """Return the payouts that the provider made in [start, end), the first first."""
    rows = Payout.objects.filter(made_at__gte=start, made_at__lt=end)
    return list(rows.order_by("made_at", "pk"))


def posted_for(accounts: Sequence[str], sources: str, start: datetime, end: datetime) -> int:
    """Return what was posted to accounts in [start, end) by transactions whose source matches."""
    rows = LedgerEntry.objects.filter(
        account__in=accounts,
        posted_at__gte=start,
        posted_at__lt=end,
        transaction__source__regex=sources,
    )
    return rows.aggregate(total=Sum("amount_minor"))["total"] or 0


def posted_on_the_day(start: datetime, end: datetime) -> dict[str, int]:
    """Return what the ledger has of a day, by what the close of day shows."""
    methods = {
        f"taken:{method}": posted_for([account], r"^payment:[^:]+(:aside)?$", start, end)
        for method, account in METHOD_ACCOUNTS.items()
    }
    back = posted_for([*METHOD_ACCOUNTS.values(), IN_TRANSIT], r"^refund:[^:]+:paid:", start, end)
    over = posted_for([CASH_OVER_SHORT], r"^drawer:", start, end)
    bank = posted_for([IN_TRANSIT], r"^deposit:", start, end)
    return methods | {"back": -back, "over": -over, "deposits": bank}


def _taken(start: datetime, end: datetime) -> QuerySet[Payment]:
    came = Q(succeeded_at__gte=start, succeeded_at__lt=end)
    return Payment.objects.filter(
        came, state__in=["succeeded", "bounced"], brought_for__isnull=True
    )


def _sums(rows: QuerySet, by: Sequence[str]) -> list[Tally]:
    told = rows.values(*by).annotate(n=Count("pk"), total=Sum("amount_minor")).order_by(*by)
    return [Tally(tuple(str(one[name]) for name in by), one["n"], one["total"]) for one in told]
