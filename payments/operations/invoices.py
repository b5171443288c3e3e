"""How charges on account become invoices, and what becomes of these."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from parkops.kernel.texts import say
from parkops.messaging import operations as messaging
from parkops.programme import queries as programme
from payments import links, place, queries, rules
from payments.accounts import FEE_REVENUE
from payments.bank.references import reference_of
from payments.models import Charge, Invoice, InvoiceLine, InvoiceReminder
from payments.operations import charges as charging
from payments.operations import tallying
from payments.operations.payers import locked_payer, put_on_account, terms_of
from payments.operations.payments import lock_charges
from payments.rules import invoices as rule
from payments.rules.taxes import ppm_of, rate_from, rate_of


@transaction.atomic
def make_invoice(
    payer: UUID,
    charge_ids: Sequence[UUID] | None = None,
    *,
    run: str = "",
    before: datetime | None = None,
    by: Actor,
    at: datetime,
) -> Invoice:
    """Invoice a payer for chosen charges on its account, or for all that are on no invoice yet (raised
    before `before`). Numbers have no gaps: the next is taken when everything else is decided.

    :raises NotFound: if there is no such payer or charge.
    :raises Conflict: `nothing_to_invoice`, `on_invoice`, `run_done` if this run has invoiced it.
    """
    account = locked_payer(payer)
    if run and Invoice.objects.filter(payer=account, run=run, voided_at__isnull=True).exists():
        raise Conflict("run_done", f"{account.name} has its invoice of {run}.")
    wanted = queries.to_invoice(account, before=before)
    if charge_ids is not None:
        wanted = [one for one in wanted if one.public_id in set(charge_ids)]
        missing = set(charge_ids) - {one.public_id for one in wanted}
        if missing:
            raise Conflict(
                "on_invoice", "A charge is on an invoice already, or is not owed on this account."
            )
    charges = lock_charges([one.public_id for one in wanted], by=by, at=at) if wanted else []
    charges = [charge for charge in charges if charge.payer_id == account.pk]
    if not charges:
        raise Conflict("nothing_to_invoice", f"Nothing of {account.name} is to be invoiced.")
    today = place.local_date(at)
    invoice = Invoice(
        payer=account,
        name=account.name,
        email=account.email,
        address=account.address,
        po_number=account.po_number,
        run=run,
        issued_on=today,
        due_on=today + timedelta(days=terms_of(account, at=at)),
        issued_at=at,
        issued_by=by.name,
        tax_minor=sum(charge.tax_minor for charge in charges),
        net_minor=sum(charge.amount_minor - charge.tax_minor for charge in charges),
        paid_minor=sum(charge.paid_minor for charge in charges),
    )
    invoice.number = place.next_number("I", at=at)
    invoice.reference = reference_of(invoice.number)
    invoice.save(force_insert=True)
    holders = queries.holders_of(charges)
    try:
        InvoiceLine.objects.bulk_create(
            _line(invoice, charge, position, holders) for position, charge in enumerate(charges)
        )
    except IntegrityError as error:
        raise Conflict("on_invoice", "A charge is on an invoice already.") from error
    tallying.count_invoice(invoice)
    audit.record(
        "invoice.made",
        subject=("invoice", invoice.number),
        actor=by,
        at=at,
        payer=account.name,
        amount=place.money(invoice.due_minor).amount,
    )
    return invoice


def _line(invoice: Invoice, charge: Charge, position: int, holders: dict[int, str]) -> InvoiceLine:
    net = charge.amount_minor - charge.tax_minor
    return InvoiceLine(
        invoice=invoice,
        charge=charge,
        place=position,
        text=charge.text,
        holder=holders.get(charge.pk, "")[:200],
        net_minor=net,
        tax_rate_ppm=ppm_of(
            rate_of(net=net, tax=charge.tax_minor, known=rate_from(charge.tax_rate_ppm))
        ),
        tax_minor=charge.tax_minor,
        paid_minor=charge.paid_minor,
    )


def invoice_month(month: date, payer: UUID, *, by: Actor, at: datetime) -> Invoice | None:
    """Invoice and write to a payer for everything on its account until the end of a month; None if that
    has been done, or there is nothing. A second time changes nothing."""
    end = place.day_start(next_month(month))
    try:
        invoice = make_invoice(payer, run=f"{month:%Y-%m}", before=end, by=by, at=at)
    except Conflict as refusal:
        if refusal.code in ("run_done", "nothing_to_invoice"):
            return None
        raise
    send_invoice(invoice.number, by=by, at=at)
    return invoice


@transaction.atomic
def send_invoice(number: str, *, by: Actor, at: datetime) -> Invoice:
    """Write to the payer with the invoice as a PDF; the same invoice is sent once a day at most.

    :raises NotFound: if there is no such invoice.
    :raises Conflict: `invoice_void`.
    """
    invoice = locked_invoice(number)
    if invoice.voided_at is not None:
        raise Conflict("invoice_void", "This invoice is void: it asks nobody for money.")
    messaging.send_once(
        event="invoice.sent",
        key=f"invoice:{number}:{place.local_date(at)}",
        to=invoice.email,
        customer_id=invoice.payer.customer_id,
        language=invoice.payer.customer.language,
        context=_told(invoice, at=at),
        enclosed=f"invoice:{number}",
        at=at,
    )
    invoice.sent_at = at
    invoice.save(update_fields=["sent_at"])
    audit.record("invoice.sent", subject=("invoice", number), actor=by, at=at, to=invoice.email)
    return invoice


@transaction.atomic
def void_invoice(number: str, *, reason: str, by: Actor, at: datetime) -> Invoice:
    """Take an invoice back by a credit note; its charges stay on the account and can be invoiced anew.

    :raises NotFound: if there is no such invoice.
    :raises Refused: `reason` without one.
    :raises Conflict: `invoice_void`, `invoice_paid`.
    """
    reason = _said(reason, "Say why the invoice is void.")
    invoice = locked_invoice(number)
    owed = queries.owed_of_invoice(invoice, at=at)
    decision = rule.may_void(
        is_void=invoice.voided_at is not None, asked=invoice.due_minor, owed=owed
    )
    if not decision:
        raise Conflict(decision.code, decision.reason)
    with tallying.tallied_invoice(invoice):
        invoice.voided_at, invoice.voided_by, invoice.void_reason = at, by.name, reason
        invoice.credit_note = place.next_number("IC", at=at)
        invoice.save()
    invoice.lines.update(is_live=False)
    audit.record(
        "invoice.voided",
        subject=("invoice", number),
        actor=by,
        at=at,
        reason=reason,
        credit_note=invoice.credit_note,
    )
    return invoice


@transaction.atomic
def hold_invoice(number: str, *, reason: str, by: Actor, at: datetime) -> Invoice:
    """Remind nobody of an invoice, as while its payer disputes it.

    :raises NotFound: if there is no such invoice.
    :raises Refused: `reason` without one.
    """
    reason = _said(reason, "Say why nobody is to be reminded.")
    invoice = locked_invoice(number)
    invoice.held_at, invoice.held_reason = at, reason
    invoice.save(update_fields=["held_at", "held_reason"])
    audit.record("invoice.held", subject=("invoice", number), actor=by, at=at, reason=reason)
    return invoice


@transaction.atomic
def release_invoice(number: str, *, by: Actor, at: datetime) -> Invoice:
    """Let reminders of an invoice go on.

    :raises NotFound: if there is no such invoice.
    """
    invoice = locked_invoice(number)
    if invoice.held_at is not None:
        invoice.held_at, invoice.held_reason = None, ""
        invoice.save(update_fields=["held_at", "held_reason"])
        audit.record("invoice.released", subject=("invoice", number), actor=by, at=at)
    return invoice


def send_reminders(*, at: datetime) -> int:
    """Remind the payers of invoices that are overdue, as the program says; returns how many went out.

    One transaction each; a level goes out once, and nothing of what is paid, void or held.
    """
    steps = programme.in_force(at).programme.invoices.reminders
    if not steps:
        return 0
    latest = place.local_date(at) - timedelta(days=steps[0].after)
    late = Invoice.objects.filter(voided_at__isnull=True, held_at__isnull=True, due_on__lte=latest)
    numbers = late.order_by("due_on", "pk").values_list("number", flat=True)
    return sum(remind(number, at=at) for number in list(numbers))


@transaction.atomic
def remind(number: str, *, at: datetime) -> bool:
    """Send the reminder of an invoice that is due now, with its fee; False if none is. Its payer, on whose
    account the fee is put, is locked before it.
    """
    payer = Invoice.objects.filter(number=number).values_list("payer__public_id", flat=True).first()
    if payer is not None:
        locked_payer(payer)
    invoice = locked_invoice(number)
    steps = programme.in_force(at).programme.invoices.reminders
    level = rule.level_due(
        [one.after for one in steps],
        due_on=invoice.due_on,
        today=place.local_date(at),
        sent=invoice.reminders.values_list("level", flat=True),
    )
    owed = queries.owed_of_invoice(invoice, at=at)
    if level is None or owed <= 0 or invoice.held_at or invoice.voided_at:
        return False
    fee = steps[level - 1].fee
    charge = _raise_fee(invoice, level, fee, at=at) if fee else None
    InvoiceReminder.objects.create(invoice=invoice, level=level, sent_at=at, fee=charge)
    messaging.send_once(
        event="invoice.reminder",
        key=f"invoice:{number}:reminder:{level}",
        to=invoice.email,
        customer_id=invoice.payer.customer_id,
        language=invoice.payer.customer.language,
        context={
            **_told(invoice, at=at),
            "level": level,
            "fee": fee if charge else None,
        },
        enclosed=f"invoice:{number}",
        at=at,
    )
    audit.record("invoice.reminded", subject=("invoice", number), actor=SYSTEM, at=at, level=level)
    return True


def _raise_fee(invoice: Invoice, level: int, fee: Money, *, at: datetime) -> Charge:
    """Charge a reminder's fee to the payer's account; the next invoice asks for it."""
    charge = charging.raise_charge(
        kind=Charge.Kind.FEE,
        reference=f"{invoice.number}-M{level}",
        text=f"Reminder {level} of invoice {invoice.number}",
        net=fee,
        tax=Money(0, fee.currency),
        customer_id=invoice.payer.customer_id,
        plate_key="",
        due_on=place.local_date(at) + timedelta(days=terms_of(invoice.payer, at=at)),
        revenue=FEE_REVENUE,
        by=SYSTEM,
        at=at,
    )
    if charge.payer_id is None and invoice.payer.closed_at is None:
        put_on_account([charge.public_id], payer=invoice.payer.public_id, by=SYSTEM, at=at)
    return charge


def locked_invoice(number: str) -> Invoice:
    """Return an invoice with its payer, locked.

    :raises NotFound: if there is none.
    """
    rows = Invoice.objects.select_for_update(of=("self",)).select_related("payer__customer")
    invoice = rows.filter(number=number).first()
    if invoice is None:
        raise NotFound(f"There is no invoice {number}.")
    return invoice


def _told(invoice: Invoice, *, at: datetime) -> dict[str, object]:
    return {
        "number": invoice.number,
        "name": invoice.name,
        "amount": place.money(queries.owed_of_invoice(invoice, at=at)),
        "due_on": say("{day}", day=invoice.due_on),
        "url": links.invoice_url(invoice),
    }


def _said(reason: str, ask: str) -> str:
    if not reason.strip():
        raise Refused("reason", ask, field="reason")
    rules.may_keep_text(reason, field="reason").require()
    return reason.strip()[:300]


def next_month(month: date) -> date:
    """Return the first day of the month after that of a day."""
    return (month.replace(day=1) + timedelta(days=32)).replace(day=1)
