"""Bank transfer behind our gateway: the customer is told an account, an amount and a reference, and the
bank's statements tell what came.

What a customer sees instead of a provider's page is the page that they come back to. Nothing here asks
another server: the bank's side is its statements, read in by hand or by program.
"""

import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from parkops.kernel.money import Money
from parkops.programme import queries as programme
from payments import place, queries
from payments.gateways.base import (
    Capabilities,
    CheckoutRequest,
    CheckoutStarted,
    CheckoutState,
    CheckoutStatus,
    GatewayRejected,
    Movement,
    MovementKind,
    RefundRequest,
    RefundState,
)
from payments.models import BankLine, Transfer
from payments.operations import transfers


class BankTransfer:
    """The tenant's own account at a bank."""

    name = "bank_transfer"
    method = "bank"
    capabilities = Capabilities(
        is_instant=False, takes_any_amount=True, refunds_itself=False, keeps_money=False
    )
    account = ""

    @classmethod
    def is_set_up(cls, tenant: Any) -> bool:
        """Tell that statements can always be asked: what was begun is followed whatever the program says
        now. Who may begin one is decided by `rules.transfers`."""
        return True

    @classmethod
    def of_tenant(cls, tenant: Any) -> "BankTransfer":
        """Return the gateway of the current tenant."""
        return cls()

    def closes_at(self, at: datetime) -> datetime:
        """See `Gateway.closes_at`: the end of the last day on which the program waits for the money."""
        terms = programme.in_force(at).programme.invoices.transfers
        days = (terms.due + terms.grace) if terms else 0
        return place.day_end(place.local_date(at) + timedelta(days=days))

    def start_checkout(self, request: CheckoutRequest) -> CheckoutStarted:
        """See `Gateway.start_checkout`."""
        if request.amount.minor <= 0:
            raise GatewayRejected(
                "amount_too_small", "The least that can be sent is one unit of the currency."
            )
        digest = _digest(request)
        made = transfers.keep_transfer(
            key=request.idempotency_key,
            digest=digest,
            client_reference=request.reference,
            amount=request.amount,
            url=request.success_url,
            expires_at=request.expires_at,
        )
        if made.digest != digest:
            raise GatewayRejected(
                "key_reused", "This payment was started before with other details. Start a new one."
            )
        return CheckoutStarted(made.session_id, made.url, made.expires_at)

    def look_up(self, session_id: str) -> CheckoutState:
        """See `Gateway.look_up`."""
        transfer = queries.transfer_of(session_id)
        if transfer is None:
            raise _not_found()
        return _state(transfer, queries.lines_of_transfer(transfer))

    def find_checkout(self, reference: str, *, since: datetime) -> CheckoutState | None:
        """See `Gateway.find_checkout`; a reference of ours is of one payment, whenever it was made."""
        rows = Transfer.objects.filter(client_reference=reference)
        transfer = rows.order_by("-pk").first()
        return _state(transfer, queries.lines_of_transfer(transfer)) if transfer else None

    def expire(self, session_id: str) -> bool:
        """See `Gateway.expire`; a part that came counts as what was paid."""
        closed = transfers.close_transfer(session_id)
        if closed is None:
            raise _not_found()
        return not closed[1]

    def refund(self, request: RefundRequest) -> RefundState:
        """See `Gateway.refund`: whoever keeps the account sends it, and its statement shows it."""
        raise GatewayRejected("by_hand", "A transfer is sent back from the bank account by hand.")

    def look_up_refund(self, refund_id: str) -> RefundState:
        """See `Gateway.look_up_refund`."""
        raise _not_found()

    def list_movements(self, *, since: datetime | None = None, payout: str = "") -> list[Movement]:
        """See `Gateway.list_movements`: what came of each transfer in all, and refunds that went."""
        if payout:
            return []
        day = place.local_date(since) if since else date.min
        return [
            *(_came(one) for one in queries.transfers_come_since(day)),
            *(_went(line) for line in queries.refunds_gone_since(day)),
        ]


def _state(transfer: Transfer, came: Sequence[BankLine]) -> CheckoutState:
    """Tell what became of a transfer: paid once all of it came, or what came by the time it was closed."""
    captured = sum(line.amount_minor for line in came)
    is_paid = captured >= transfer.amount_minor or bool(captured and transfer.closed_at)
    status = CheckoutStatus.OPEN
    if is_paid:
        status = CheckoutStatus.COMPLETE
    elif transfer.closed_at is not None:
        status = CheckoutStatus.EXPIRED
    nothing = Money(0, transfer.currency)
    return CheckoutState(
        session_id=transfer.session_id,
        status=status,
        paid=is_paid,
        amount=Money(transfer.amount_minor, transfer.currency),
        client_reference=transfer.client_reference,
        intent_id=transfer.session_id,
        charge_id=transfer.session_id,
        captured=Money(captured, transfer.currency),
        refunded=nothing,
        disputed=False,
        fee=nothing if is_paid else None,
        card="",
        failure="",
        at=place.day_start(came[-1].booked_on) if is_paid else transfer.created_at,
        url=transfer.url,
    )


def _came(transfer: Transfer) -> Movement:
    lines = queries.lines_of_transfer(transfer)
    return Movement(
        movement_id=transfer.session_id,
        kind=MovementKind.CHARGE,
        amount=Money(sum(line.amount_minor for line in lines), transfer.currency),
        fee=Money(0, transfer.currency),
        source_id=transfer.session_id,
        intent_id=transfer.session_id,
        client_reference=transfer.client_reference,
        text=lines[-1].party,
        at=place.day_start(lines[-1].booked_on),
    )


def _went(line: BankLine) -> Movement:
    refund = line.refund
    assert refund is not None
    currency = refund.payment.currency
    return Movement(
        movement_id=str(line.public_id),
        kind=MovementKind.REFUND,
        amount=Money(line.amount_minor, currency),
        fee=Money(0, currency),
        source_id=str(line.public_id),
        intent_id=refund.payment.intent_id,
        client_reference=str(refund.public_id),
        text=line.party,
        at=place.day_start(line.booked_on),
    )


def _digest(request: CheckoutRequest) -> str:
    told = [
        request.reference,
        request.amount.minor,
        request.amount.currency,
        request.success_url,
        request.expires_at.isoformat(),
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _not_found() -> GatewayRejected:
    return GatewayRejected("not_found", "The bank account knows no such payment.")
