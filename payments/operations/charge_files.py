"""Charges that go out to payroll and to student accounts in a file, and the answers that come back."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from payments import place
from payments.accounts import DEPARTMENT_ACCOUNTS
from payments.models import (
    BankLine,
    Charge,
    ChargeAccount,
    ChargeBatch,
    ChargeBatchRow,
    ChargeFileColumns,
    Payment,
)
from payments.operations.bank import book_line
from payments.operations.credit import keep_as_credit
from payments.operations.payments import lock_charges, take_payment
from payments.queries.adjustments import charge_file_columns
from payments.rules.charge_files import (
    COLUMNS,
    NAMES,
    Answer,
    answer_of,
    read_answers,
    read_columns,
)


@transaction.atomic
def agree_to_charges(
    customer_id: int, *, kind: str, number: str, by: Actor, at: datetime
) -> ChargeAccount:
    """Keep that a customer agreed to be charged on their account of this number; another one of the kind
    ends by it.

    :raises Refused: `number` without one, `kind` for one that there is not.
    """
    if kind not in ChargeAccount.Kind.values:
        raise Refused("kind", "Choose payroll or student account.", field="kind")
    if not number.strip():
        raise Refused("number", "Give the number of the account.", field="number")
    rows = ChargeAccount.objects.select_for_update()
    known = rows.filter(customer_id=customer_id, kind=kind, ended_at__isnull=True).first()
    if known is not None and known.number == number.strip():
        return known
    if known is not None:
        known.ended_at = at
        known.save(update_fields=["ended_at"])
    account = ChargeAccount.objects.create(
        customer_id=customer_id,
        kind=kind,
        number=number.strip()[:40],
        consented_at=at,
        recorded_by=by.name,
    )
    _record("charge_account.agreed", str(account.pk), by=by, at=at, kind=kind)
    return account


@transaction.atomic
def end_charge_account(account_id: int, *, by: Actor, at: datetime) -> ChargeAccount:
    """Let a customer be charged on an account no more; what was sent is answered still.

    :raises NotFound: if there is no such account.
    """
    account = ChargeAccount.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NotFound("There is no such account.")
    if account.ended_at is None:
        account.ended_at = at
        account.save(update_fields=["ended_at"])
        _record("charge_account.ended", str(account.pk), by=by, at=at, kind=account.kind)
    return account


@transaction.atomic
def choose_file_columns(
    kind: str, *, sent: str, answered: str, by: Actor, at: datetime
) -> ChargeFileColumns:
    """Set what the columns of the files for payroll or student accounts are, and are called: one on a line,
    such as `account = Employee`. Nothing written: the usual ones.

    :raises Refused: `kind`, `sent` or `answered`, saying what would be right.
    """
    if kind not in ChargeAccount.Kind.values:
        raise Refused("kind", "Choose payroll or student account.", field="kind")
    out = read_columns(sent, known=COLUMNS, needed=("row", "account", "amount"), field="sent")
    back = read_columns(answered, known=NAMES, needed=("row", "state"), field="answered")
    chosen, _ = ChargeFileColumns.objects.update_or_create(
        kind=kind, defaults={"sent": out, "answered": back}
    )
    _record(
        "charge_file.columns_chosen",
        kind,
        by=by,
        at=at,
        sent=", ".join(head for _, head in out),
        answered=", ".join(head for _, head in back),
    )
    return chosen


@transaction.atomic
def make_batch(kind: str, charge_ids: Sequence[UUID], *, by: Actor, at: datetime) -> ChargeBatch:
    """Send charges in a file: of customers who agreed, each on their account, as much as is owed.

    :raises NotFound: if a charge does not exist.
    :raises Conflict: `nothing_owed`, `no_account` where a customer has not agreed, `in_file` for one that
        waits for the answer of another file.
    """
    charges = lock_charges(charge_ids, by=by, at=at) if charge_ids else []
    if not charges:
        raise Conflict("nothing_owed", "Tick charges that something is owed of.")
    accounts = {
        row.customer_id: row
        for row in ChargeAccount.objects.filter(
            kind=kind,
            ended_at__isnull=True,
            customer_id__in=[charge.customer_id for charge in charges],
        ).select_related("customer")
    }
    without = [one for one in charges if one.customer_id not in accounts]
    if without:
        raise Conflict(
            "no_account", f"{without[0].text} is of somebody who has not agreed to be charged so."
        )
    batch = ChargeBatch.objects.create(
        number=place.next_number("B", at=at), kind=kind, made_at=at, made_by=by.name
    )
    try:
        with transaction.atomic():
            ChargeBatchRow.objects.bulk_create(
                ChargeBatchRow(
                    batch=batch,
                    place=position,
                    charge=charge,
                    account_number=accounts[charge.customer_id or 0].number,
                    name=str(accounts[charge.customer_id or 0].customer)[:200],
                    asked_minor=charge.balance_minor,
                )
                for position, charge in enumerate(charges, start=1)
            )
    except IntegrityError as error:
        raise Conflict("in_file", "A charge waits for the answer of another file.") from error
    _record("charge_file.made", batch.number, by=by, at=at, rows=str(len(charges)))
    return batch


@dataclass
class Answered:
    """What became of an answer's file: how many rows were taken, were known, and what was wrong."""

    taken: int = 0
    known: int = 0
    faults: list[str] = field(default_factory=list)


def read_answer(number: str, content: bytes, *, by: Actor, at: datetime) -> Answered:
    """Take what payroll or the student accounts answered: accepted rows are paid by *Department or
    payroll*, refused ones are owed with the reason. A row is answered once; the same file twice is once.

    A transaction for each row; what is wrong with one is told, and the others go on.

    :raises NotFound: if there is no such file.
    :raises Refused: `file` if it cannot be read at all.
    """
    batch = ChargeBatch.objects.filter(number=number).first()
    if batch is None:
        raise NotFound(f"There is no charge file {number}.")
    columns = charge_file_columns(batch.kind).answered
    answers, faults = read_answers(content, currency=place.currency(), columns=columns)
    told = Answered(faults=faults)
    for one in answers:
        try:
            if _answer(batch, one, by=by, at=at):
                told.taken += 1
            else:
                told.known += 1
        except Refused as refusal:
            told.faults.append(f"Line {one.line}: {refusal}")
    _close(batch, by=by, at=at)
    return told


@transaction.atomic
def _answer(batch: ChargeBatch, told: Answer, *, by: Actor, at: datetime) -> bool:
    row = (
        ChargeBatchRow.objects.select_for_update(of=("self",))
        .select_related("charge")
        .filter(batch=batch, place=told.row)
        .first()
    )
    if row is None:
        raise NotFound(f"Charge file {batch.number} has no row {told.row}.")
    if row.state != ChargeBatchRow.State.SENT:
        return False
    minor = answer_of(told, asked=row.asked_minor)
    row.accepted_minor, row.reason = minor, told.reason[:300]
    if minor:
        row.payment = _paid(batch, row, by=by, at=at)
        row.state = ChargeBatchRow.State.ACCEPTED
        if minor < row.asked_minor:
            row.state = ChargeBatchRow.State.PARTIAL
    else:
        row.state = ChargeBatchRow.State.REFUSED
    row.save()
    return True


def _paid(batch: ChargeBatch, row: ChargeBatchRow, *, by: Actor, at: datetime) -> Payment:
    """Take what was accepted; for what was paid meanwhile it is credit of the customer."""
    key = f"file:{batch.number}:{row.place}"
    amount = place.money(row.accepted_minor)
    payer = f"{batch.get_kind_display()} {row.account_number}"
    charge = Charge.objects.get(pk=row.charge_id)
    if charge.settled_at is None:
        return take_payment(
            charge_ids=[charge.public_id],
            method=Payment.Method.ACCOUNT,
            amount=amount,
            payer=payer,
            request_key=key,
            by=by,
            at=at,
        )
    return keep_as_credit(
        amount,
        method=Payment.Method.ACCOUNT,
        customer_id=charge.customer_id,
        payer=payer,
        request_key=key,
        by=by,
        at=at,
    )


@transaction.atomic
def settle_batch(number: str, line: UUID, *, by: Actor, at: datetime) -> ChargeBatch:
    """Say that a transfer of the bank's brought what was accepted of a file: it clears what payroll owes.

    :raises NotFound: if there is no such file or line.
    :raises Conflict: `batch_settled`, `batch_open` while rows wait for their answer, `other_amount`.
    """
    batch = ChargeBatch.objects.select_for_update().filter(number=number).first()
    if batch is None:
        raise NotFound(f"There is no charge file {number}.")
    if batch.settled_at is not None:
        raise Conflict("batch_settled", f"Charge file {number} is settled.")
    if batch.answered_at is None:
        raise Conflict("batch_open", "Rows of this file wait for their answer.")
    accepted = sum(batch.rows.values_list("accepted_minor", flat=True))
    found = BankLine.objects.filter(public_id=line).first()
    if found is None:
        raise NotFound("There is no such bank line.")
    if found.amount_minor != accepted:
        raise Conflict(
            "other_amount",
            f"{place.money(accepted)} was accepted; the line is of {place.money(found.amount_minor)}.",
        )
    batch.bank_line = book_line(
        line, account=DEPARTMENT_ACCOUNTS, note=f"Charge file {number}", by=by, at=at
    )
    batch.settled_at = at
    batch.save()
    _record("charge_file.settled", number, by=by, at=at)
    return batch


@transaction.atomic
def _close(batch: ChargeBatch, *, by: Actor, at: datetime) -> None:
    """Keep that a file is answered once no row waits."""
    kept = ChargeBatch.objects.select_for_update().get(pk=batch.pk)
    waits = kept.rows.filter(state=ChargeBatchRow.State.SENT).exists()
    if kept.answered_at is None and not waits:
        kept.answered_at = at
        kept.save(update_fields=["answered_at"])
        _record("charge_file.answered", kept.number, by=by, at=at)


def _record(event: str, name: str, *, by: Actor, at: datetime, **told: str) -> None:
    audit.record(event, subject=("charge_file", name), actor=by, at=at, **told)
