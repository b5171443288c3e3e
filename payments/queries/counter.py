"""Who stands at the counter, and what they owe."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from parkops.customers import queries as customers
from parkops.customers.models import Customer
from parkops.kernel import numbers
from parkops.kernel.plates import plate_key
from parkops.tenancy.signing import BadSignature
from payments import links, settlement
from payments.models import Charge, Invoice, Payment
from payments.queries.charges import ChargeRow, as_rows, open_charges
from payments.queries.invoices import charges_of_invoice

MOST_PEOPLE = 8


@dataclass(frozen=True, slots=True)
class Person:
    """A customer who may be meant, with the plates of now."""

    reference: UUID
    name: str
    email: str
    plates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a search at the counter gives: one payer with charges, or people to choose from.

    `how` says by what the payer was found; `plate` is as people write it, set when it was a plate. An
    `invoice` has its own charges alone, and the name of its `payer`.
    """

    how: str = ""
    customer: Customer | None = None
    plate: str = ""
    region: str = ""
    invoice: str = ""
    payer: str = ""
    charges: tuple[ChargeRow, ...] = ()
    people: tuple[Person, ...] = ()

    @property
    def is_one(self) -> bool:
        """Whether it is clear who or what is meant."""
        return self.customer is not None or bool(self.plate or self.invoice)


def find_payer(text: str, *, at: datetime) -> Found:
    """Return whose charges `text` means: a number, a plate, an e-mail address, a name, or what the
    square on a citation, a permit or a receipt says, as a scanner types it.

    All but names lead to the customer behind them where there is one, with everything owed.
    """
    text = " ".join(text.split())[:500]
    if not text:
        return Found()
    charge = _charge_of_code(text) if "/" in text else _charge_of_number(text)
    if charge is not None:
        return _of(charge.customer, charge.plate_key, "number", at=at)
    if found := _invoice_of(text, at=at):
        return found
    plate = _known_plate(text, at=at)
    if plate:
        holders = customers.holders_of(plate, at=at)
        if len(holders) > 1:
            return Found(how="plate", people=_people(holders))
        return _of(holders[0] if holders else None, plate, "plate", at=at)
    rows = list(customers.matching(text).order_by("name", "pk")[: MOST_PEOPLE + 1])
    if len(rows) == 1:
        return _of(rows[0], "", "name", at=at)
    return Found(how="name", people=_people(rows[:MOST_PEOPLE]))


def payer_of(reference: UUID, *, at: datetime) -> Found:
    """Return a customer with everything owed by them or on their plates.

    :raises NotFound: if there is no such customer.
    """
    return _of(customers.customer(reference), "", "name", at=at)


def _of(customer: Customer | None, plate: str, how: str, *, at: datetime) -> Found:
    held = customers.vehicles_of(customer.pk, at=at) if customer else []
    keys = {vehicle.plate_key for vehicle in held} | ({plate} if plate else set())
    rows = open_charges(
        customer_id=customer.pk if customer else None, plate_keys=sorted(keys), at=at
    )
    shown = next((vehicle for vehicle in held if vehicle.plate_key == plate), None)
    return Found(
        how=how,
        customer=customer,
        plate=shown.plate_text if shown else plate,
        region=shown.region if shown else "",
        charges=tuple(rows),
    )


def _charge_of_number(text: str) -> Charge | None:
    """Return the charge that a permit's, citation's or receipt's number leads to."""
    number = numbers.tidy(text)
    if number is None:
        return None
    rows = Charge.objects.select_related("customer")
    charge = rows.filter(reference=number).order_by("settled_at", "pk").first()
    if charge is not None:
        return charge
    payment = Payment.objects.filter(number=number).first()
    if payment is None:
        return None
    return rows.filter(allocations__payment=payment).order_by("allocations__place").first()


def _invoice_of(text: str, *, at: datetime) -> Found | None:
    """Return what is owed of the invoice that a number or the address on it names."""
    rows = Invoice.objects.filter(voided_at__isnull=True).select_related("payer__customer")
    found = numbers.FORM.search(text.upper()) if "/" in text else None
    invoice = rows.filter(number=numbers.tidy(found[0] if found else text) or "").first()
    if invoice is None and "/" in text:
        try:
            token = text.partition("?")[0].rstrip("/").rpartition("/")[2]
            invoice = rows.filter(public_id=links.read_invoice_token(token)).first()
        except (BadSignature, ValueError, TypeError):
            return None
    if invoice is None:
        return None
    charges = as_rows(charges_of_invoice(invoice), at=at)
    return Found(
        how="invoice",
        customer=invoice.payer.customer,
        invoice=invoice.number,
        payer=invoice.name,
        charges=tuple(row for row in charges if row.balance.minor > 0),
    )


def _charge_of_code(text: str) -> Charge | None:
    """Return the charge that an address on paper leads to: by the number in it, or by its token."""
    if found := numbers.FORM.search(text.upper()):
        return _charge_of_number(found[0])
    token = text.partition("?")[0].rstrip("/").rpartition("/")[2]
    for read in (_receipt_charge, _pay_charge, _subject_charge):
        try:
            charge = read(token)
        except (BadSignature, ValueError, TypeError):
            continue
        if charge is not None:
            return charge
    return None


def _receipt_charge(token: str) -> Charge | None:
    paid = Charge.objects.filter(allocations__payment__public_id=links.read_receipt_token(token))
    return paid.select_related("customer").order_by("allocations__place").first()


def _pay_charge(token: str) -> Charge | None:
    wanted, _ = links.read_pay_token(token)
    rows = Charge.objects.filter(public_id__in=wanted).select_related("customer")
    return rows.order_by("settled_at", "pk").first()


def _subject_charge(token: str) -> Charge | None:
    """Return the charge of what an app that raises charges reads out of its own token."""
    for kind, raiser in settlement.raisers().items():
        if reference := raiser.scanned(token):
            rows = Charge.objects.filter(kind=kind, reference=reference)
            return rows.select_related("customer").first()
    return None


def _known_plate(text: str, *, at: datetime) -> str:
    if "@" in text:
        return ""
    try:
        key = str(plate_key(text))
    except ValueError:
        return ""
    is_charged = Charge.objects.filter(plate_key=key).exists()
    return key if is_charged or customers.holders_of(key, at=at) else ""


def _people(rows: list[Customer]) -> tuple[Person, ...]:
    plates = {row.reference: row.plates for row in customers.list_rows(rows)}
    return tuple(
        Person(row.reference, row.name or row.email, row.email, tuple(plates[row.reference]))
        for row in rows
    )
