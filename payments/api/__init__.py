"""The API's calls about money: charges, payments, the ledger, drawers, the card provider's notices."""

import hashlib
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from parkops.api.auth import needs
from parkops.api.idempotency import idempotent, idempotent_in_steps
from parkops.api.paging import Paging, page_of
from parkops.api.problems import Problem, statuses
from parkops.api.values import Instant, MoneyIn, MoneyOut, instant_out, money_out
from parkops.kernel.decisions import Refused
from parkops.kernel.permissions import Scope
from parkops.kernel.plates import plate_key
from payments import links, operations, place, queries
from payments.gateways.base import BadSignature, GatewayRejected
from payments.models import Drawer, LedgerEntry, Payment, Refund

router = Router(tags=["Payments"])

READ, WRITE = needs(Scope.PAYMENTS_READ), needs(Scope.PAYMENTS_WRITE)
_STATUS = {
    Payment.State.CREATED: "requires_action",
    Payment.State.OPEN: "requires_action",
    Payment.State.NEEDS_REVIEW: "pending",
    Payment.State.SUCCEEDED: "succeeded",
}
_REFUND_STATUS = {
    Refund.State.PROPOSED: "pending",
    Refund.State.WAITING: "pending",
    Refund.State.SUBMITTED: "pending",
    Refund.State.SUCCEEDED: "succeeded",
    Refund.State.FAILED: "failed",
    Refund.State.REJECTED: "failed",
}


class ChargeOut(Schema):
    """What somebody owes, as it stands now."""

    id: UUID
    kind: str
    reference: str
    plate: str | None
    text: str
    amount: MoneyOut
    balance: MoneyOut
    due_on: date | None


class ChargesOut(Schema):
    """A page of charges."""

    items: list[ChargeOut]
    next: str | None


class AllocationOut(Schema):
    """What of a payment went to a charge."""

    charge: UUID
    amount: MoneyOut


class RefundOut(Schema):
    """Money given back."""

    number: str
    payment: str
    amount: MoneyOut
    reason: str
    status: str
    created_at: Instant


class TenderOut(Schema):
    """One of the ways of a taking: a payment of its own."""

    number: str
    method: str
    amount: MoneyOut
    reference: str


class PaymentOut(Schema):
    """Money taken, or a card payment under way."""

    number: str
    status: str
    method: str
    amount: MoneyOut
    allocations: list[AllocationOut]
    change_due: MoneyOut
    credit: MoneyOut
    refunded: MoneyOut
    payer: str
    failure: str | None
    created_at: Instant
    receipt_url: str
    redirect_url: str | None
    reference: str = ""
    tenders: list[TenderOut] | None = None


class TenderIn(Schema):
    """One of several ways of paying: `amount` left out is the rest. `reference` is the terminal's slip, a
    gift certificate's code, a department's account or the code of a drive; of goods, `pieces`. `credit` is
    that of the charges' customer, beside another way: without an amount what it can."""

    method: Literal["cash", "cheque", "terminal", "account", "gift", "goods", "other", "credit"]
    amount: MoneyIn | None = None
    reference: str = Field("", max_length=64)
    pieces: Annotated[int, Field(ge=1, le=10_000)] | None = None


class PaymentIn(Schema):
    """What to pay, how, and what is handed over; several ways at once are `tenders`, without `method`.

    `payment_method` is what the one way is known by elsewhere, as `reference` is of a tender.
    """

    charges: Annotated[list[UUID], Field(min_length=1, max_length=100)]
    method: Literal["cash", "cheque", "card", "terminal", "account", "gift", "other"] | None = None
    tenders: Annotated[list[TenderIn], Field(max_length=8)] | None = None
    amount: MoneyIn | None = None
    payment_method: str | None = Field(None, max_length=120)
    drawer: UUID | None = None
    payer: str = Field("", max_length=200)


class RefundIn(Schema):
    """How much to give back, and why. `charges` says what becomes of what had been paid; cash leaves the
    `drawer`, if one is named."""

    amount: MoneyIn
    reason: str = Field(max_length=300)
    charges: Literal["owed_again", "reduced"] = "owed_again"
    drawer: UUID | None = None


class DrawerIn(Schema):
    """The change that lies in a drawer."""

    float_: MoneyIn = Field(MoneyIn(amount="0"), alias="float")
    name: str = Field("", max_length=60)


class CountIn(Schema):
    """What was counted in a drawer."""

    counted: MoneyIn


class DrawerOut(Schema):
    """A drawer; what is over or short is known once it is closed."""

    id: UUID
    name: str
    status: str
    opened_at: Instant
    closed_at: Instant | None
    float_: MoneyOut = Field(serialization_alias="float")
    expected: MoneyOut
    counted: MoneyOut | None
    over_short: MoneyOut | None


class Period(Schema):
    """The instants [from, to)."""

    since: Instant | None = Field(None, alias="from")
    before: Instant | None = Field(None, alias="to")


@router.get("/charges", auth=READ, response=ChargesOut)
def charges(
    request: HttpRequest,
    paging: Query[Paging],
    customer: UUID | None = None,
    plate: str = "",
    open: bool | None = None,  # noqa: A002
):
    """List charges, the oldest first, each with what it comes to now."""
    rows = queries.charges_matching(customer=customer, plate_key=_plate_key(plate), is_open=open)
    page = page_of(rows, paging, order=("id",), out=lambda row: row)
    page["items"] = [_charge_out(row) for row in queries.as_rows(page["items"], at=timezone.now())]
    return page


@router.post("/payments", auth=WRITE, response={201: PaymentOut})
@idempotent_in_steps
def pay(request: HttpRequest, body: PaymentIn):
    """Take money, or open the card provider's page where the customer pays."""
    amount = body.amount.money() if body.amount else None
    key = getattr(request, "idempotency_key", "")
    common = {
        "charge_ids": body.charges,
        "amount": amount,
        "payer": body.payer,
        "request_key": hashlib.sha256(key.encode()).hexdigest() if key else "",
        "by": request.auth.actor,
        "at": timezone.now(),
    }
    if (body.method is None) == (body.tenders is None):
        raise Refused("method", "Give method, or tenders; not both.", field="method")
    if body.tenders is not None:
        taken = operations.take_tenders(
            charge_ids=body.charges,
            ways=[_tender(one, n) for n, one in enumerate(body.tenders)],
            payer=body.payer,
            drawer=body.drawer,
            request_key=common["request_key"],
            by=request.auth.actor,
            at=common["at"],
        )
        return Status(201, _taking_out(queries.taken_with(queries.payment(taken[0].number))))
    with statuses({"provider_unavailable": 503}):
        if body.method == "card":
            payment = operations.start_card_payment(
                return_path="", email=queries.email_for(body.charges), **common
            )
        else:
            payment = operations.take_payment(
                method=body.method or "",
                reference=(body.payment_method or "")[:64],
                drawer=body.drawer,
                **common,
            )
    return Status(201, _payment_out(queries.with_what_followed(payment)))


@router.get("/payments", auth=READ)
def payments(
    request: HttpRequest, paging: Query[Paging], customer: UUID | None = None, status: str = ""
):
    """List payments, the newest first."""
    rows = queries.with_parts(queries.payments_matching(customer=customer))
    if status:
        rows = rows.filter(state__in=[state for state in Payment.State if _status(state) == status])
    return page_of(rows, paging, order=("-created_at", "-id"), out=_payment_out)


@router.get("/payments/{number}", auth=READ, response=PaymentOut)
def payment(request: HttpRequest, number: str):
    """Tell what became of a payment."""
    return _payment_out(queries.payment(number))


@router.post("/payments/{number}/refunds", auth=WRITE, response={201: RefundOut})
@idempotent
def refund(request: HttpRequest, number: str, body: RefundIn):
    """Give money back, the way it came."""
    made = operations.refund_payment(
        number,
        amount=body.amount.money(),
        reason=body.reason,
        owed_again=body.charges == "owed_again",
        drawer=body.drawer,
        by=request.auth.actor,
        at=timezone.now(),
    )
    return Status(201, _refund_out(made))


@router.post("/payments/{number}/bounce", auth=WRITE)
@idempotent
def bounce(request: HttpRequest, number: str):
    """Note that a check bounced: its charges are owed again, and the fee with them."""
    now = timezone.now()
    bounced = operations.bounce_payment(number, by=request.auth.actor, at=now)
    told = queries.payment(number)
    owed = queries.charges_by_id([part.charge.public_id for part in told.parts], at=now)
    fee = queries.charge_of("fee", operations.nsf_reference(bounced), at=now)
    return {
        **_payment_out(told),
        "charges": [_charge_out(row) for row in owed],
        "fee": _charge_out(fee) if fee else None,
    }


@router.get("/accounts", auth=READ)
def accounts(request: HttpRequest, paging: Query[Paging]):
    """List the chart of accounts with the balances of now."""
    balances = {row.code: row for row in queries.trial_balance(timezone.now()).accounts}
    items = [
        {
            "code": account.code,
            "name": account.name,
            "kind": account.kind,
            "debit": money_out(balances[account.code].debit),
            "credit": money_out(balances[account.code].credit),
        }
        for account in queries.accounts()
    ]
    return {"items": items, "next": None}


@router.get("/accounts/{code}/entries", auth=READ)
def entries(request: HttpRequest, code: str, paging: Query[Paging], period: Query[Period]):
    """List an account's entries, the oldest first."""
    rows = queries.entries_of(code, since=period.since, before=period.before)
    return page_of(rows, paging, order=("posted_at", "id"), out=_entry_out)


@router.get("/trial-balance", auth=READ)
def trial_balance(request: HttpRequest, at: Instant | None = None):
    """Tell all balances at an instant, and that both sides are equal."""
    balance = queries.trial_balance(at or timezone.now())
    return {
        "accounts": [
            {
                "code": row.code,
                "name": row.name,
                "debit": money_out(row.debit),
                "credit": money_out(row.credit),
            }
            for row in balance.accounts
        ],
        "total_debit": money_out(balance.total_debit),
        "total_credit": money_out(balance.total_credit),
    }


@router.post("/drawers", auth=WRITE, response={201: DrawerOut}, by_alias=True)
@idempotent
def open_drawer(request: HttpRequest, body: DrawerIn):
    """Open a drawer with a float."""
    drawer = operations.open_drawer(
        name=body.name,
        float_=body.float_.money(field="float"),
        by=request.auth.actor,
        at=timezone.now(),
    )
    return Status(201, _drawer_out(drawer))


@router.get("/drawers/{drawer_id}", auth=READ, response=DrawerOut, by_alias=True)
def drawer(request: HttpRequest, drawer_id: UUID):
    """Tell what should lie in a drawer."""
    return _drawer_out(queries.drawer(drawer_id))


@router.post("/drawers/{drawer_id}/close", auth=WRITE, response=DrawerOut, by_alias=True)
@idempotent
def close_drawer(request: HttpRequest, drawer_id: UUID, body: CountIn):
    """Close a drawer with what was counted; what is over or short is posted."""
    closed = operations.close_drawer(
        drawer_id,
        counted=body.counted.money(field="counted"),
        by=request.auth.actor,
        at=timezone.now(),
    )
    return _drawer_out(closed)


@router.post("/hooks/stripe", auth=None)
def stripe_hook(request: HttpRequest):
    """Take in a signed notice of the card provider; replays and any order are harmless."""
    try:
        is_new = operations.receive_event(request.body, request.headers, at=timezone.now())
    except BadSignature as error:
        raise Problem(400, "bad_signature", str(error)) from error
    except GatewayRejected as error:
        raise Problem(404, error.code, error.reason) from error
    return {"received": True, "new": is_new}


def _plate_key(plate: str) -> str:
    if not plate:
        return ""
    try:
        return plate_key(plate)
    except ValueError as error:
        raise Refused("plate", str(error), field="plate") from error


def _status(state: str) -> str:
    return _STATUS.get(Payment.State(state), "failed")


def _money(minor: int) -> MoneyOut:
    return money_out(place.money(minor))


def _charge_out(row: queries.ChargeRow) -> dict:
    return {
        "id": row.id,
        "kind": row.kind,
        "reference": row.reference,
        "plate": row.plate_key or None,
        "text": row.text,
        "amount": money_out(row.amount),
        "balance": money_out(row.balance),
        "due_on": row.due_on,
    }


def _payment_out(payment: Payment) -> dict:
    """Write a payment read with its parts."""
    is_asked = _status(payment.state) == "requires_action"
    return {
        "number": payment.number,
        "status": _status(payment.state),
        "method": payment.method,
        "amount": _money(payment.amount_minor),
        "allocations": [
            {
                "charge": part.charge.public_id,
                "amount": _money(part.asked_minor if is_asked else part.amount_minor),
            }
            for part in payment.parts
        ],
        "change_due": _money(payment.change_minor),
        "credit": _money(payment.credit_minor),
        "refunded": _money(payment.refunded_minor),
        "payer": payment.payer,
        "failure": payment.failure or None,
        "created_at": payment.created_at,
        "receipt_url": links.receipt_url(payment),
        "redirect_url": payment.redirect_url if is_asked else None,
        "reference": payment.reference,
    }


def _tender(one: TenderIn, n: int) -> operations.Tender:
    amount = one.amount.money(field=f"tenders.{n}.amount") if one.amount else None
    return operations.Tender(one.method, amount, one.reference, one.pieces)


def _taking_out(payments: list[Payment]) -> dict:
    """Write several ways of one taking: the first one's answer, with the sums of all."""
    paid: dict[UUID, int] = {}
    for part in (part for one in payments for part in one.parts):
        paid[part.charge.public_id] = paid.get(part.charge.public_id, 0) + part.amount_minor
    return {
        **_payment_out(payments[0]),
        "amount": _money(sum(one.amount_minor for one in payments)),
        "allocations": [
            {"charge": charge, "amount": _money(minor)} for charge, minor in paid.items()
        ],
        "change_due": _money(sum(one.change_minor for one in payments)),
        "tenders": [
            {
                "number": one.number,
                "method": one.method,
                "amount": _money(one.amount_minor),
                "reference": one.reference,
            }
            for one in payments
        ],
    }


def _refund_out(refund: Refund) -> dict:
    return {
        "number": refund.number,
        "payment": refund.payment.number,
        "amount": _money(refund.amount_minor),
        "reason": refund.reason,
        "status": _REFUND_STATUS[Refund.State(refund.state)],
        "created_at": refund.created_at,
    }


def _entry_out(entry: LedgerEntry) -> dict:
    charge = entry.charge
    return {
        "id": entry.pk,
        "at": instant_out(entry.posted_at),
        "text": entry.transaction.text,
        "source": entry.transaction.source,
        "transaction": entry.transaction_id,
        "by": entry.transaction.posted_by,
        "debit": _money(max(entry.amount_minor, 0)),
        "credit": _money(max(-entry.amount_minor, 0)),
        "charge": charge.public_id if charge else None,
        "reference": charge.reference if charge else None,
    }


def _drawer_out(drawer: Drawer) -> dict:
    counted, over = drawer.counted_minor, drawer.over_minor
    return {
        "id": drawer.public_id,
        "name": drawer.name,
        "status": "open" if drawer.closed_at is None else "closed",
        "opened_at": drawer.opened_at,
        "closed_at": drawer.closed_at,
        "float_": _money(drawer.float_minor),
        "expected": money_out(queries.expected_in(drawer)),
        "counted": None if counted is None else _money(counted),
        "over_short": None if over is None else _money(over),
    }
