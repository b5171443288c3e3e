"""What stands open at the end of a month of the books."""

from collections.abc import Iterator

from django.urls import reverse

from payments import place
from payments.accounts import REFUNDS_PAYABLE, SUSPENSE
from payments.models import Drawer, Payment
from payments.queries import gl as codes
from payments.queries.ledger import MOMENT, balance_before, trial_balance
from payments.rules import gl
from payments.rules.months import Finding, Month


def findings(month: Month) -> list[Finding]:
    """Return what stands open at the end of a month, what keeps it from being closed first."""
    found = [
        *_unbalanced(month),
        *_open_drawers(month),
        *_unsigned_drawers(month),
        *_suspense(month),
        *_refunds(month),
        *_unmapped(month),
    ]
    return sorted(found, key=lambda one: not one.stops)


def _unbalanced(month: Month) -> Iterator[Finding]:
    balance = trial_balance(month.ends_at - MOMENT)
    if not balance.is_balanced:
        told = f"Debits of {balance.total_debit} and credits of {balance.total_credit} differ."
        yield Finding(told, stops=True, url=reverse("office_ledger:accounts"))


def _open_drawers(month: Month) -> Iterator[Finding]:
    rows = Drawer.objects.filter(opened_at__lt=month.ends_at, closed_at__isnull=True)
    names = [f"{row.name} ({row.holder_name})" for row in rows.order_by("opened_at", "pk")]
    if names:
        told = f"Not counted and closed yet: {', '.join(names[:5])}."
        if len(names) > 5:
            told = f"{len(names)} drawers are not counted and closed yet."
        yield Finding(told, stops=True, url=reverse("office_counter:drawers"))


def _unsigned_drawers(month: Month) -> Iterator[Finding]:
    rows = Drawer.objects.filter(
        opened_at__lt=month.ends_at, closed_at__isnull=False, signed_at__isnull=True
    )
    left = rows.count()
    if left:
        told = "1 drawer is" if left == 1 else f"{left} drawers are"
        url = reverse("office_counter:drawers")
        yield Finding(f"{told} counted and not signed off yet.", stops=False, url=url)


def _suspense(month: Month) -> Iterator[Finding]:
    waiting = Payment.objects.filter(
        state=Payment.State.NEEDS_REVIEW, created_at__lt=month.ends_at
    ).count()
    if waiting:
        told = "1 payment needs a look" if waiting == 1 else f"{waiting} payments need a look"
        url = f"{reverse('office_payments:list')}?state={Payment.State.NEEDS_REVIEW}"
        yield Finding(f"{told}: its money is not what was asked for.", stops=True, url=url)
        return
    left = balance_before(SUSPENSE, month.ends_at)
    if left:
        url = reverse("office_ledger:entries", args=[SUSPENSE])
        yield Finding(
            f"{place.money(abs(left.minor))} stand on {SUSPENSE}, to be looked into.",
            stops=False,
            url=url,
        )


def _refunds(month: Month) -> Iterator[Finding]:
    left = balance_before(REFUNDS_PAYABLE, month.ends_at)
    if left:
        url = reverse("office_payments:refunds")
        yield Finding(
            f"Refunds of {place.money(abs(left.minor))} are under way.", stops=False, url=url
        )


def _unmapped(month: Month) -> Iterator[Finding]:
    if not gl.in_force(codes.rows(), month.last):
        return
    left = len(codes.unmapped(month.first, month.last))
    if left:
        told = "1 kind of movement has" if left == 1 else f"{left} kinds of movements have"
        url = reverse("office_ledger:codes")
        yield Finding(f"{told} no code of your own ledger.", stops=False, url=url)
