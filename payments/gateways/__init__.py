"""Which providers there are, and by which an organization takes money. Everyone else imports `base` for
the shapes."""

from typing import Any, Protocol, cast

from payments.gateways.base import Capabilities, CardGateway, Gateway, GatewayRejected
from payments.gateways.stripe import StripeGateway


class Kind(Protocol):
    """A provider's class."""

    name: str
    method: str
    capabilities: Capabilities

    def is_set_up(self, tenant: Any) -> bool:
        """Tell whether `tenant` has what is needed to ask the provider, stopped or not."""
        ...

    def of_tenant(self, tenant: Any) -> Gateway:
        """Return the gateway of a tenant that is set up."""
        ...


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Let tenants take money by a provider.

    :raises ValueError: if another has its name.
    """
    if _kinds.get(kind.name, kind) is not kind:
        raise ValueError(f"there is a provider {kind.name} already")
    _kinds[kind.name] = kind


register(cast(Kind, StripeGateway))


def kind_of(name: str) -> Kind:
    """Return the provider of this name.

    :raises GatewayRejected: `not_set_up` if there is none.
    """
    if name not in _kinds:
        raise GatewayRejected("not_set_up", f"There is no payment provider {name!r} here.")
    return _kinds[name]


def refunds_itself(name: str) -> bool:
    """Tell whether what came by a provider (empty: by none) is given back by it when told to."""
    return bool(name) and kind_of(name).capabilities.refunds_itself


def instant() -> list[str]:
    """Return the names of the providers that can be asked at any time what became of a checkout."""
    return [one.name for one in _kinds.values() if one.capabilities.is_instant]


def set_up_for(tenant: Any) -> list[Gateway]:
    """Return the gateways of all providers that `tenant` is set up for."""
    return [one.of_tenant(tenant) for one in _kinds.values() if one.is_set_up(tenant)]


def by_name(tenant: Any, name: str) -> Gateway:
    """Return the gateway of `tenant` at a provider, ready to call.

    :raises GatewayRejected: `not_set_up`.
    """
    kind = kind_of(name)
    if not kind.is_set_up(tenant):
        raise GatewayRejected("not_set_up", "This way of paying is not set up here.")
    return kind.of_tenant(tenant)


def takes_cards(tenant: Any) -> bool:
    """Tell whether `tenant` is set up for card payments, and the provider has not stopped them."""
    return is_set_up(tenant) and getattr(tenant, "cards_stopped_at", None) is None


def is_set_up(tenant: Any) -> bool:
    """Tell whether `tenant` has what is needed to ask a provider of cards, stopped or not."""
    return any(one.is_set_up(tenant) for one in _kinds.values() if one.method == "card")


def for_tenant(tenant: Any) -> CardGateway:
    """Return the gateway by which `tenant` takes cards, ready to call.

    :raises GatewayRejected: `not_set_up` if there is none.
    """
    found = for_method(tenant, "card")
    if found is None:
        raise GatewayRejected("not_set_up", "Card payments are not set up here.")
    return cast(CardGateway, found)


def for_method(tenant: Any, method: str) -> Gateway | None:
    """Return the first gateway by which `tenant` can be paid in a way (`Payment.Method`)."""
    found = [one for one in _kinds.values() if one.method == method and one.is_set_up(tenant)]
    return found[0].of_tenant(tenant) if found else None
