"""What the pages and papers about invoices and statements show, gathered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from parkops.kernel.money import Money
from parkops.messaging.enclosures import Enclosure
from parkops.programme import queries as programme
from parkops.programme.invoice_schema import BankAccount
from parkops.ui import pdf
from payments import links, pages, place, queries
from payments.bank.references import shown as reference_shown
from payments.models import AccountPayer, Invoice, Payment
from payments.rules import invoices as rule
from payments.rules.taxes import by_rate, rate_from, rate_text


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A charge on an invoice, as it stood when it was made."""

    text: str
    reference: str
    holder: str
    net: Money
    rate: str
    tax: Money
    gross: Money
    paid: Money
    url: str


@dataclass(frozen=True, slots=True)
class TaxLine:
    """What was taxed at one rate."""

    rate: str
    net: Money
    tax: Money


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """An invoice in a list."""

    number: str
    payer: str
    state: str
    tone: str
    issued_on: date
    due_on: date
    asked: Money
    owed: Money
    url: str
    link: str


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """An invoice with everything about it. `owed` is what is owed of it now."""

    invoice: Invoice
    line: InvoiceLine
    lines: list[PaperLine]
    taxes: list[TaxLine]
    net: Money
    tax: Money
    gross: Money
    paid_before: Money
    asked: Money
    owed: Money
    reference: str
    bank: BankAccount | None
    payments: list[Payment]
    receipts: list[pages.ReceiptLink]
    is_void: bool
    is_open: bool
    pay_url: str
    pdf_url: str
    account_url: str


def invoice_line(invoice: Invoice, *, today: date) -> InvoiceLine:
    """Return an invoice, read with what is owed, for a list."""
    owed = owed_of(invoice)
    state = rule.state_of(
        is_void=invoice.voided_at is not None,
        asked=invoice.due_minor,
        owed=owed,
        due_on=invoice.due_on,
        today=today,
    )
    label, tone = rule.STATUSES[state]
    return InvoiceLine(
        number=invoice.number,
        payer=invoice.name,
        state=label,
        tone=tone,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        asked=place.money(invoice.due_minor),
        owed=place.money(0 if invoice.voided_at else max(owed, 0)),
        url=reverse("office_invoices:detail", args=[invoice.number]),
        link=links.invoice_path(invoice),
    )


def owed_of(invoice: Invoice) -> int:
    """Return what is owed of an invoice that was read with it."""
    return int(getattr(invoice, "owed", 0))


def invoice_page(invoice: Invoice, *, at: datetime) -> InvoicePage:
    """Return an invoice, read with its lines, with everything about it."""
    lines = list(invoice.lines.all())
    charges = [line.charge for line in lines]
    line = invoice_line(invoice, today=place.local_date(at))
    paid = queries.of_charges([charge.pk for charge in charges]).order_by("created_at", "pk")
    payments = list(paid.filter(state__in=[Payment.State.SUCCEEDED, Payment.State.BOUNCED]))
    open_ids = [charge.public_id for charge in charges if charge.settled_at is None]
    is_void = invoice.voided_at is not None
    return InvoicePage(
        invoice=invoice,
        line=line,
        lines=[
            PaperLine(
                text=one.text,
                reference=one.charge.reference,
                holder=one.holder,
                net=place.money(one.net_minor),
                rate=rate_text(rate_from(one.tax_rate_ppm)),
                tax=place.money(one.tax_minor),
                gross=place.money(one.gross_minor),
                paid=place.money(one.paid_minor),
                url=pages.subject_url(one.charge.kind, one.charge.reference),
            )
            for one in lines
        ],
        taxes=[
            TaxLine(rate_text(part.rate), place.money(part.net), place.money(part.tax))
            for part in by_rate(
                (rate_from(one.tax_rate_ppm), one.net_minor, one.tax_minor) for one in lines
            )
        ],
        net=place.money(invoice.net_minor),
        tax=place.money(invoice.tax_minor),
        gross=place.money(invoice.gross_minor),
        paid_before=place.money(invoice.paid_minor),
        asked=place.money(invoice.due_minor),
        owed=line.owed,
        reference=reference_shown(invoice.reference),
        bank=programme.in_force(invoice.issued_at).programme.invoices.bank,
        payments=payments,
        receipts=pages.receipt_links(payments),
        is_void=is_void,
        is_open=not is_void and bool(line.owed),
        pay_url=links.pay_path(open_ids, return_path=line.link) if open_ids else "",
        pdf_url=links.invoice_pdf_path(invoice),
        account_url=links.account_path(invoice.payer),
    )


def invoice_pdf(invoice: Invoice, *, at: datetime) -> bytes:
    """Return an invoice as paper: a void one as the credit note that took it back."""
    shown = invoice_page(invoice, at=at)
    return pdf.render("payments/pdf/invoice.html", {"tenant": place.tenant(), "shown": shown})


def enclosed(number: str, at: datetime) -> Enclosure | None:
    """Return the paper that goes out with a message about an invoice."""
    paper = invoice_pdf(queries.invoice(number), at=at)
    return Enclosure(name=f"{number}.pdf", content=paper)


@dataclass(frozen=True, slots=True)
class AgeLine:
    """What is owed of one age."""

    label: str
    amount: Money
    is_late: bool


def ages(told: Iterable[rule.Age]) -> list[AgeLine]:
    """Return what is owed by age, as pages show it."""
    return [
        AgeLine(one.label, place.money(one.minor), bool(place_ and one.minor))
        for place_, one in enumerate(told)
    ]


@dataclass(frozen=True, slots=True)
class MovementLine:
    """One movement of a statement: what was charged, or what was paid."""

    at: datetime
    text: str
    reference: str
    charged: Money | None
    paid: Money | None
    balance: Money


@dataclass(frozen=True, slots=True)
class StatementPage:
    """A statement of account, as pages and papers show it."""

    name: str
    address: str
    since: date
    until: date
    opening: Money
    lines: list[MovementLine]
    closing: Money
    ages: list[AgeLine]
    credit: Money


def statement_page(
    told: queries.Statement, *, name: str, payer: AccountPayer | None
) -> StatementPage:
    """Return a statement as pages show it."""
    return StatementPage(
        name=payer.name if payer else name,
        address=payer.address if payer else "",
        since=told.since,
        until=told.until,
        opening=place.money(told.opening),
        lines=[
            MovementLine(
                at=one.at,
                text=one.text,
                reference=one.reference,
                charged=place.money(one.minor) if one.minor > 0 else None,
                paid=place.money(-one.minor) if one.minor < 0 else None,
                balance=place.money(one.balance),
            )
            for one in told.movements
        ],
        closing=place.money(told.closing),
        ages=ages(told.ages),
        credit=place.money(told.credit),
    )


def statement_pdf(shown: StatementPage) -> bytes:
    """Return a statement as paper."""
    context = {"tenant": place.tenant(), "shown": shown}
    return pdf.render("payments/pdf/statement.html", context)


@dataclass(frozen=True, slots=True)
class PayerLine:
    """A payer in the list: what is owed on invoices, and what waits for one."""

    payer: AccountPayer
    owed: Money
    overdue: Money
    waiting: Money
    url: str


def payer_lines(rows: Sequence[AccountPayer], *, today: date, at: datetime) -> list[PayerLine]:
    """Return payers for a list; three queries, however many."""
    waiting = queries.waiting_by_payer(before=at)
    owed: dict[int, int] = {}
    late: dict[int, int] = {}
    for one in queries.invoices_matching(today=today).filter(
        queries.OWING, payer__in=rows, voided_at__isnull=True
    ):
        owed[one.payer_id] = owed.get(one.payer_id, 0) + owed_of(one)
        if one.due_on < today:
            late[one.payer_id] = late.get(one.payer_id, 0) + owed_of(one)
    return [
        PayerLine(
            row,
            place.money(owed.get(row.pk, 0)),
            place.money(late.get(row.pk, 0)),
            place.money(waiting.get(row.pk, (0, 0))[1]),
            reverse("office_payers:detail", args=[row.public_id]),
        )
        for row in rows
    ]
