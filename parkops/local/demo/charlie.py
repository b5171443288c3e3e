"""The one customer of the demonstration who signs in: permits, guests, and a place in a draw."""

from datetime import datetime, timedelta
from functools import partial

from parkops.accounts.models import User
from parkops.customers import operations as customers
from parkops.kernel.actors import PUBLIC, Actor
from parkops.local.demo import people
from parkops.local.demo.scene import Act, Scene
from permits import operations as permits
from permits.models import Permit
from permits.rules.plates import Plate

AUDIENCE = {"campus": "COMMUTER", "town": "HOUSEHOLD"}
BUYS = {"campus": ("COMMUTER", "CARPOOL"), "town": ("VISITOR", "RESIDENT")}
ENTERS = {"campus": "GARAGE-LOT", "town": "RAMP-LOT"}
DAY = timedelta(days=1)


def acts(scene: Scene) -> list[Act]:
    """Return what the customer does in the last weeks, each with its time."""
    return [(scene.when(-45, 9, 20), partial(_begin, scene))]


def _begin(scene: Scene, at: datetime) -> None:
    slug = scene.cast.slug
    user = User.objects.get(email=f"customer@{slug}.example")
    customer = customers.customer_for_user(user, at=at)
    customers.change_customer(
        customer.pk, changes={"audiences": [AUDIENCE[slug]]}, by=scene.cast.clerk, at=at
    )
    by = Actor("customer", str(user.pk), user.name)
    cars = [people.vehicle(scene.dice, slug) for _ in range(2)]
    for car in cars:
        customers.add_vehicle(
            customer_id=customer.pk,
            plate=car.plate,
            region=car.region,
            make=car.make,
            model=car.model,
            colour=car.color,
            fuel=car.fuel,
            by=by,
            at=at,
        )
    first, second = BUYS[slug]
    scene.then(at, partial(_buy, scene, first, customer.pk, by, cars[0].read))
    scene.then(scene.when(-5, 19), partial(_buy, scene, second, customer.pk, by, cars[1].read))
    draw = 30 if slug == "campus" else 3
    told = {"type_code": ENTERS[slug], "customer_id": customer.pk, "by": by}
    scene.do(scene.when(-draw, 20), permits.enter_lottery, **told)


def _buy(scene: Scene, code: str, customer: int, by: Actor, plate: Plate, at: datetime) -> None:
    plates = () if code == "VISITOR" else (plate,)
    wish = permits.Wish(code, plates)
    channel = Permit.Channel.PORTAL
    permit = permits.hold_permit(wish, customer_id=customer, channel=channel, by=by, at=at)
    scene.pay("permit", permit.number, at, payer=by.name)
    if code == "CARPOOL":
        _share(scene, permit.number, by, at)
    if code == "VISITOR":
        _host(scene, permit.number, by)


def _share(scene: Scene, number: str, by: Actor, at: datetime) -> None:
    """A colleague joins the carpool, another has not answered."""
    for place in range(2):
        friend = people.person(scene.dice, scene.cast.slug, 750 + place)
        member = permits.invite_to_carpool(number, email=friend.email, by=by, at=at)
        if place == 0:
            car = friend.vehicle.read
            permits.join_carpool(member.reference, name=friend.name, plate=car, by=PUBLIC, at=at)


def _host(scene: Scene, number: str, by: Actor) -> None:
    """Guests came in the last days, and a link for the next ones is open."""
    begins = scene.when(-1, 9)
    scene.do(
        begins,
        permits.make_link,
        number,
        name="Family and friends",
        minutes=240,
        uses=10,
        opens_at=begins,
        closes_at=begins + 30 * DAY,
        by=by,
    )
    for back in (12, 6, 2):
        guest = people.vehicle(scene.dice, scene.cast.slug).read
        scene.do(scene.when(-back, 18), permits.give_pass, number, plate=guest, hours=5, by=by)
