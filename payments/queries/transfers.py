"""Checkouts by bank transfer, and what the bank's lines say came of them."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from parkops.kernel.decisions import Decision
from parkops.programme import queries as programme
from payments import place
from payments.bank.references import references_in
from payments.models import BankLine, Charge, Transfer
from payments.queries.charges import charges_by_id
from payments.rules import transfers as rules


def may_transfer(charge_ids: Sequence[UUID], *, at: datetime) -> Decision:
    """Decide whether whoever owes these charges may pay what they come to now by bank transfer."""
    rows = [row for row in charges_by_id(charge_ids, at=at) if not row.is_settled]
    known = Charge.objects.filter(public_id__in=charge_ids, customer__isnull=False)
    audiences = known.order_by("pk").values_list("customer__audiences", flat=True).first()
    return rules.may_transfer(
        programme.in_force(at).programme.invoices.transfers,
        kinds={row.kind for row in rows},
        audiences=audiences or (),
        amount=place.money(sum(row.balance.minor for row in rows)),
    )


def transfer_of(session_id: str) -> Transfer | None:
    """Return the transfer of a checkout."""
    return Transfer.objects.filter(session_id=session_id).first()


def transfer_named_by(line: BankLine) -> Transfer | None:
    """Return the transfer whose reference stands in a line of money that came."""
    if line.amount_minor < 0:
        return None
    named = references_in(line.reference, line.text, line.end_to_end)
    return Transfer.objects.filter(reference__in=named).order_by("pk").first() if named else None


def lines_of_transfer(transfer: Transfer) -> list[BankLine]:
    """Return what came of a transfer and was not taken back, in the bank's order."""
    return list(_came().filter(transfer=transfer).order_by("booked_on", "pk"))


def transfers_come_since(day: date) -> QuerySet[Transfer]:
    """Return the transfers of which something was booked on a day or later."""
    rows = _came().filter(transfer__isnull=False, booked_on__gte=day)
    return Transfer.objects.filter(pk__in=rows.values("transfer_id")).order_by("pk")


def refunds_gone_since(day: date) -> QuerySet[BankLine]:
    """Return the bank's lines since a day of refunds that had come by transfer to a checkout."""
    rows = BankLine.objects.filter(refund__payment__session_id__isnull=False, booked_on__gte=day)
    return rows.select_related("refund__payment").order_by("booked_on", "pk")


def _came() -> QuerySet[BankLine]:
    return BankLine.objects.filter(counterpart__isnull=True, amount_minor__gt=0)
