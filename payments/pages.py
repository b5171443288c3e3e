"""What the pages about money show, gathered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.urls import reverse

from parkops.kernel.actors import Actor
from parkops.kernel.money import Money
from parkops.kernel.texts import joined, revived, word
from parkops.programme import queries as programme
from parkops.programme.invoice_schema import BankAccount
from parkops.ui.values import Reason
from payments import links, place, queries, rules, settlement
from payments.bank.references import shown as reference_shown
from payments.gateways.base import CheckoutLine
from payments.models import (
    Allocation,
    Charge,
    Dispute,
    LedgerEntry,
    LedgerProof,
    Payment,
    PaymentPlan,
    Refund,
)
from payments.queries import ChargeRow, disputes, plans
from payments.rules.taxes import by_rate, rate_from, rate_of, rate_text
from payments.rules.tenders import NO_MONEY_BACK


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A charge on a receipt: what was paid on it, and where it is shown.

    `price` are the lines of its price, where all of it was paid at once.
    """

    text: str
    reference: str
    plate: str
    amount: Money
    url: str
    price: list[Reason]
    charge_id: UUID


@dataclass(frozen=True, slots=True)
class TaxShare:
    """What of a sum is tax at one rate."""

    rate: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Receipt:
    """Everything on a receipt. `taxes` are the parts of what was paid that are tax, by their rates."""

    payment: Payment
    lines: list[ReceiptLine]
    total: Money
    taxes: list[TaxShare]
    handed_over: Money
    change: Money
    credit: Money
    refunded: Money
    paid_at: datetime
    way: str
    ways: "list[TenderLine]"


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry of the ledger: a debit or a credit, of which account and for what."""

    at: datetime
    text: str
    by: str
    account: str
    url: str
    transaction_url: str
    reference: str
    debit: Money | None
    credit: Money | None


@dataclass(frozen=True, slots=True)
class ReceiptLink:
    """A receipt that one may open."""

    number: str
    paid_at: datetime
    amount: Money
    url: str


def receipt_links(payments: Sequence[Payment]) -> list[ReceiptLink]:
    """Return the way to the receipts of payments that were taken."""
    return [
        ReceiptLink(
            payment.number,
            payment.succeeded_at or payment.created_at,
            place.money(payment.amount_minor),
            links.receipt_path(payment),
        )
        for payment in payments
    ]


def total_of(rows: Sequence[ChargeRow]) -> Money:
    """Return what the rows owe together."""
    return place.money(sum(row.balance.minor for row in rows))


def reasons_of(rows: Sequence[ChargeRow]) -> list[Reason]:
    """Return the rows as lines that add up to their total."""
    return [
        Reason(row.text, row.balance, f"{row.reference}. {row.why}" if row.why else row.reference)
        for row in rows
    ]


def receipt(public_id: UUID) -> Receipt:
    """Return the receipt of a payment that was taken.

    :raises NotFound: if there is no such payment, or no money came.
    """
    payment = queries.taken_payment(public_id)
    together = queries.taken_with(payment)
    paid: dict[int, int] = {}
    charges: dict[int, Charge] = {}
    for part in (part for one in together for part in one.parts):
        if part.amount_minor:
            charges[part.charge_id] = part.charge
            paid[part.charge_id] = paid.get(part.charge_id, 0) + part.amount_minor
    parts = [_taxed(charge, paid[pk]) for pk, charge in charges.items() if charge.amount_minor]
    return Receipt(
        payment=payment,
        lines=[
            ReceiptLine(
                charge.text,
                charge.reference,
                charge.plate_key,
                place.money(paid[pk]),
                subject_url(charge.kind, charge.reference),
                price_of(charge) if paid[pk] == raised_of(charge) else [],
                charge.public_id,
            )
            for pk, charge in charges.items()
        ],
        total=_together(one.amount_minor for one in together),
        taxes=[
            TaxShare(rate_text(one.rate), place.money(one.tax)) for one in by_rate(parts) if one.tax
        ],
        handed_over=_together(one.handed_over_minor for one in together),
        change=_together(one.change_minor for one in together),
        credit=_together(one.credit_minor for one in together),
        refunded=_together(one.refunded_minor for one in together),
        paid_at=payment.succeeded_at or payment.created_at,
        way=joined([_way(one) for one in together], ", "),
        ways=[_tender_line(one) for one in together] if len(together) > 1 else [],
    )


@dataclass(frozen=True, slots=True)
class TenderLine:
    """One of several ways in which money was taken: its own number, and what it is known by elsewhere."""

    number: str
    way: str
    reference: str
    amount: Money
    url: str


def _tender_line(payment: Payment) -> TenderLine:
    url = reverse("office_payments:detail", args=[payment.number])
    amount = place.money(payment.amount_minor)
    return TenderLine(payment.number, _way(payment), payment.reference, amount, url)


WORDS = {
    "cash": "Cash",
    "cheque": "Check",
    "card": "Card",
    "terminal": "Card at the terminal",
    "account": "Department or payroll",
    "bank": "Bank transfer",
    "gift": "Gift certificate",
    "goods": "Goods",
    "other": "Other",
}
"""The ways of paying, as receipts say them in the reader's language."""


def _way(payment: Payment) -> str:
    return word(payment.card or WORDS[payment.method])


def _taxed(charge: Charge, minor: int) -> tuple[Decimal, int, int]:
    """Return the rate of a charge's tax, and net and tax of what was paid of it."""
    rate = rate_of(
        net=charge.raised_net_minor,
        tax=charge.raised_tax_minor,
        known=rate_from(charge.tax_rate_ppm),
    )
    tax = round(minor * charge.tax_minor / charge.amount_minor)
    return rate, minor - tax, tax


def _together(minors: Iterable[int]) -> Money:
    return place.money(sum(minors))


def raised_of(charge: Charge) -> int:
    """Return what a charge was raised for and adjusted to, tax included, in minor units."""
    return charge.raised_net_minor + charge.raised_tax_minor + charge.adjusted_minor


def price_of(charge: Charge) -> list[Reason]:
    """Return the lines of the price that a charge was raised for, and what staff adjusted of it; they add
    up to it."""
    currency = place.currency()
    changed = queries.adjustments_of(charge) if charge.adjusted_minor else []
    adjusted = [
        Reason(one.get_reason_display(), Money(one.signed_minor, currency), one.text)
        for one in changed
        if one.state == one.State.DONE
    ]
    price = [
        Reason(
            revived(line["text"], {line["text"]: line["said"]}) if "said" in line else line["text"],
            Money.parse(line["amount"], currency),
        )
        for line in charge.lines
    ]
    if adjusted and not price:
        raised = charge.raised_net_minor + charge.raised_tax_minor
        price = [Reason(charge.text, Money(raised, currency))]
    return price + adjusted


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment in the list."""

    number: str
    created_at: datetime
    state: str
    tone: str
    way: str
    payer: str
    what: str
    plate: str
    amount: Money
    url: str


@dataclass(frozen=True, slots=True)
class RefundLine:
    """A refund: how it stands and what may be done about it."""

    refund: Refund
    amount: Money
    tone: str
    payment_url: str
    can_pay_out: bool
    can_retry: bool
    is_proposed: bool
    age: str = ""
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class PaymentPage:
    """One payment with what it paid and what went back."""

    payment: Payment
    line: PaymentLine
    parts: list[ReceiptLine]
    refunds: list[RefundLine]
    disputes: list[Dispute]
    handed_over: Money
    change: Money
    credit: Money
    left: Money
    fee: Money | None
    postings: list[EntryLine]
    together: "list[TenderLine]"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many payments need a look, how many refunds are not done, how many plans are to be decided."""

    to_review: int
    refunds: int
    plans: int
    disputes: int


@dataclass(frozen=True, slots=True)
class TransferPage:
    """What a customer has to send by bank, and what came of it so far."""

    number: str
    amount: Money
    came: Money
    left: Money
    reference: str
    bank: BankAccount
    due_on: date
    lines: list[CheckoutLine]
    back: str


def transfer_path(charge_ids: Sequence[UUID], *, return_path: str, at: datetime) -> str:
    """Return the path where these charges can be paid by transfer; empty if they cannot."""
    if not charge_ids or not queries.may_transfer(charge_ids, at=at):
        return ""
    return links.pay_path(charge_ids, return_path=return_path)


def transfer(payment: Payment) -> TransferPage | None:
    """Return what is to be sent for a payment that waits for a transfer; None for any other."""
    asked = queries.transfer_of(payment.session_id or "")
    terms = programme.in_force(payment.created_at).programme.invoices
    if asked is None or terms.bank is None:
        return None
    came = sum(line.amount_minor for line in queries.lines_of_transfer(asked))
    days = terms.transfers.due if terms.transfers else 0
    parts = payment.allocations.select_related("charge").order_by("place", "pk")
    return TransferPage(
        number=payment.number,
        amount=place.money(asked.amount_minor),
        came=place.money(came),
        left=place.money(max(asked.amount_minor - came, 0)),
        reference=reference_shown(asked.reference),
        bank=terms.bank,
        due_on=place.local_date(payment.created_at) + timedelta(days=days),
        lines=[CheckoutLine(part.charge.text, place.money(part.asked_minor)) for part in parts],
        back=payment.return_path,
    )


_TONES = {
    Payment.State.SUCCEEDED: "good",
    Payment.State.NEEDS_REVIEW: "warn",
    Payment.State.OPEN: "info",
    Payment.State.CREATED: "info",
    Payment.State.BOUNCED: "bad",
    Payment.State.FAILED: "bad",
}
_REFUND_TONES = {
    Refund.State.PROPOSED: "warn",
    Refund.State.SUCCEEDED: "good",
    Refund.State.FAILED: "bad",
    Refund.State.REJECTED: "",
    Refund.State.WAITING: "warn",
    Refund.State.SUBMITTED: "info",
}


def payment_line(payment: Payment) -> PaymentLine:
    """Return a payment, read with its parts, for a list."""
    charges = [part.charge for part in payment.parts]
    more = f" and {len(charges) - 1} more" if len(charges) > 1 else ""
    customer = payment.customer
    return PaymentLine(
        number=payment.number,
        created_at=payment.created_at,
        state=payment.get_state_display(),
        tone=_TONES.get(Payment.State(payment.state), ""),
        way=payment.card or payment.get_method_display(),
        payer=payment.payer or (str(customer) if customer else payment.email),
        what=f"{charges[0].reference}{more}" if charges else "",
        plate=charges[0].plate_key if charges else "",
        amount=place.money(payment.amount_minor),
        url=reverse("office_payments:detail", args=[payment.number]),
    )


def refund_line(
    refund: Refund, *, by: Actor | None = None, at: datetime | None = None
) -> RefundLine:
    """Return a refund, read with its payment, as `by` sees it at `at`."""
    days = (place.local_date(at) - place.local_date(refund.created_at)).days if at else 0
    return RefundLine(
        refund=refund,
        amount=place.money(refund.amount_minor),
        tone=_REFUND_TONES[Refund.State(refund.state)],
        payment_url=reverse("office_payments:detail", args=[refund.payment.number]),
        can_pay_out=refund.state == Refund.State.WAITING,
        can_retry=refund.state == Refund.State.FAILED,
        is_proposed=refund.state == Refund.State.PROPOSED,
        age="today" if not days else ("1 day" if days == 1 else f"{days} days"),
        is_own=by is not None and refund.asked_by_ref == f"{by.kind}:{by.ref}",
    )


def payment_page(payment: Payment) -> PaymentPage:
    """Return a payment, read with everything about it."""
    for one in payment.given_back:
        one.payment = payment
    return PaymentPage(
        payment=payment,
        line=payment_line(payment),
        parts=[_part_line(part) for part in payment.parts],
        refunds=[refund_line(one) for one in payment.given_back],
        disputes=payment.taken_back,
        handed_over=place.money(payment.handed_over_minor),
        change=place.money(payment.change_minor),
        credit=place.money(payment.credit_minor),
        left=refundable(payment),
        fee=None if payment.fee_minor is None else place.money(payment.fee_minor),
        postings=[entry_line(entry) for entry in queries.postings_of(payment)],
        together=[_tender_line(one) for one in queries.taken_with(payment) if one.pk != payment.pk],
    )


def refundable(payment: Payment) -> Money:
    """Return what of a payment is left to give back in money."""
    is_money = payment.method not in NO_MONEY_BACK
    return place.money(payment.refundable_minor if is_money else 0)


def may_bounce(payment: Payment) -> bool:
    """Return whether a payment may be marked as bounced: a check; the bank itself tells of a transfer."""
    decision = rules.may_bounce(
        method=payment.method, state=payment.state, refunded=payment.refunded_minor
    )
    return bool(decision) and payment.method == Payment.Method.CHEQUE


def entry_line(entry: LedgerEntry) -> EntryLine:
    """Return an entry, read with its transaction, account and charge."""
    return EntryLine(
        at=entry.posted_at,
        text=entry.transaction.text,
        by=entry.transaction.posted_by,
        account=f"{entry.account_id} {entry.account.name}",
        url=reverse("office_ledger:entries", args=[entry.account_id]),
        transaction_url=reverse("office_ledger:transaction", args=[entry.transaction_id]),
        reference=entry.charge.reference if entry.charge else "",
        debit=place.money(entry.amount_minor) if entry.amount_minor > 0 else None,
        credit=place.money(-entry.amount_minor) if entry.amount_minor < 0 else None,
    )


@dataclass(frozen=True, slots=True)
class DifferenceLine:
    """What a proof of the books found to differ, with the page of what it is of."""

    subject: str
    url: str
    kept: Money
    again: Money
    text: str


def differences(proof: LedgerProof) -> list[DifferenceLine]:
    """Return the differences that a proof kept, as they were found."""
    return [
        DifferenceLine(
            subject=f"{one['kind'].capitalize()} {one['reference']}"
            + (f", {one['part']}" if one["part"] else ""),
            url=_url_of(one["kind"], one["reference"]),
            kept=place.money(one["kept"]),
            again=place.money(one["again"]),
            text=one["text"],
        )
        for one in proof.found
    ]


def _url_of(kind: str, reference: str) -> str:
    if kind == "payment":
        return reverse("office_payments:detail", args=[reference])
    if kind not in Charge.Kind.values:
        return ""
    try:
        return subject_url(kind, reference)
    except ObjectDoesNotExist:
        return ""


def counts() -> Counts:
    """Return what waits for somebody."""
    return Counts(
        to_review=queries.payments_matching(state=Payment.State.NEEDS_REVIEW).count(),
        refunds=queries.refunds_not_done().count(),
        disputes=disputes.waiting().count(),
        plans=plans.plans().filter(state=PaymentPlan.State.ASKED).count(),
    )


def list_url() -> str:
    """Return where payments are listed."""
    return reverse("office_payments:list")


def refunds_url() -> str:
    """Return where refunds that are not done are listed."""
    return reverse("office_payments:refunds")


def _part_line(part: Allocation) -> ReceiptLine:
    charge = part.charge
    return ReceiptLine(
        charge.text,
        charge.reference,
        charge.plate_key,
        place.money(part.held_minor or part.amount_minor or part.asked_minor),
        subject_url(charge.kind, charge.reference),
        price_of(charge),
        charge.public_id,
    )


def subject_url(kind: str, reference: str) -> str:
    """Return the page about what a charge is for, as its raiser says; may be empty."""
    describe = settlement.raiser_of(kind).describe
    return describe(reference).url if describe else ""
