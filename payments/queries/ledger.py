"""What the ledger says."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet, Sum

from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from payments import place
from payments.models import LedgerAccount, LedgerEntry, Payment


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
    """All accounts with their balances as of an instant, and the sums of both sides."""

    at: datetime
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
        for account in accounts()
    ]
    return TrialBalance(
        at,
        rows,
        Money(sum(row.debit.minor for row in rows), currency),
        Money(sum(row.credit.minor for row in rows), currency),
    )


def accounts() -> list[LedgerAccount]:
    """Return the chart of accounts, by code."""
    return list(LedgerAccount.objects.order_by("code"))


def account(code: str) -> LedgerAccount:
    """Return the account of this code.

    :raises NotFound: if there is none.
    """
    found = LedgerAccount.objects.filter(code=code).first()
    if found is None:
        raise NotFound(f"There is no account {code}.")
    return found


def entries_of(
    code: str, *, since: datetime | None = None, before: datetime | None = None
) -> QuerySet[LedgerEntry]:
    """Return the entries of an account, posted in [since, before), with transaction and charge.

    :raises NotFound: if there is no such account.
    """
    rows = LedgerEntry.objects.filter(account=account(code))
    if since is not None:
        rows = rows.filter(posted_at__gte=since)
    if before is not None:
        rows = rows.filter(posted_at__lt=before)
    return rows.select_related("transaction", "charge", "account")


def postings_of(payment: Payment) -> list[LedgerEntry]:
    """Return the entries that a payment, its fee and its refunds made, in order."""
    number = payment.number
    sources = [f"payment:{number}", f"payment:{number}:fee", f"payment:{number}:aside"]
    sources += [f"payment:{number}:accepted", f"bounce:{number}"]
    for refund, attempts in payment.refunds.values_list("number", "attempt"):
        sources.append(f"refund:{refund}")
        for attempt in range(1, attempts + 1):
            sources += [f"refund:{refund}:paid:{attempt}", f"refund:{refund}:returned:{attempt}"]
    rows = LedgerEntry.objects.filter(transaction__source__in=sources).select_related(
        "transaction", "charge", "account"
    )
    return list(rows.order_by("pk"))


def balance_before(code: str, at: datetime) -> Money:
    """Return an account's balance from everything posted before `at`, a debit above zero."""
    rows = LedgerEntry.objects.filter(account=code, posted_at__lt=at)
    return place.money(rows.aggregate(total=Sum("amount_minor"))["total"] or 0)
