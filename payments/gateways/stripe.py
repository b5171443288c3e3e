"""Stripe behind our gateway: direct charges on the organization's account, Checkout by redirect.

The customer leaves for Stripe's page and comes back; no card number ever reaches ParkOps. Only
cards are offered, since a bank debit may take days to fail while it holds a place.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

import requests
import stripe
from django.conf import settings

from parkops.kernel.money import Money
from payments.gateways import amounts, reading, troubles
from payments.gateways.base import (
    CHECKOUT_LASTS,
    BadSignature,
    Capabilities,
    CheckoutRequest,
    CheckoutStarted,
    CheckoutState,
    DisputeState,
    Event,
    GatewayRejected,
    Movement,
    PayoutState,
    RefundRequest,
    RefundState,
    SavedCardCharge,
    SavingRequest,
    SavingState,
)

CONNECT_SECONDS = 3.05
READ_SECONDS = 20
RETRIES = 2
SIGNATURE_SECONDS = 300
MOST_LINES = 100
PAGE = 100
SESSION_PARTS = ["payment_intent.latest_charge.balance_transaction"]
INTENT_PARTS = ["latest_charge.balance_transaction"]

# Who uses ParkOps, and on what machine, is nobody's business.
stripe.enable_telemetry = False


@cache
def _http(*, direct: bool) -> stripe.RequestsClient:
    """Keep connections to the provider open between calls; `direct` goes past any proxy.

    A stand-in is a neighbor: a proxy meant for the outside would not find it.
    """
    session = requests.Session()
    session.trust_env = not direct
    return stripe.RequestsClient(timeout=(CONNECT_SECONDS, READ_SECONDS), session=session)


class StripeGateway:
    """One connected account at Stripe, or at a server that speaks like it (`api_base`).

    `account` empty means the account that the key itself belongs to. Webhooks are accepted under
    any of `webhook_secrets`, so that a new one can be brought in before the old one goes.
    """

    name = "stripe"
    method = "card"
    capabilities = Capabilities(
        is_instant=True, takes_any_amount=False, refunds_itself=True, keeps_money=True
    )

    @classmethod
    def is_set_up(cls, tenant: Any) -> bool:
        """Tell whether `tenant` (anything with a `stripe_account`) has what is needed to ask Stripe."""
        return bool(getattr(settings, "STRIPE_SECRET_KEY", "") and _account(tenant))

    @classmethod
    def of_tenant(cls, tenant: Any) -> "StripeGateway":
        """Return the gateway of a tenant that is set up."""
        return cls(
            secret_key=settings.STRIPE_SECRET_KEY,
            account=_account(tenant),
            webhook_secrets=_secrets(tenant),
            api_base=getattr(settings, "STRIPE_API_BASE", None) or None,
        )

    def __init__(
        self,
        *,
        secret_key: str,
        account: str,
        webhook_secrets: Sequence[str] = (),
        api_base: str | None = None,
    ) -> None:
        if api_base and "_live_" in secret_key:
            raise ValueError("A live key is for Stripe only, never for a server in its place.")
        self.account = account
        self._webhook_secrets = tuple(secret for secret in webhook_secrets if secret.strip())
        self.client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": api_base} if api_base else None,
            max_network_retries=RETRIES,
            http_client=_http(direct=api_base is not None),
        )

    def start_checkout(self, request: CheckoutRequest) -> CheckoutStarted:
        """See `Gateway.start_checkout`."""
        metadata = {"reference": request.reference, **request.metadata}
        params: dict[str, Any] = {
            "mode": "payment",
            "line_items": _line_items(request),
            "payment_intent_data": {"description": request.description, "metadata": metadata},
            "metadata": metadata,
        }
        params["payment_intent_data"] |= _platform_fee(request.platform_fee)
        return self._open_page(request, params)

    def look_up(self, session_id: str) -> CheckoutState:
        """See `Gateway.look_up`."""
        with troubles.translated():
            session = self.client.v1.checkout.sessions.retrieve(
                session_id, {"expand": SESSION_PARTS}, cast(Any, self._options())
            )
        return reading.checkout_state(session.to_dict())

    def closes_at(self, at: datetime) -> datetime:
        """See `Gateway.closes_at`; whole seconds, as Stripe keeps them."""
        return (at + CHECKOUT_LASTS).replace(microsecond=0)

    def find_checkout(self, reference: str, *, since: datetime) -> CheckoutState | None:
        """See `Gateway.find_checkout`."""
        with troubles.translated():
            page = self.client.v1.checkout.sessions.list(
                {"created": {"gte": int(since.timestamp())}, "limit": 100},
                cast(Any, self._options()),
            )
            found = next(
                (s.id for s in page.auto_paging_iter() if s.client_reference_id == reference), None
            )
        return self.look_up(found) if found else None

    def expire(self, session_id: str) -> bool:
        """See `Gateway.expire`."""
        try:
            with troubles.translated():
                self.client.v1.checkout.sessions.expire(session_id, {}, cast(Any, self._options()))
        except GatewayRejected:
            # Not open any more: only looking tells whether time or the customer closed it.
            return reading.is_closed_unpaid(self.look_up(session_id))
        return True

    def start_saving(self, request: SavingRequest) -> CheckoutStarted:
        """See `Gateway.start_saving`."""
        params: dict[str, Any] = {
            "mode": "setup",
            "customer_creation": "always",
            "metadata": {"reference": request.reference, **request.metadata},
        }
        return self._open_page(request, params)

    def look_up_saving(self, session_id: str) -> SavingState:
        """See `Gateway.look_up_saving`."""
        with troubles.translated():
            session = self.client.v1.checkout.sessions.retrieve(
                session_id,
                {"expand": ["setup_intent.payment_method"]},
                cast(Any, self._options()),
            )
        return reading.saving_state(session.to_dict())

    def charge_saved(self, request: SavedCardCharge) -> CheckoutState:
        """See `Gateway.charge_saved`."""
        params = {
            "amount": _units(request.amount),
            "currency": request.amount.currency.lower(),
            "customer": request.customer,
            "payment_method": request.method,
            "payment_method_types": ["card"],
            "off_session": True,
            "confirm": True,
            "description": request.description,
            "metadata": {"reference": request.reference, **request.metadata},
            "expand": INTENT_PARTS,
            **_platform_fee(request.platform_fee),
        }
        try:
            with troubles.translated():
                intent = self.client.v1.payment_intents.create(
                    cast(Any, params), cast(Any, self._options(request.idempotency_key))
                )
        except GatewayRejected as refusal:
            declined = _declined_intent(refusal.__cause__)
            if declined is None:
                raise
            return self.look_up_intent(declined)
        return reading.intent_state(intent.to_dict())

    def look_up_intent(self, intent_id: str) -> CheckoutState:
        """See `Gateway.look_up_intent`."""
        with troubles.translated():
            intent = self.client.v1.payment_intents.retrieve(
                intent_id, {"expand": INTENT_PARTS}, cast(Any, self._options())
            )
        return reading.intent_state(intent.to_dict())

    def forget_card(self, method: str) -> None:
        """See `Gateway.forget_card`."""
        try:
            with troubles.translated():
                self.client.v1.payment_methods.detach(method, {}, cast(Any, self._options()))
        except GatewayRejected:
            # Not attached to anybody any more: there is nothing left to forget.
            return

    def refund(self, request: RefundRequest) -> RefundState:
        """See `Gateway.refund`."""
        params = {
            "payment_intent": request.intent_id,
            "amount": _units(request.amount),
            "metadata": {
                "reference": request.reference,
                "reason": request.reason[:500],
                **request.metadata,
            },
        }
        with troubles.translated(refunding=True):
            refund = self.client.v1.refunds.create(
                cast(Any, params), cast(Any, self._options(request.idempotency_key))
            )
        return reading.refund_state(refund.to_dict())

    def look_up_refund(self, refund_id: str) -> RefundState:
        """See `Gateway.look_up_refund`."""
        with troubles.translated():
            refund = self.client.v1.refunds.retrieve(refund_id, {}, cast(Any, self._options()))
        return reading.refund_state(refund.to_dict())

    def look_up_dispute(self, dispute_id: str) -> DisputeState:
        """See `Gateway.look_up_dispute`."""
        with troubles.translated():
            dispute = self.client.v1.disputes.retrieve(dispute_id, {}, cast(Any, self._options()))
        return reading.dispute_state(dispute.to_dict())

    def answer_dispute(
        self, dispute_id: str, evidence: Mapping[str, str], *, idempotency_key: str
    ) -> DisputeState:
        """See `Gateway.answer_dispute`."""
        told = {name: text[:20_000] for name, text in evidence.items() if text}
        with troubles.translated():
            dispute = self.client.v1.disputes.update(
                dispute_id,
                cast(Any, {"evidence": told, "submit": True}),
                cast(Any, self._options(idempotency_key)),
            )
        return reading.dispute_state(dispute.to_dict())

    def may_act(self) -> bool:
        """See `Gateway.may_act`."""
        try:
            with troubles.translated():
                self.client.v1.balance.retrieve({}, cast(Any, self._options()))
        except GatewayRejected:
            return False
        return True

    def list_refunds(self, charge_id: str) -> list[RefundState]:
        """See `Gateway.list_refunds`."""
        with troubles.translated():
            page = self.client.v1.refunds.list(
                {"charge": charge_id, "limit": PAGE}, cast(Any, self._options())
            )
            return [reading.refund_state(one.to_dict()) for one in page.auto_paging_iter()]

    def list_movements(self, *, since: datetime | None = None, payout: str = "") -> list[Movement]:
        """See `Gateway.list_movements`."""
        asked: dict[str, Any] = {"limit": PAGE, "expand": ["data.source"]}
        if since is not None:
            asked["created"] = {"gte": int(since.timestamp())}
        if payout:
            asked["payout"] = payout
        with troubles.translated():
            page = self.client.v1.balance_transactions.list(
                cast(Any, asked), cast(Any, self._options())
            )
            return [reading.movement(one.to_dict()) for one in page.auto_paging_iter()]

    def list_payouts(self, *, since: datetime) -> list[PayoutState]:
        """See `Gateway.list_payouts`."""
        with troubles.translated():
            page = self.client.v1.payouts.list(
                {"created": {"gte": int(since.timestamp())}, "limit": PAGE},
                cast(Any, self._options()),
            )
            return [reading.payout_state(one.to_dict()) for one in page.auto_paging_iter()]

    def look_up_payout(self, payout_id: str) -> PayoutState:
        """See `Gateway.look_up_payout`."""
        with troubles.translated():
            payout = self.client.v1.payouts.retrieve(payout_id, {}, cast(Any, self._options()))
        return reading.payout_state(payout.to_dict())

    def balance(self, currency: str) -> Money:
        """See `Gateway.balance`."""
        with troubles.translated():
            balance = self.client.v1.balance.retrieve({}, cast(Any, self._options()))
        return reading.balance_in(balance.to_dict(), currency)

    def verify_event(self, raw_body: bytes, headers: Mapping[str, str]) -> Event:
        """See `Gateway.verify_event`; the signature is good for five minutes."""
        signature = next((value for name, value in headers.items() if _is_signature(name)), None)
        for secret in self._webhook_secrets:
            try:
                stripe.WebhookSignature.verify_header(
                    raw_body, signature, secret, SIGNATURE_SECONDS
                )
            except (stripe.SignatureVerificationError, UnicodeDecodeError):
                continue
            return _event(raw_body)
        raise BadSignature("No known secret signed this webhook in the last five minutes.")

    def _open_page(
        self, request: CheckoutRequest | SavingRequest, params: dict[str, Any]
    ) -> CheckoutStarted:
        """Open a page of ours at Stripe: with what all have, and `params`."""
        params |= {
            "payment_method_types": ["card"],
            "client_reference_id": request.reference,
            "expires_at": int(request.expires_at.timestamp()),
            "success_url": request.success_url,
            "cancel_url": request.cancel_url,
        }
        if request.customer_email:
            params["customer_email"] = request.customer_email
        if locale := reading.checkout_locale(request.locale):
            params["locale"] = locale
        with troubles.translated():
            session = self.client.v1.checkout.sessions.create(
                cast(Any, params), cast(Any, self._options(request.idempotency_key))
            )
        return CheckoutStarted(
            session_id=session.id,
            url=session.url or "",
            expires_at=datetime.fromtimestamp(session.expires_at, UTC),
        )

    def _options(self, idempotency_key: str = "") -> dict[str, str]:
        options = {"stripe_account": self.account} if self.account else {}
        if idempotency_key:
            options["idempotency_key"] = idempotency_key
        return options


def _account(tenant: Any) -> str:
    return getattr(tenant, "stripe_account", "") or ""


def _secrets(tenant: Any) -> list[str]:
    """Collect the secrets in use: the tenant's own if it has any, then the installation's."""
    own = getattr(tenant, "stripe_webhook_secret", "") or ""
    shared = getattr(settings, "STRIPE_WEBHOOK_SECRET", "") or ""
    given = [own, *(shared.split(",") if isinstance(shared, str) else shared)]
    return [secret.strip() for secret in given if secret.strip()]


def _platform_fee(fee: Money | None) -> dict[str, Any]:
    return {"application_fee_amount": _units(fee)} if fee is not None and fee.minor else {}


def _units(amount: Money) -> int:
    try:
        return amounts.to_stripe(amount)
    except amounts.NotChargeable as error:
        raise GatewayRejected("amount_not_chargeable", str(error)) from error


def _line_items(request: CheckoutRequest) -> list[dict[str, Any]]:
    """Write the lines if they tell the whole amount, otherwise one line of the description."""
    told = [(line.text, line.amount) for line in request.lines]
    if (
        not 0 < len(told) <= MOST_LINES
        or any(money.minor < 0 or money.currency != request.amount.currency for _, money in told)
        or sum(money.minor for _, money in told) != request.amount.minor
    ):
        told = [(request.description, request.amount)]
    return [
        {
            "quantity": 1,
            "price_data": {
                "currency": money.currency.lower(),
                "unit_amount": _units(money),
                "product_data": {"name": text[:250]},
            },
        }
        for text, money in told
    ]


def _declined_intent(error: BaseException | None) -> str | None:
    """Return the intent that a card's refusal left behind; None for a refusal of another kind."""
    if not isinstance(error, stripe.CardError) or error.error is None:
        return None
    intent = getattr(error.error, "payment_intent", None)
    return intent["id"] if intent else None


def _is_signature(header: str) -> bool:
    return header.upper().replace("_", "-").removeprefix("HTTP-") == "STRIPE-SIGNATURE"


def _event(raw_body: bytes) -> Event:
    """Read a body whose signature is good."""
    try:
        payload = json.loads(raw_body)
        return Event(
            id=payload["id"],
            type=payload["type"],
            object_id=payload["data"]["object"].get("id", ""),
            account=payload.get("account") or "",
            created_at=datetime.fromtimestamp(payload["created"], UTC),
            live=bool(payload.get("livemode")),
            payload=payload,
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadSignature("The body is signed but is not an event.") from error
