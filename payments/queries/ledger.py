"""What the ledger says."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Min, OuterRef, QuerySet, Subquery

from parkops.kernel.decisions import NotFound
from parkops.kernel.money import Money
from payments import place
from payments.models import LedgerAccount, LedgerEntry, LedgerTransaction, Payment


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


MOMENT = timedelta(microseconds=1)
"""The shortest time that instants differ by: the database keeps no shorter."""

BALANCES = """
SELECT a.code, a.name, a.kind, coalesce(k.amount_minor, 0) + coalesce((
       SELECT sum(e.amount_minor) FROM payments_ledgerentry e
        WHERE e.account_id = a.code AND e.posted_at < %(before)s
          AND e.posted_at >= coalesce(k.before_at, '-infinity')), 0)
  FROM payments_ledgeraccount a
  LEFT JOIN payments_ledgerbalance k ON k.account_id = a.code AND k.before_at = (
       SELECT max(before_at) FROM payments_ledgerbalance WHERE before_at <= %(before)s)
 WHERE %(code)s = '' OR a.code = %(code)s
 ORDER BY a.code
"""
"""Every account with its balance from what is posted before an instant: the last kept one, and since."""


def trial_balance(at: datetime) -> TrialBalance:
    """Return the balance of each account from everything posted up to and including `at`."""
    currency = place.currency()
    kinds = dict(LedgerAccount.Kind.choices)
    rows = [
        AccountBalance(
            code,
            name,
            kinds[kind],
            Money(max(minor, 0), currency),
            Money(max(-minor, 0), currency),
        )
        for code, name, kind, minor in _balances(at + MOMENT)
    ]
    return TrialBalance(
        at,
        rows,
        Money(sum(row.debit.minor for row in rows), currency),
        Money(sum(row.credit.minor for row in rows), currency),
    )


def _balances(before: datetime, code: str = "") -> list[tuple[str, str, str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(BALANCES, {"before": before, "code": code})
        return [(*row[:3], int(row[3])) for row in cursor.fetchall()]


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
    return place.money(sum(row[3] for row in _balances(at, code)))


def transaction_of(number: int) -> LedgerTransaction:
    """Return a transaction of the ledger with its entries.

    :raises NotFound: if there is none of this number.
    """
    found = LedgerTransaction.objects.filter(pk=number).first()
    if found is None:
        raise NotFound(f"There is no transaction {number} in the ledger.")
    return found


def legs_of(transaction: LedgerTransaction) -> list[LedgerEntry]:
    """Return the entries of a transaction in order, with their accounts and charges."""
    rows = transaction.entries.select_related("transaction", "charge", "account")
    return list(rows.order_by("pk"))


def first_posted_at() -> datetime | None:
    """Return when the ledger begins, if anything is in it."""
    # Of each account, by its index: there is none of the instant alone.
    firsts = LedgerEntry.objects.filter(account=OuterRef("pk")).order_by("posted_at", "pk")
    rows = LedgerAccount.objects.annotate(began_at=Subquery(firsts.values("posted_at")[:1]))
    began: datetime | None = rows.aggregate(began=Min("began_at"))["began"]
    return began
