"""The demonstration's card payments of three weeks, at the provider's stand-in, with what goes wrong in a month:
a payment nobody was told of, a refund and a sale made in the provider's own pages, a fee that came late, a
chargeback. The reconciliation lists each with what is to be done."""

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings

from parkops.kernel.actors import PUBLIC
from parkops.local.demo.scene import Act, Scene
from payments import gateways, operations, place, queries
from payments.models import Payment
from payments.standin import environment
from payments.standin.remote import Remote
from payments.standin.resources import accounts
from payments.standin.server import Standin
from permits.models import Permit
from permits.operations import sales

BEGINS = 22
TYPES = ("DAY", "MONTH")
DASHBOARD_SALE_MINOR = 1_234


def acts(scene: Scene) -> list[Act]:
    """Return the card payments of a place whose cards are taken by the stand-in, and what becomes of them."""
    if scene.cast.slug != "campus" or os.environ.get("STRIPE_SECRET_KEY"):
        return []
    month = Month(scene)
    told: list[tuple[int, Callable[[datetime], object]]] = [
        (21, month.sell),
        (20, month.sell),
        (18, partial(month.sell, then=month.refund_there)),
        (17, month.sell),
        (15, partial(month.sell, is_told=False)),
        (13, partial(month.sell, fault="fee-later")),
        (12, month.sell),
        (10, partial(month.sell, then=month.dispute)),
        (8, month.sell_there),
        (7, month.sell),
        (5, month.pay_out),
        (3, month.sell),
    ]
    return [
        (scene.when(-BEGINS, 9), month.begin),
        *((scene.when(-days, 11, 7 * days), act) for days, act in told),
        (scene.until - timedelta(minutes=2), month.end),
    ]


class Month:
    """The weeks at the counter of cards, and the stand-in that plays the provider meanwhile."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.began_at = scene.until
        self._standin: Standin | None = None
        self._base = settings.STRIPE_API_BASE

    @property
    def account(self) -> str:
        """The account that the place's cards are paid to."""
        return place.tenant().stripe_account

    @property
    def provider(self) -> Remote:
        """The levers of the stand-in that runs."""
        if self._standin is None:
            raise LookupError("the stand-in does not run")
        return Remote(self._standin.url)

    def begin(self, at: datetime) -> None:
        """Open the provider's counter, with an account that has no past and tells nobody of anything."""
        given = environment.options(os.environ) | {"port": 0, "webhook_pattern": ""}
        self._standin = Standin(**given).start()
        self._standin.store.forget(self.account)
        settings.STRIPE_API_BASE = self._standin.url
        self.provider.ensure_account(self.account, name=place.tenant().name)
        self.began_at = at

    def end(self, at: datetime) -> None:
        """Compare both sides; from now on the provider tells of what happens, and goes by our clock."""
        self._turn_to(at)
        operations.reconcile(since=self.began_at - timedelta(hours=1), at=at)
        pattern = environment.options(os.environ)["webhook_pattern"]
        standin, self._standin = self._standin, None
        if standin is None:
            return
        accounts.follow(standin.store, pattern)
        Remote(standin.url).ensure_account(
            self.account,
            name=place.tenant().name,
            webhook_url=pattern.format(slug=self.scene.cast.slug),
        )
        standin.store.set("clock", "0")
        standin.stop()
        settings.STRIPE_API_BASE = self._base

    def sell(
        self,
        at: datetime,
        *,
        is_told: bool = True,
        fault: str = "",
        then: Callable[[str], object] | None = None,
    ) -> None:
        """A customer buys a permit and pays by card; `is_told` is whether we learn of it by ourselves."""
        self._turn_to(at)
        permit = self._hold(at)
        charge = queries.charge_of("permit", permit.number)
        if charge is None:
            return
        if fault:
            self.provider.fault(fault, path="/v1/checkout/sessions/")
        payment = operations.start_card_payment(
            charge_ids=[charge.id], return_path="", email=permit.customer.email, by=PUBLIC, at=at
        )
        self._act("pay", payment.session_id or "")
        if is_told:
            operations.settle_checkout(payment.pk, at=at + timedelta(minutes=1))
        if then is not None:
            then(self._charge_of(payment))

    def refund_there(self, charge_id: str) -> None:
        """Somebody gives a payment back in the provider's own pages."""
        self._act("refund", charge_id)

    def dispute(self, charge_id: str) -> None:
        """The card's holder does not know of it."""
        self._act("dispute", charge_id)

    def sell_there(self, at: datetime) -> None:
        """Somebody takes money in the provider's own pages."""
        self._turn_to(at)
        self._act("sell", str(DASHBOARD_SALE_MINOR))

    def pay_out(self, at: datetime) -> None:
        """The provider pays out what is there."""
        self._turn_to(at)
        self._act("pay-out", place.currency().lower())

    def _hold(self, at: datetime) -> Permit:
        customer_id, _, person = self.scene.dice.choice(self.scene.cast.customers)
        wish = sales.Wish(type_code=self.scene.dice.choice(TYPES), plates=(person.vehicle.read,))
        return sales.hold_permit(
            wish, customer_id=customer_id, channel=Permit.Channel.PORTAL, by=PUBLIC, at=at
        )

    def _charge_of(self, payment: Payment) -> str:
        return gateways.for_tenant(place.tenant()).look_up(payment.session_id or "").charge_id

    def _act(self, act: str, what: str) -> None:
        self.provider.act(self.account, act, what)

    def _turn_to(self, at: datetime) -> None:
        """Let the provider's clock show what the play's shows."""
        if self._standin is not None:
            ahead = int((at - datetime.now(at.tzinfo)).total_seconds())
            self._standin.store.set("clock", str(ahead))
