"""What ParkOps asks of any payment provider, in its own words.

A gateway never touches a payment of ours and never decides: it starts a checkout, tells what became
of it, closes it and refunds. What providers differ in is declared (`Capabilities`): nobody asks for a
provider's name. Every amount is a `Money` in the currency's ISO minor units, every instant aware and in UTC.

Two troubles only come out of a gateway. After `GatewayUnavailable` the outcome is unknown: repeat
the same call with the same idempotency key, or look the object up. After `GatewayRejected` nothing
has happened and the same call will be refused again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

from parkops.kernel.money import Money

CHECKOUT_LASTS = timedelta(minutes=32)
"""How long to give a customer on the provider's page: Stripe's least is 30 minutes after the
session is made, and two more leave room for a retry and for clocks that differ."""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What providers differ in.

    `is_instant`: the customer pays on a page that lasts minutes, and what became of it is known at once
    or can be asked for; otherwise the money comes within days. `takes_any_amount`: the customer may send
    less or more than was asked. `refunds_itself`: it gives money back when told to; otherwise somebody
    does, and the bank shows it. `keeps_money`: the money lies with the provider, with its fees, and is
    paid out to the bank.
    """

    is_instant: bool
    takes_any_amount: bool
    refunds_itself: bool
    keeps_money: bool


class GatewayUnavailable(Exception):
    """The provider did not answer, or not clearly: what was asked may or may not have happened."""


class GatewayRejected(Exception):
    """The provider refused and nothing has happened; `reason` is fit to show to a clerk.

    `code` is one of ours where the provider's codes vary (`over_refund`, `not_set_up`,
    `key_reused`, `not_found`, `account_refused`, `amount_not_chargeable`), otherwise its own.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class BadSignature(Exception):
    """A webhook that the provider did not sign, or signed too long ago."""


class CheckoutStatus(StrEnum):
    """Whether the provider's page can still be used."""

    OPEN = "open"
    COMPLETE = "complete"
    EXPIRED = "expired"


class RefundStatus(StrEnum):
    """How far a refund has come."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class DisputeStatus(StrEnum):
    """Where a chargeback stands."""

    NEEDS_RESPONSE = "needs_response"
    UNDER_REVIEW = "under_review"
    WON = "won"
    LOST = "lost"


class MovementKind(StrEnum):
    """Why money came to the account at the provider, or left it."""

    CHARGE = "charge"
    REFUND = "refund"
    REFUND_RETURNED = "refund_returned"
    DISPUTE = "dispute"
    PAYOUT = "payout"
    PAYOUT_RETURNED = "payout_returned"
    FEE = "fee"
    OTHER = "other"


class PayoutStatus(StrEnum):
    """How far money to the bank has come."""

    PENDING = "pending"
    PAID = "paid"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class CheckoutLine:
    """One line that the customer reads on the provider's page."""

    text: str
    amount: Money


@dataclass(frozen=True, slots=True)
class CheckoutRequest:
    """What is to be paid, and where the customer goes afterwards.

    `amount` is what is charged. The `lines` are shown only if they add up to it and none is
    negative (a provider's page knows no discounts of ours); otherwise `description` stands alone.
    `success_url` may hold `{CHECKOUT_SESSION_ID}`, which the provider fills in. Everything here
    must be the same when the call is repeated with the same `idempotency_key`: take `expires_at`
    from the stored row, not from the clock (see `CHECKOUT_LASTS`). `platform_fee` is what the platform
    keeps of it.
    """

    reference: str
    amount: Money
    description: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    idempotency_key: str
    lines: Sequence[CheckoutLine] = ()
    platform_fee: Money | None = None
    customer_email: str = ""
    locale: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckoutStarted:
    """A page at the provider that waits for the customer."""

    session_id: str
    url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CheckoutState:
    """What has become of a checkout, as the provider says now.

    `paid` is the only word that counts: a complete checkout that is not paid is still on its way.
    `amount` is what the page asked for; `captured` what was taken, `refunded` what went back since.
    `fee` is the provider's cut in the currency it was taken in, None until the provider has booked
    it. `failure` is the last refusal in plain words, empty if there was none; the page may still be
    open after one. `at` is when the money was taken, or else when the page was made.
    """

    session_id: str
    status: CheckoutStatus
    paid: bool
    amount: Money
    client_reference: str
    intent_id: str
    charge_id: str
    captured: Money
    refunded: Money
    disputed: bool
    fee: Money | None
    card: str
    failure: str
    at: datetime
    url: str = ""

    @property
    def currency(self) -> str:
        """The ISO code of the currency that the page asked for."""
        return self.amount.currency

    @property
    def fee_minor(self) -> int | None:
        """The fee in the charge's own currency; None if not booked yet or booked in another."""
        if self.fee is None or self.fee.currency != self.amount.currency:
            return None
        return self.fee.minor


@dataclass(frozen=True, slots=True)
class SavingRequest:
    """A card that a customer agrees to have charged later; `success_url` is where they come back.

    Everything here must be the same when the call is repeated with the same `idempotency_key`.
    """

    reference: str
    success_url: str
    cancel_url: str
    expires_at: datetime
    idempotency_key: str
    customer_email: str = ""
    locale: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SavingState:
    """What has become of a page where a card is saved; `customer` and `method` are the provider's
    names of who and what may be charged, empty until it is saved."""

    session_id: str
    status: CheckoutStatus
    customer: str
    method: str
    card: str


@dataclass(frozen=True, slots=True)
class SavedCardCharge:
    """Money to take from a saved card while its holder is away."""

    reference: str
    amount: Money
    description: str
    customer: str
    method: str
    idempotency_key: str
    platform_fee: Money | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefundRequest:
    """Money to give back from one payment. `reason` is for our records and the provider's."""

    reference: str
    intent_id: str
    amount: Money
    reason: str
    idempotency_key: str
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RefundState:
    """A refund as the provider says now; `client_reference` is empty if it was not made by us."""

    refund_id: str
    status: RefundStatus
    amount: Money
    intent_id: str
    charge_id: str
    client_reference: str
    failure: str
    at: datetime


DISPUTE_FIELDS = (
    "product_description",
    "customer_name",
    "customer_email_address",
    "service_date",
    "refund_policy_disclosure",
    "access_activity_log",
    "uncategorized_text",
)
"""What a bank may be told about a payment that it disputes, all of it text."""


@dataclass(frozen=True, slots=True)
class DisputeState:
    """A customer's bank takes money back. `fee` is what the provider charges for it, if booked.

    `withdrawn` is what the bank holds now: the amount while it is open or lost, zero once won.
    """

    dispute_id: str
    status: DisputeStatus
    amount: Money
    withdrawn: Money
    fee: Money | None
    intent_id: str
    charge_id: str
    reason: str
    respond_by: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """One booking on the account at the provider: `amount` above zero came, `fee` was kept of it.

    `source_id` is what moved it (a charge, refund, dispute, payout); `intent_id` and `client_reference`
    are its payment's, as far as the provider tells.
    """

    movement_id: str
    kind: MovementKind
    amount: Money
    fee: Money
    source_id: str
    intent_id: str
    client_reference: str
    text: str
    at: datetime

    @property
    def net(self) -> Money:
        """What the account has more by it."""
        return self.amount - self.fee


@dataclass(frozen=True, slots=True)
class PayoutState:
    """Money that goes from the account at the provider to the bank; below zero it is drawn from there."""

    payout_id: str
    status: PayoutStatus
    amount: Money
    failure: str
    arrives_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """A genuine notice that something changed. A trigger only: look the object up, then act.

    `account` is empty where the provider names none (an endpoint of the account itself).
    `live` is False for a notice about play money.
    """

    id: str
    type: str
    object_id: str
    account: str
    created_at: datetime
    live: bool
    payload: Mapping[str, Any]


class Gateway(Protocol):
    """One organization's account at a payment provider.

    `method` is how payments by it are called (`Payment.Method`), `account` its name at the provider.
    """

    name: str
    method: str
    capabilities: Capabilities
    account: str

    def closes_at(self, at: datetime) -> datetime:
        """Tell until when a checkout that begins at `at` can be paid."""
        ...

    def start_checkout(self, request: CheckoutRequest) -> CheckoutStarted:
        """Make a page where `request` can be paid; the same key gives the same page again.

        :raises GatewayUnavailable: outcome unknown; repeat with the same key.
        :raises GatewayRejected: no page was made.
        """
        ...

    def look_up(self, session_id: str) -> CheckoutState:
        """Tell what has become of a checkout.

        :raises GatewayUnavailable: no answer.
        :raises GatewayRejected: `not_found` if this account has no such checkout.
        """
        ...

    def find_checkout(self, reference: str, *, since: datetime) -> CheckoutState | None:
        """Find the newest checkout with our `reference` made at or after `since`.

        For a payment whose start was interrupted so long ago that its key has been forgotten.
        """
        ...

    def expire(self, session_id: str) -> bool:
        """Close a checkout: True if it can no longer be paid, False if it has been paid already.

        :raises GatewayUnavailable: it may still be open; do not release what it holds.
        """
        ...

    def refund(self, request: RefundRequest) -> RefundState:
        """Give money back; the same key gives the same refund again.

        :raises GatewayUnavailable: outcome unknown; repeat with the same key.
        :raises GatewayRejected: `over_refund` if more is asked than is left; `by_hand` where the provider
            does not give back itself.
        """
        ...

    def look_up_refund(self, refund_id: str) -> RefundState:
        """Tell what has become of a refund, ours or one made in the provider's own dashboard."""
        ...

    def list_movements(self, *, since: datetime | None = None, payout: str = "") -> list[Movement]:
        """List what moved on the account since an instant, or (of one that `keeps_money`) what a payout is
        made of.

        :raises GatewayUnavailable: no answer.
        """
        ...


class CardGateway(Gateway, Protocol):
    """A provider of cards: it also saves them, lets banks dispute, pays out, and sends signed notices."""

    def start_saving(self, request: SavingRequest) -> CheckoutStarted:
        """Make a page where a card can be saved; the same key gives the same page again.

        :raises GatewayUnavailable: outcome unknown; repeat with the same key.
        :raises GatewayRejected: no page was made.
        """
        ...

    def look_up_saving(self, session_id: str) -> SavingState:
        """Tell whether a card was saved.

        :raises GatewayUnavailable: no answer.
        """
        ...

    def charge_saved(self, request: SavedCardCharge) -> CheckoutState:
        """Take money from a saved card; the same key gives the same answer again for 24 hours.

        A card that is declined is an answer: not paid, with the reason in `failure`.

        :raises GatewayUnavailable: outcome unknown; repeat with the same key.
        :raises GatewayRejected: nothing was tried.
        """
        ...

    def look_up_intent(self, intent_id: str) -> CheckoutState:
        """Tell what has become of money taken from a saved card."""
        ...

    def forget_card(self, method: str) -> None:
        """Let a saved card be charged no more; one that is not known is forgotten already.

        :raises GatewayUnavailable: try again later.
        """
        ...

    def look_up_dispute(self, dispute_id: str) -> DisputeState:
        """Tell where a chargeback stands."""
        ...

    def answer_dispute(
        self, dispute_id: str, evidence: Mapping[str, str], *, idempotency_key: str
    ) -> DisputeState:
        """Hand evidence (`DISPUTE_FIELDS`) to the customer's bank, once; the same key is the same answer.

        :raises GatewayUnavailable: outcome unknown; repeat with the same key.
        :raises GatewayRejected: the bank takes none any more.
        """
        ...

    def may_act(self) -> bool:
        """Tell whether the provider lets us act for this account.

        :raises GatewayUnavailable: no answer.
        """
        ...

    def list_refunds(self, charge_id: str) -> list[RefundState]:
        """List the refunds of a charge, ours and those made in the provider's own dashboard."""
        ...

    def list_payouts(self, *, since: datetime) -> list[PayoutState]:
        """List the payouts that were made since an instant."""
        ...

    def look_up_payout(self, payout_id: str) -> PayoutState:
        """Tell how far a payout has come."""
        ...

    def balance(self, currency: str) -> Money:
        """Tell what lies on the account in a currency, under way to it included."""
        ...

    def verify_event(self, raw_body: bytes, headers: Mapping[str, str]) -> Event:
        """Read a webhook after checking who signed it and when.

        :raises BadSignature: if the provider did not sign these bytes lately.
        """
        ...
