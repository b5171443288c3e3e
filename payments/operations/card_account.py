"""The tenant's own account at the card provider: whether we may act for it, and what follows if not."""

from datetime import datetime

from django.db import transaction

from parkops.accounts import queries as people
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.permissions import Permission
from parkops.messaging import operations as messaging
from parkops.tenancy import operations as tenancy
from payments import gateways, place
from payments.gateways.base import GatewayUnavailable

SUBJECT = ("card_account", "cards")


def require_cards() -> None:
    """Refuse where no card can be taken now, and say why.

    :raises Refused: `cards_not_set_up`, or `cards_stopped`.
    """
    tenant = place.tenant()
    if not gateways.is_set_up(tenant):
        raise Refused("cards_not_set_up", "Card payments are not set up here.")
    if tenant.cards_stopped_at is not None:
        raise Refused(
            "cards_stopped",
            "Card payments are stopped here for now. No money has been taken. Pay at the parking office.",
        )


def account_disconnected(*, at: datetime) -> str:
    """Look whether we may still act for the account, as the provider told us that we may not; if so, stop
    taking cards and tell who can mend it. Twice is once. Returns in words what came of it.

    :raises GatewayUnavailable: if the provider does not answer; nothing has changed.
    """
    tenant = place.tenant()
    if tenant.cards_stopped_at is not None:
        return "Card payments are stopped already."
    gateway = gateways.for_tenant(tenant)
    account = gateway.account
    if gateway.may_act():
        return "The account is still connected."
    with transaction.atomic():
        tenancy.stop_cards(tenant, at=at)
        audit.record("cards.stopped", subject=SUBJECT, actor=SYSTEM, at=at)
        for user in people.who_may(Permission.STAFF_MANAGE):
            messaging.send_once(
                event="payment.cards_stopped",
                key=f"cards_stopped:{at.isoformat()}:{user.pk}",
                to=user.email,
                context={"name": user.name, "account": account},
                at=at,
            )
    return "Card payments are stopped: the account is disconnected."


def take_cards_again(*, by: Actor, at: datetime) -> None:
    """Take cards again once the provider lets us act for the account; taking them already changes nothing.

    :raises Conflict: `still_disconnected`, or `provider_unavailable`.
    """
    tenant = place.tenant()
    if tenant.cards_stopped_at is None:
        return
    try:
        may_act = gateways.for_tenant(tenant).may_act()
    except GatewayUnavailable as trouble:
        raise Conflict("provider_unavailable", f"{trouble} Try again in a minute.") from trouble
    if not may_act:
        raise Conflict(
            "still_disconnected",
            "The card provider does not let us act for this account yet. Connect it there first.",
        )
    with transaction.atomic():
        tenancy.stop_cards(tenant, at=None)
        audit.record("cards.resumed", subject=SUBJECT, actor=by, at=at)
