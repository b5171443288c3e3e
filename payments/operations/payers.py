"""Who pays charges of others on account: opened, changed, closed, and what is put on the account."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from parkops.audit import operations as audit
from parkops.customers import operations as customers
from parkops.customers import queries as people
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.programme import queries as programme
from payments import settlement
from payments.models import AccountPayer, Charge, InvoiceLine
from payments.operations.payments import lock_charges

UNTIL_INVOICED = timedelta(days=32)
"""A charge on account waits at most so long for its invoice: a monthly run comes in between."""


@transaction.atomic
def open_payer(
    *,
    kind: str,
    name: str,
    email: str,
    address: str = "",
    po_number: str = "",
    terms_days: int | None = None,
    is_monthly: bool = True,
    by: Actor,
    at: datetime,
) -> AccountPayer:
    """Open an account for who pays for others. Its customer is the one with this address, or a new one.

    :raises Refused: `name` without one, `kind` for one that there is not.
    :raises Conflict: `payer_exists` if another has the name or the address.
    """
    if not name.strip():
        raise Refused("name", "Say who pays.", field="name")
    if kind not in AccountPayer.Kind.values:
        raise Refused("kind", "Choose what kind of payer it is.", field="kind")
    customer = people.customer_by_email(email) or customers.register_customer(
        email=email, name=name, by=by, at=at
    )
    try:
        with transaction.atomic():
            payer = AccountPayer.objects.create(
                kind=kind,
                name=name.strip()[:200],
                customer=customer,
                email=email,
                address=address.strip()[:500],
                po_number=po_number.strip()[:60],
                terms_days=terms_days,
                is_monthly=is_monthly,
                created_at=at,
            )
    except IntegrityError as error:
        raise Conflict(
            "payer_exists", "There is an account of this name or e-mail address.", field="name"
        ) from error
    _record("payer.opened", payer, by=by, at=at)
    return payer


@transaction.atomic
def change_payer(
    public_id: UUID,
    *,
    name: str,
    email: str,
    address: str,
    po_number: str,
    terms_days: int | None,
    is_monthly: bool,
    by: Actor,
    at: datetime,
) -> AccountPayer:
    """Change where and how a payer is invoiced; invoices that went out stay as they are.

    :raises NotFound: if there is no such payer.
    :raises Conflict: `payer_exists` if another has the name.
    """
    payer = locked_payer(public_id)
    payer.name, payer.email = name.strip()[:200] or payer.name, email or payer.email
    payer.address, payer.po_number = address.strip()[:500], po_number.strip()[:60]
    payer.terms_days, payer.is_monthly = terms_days, is_monthly
    try:
        with transaction.atomic():
            payer.save()
    except IntegrityError as error:
        raise Conflict("payer_exists", "There is an account of this name.", field="name") from error
    _record("payer.changed", payer, by=by, at=at)
    return payer


@transaction.atomic
def close_payer(public_id: UUID, *, by: Actor, at: datetime) -> AccountPayer:
    """Let nothing more be put on an account; what is on it stays owed. Closing twice is once.

    :raises NotFound: if there is no such payer.
    """
    payer = locked_payer(public_id)
    if payer.closed_at is None:
        payer.closed_at = at
        payer.save(update_fields=["closed_at"])
        _record("payer.closed", payer, by=by, at=at)
    return payer


@transaction.atomic
def put_on_account(
    charge_ids: Sequence[UUID], *, payer: UUID, by: Actor, at: datetime
) -> list[Charge]:
    """Let a payer owe charges of others; their holders are not asked for them any more. What they are
    for is kept for them as if somebody were paying, until the invoice is due.

    :raises NotFound: if there is no such payer or charge.
    :raises Conflict: `payer_closed`, `nothing_owed`, or `on_invoice` if one is on an invoice of another.
    """
    account = locked_payer(payer)
    if account.closed_at is not None:
        raise Conflict("payer_closed", f"The account of {account.name} is closed.")
    charges = lock_charges(charge_ids, by=by, at=at)
    if not charges:
        raise Conflict("nothing_owed", "Nothing is owed on this any more.")
    _require_not_invoiced([one for one in charges if one.payer_id != account.pk])
    until = at + timedelta(days=terms_of(account, at=at)) + UNTIL_INVOICED
    for charge in charges:
        charge.payer = account
        charge.save(update_fields=["payer"])
        settlement.raiser_of(charge.kind).checkout_opened(charge.reference, until=until)
        _record("charge.on_account", account, by=by, at=at, charge=charge.reference)
    return charges


@transaction.atomic
def take_off_account(charge_id: UUID, *, reason: str, by: Actor, at: datetime) -> Charge:
    """Let the holder of a charge owe it again.

    :raises NotFound: if there is no such charge that is owed.
    :raises Conflict: `on_invoice` if it is on an invoice.
    """
    charges = lock_charges([charge_id], by=by, at=at)
    if not charges or charges[0].payer is None:
        raise NotFound("This charge is on no account.")
    [charge] = charges
    account = charge.payer
    _require_not_invoiced(charges)
    charge.payer = None
    charge.save(update_fields=["payer"])
    settlement.raiser_of(charge.kind).checkout_closed(charge.reference, at=at)
    _record("charge.off_account", account, by=by, at=at, charge=charge.reference, reason=reason)
    return charge


def terms_of(payer: AccountPayer, *, at: datetime) -> int:
    """Return within how many days a payer pays an invoice: its own terms, or the program's."""
    if payer.terms_days is not None:
        return payer.terms_days
    return programme.in_force(at).programme.invoices.terms


def locked_payer(public_id: UUID) -> AccountPayer:
    """Return a payer, locked.

    :raises NotFound: if there is none.
    """
    rows = AccountPayer.objects.select_for_update(no_key=True)
    payer = rows.filter(public_id=public_id).first()
    if payer is None:
        raise NotFound("There is no such account.")
    return payer


def _require_not_invoiced(charges: Sequence[Charge]) -> None:
    lines = InvoiceLine.objects.filter(charge__in=charges, is_live=True)
    found = lines.select_related("invoice").first()
    if found is not None:
        raise Conflict(
            "on_invoice", f"{found.text} is on invoice {found.invoice.number}. Void it first."
        )


def _record(
    event: str, payer: AccountPayer | None, *, by: Actor, at: datetime, **told: str
) -> None:
    if payer is None:
        return
    audit.record(event, subject=("payer", str(payer.public_id)), actor=by, at=at, **told)
