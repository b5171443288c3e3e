"""Sales of the demonstration that are not first come, first served: by lot, by turns, and shared."""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from parkops.kernel.actors import PUBLIC, Actor
from parkops.kernel.decisions import Refused
from parkops.local.demo import people
from parkops.local.demo.scene import Act, Scene
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType
from permits import operations as permits
from permits.models import Draw, Permit, Ticket, WaitlistEntry
from permits.operations import holds, lottery, room
from permits.operations.offering import expire_offers

MINUTE = timedelta(minutes=1)
ENTRANTS = 22
AT_THE_DOOR = 9
"""So many are in a waiting room when its sale opens; a few come later."""


def acts(scene: Scene) -> list[Act]:
    """Return what happens in lotteries, waiting rooms and carpools, each with its time."""
    rules = programme.in_force(scene.until).programme
    found: list[Act] = []
    for kind in rules.permit_types:
        if kind.on_sale.lottery is not None:
            opens = kind.on_sale.lottery.opens.instant(rules.tz)
            found += _lottery(scene, kind, opens, kind.on_sale.lottery.closes.instant(rules.tz))
        if kind.on_sale.waiting_room is not None and kind.on_sale.opens is not None:
            found += _room(scene, kind, kind.on_sale.opens.instant(rules.tz))
        if kind.carpool is not None:
            found += [(scene.when(-21 + 6 * n, 12), partial(_pool, scene, kind)) for n in range(3)]
    return found


def _lottery(scene: Scene, kind: PermitType, opens: datetime, closes: datetime) -> list[Act]:
    """Its seed is promised, people enter, it is drawn, and those who won answer."""
    days = (closes - opens) / timedelta(days=1)
    found: list[Act] = [(opens + MINUTE, lambda at: lottery.run_lotteries(at=at))]
    for _ in range(ENTRANTS):
        at = opens + timedelta(days=scene.dice.uniform(0.01, days * 0.98))
        found.append((at, partial(_enter, scene, kind)))
    return [*found, (closes + MINUTE, partial(_draw, scene, kind))]


def _enter(scene: Scene, kind: PermitType, at: datetime) -> None:
    customer, person = _somebody(scene, kind)
    permits.enter_lottery(
        type_code=kind.code, customer_id=customer, by=_as(customer, person), at=at
    )


def _draw(scene: Scene, kind: PermitType, at: datetime) -> None:
    lottery.run_lotteries(at=at)
    for draw in Draw.objects.filter(kind=Draw.Kind.LOTTERY, type_code=kind.code, settled_at=None):
        lottery.settle_lottery(draw.pk, at=at)
    for hours in (20, 40, 60, 80, 100):
        scene.then(at + timedelta(hours=hours), partial(_answer, scene, kind))


def _answer(scene: Scene, kind: PermitType, at: datetime) -> None:
    """Offers that nobody took go on to the next; four in five of the others are taken."""
    expire_offers(at=at)
    open_offers = WaitlistEntry.objects.filter(
        type_code=kind.code, status=WaitlistEntry.Status.OFFERED
    )
    people_of = {customer: person for customer, _, person in scene.cast.customers}
    for entry in open_offers.order_by("pk"):
        person = people_of.get(entry.customer_id)
        if person is None or scene.dice.random() > 0.8:
            continue
        by = _as(entry.customer_id, person)
        with suppress(Refused):
            held = permits.accept_offer(entry.reference, plates=[person.vehicle.read], by=by, at=at)
            scene.pay("permit", held[0].number, at + MINUTE, payer=person.name)


def _room(scene: Scene, kind: PermitType, opens: datetime) -> list[Act]:
    """People wait for the sale, are drawn when it opens, and buy in their turns; some come later."""
    found: list[Act] = []
    for _ in range(AT_THE_DOOR):
        before = timedelta(minutes=scene.dice.uniform(1, 25))
        found.append((opens - before, partial(_come, scene, kind)))
    for minutes in range(0, 60, 4):
        found.append((opens + minutes * MINUTE, partial(_turns, scene, kind)))
    late = [opens + timedelta(minutes=scene.dice.uniform(3, 50)) for _ in range(4)]
    return [*found, *((at, partial(_come, scene, kind)) for at in late)]


def _come(scene: Scene, kind: PermitType, at: datetime) -> None:
    customer, person = _somebody(scene, kind)
    permits.enter_room(type_code=kind.code, customer_id=customer, by=_as(customer, person), at=at)


def _turns(scene: Scene, kind: PermitType, at: datetime) -> None:
    """The line moves, and most of those whose turn it is buy."""
    holds.expire_holds(at=at)
    room.move_rooms(at=at)
    people_of = {customer: person for customer, _, person in scene.cast.customers}
    turns = Ticket.objects.filter(draw__type_code=kind.code, turn_ends_at__gt=at, permit=None)
    for ticket in turns.filter(left_at=None).order_by("number"):
        customer_id = ticket.customer_id or 0
        person = people_of.get(customer_id)
        if person is not None and scene.dice.random() < 0.6:
            wish = permits.Wish(type_code=kind.code, plates=(person.vehicle.read,))
            permit = _bought(scene, wish, customer_id, person, at)
            scene.then(at + MINUTE, partial(scene.pay, "permit", permit.number, payer=person.name))


def _pool(scene: Scene, kind: PermitType, at: datetime) -> None:
    """Somebody buys a permit to share, and invites two who join and one who has not answered."""
    customer, person = _somebody(scene, kind)
    permit = _bought(scene, permits.Wish(kind.code, (person.vehicle.read,)), customer, person, at)
    scene.pay("permit", permit.number, at, payer=person.name)
    by = _as(customer, person)
    for n in range(3):
        friend = people.person(scene.dice, scene.cast.slug, 700 + n)
        member = permits.invite_to_carpool(permit.number, email=friend.email, by=by, at=at)
        if n < 2:
            permits.join_carpool(
                member.reference,
                name=friend.name,
                plate=friend.vehicle.read,
                by=PUBLIC,
                at=at + MINUTE,
            )


def _bought(
    scene: Scene, wish: permits.Wish, customer: int, person: people.Person, at: datetime
) -> Permit:
    by, channel = _as(customer, person), Permit.Channel.PORTAL
    return permits.hold_permit(wish, customer_id=customer, channel=channel, by=by, at=at)


def _somebody(scene: Scene, kind: PermitType) -> tuple[int, people.Person]:
    """Choose a customer for whom a type is.

    :raises Refused: while there is none.
    """
    fitting = [
        (customer, person)
        for customer, audience, person in scene.cast.customers
        if not kind.audience or audience in kind.audience
    ]
    if not fitting:
        raise Refused("nobody", "There is no such customer yet.")
    return scene.dice.choice(fitting)


def _as(customer: int, person: people.Person) -> Actor:
    return Actor("customer", str(customer), person.name)
