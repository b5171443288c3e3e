"""What becomes of a line of the bank's: it pays invoices, goes back, is kept aside, takes another back."""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from parkops.kernel import numbers
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from payments import gateways, place, queries, rules
from payments.bank.matching import Match, match
from payments.models import BankLine, Charge, Invoice, Payment, Refund, Transfer
from payments.operations import checkouts, refunds, tallying, transfers
from payments.operations.bank import Imported, decide, import_statement, open_line
from payments.operations.credit import keep_as_credit
from payments.operations.payments import customer_of, lock_with_charges, take_payment

logger = logging.getLogger(__name__)


def read_statement(content: bytes, *, name: str, by: Actor, at: datetime) -> Imported:
    """Book what is new in a bank's file, then match it; a transaction for each line.

    :raises Refused: `statement` if the file cannot be read.
    """
    told = import_statement(content, name=name, by=by, at=at)
    match_lines(told.new, by=by, at=at)
    return told


def match_lines(ids: Sequence[int] | None = None, *, by: Actor, at: datetime) -> int:
    """Match lines that wait (None: all of them) where it is sure what they are for; returns how many.

    What a raiser does not let be paid waits on, with the reason.
    """
    rows = BankLine.objects.filter(state=BankLine.State.OPEN)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    done, asked = 0, queries.asked()
    for line in rows.order_by("booked_on", "pk"):
        try:
            if _match(line, match(queries.transfer(line), asked), by=by, at=at):
                done += 1
                asked = queries.asked()
        except Refused as refusal:
            logger.info("%s is not matched: %s", line, refusal)
            BankLine.objects.filter(pk=line.pk).update(note=str(refusal)[:300])
    return done


def _match(line: BankLine, found: Match, *, by: Actor, at: datetime) -> bool:
    if transfer := queries.transfer_named_by(line):
        pay_transfer(line.public_id, transfer, by=by, at=at)
        return True
    if line.amount_minor < 0:
        other = queries.returned_by(line)
        if other is not None:
            take_back(line.public_id, other.public_id, by=by, at=at)
            return True
        refund = queries.refund_named_by(line)
        if refund is not None:
            assign_refund(line.public_id, refund.number, by=by, at=at)
            return True
        return False
    if not found.is_sure:
        return False
    assign_line(line.public_id, found.numbers, by=by, at=at)
    return True


@transaction.atomic
def pay_transfer(public_id: UUID, transfer: Transfer, *, by: Actor, at: datetime) -> BankLine:
    """Let money that came be of a transfer that a customer promised: with the whole of it the payment is
    taken. Of one that was taken before, what the charges still owe is paid, and the rest is credit.

    :raises NotFound: if there is no such line.
    :raises Conflict: `line_decided`, or `nothing_owed` where nobody is known to credit.
    :raises Refused: a raiser's reason.
    """
    line = open_line(public_id)
    payment = Payment.objects.filter(session_id=transfer.session_id).first()
    if payment is not None:
        payment, parts = lock_with_charges(payment.pk)
        if not rules.awaits_money(payment.state):
            names = list(dict.fromkeys(part.charge.reference for part in parts))
            assign_line(public_id, names, by=by, at=at)
            return BankLine.objects.get(pk=line.pk)
    transfers.put_to_transfer(line, transfer)
    line.payment, line.note = payment, ""
    decide(line, BankLine.State.MATCHED, by=by, at=at)
    if payment is not None:
        gateway = gateways.by_name(place.tenant(), payment.provider)
        payment = checkouts.apply_truth(payment.pk, gateway.look_up(transfer.session_id), at=at)
        if line.party and not payment.payer:
            Payment.objects.filter(pk=payment.pk).update(payer=line.party)
    return line


@transaction.atomic
def assign_line(public_id: UUID, names: Sequence[str], *, by: Actor, at: datetime) -> Payment:
    """Let money that came pay invoices or charges, by their numbers, in this order; what is too much is
    credit of their payer.

    :raises NotFound: if there is no such line, or no invoice or charge of a number.
    :raises Conflict: `line_decided`.
    :raises Refused: `numbers` without any, `money_went` for money that went, or a raiser's reason.
    """
    line = open_line(public_id)
    if line.amount_minor < 0:
        raise Refused("money_went", "This money went: it pays no invoice.")
    charges, customer_id = _meant(names)
    owing = [charge for charge in charges if charge.settled_at is None]
    if owing:
        payment = take_payment(
            charge_ids=[charge.public_id for charge in owing],
            method=Payment.Method.BANK,
            amount=place.money(line.amount_minor),
            payer=line.party,
            request_key=f"bank:{line.public_id}",
            customer_id=customer_id,
            by=by,
            at=at,
        )
    else:
        payment = keep_as_credit(
            place.money(line.amount_minor),
            method=Payment.Method.BANK,
            customer_id=customer_id or customer_of(charges),
            payer=line.party,
            request_key=f"bank:{line.public_id}",
            by=by,
            at=at,
        )
    line.payment, line.note = payment, ""
    decide(line, BankLine.State.MATCHED, by=by, at=at)
    return payment


@transaction.atomic
def keep_aside(public_id: UUID, *, note: str, by: Actor, at: datetime) -> BankLine:
    """Leave money where it is, with words about what is to become of it; it can be assigned later.

    :raises NotFound: if there is no such line.
    :raises Conflict: `line_decided`.
    :raises Refused: `note` without words.
    """
    line = _noted(public_id, note, "Say why it is kept aside.")
    decide(line, BankLine.State.ASIDE, by=by, at=at)
    return line


@transaction.atomic
def send_back(public_id: UUID, *, note: str, by: Actor, at: datetime) -> BankLine:
    """Say that money is not ours and goes back by the bank; it stays in what is to be looked into until
    the bank shows that it went.

    :raises NotFound: if there is no such line.
    :raises Conflict: `line_decided`.
    :raises Refused: `note` without words, `money_went` for money that went.
    """
    line = _noted(public_id, note, "Say why it goes back.")
    if line.amount_minor < 0:
        raise Refused("money_went", "This money went: it cannot go back.")
    decide(line, BankLine.State.BACK, by=by, at=at)
    return line


@transaction.atomic
def take_back(public_id: UUID, other: UUID, *, by: Actor, at: datetime) -> BankLine:
    """Let a line that went take an earlier one back that came, of the same amount: what that paid is owed
    again, and one that waited to be sent back has gone.

    :raises NotFound: if there is no such line.
    :raises Conflict: `line_decided`, `other_amount`, or as `bounce_payment`.
    """
    line = open_line(public_id)
    came = BankLine.objects.select_for_update().filter(public_id=other).first()
    if came is None:
        raise NotFound("There is no such bank line.")
    if came.amount_minor != -line.amount_minor or came.counterpart_id is not None:
        raise Conflict("other_amount", "The two lines are not of the same amount.")
    if came.payment is not None and rules.awaits_money(came.payment.state):
        logger.info("%s takes back a part of %s", line, came.payment)
    elif came.payment is not None:
        refunds.bounce_payment(came.payment.number, by=by, at=at)
        _reopen_other_parts(came)
    elif came.state == BankLine.State.BOOKED:
        raise Conflict("line_decided", "The earlier line is booked to an account.")
    line.counterpart, came.counterpart = came, line
    decide(line, BankLine.State.MATCHED, by=by, at=at)
    decide(came, BankLine.State.MATCHED, by=by, at=at)
    return line


@transaction.atomic
def assign_refund(public_id: UUID, number: str, *, by: Actor, at: datetime) -> BankLine:
    """Say that money that went is a refund of a transfer; one that waited is paid out by it.

    :raises NotFound: if there is no such line or refund.
    :raises Conflict: `line_decided`, `other_amount`, `other_way` for a refund that went another way.
    """
    line = open_line(public_id)
    refund = queries.refund(numbers.tidy(number) or number)
    if refund.payment.method != Payment.Method.BANK or refund.bank_lines.exists():
        raise Conflict("other_way", f"Refund {refund.number} goes by another way, or has gone.")
    if refund.amount_minor != -line.amount_minor:
        raise Conflict("other_amount", f"Refund {refund.number} is of another amount.")
    if refund.state == Refund.State.WAITING:
        refund = refunds.pay_out_refund(refund.number, by=by, at=at)
    line.refund = refund
    decide(line, BankLine.State.MATCHED, by=by, at=at)
    return line


def _reopen_other_parts(came: BankLine) -> None:
    """Let the other transfers of a payment that is lost wait anew: their money is still there."""
    others = BankLine.objects.filter(payment=came.payment, counterpart__isnull=True)
    others = others.exclude(pk=came.pk).select_for_update().order_by("pk")
    found = BankLine.objects.filter(pk__in=list(others.values_list("pk", flat=True)))
    with tallying.tallied_lines(found):
        found.update(
            state=BankLine.State.OPEN,
            payment=None,
            transfer=None,
            decided_at=None,
            decided_by="",
            note="Another part of the same payment was returned.",
        )


def _meant(names: Sequence[str]) -> tuple[list[Charge], int | None]:
    """Return the charges that numbers of invoices and charges mean, in order, and the payer's customer."""
    tidy = [numbers.tidy(name) or name.strip() for name in names if name.strip()]
    if not tidy:
        raise Refused("numbers", "Name an invoice or a charge.", field="numbers")
    charges: list[Charge] = []
    customer_id = None
    for name in dict.fromkeys(tidy):
        rows = Invoice.objects.select_related("payer")
        invoice = rows.filter(number=name, voided_at__isnull=True).first()
        if invoice is not None:
            charges += queries.charges_of_invoice(invoice)
            customer_id = customer_id or invoice.payer.customer_id
            continue
        found = list(Charge.objects.filter(reference=name).order_by("pk"))
        if not found:
            raise NotFound(f"There is no invoice and no charge {name}.")
        charges += found
    return charges, customer_id


def _noted(public_id: UUID, note: str, ask: str) -> BankLine:
    if not note.strip():
        raise Refused("note", ask, field="note")
    rules.may_keep_text(note, field="note").require()
    line = open_line(public_id)
    line.note = note.strip()[:300]
    return line
