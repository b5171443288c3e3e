"""Payers, what is on their account, their invoices and how these stand."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from parkops.kernel import numbers
from parkops.kernel.decisions import NotFound
from payments.bank.references import references_in
from payments.models import AccountPayer, Charge, Invoice, InvoiceLine, InvoiceReminder
from payments.queries.charges import as_rows
from payments.rules.invoices import Age, ageing

OWING = Q(owed__gt=0)
"""Which invoices, read with what is owed, something is owed of."""


def payers() -> QuerySet[AccountPayer]:
    """Return all payers, in no order."""
    return AccountPayer.objects.select_related("customer")


def payer(public_id: UUID) -> AccountPayer:
    """Return the payer of this id.

    :raises NotFound: if this tenant has none.
    """
    found = payers().filter(public_id=public_id).first()
    if found is None:
        raise NotFound("There is no such account.")
    return found


def payer_of_customer(customer_id: int) -> AccountPayer | None:
    """Return the payer whose account is this customer's, if there is one."""
    return payers().filter(customer_id=customer_id).first()


def to_invoice(account: AccountPayer, *, before: datetime | None = None) -> list[Charge]:
    """Return what is owed on an account and on no invoice, the oldest first."""
    rows = _not_invoiced(before=before).filter(payer=account)
    return list(rows.select_related("customer").order_by("pk"))


def waiting_by_payer(*, before: datetime) -> dict[int, tuple[int, int]]:
    """Return how many charges wait for a monthly invoice and what is owed of them, by payer."""
    rows = (
        _not_invoiced(before=before)
        .filter(payer__isnull=False)
        .values("payer_id")
        .annotate(total=Sum(F("amount_minor") - F("paid_minor")), count=Count("pk"))
        .order_by("payer_id")
    )
    return {row["payer_id"]: (row["count"], row["total"]) for row in rows}


def _not_invoiced(*, before: datetime | None) -> QuerySet[Charge]:
    live = InvoiceLine.objects.filter(is_live=True, charge_id=OuterRef("pk"))
    rows = Charge.objects.unsettled().filter(~Q(pk__in=live.values("charge_id")))
    return rows.filter(raised_at__lt=before) if before else rows


def holders_of(charges: Sequence[Charge]) -> dict[int, str]:
    """Return by charge whose it is in words: the holder's name, or the plate."""
    rows = Charge.objects.filter(pk__in=[one.pk for one in charges]).select_related("customer")
    return {
        charge.pk: str(charge.customer) if charge.customer else charge.plate_key for charge in rows
    }


def invoices() -> QuerySet[Invoice]:
    """Return invoices with their payer and `owed`, what is owed of their charges as last looked at."""
    lines = (
        InvoiceLine.objects.filter(invoice_id=OuterRef("pk"))
        .values("invoice_id")
        .annotate(owed=Sum(F("charge__amount_minor") - F("charge__paid_minor")))
        .values("owed")
    )
    return Invoice.objects.select_related("payer").annotate(owed=Coalesce(Subquery(lines), 0))


def invoices_matching(
    *, text: str = "", state: str = "", payer: AccountPayer | None = None, today: date
) -> QuerySet[Invoice]:
    """Return invoices by number, reference or payer, in a state (of `rules.invoices`), in no order."""
    rows = invoices()
    if payer is not None:
        rows = rows.filter(payer=payer)
    if state == "void":
        rows = rows.filter(voided_at__isnull=False)
    elif state:
        rows = rows.filter(voided_at__isnull=True)
        asked = F("net_minor") + F("tax_minor") - F("paid_minor")
        rows = {
            "open": rows.filter(OWING, due_on__gte=today),
            "part_paid": rows.filter(OWING, Q(owed__lt=asked)),
            "overdue": rows.filter(OWING, due_on__lt=today),
            "paid": rows.filter(~OWING),
        }.get(state, rows.none())
    if text.strip():
        number = numbers.tidy(text) or text.strip()
        rows = rows.filter(
            Q(number__iexact=number)
            | Q(credit_note__iexact=number)
            | Q(reference__in=references_in(text))
            | Q(name__icontains=text.strip())
            | Q(po_number__iexact=text.strip())
        )
    return rows


def invoice(number: str) -> Invoice:
    """Return the invoice of this number with its lines, reminders and what is owed.

    :raises NotFound: if this tenant has none.
    """
    return _one(Q(number=number))


def invoice_by_id(public_id: UUID) -> Invoice:
    """Return the invoice of this id with its lines, reminders and what is owed.

    :raises NotFound: if this tenant has none.
    """
    return _one(Q(public_id=public_id))


def _one(which: Q) -> Invoice:
    lines = InvoiceLine.objects.select_related("charge").order_by("place")
    found = (
        invoices()
        .filter(which)
        .prefetch_related(
            Prefetch("lines", queryset=lines),
            Prefetch("reminders", queryset=InvoiceReminder.objects.order_by("level")),
        )
        .first()
    )
    if found is None:
        raise NotFound("There is no such invoice.")
    return found


def charges_of_invoice(invoice: Invoice) -> list[Charge]:
    """Return the charges of an invoice in its order."""
    rows = invoice.lines.select_related("charge").order_by("place")
    return [line.charge for line in rows]


def owed_of_invoice(invoice: Invoice, *, at: datetime) -> int:
    """Return what is owed of an invoice's charges at `at`, in minor units."""
    return sum(row.balance.minor for row in as_rows(charges_of_invoice(invoice), at=at))


def ages_of_invoices(rows: Iterable[Invoice], *, today: date) -> list[Age]:
    """Return what is owed of invoices by how long it has been due."""
    live = [(row.due_on, max(_owed(row), 0)) for row in rows if row.voided_at is None]
    return ageing(live, today=today)


def owed_by_day(ids: Sequence[int]) -> list[tuple[date, int]]:
    """Return of these invoices, by their rows' ids, when each is due and what is owed of it; not of void
    ones."""
    rows = invoices().filter(pk__in=ids, voided_at__isnull=True)
    return [(row.due_on, _owed(row)) for row in rows]


def live_invoice_of(charge_id: int) -> Invoice | None:
    """Return the invoice that a charge is on now, if it is on one."""
    return Invoice.objects.filter(lines__charge_id=charge_id, lines__is_live=True).first()


@dataclass(frozen=True, slots=True)
class OpenInvoice:
    """An invoice that something is owed of, as a transfer may be for it."""

    number: str
    reference: str
    payer_id: int
    payer: str
    owed: int


def open_invoices() -> list[OpenInvoice]:
    """Return the invoices that something is owed of, the oldest first."""
    rows = invoices().filter(OWING, voided_at__isnull=True).order_by("due_on", "pk")
    return [
        OpenInvoice(row.number, row.reference, row.payer_id, row.name, _owed(row)) for row in rows
    ]


def _owed(row: Invoice) -> int:
    return int(getattr(row, "owed", 0))
