"""What caused a movement of money: its source, told in words, with the page about it."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse

from payments import settlement
from payments.models import Charge, Dispute, Drawer, Payment, Refund


@dataclass(frozen=True, slots=True)
class Act:
    """The act behind a transaction of the ledger; `url` may be empty."""

    text: str
    url: str = ""


def act_of(source: str) -> Act:
    """Return what a transaction of this source was caused by; one that is not known is told as it is."""
    kind, _, rest = source.partition(":")
    name = rest.partition(":")[0]
    asked = _ACTS.get(kind)
    return (asked(name) if asked else None) or Act(source)


def subject_of(charge: Charge) -> Act:
    """Return what a charge is for, with the page about it that staff have."""
    describe = settlement.raiser_of(charge.kind).describe
    if describe is None:
        return Act(f"{charge.get_kind_display()} {charge.reference}")
    told = describe(charge.reference)
    return Act(told.text, told.office or told.url)


def _charge(name: str) -> Act | None:
    try:
        charge = Charge.objects.filter(public_id=UUID(name)).first()
    except ValueError:
        return None
    return subject_of(charge) if charge else None


def _payment(number: str) -> Act:
    return Act(f"Payment {number}", reverse("office_payments:detail", args=[number]))


def _refund(number: str) -> Act | None:
    rows = Refund.objects.filter(number=number)
    payment = rows.values_list("payment__number", flat=True).first()
    if payment is None:
        return None
    url = reverse("office_payments:detail", args=[payment])
    return Act(f"Refund {number} of payment {payment}", url)


def _dispute(provider_id: str) -> Act | None:
    rows = Payment.objects.filter(
        pk__in=Dispute.objects.filter(provider_id=provider_id).values("payment_id")
    )
    payment = rows.values_list("number", flat=True).first()
    if payment is None:
        return None
    url = reverse("office_payments:detail", args=[payment])
    return Act(f"Chargeback of payment {payment}", url)


def _bank(name: str) -> Act:
    return Act("A line of the bank's", reverse("office_bank:detail", args=[name]))


def _drawer(name: str) -> Act | None:
    try:
        drawer = Drawer.objects.filter(public_id=UUID(name)).first()
    except ValueError:
        return None
    if drawer is None:
        return None
    return Act(f"Drawer {drawer}", reverse("office_counter:drawer", args=[drawer.public_id]))


def _deposit(number: str) -> Act:
    return Act(f"Deposit {number}", reverse("office_counter:deposit", args=[number]))


def _terminal(number: str) -> Act:
    return Act(f"Terminal batch {number}", reverse("office_counter:terminal_batch", args=[number]))


_ACTS: dict[str, Callable[[str], Act | None]] = {
    "charge": _charge,
    "accrual": _charge,
    "payment": _payment,
    "bounce": _payment,
    "refund": _refund,
    "dispute": _dispute,
    "bank": _bank,
    "drawer": _drawer,
    "deposit": _deposit,
    "terminal": _terminal,
}
