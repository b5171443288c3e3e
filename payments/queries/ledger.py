"""What the ledger says."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Sum

from parkops.kernel.money import Money
from payments import place
from payments.models import LedgerAccount, LedgerEntry


@dataclass(frozen=True, slots=True)
class AccountBalance:
    """An account's balance, on the side where it stands; the other is nothing."""

    code: str
    name: str
    kind: str
    debit: Money
    credit: Money


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All accounts with their balances before an instant, and the sums of both sides."""

    accounts: list[AccountBalance]
    total_debit: Money
    total_credit: Money

    @property
    def is_balanced(self) -> bool:
        """Whether both sides are equal, as they must be."""
        return self.total_debit == self.total_credit


def trial_balance(at: datetime) -> TrialBalance:
    """Return the balance of each account from everything posted up to and including `at`."""
    sums = dict(
        LedgerEntry.objects.filter(posted_at__lte=at)
        .values_list("account")
        .annotate(total=Sum("amount_minor"))
        .order_by("account")
    )
    currency = place.currency()
    rows = [
        AccountBalance(
            account.code,
            account.name,
            account.get_kind_display(),
            Money(max(sums.get(account.code, 0), 0), currency),
            Money(max(-sums.get(account.code, 0), 0), currency),
        )
        for account in LedgerAccount.objects.order_by("code")
    ]
    return TrialBalance(
        rows,
        Money(sum(row.debit.minor for row in rows), currency),
        Money(sum(row.credit.minor for row in rows), currency),
    )
