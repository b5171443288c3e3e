"""The demonstration's coupons: one that newcomers used, one that is over."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from parkops.customers import operations as customers
from parkops.kernel.actors import Actor
from parkops.kernel.money import Money
from parkops.local.demo.scene import Act, Scene
from payments import place
from permits import operations as permits
from permits.models import Permit
from permits.rules.plates import read_plates

KIND = {"campus": "MONTH", "town": "RIVER-MONTH"}
PEOPLE = (("Nora Newcomer", "CPN 001"), ("Noel Newcomer", "CPN 002"), ("Nina Newcomer", "CPN 003"))
CODE = "WELCOME-26"


def acts(scene: Scene) -> list[Act]:
    """Return when the coupons are made, and when these people buy with one of them."""
    return [
        (scene.when(-40, 9), partial(_make, scene)),
        *(
            (scene.when(-20 + 6 * n, 13), partial(_buy, scene, *who))
            for n, who in enumerate(PEOPLE)
        ),
    ]


def _make(scene: Scene, at: datetime) -> None:
    today, by = place.local_date(at), scene.cast.clerk
    permits.make_coupon(
        code=CODE,
        name="Welcome week: a first month for less",
        percent=Decimal("20.00"),
        types=[KIND[scene.cast.slug]],
        first_on=today,
        last_on=today + timedelta(days=120),
        uses=200,
        per_customer=1,
        by=by,
        at=at,
    )
    permits.make_coupon(
        code="OPEN-DAY",
        name="Open day",
        amount=Money.parse("10", place.currency()),
        first_on=today,
        last_on=today + timedelta(days=7),
        by=by,
        at=at,
    )


def _buy(scene: Scene, name: str, plate: str, at: datetime) -> None:
    customer = customers.register_customer(
        email=f"{name.lower().replace(' ', '.')}@{scene.cast.slug}.example",
        name=name,
        by=scene.cast.clerk,
        at=at,
    )
    permit = permits.hold_permit(
        permits.Wish(KIND[scene.cast.slug], read_plates([plate]), coupon=CODE),
        customer_id=customer.pk,
        channel=Permit.Channel.PORTAL,
        by=Actor("customer", "", name),
        at=at,
    )
    scene.pay("permit", permit.number, at, payer=name)
