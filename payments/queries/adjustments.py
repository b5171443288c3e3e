"""Charges with everything about them, adjustments that wait, and files of charges."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Prefetch, Q, QuerySet, Sum

from parkops.kernel.decisions import NotFound
from payments.models import (
    Adjustment,
    Allocation,
    Charge,
    ChargeAccount,
    ChargeBatch,
    ChargeBatchRow,
    ChargeFileColumns,
)
from payments.rules.charge_files import Columns


def adjustments_of(charge: Charge) -> list[Adjustment]:
    """Return what staff did to a charge, in order."""
    return list(charge.adjustments.order_by("pk"))


def parts_paid(charge: Charge) -> list[Allocation]:
    """Return what payments hold of a charge, the newest first."""
    held = charge.allocations.select_related("payment").filter(amount_minor__gt=0)
    return list(held.order_by("-payment_id"))


def adjustments_proposed() -> QuerySet[Adjustment]:
    """Return adjustments that wait for a second person, in no order."""
    return Adjustment.objects.filter(state=Adjustment.State.PROPOSED).select_related("charge")


def charge_accounts_of(customer_id: int) -> list[ChargeAccount]:
    """Return the accounts on which a customer agreed to be charged, those that hold first."""
    rows = ChargeAccount.objects.filter(customer_id=customer_id)
    return sorted(rows, key=lambda row: (row.ended_at is not None, row.kind, -row.pk))


def to_send(kind: str) -> QuerySet[Charge]:
    """Return what is owed by customers who agreed to be charged so, on no account and in no file, in no
    order."""
    agreed = ChargeAccount.objects.filter(kind=kind, ended_at__isnull=True)
    sent = ChargeBatchRow.objects.filter(state=ChargeBatchRow.State.SENT)
    rows = Charge.objects.unsettled().filter(
        customer_id__in=agreed.values("customer_id"), payer__isnull=True
    )
    return rows.exclude(pk__in=sent.values("charge_id")).select_related("customer")


def batches() -> QuerySet[ChargeBatch]:
    """Return files of charges with how many rows they have, what was asked and accepted, in no order."""
    return ChargeBatch.objects.annotate(
        count=Count("rows"),
        waiting=Count("rows", filter=Q(rows__state=ChargeBatchRow.State.SENT)),
        asked=Sum("rows__asked_minor"),
        accepted=Sum("rows__accepted_minor"),
    )


def batch(number: str) -> ChargeBatch:
    """Return the file of this number with its rows.

    :raises NotFound: if this tenant has none.
    """
    rows = ChargeBatchRow.objects.select_related("charge", "payment").order_by("place")
    found = batches().filter(number=number).prefetch_related(Prefetch("rows", rows)).first()
    if found is None:
        raise NotFound(f"There is no charge file {number}.")
    return found


def sent_at_of(charge: Charge) -> datetime | None:
    """Return when a charge was sent in a file whose answer it waits for."""
    rows = charge.file_rows.filter(state=ChargeBatchRow.State.SENT)
    return rows.values_list("batch__made_at", flat=True).first()


@dataclass(frozen=True, slots=True)
class FileColumns:
    """The columns of the files for one kind of account: what goes out, what comes back; empty: the usual."""

    sent: Columns
    answered: Columns


def charge_file_columns(kind: str) -> FileColumns:
    """Return the columns that the files for this kind of account have."""
    row = ChargeFileColumns.objects.filter(kind=kind).first()
    if row is None:
        return FileColumns((), ())
    sent, answered = (tuple((what, head) for what, head in one) for one in (row.sent, row.answered))
    return FileColumns(sent, answered)
