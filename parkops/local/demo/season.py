"""A season of the demonstration, played in order of time through the operations people use."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from enforcement.operations import appeals, checks, citations, hearings, observations, shifts
from enforcement.queries import hearings as slots
from enforcement.queries.checks import Look
from parkops.accounts.models import User
from parkops.customers import operations as customers
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.kernel.windows import ALWAYS
from parkops.local.demo import (
    books,
    boots,
    cameras,
    cards,
    charlie,
    command,
    escalation,
    figures,
    former,
    kerbside,
    lots,
    offers,
    papers,
    payers,
    people,
    phones,
    plans,
    sensors,
    till,
    visitors,
)
from parkops.local.demo.scene import Act, Cast, Scene
from parkops.programme import queries as programme
from payments import queries as payments
from permits.models import Permit
from permits.operations import approving, ending, sales, stays, waitlist

DAYS = 75
RECENT = 220  # looks in the last three hours, so that the zones are not empty at the start
CUSTOMERS = {"campus": 120, "town": 70}
AUDIENCES = {
    "campus": ("STAFF", "STAFF", "COMMUTER", "COMMUTER", "COMMUTER", "RESIDENT", "RESIDENT", ""),
    "town": ("HOUSEHOLD", "HOUSEHOLD", "BUSINESS", ""),
}
WANTED = {
    "STAFF": ("STAFF-YEAR",),
    "COMMUTER": ("COMMUTER", "COMMUTER", "EVENING"),
    "RESIDENT": ("RESIDENT",),
    "HOUSEHOLD": ("RESIDENT", "RESIDENT", "VISITOR"),
    "BUSINESS": ("BUSINESS",),
    "": ("MONTH", "DAY", "EVENING", "RIVER-MONTH"),
}
# What an officer may also find, where the plate itself is in order.
SEEN_BY_EYE = {
    "campus": (("LIBRARY", "FIRE-LANE"), ("ARENA", "FIRE-LANE"), ("MAPLE", "ACCESSIBLE")),
    "town": (("OLDTOWN", "HYDRANT"), ("MILL-ST", "HYDRANT")),
}
TIMED = {"campus": (), "town": ("MILL-ST", "OLDTOWN")}
# Officers look where there are spaces: each zone about as often as it has some.
ZONES = {
    "campus": (*["LIBRARY"] * 5, *["SCIENCE"] * 6, *["ARENA"] * 8, *["MAPLE"] * 7, "LOOP"),
    "town": (*["MILL-ST"] * 2, *["RIVER"] * 5, *["OLDTOWN"] * 5),
}
# When each zone has most who may not stand there: late for a lecture, lunch in the street, before the evening.
BUSY = {
    "campus": {
        "LIBRARY": (8, 10),
        "ARENA": (10, 12),
        "LOOP": (12, 14),
        "SCIENCE": (14, 16),
        "MAPLE": (16, 18),
    },
    "town": {"OLDTOWN": (9, 11), "MILL-ST": (12, 14), "RIVER": (15, 18)},
}
WRONG, WRONG_WHEN_BUSY = 0.08, 0.4
CITED_WHEN_BUSY = 5  # times as often as elsewhere
# The lot that an officer walks through each working day, with the permit that it is for, and that of guests.
WALKED = {"campus": ("MAPLE", "RESIDENT", "GUEST"), "town": ("RIVER", "RIVER-MONTH", "")}
WALKED_DAYS, WALKED_SEEN = 35, 22
GUESTS, GUEST_HOURS = 18, (24, 71)
# By turns, an officer walks along another lot in its busy hours too.
ALSO_WALKED, ALSO_SEEN = {"campus": ("LIBRARY", "ARENA", "SCIENCE"), "town": ()}, 12
METERED = {"campus": ("LOOP", "ARENA", "ARENA"), "town": ("RIVER",)}
PARTS = (
    visitors,
    lots,
    papers,
    cameras,
    figures,
    phones,
    command,
    boots,
    escalation,
    charlie,
    kerbside,
    plans,
    books,
    payers,
    till,
    former,
    cards,
    offers,
    sensors,
)
"""What is played besides the ordinary days."""


def actor_of(user: User) -> Actor:
    """Return a member of staff as an actor."""
    return Actor("staff", str(user.pk), user.name)


def play(cast: Cast, *, until: datetime, tell: Callable[[int, int], None]) -> None:
    """Play the season that ends at `until`, an act at a time; the same day gives the same season."""
    dice = Random(f"{cast.slug} {until.date()}")  # noqa: S311
    acts: list[Act] = []
    stage = Stage(cast, dice, acts, until=until)
    for back in range(DAYS, -1, -1):
        acts += stage.day(stage.when(-back, 0), back=back)
        acts += stage.rounds(back)
    for part in PARTS:
        acts += part.acts(stage)
    acts += [(until - timedelta(minutes=dice.uniform(2, 170)), stage.look) for _ in range(RECENT)]
    stage.play(tell)


class Stage(Scene):
    """Invents what happens on a day. What follows from an act is put among the acts to come."""

    def __init__(self, cast: Cast, dice: Random, acts: list[Act], *, until: datetime) -> None:
        super().__init__(cast, dice, acts, until=until)
        self.arrived = 0
        self.holders: dict[str, list[people.Vehicle]] = defaultdict(list)
        self.guests: list[tuple[datetime, people.Vehicle]] = []

    def day(self, opens: datetime, *, back: int) -> list[Act]:
        """Return the acts of the local day that begins at `opens`, `back` days before today."""
        dice, weekend = self.dice, opens.weekday() >= 5
        share = 0.35 if weekend else 1.0
        found: list[Act] = []
        most = CUSTOMERS[self.cast.slug]
        due = round(most * min(1.0, (DAYS - back + 1) / (DAYS * 0.8)))
        while self.arrived < due:
            index, self.arrived = self.arrived, self.arrived + 1
            found.append((self._hour(opens, 8, 20), partial(self.arrive, index)))
        for officer in self.cast.officers:
            begins = self._hour(opens, 7, 8)
            found.append((begins, partial(self.begin_shift, officer)))
            found.append((begins + timedelta(hours=9), partial(self.end_shift, officer)))
        # Sightings are forgotten after a while, so only the last weeks have many.
        looks = round((26 if back < 8 else 8) * share)
        found += [(self._hour(opens, 8, 17), self.look) for _ in range(looks)]
        found += [
            (self._hour(opens, 8, 17), self.cite) for _ in range(round(dice.uniform(2, 5) * share))
        ]
        found += [
            (self._hour(opens, 8, 17), self.park) for _ in range(round(dice.uniform(2, 6) * share))
        ]
        found += [
            (self._hour(opens, 8, 18), self.buy_short) for _ in range(round(dice.uniform(1, 4)))
        ]
        return found

    def rounds(self, back: int) -> list[Act]:
        """Return the looks of an officer who walks through a whole lot on a working day: those who
        hold its permit and came, and others; from these one knows how many come."""
        lot, code, guests = WALKED[self.cast.slug]
        begins = self.when(-back, 9, self.dice.uniform(0, 90))
        if not 0 < back <= WALKED_DAYS or begins.weekday() >= 5:
            return []
        found: list[Act] = [(begins, partial(self.walk, lot, code, guests))]
        also = ALSO_WALKED[self.cast.slug]
        if also:
            other = also[back % len(also)]
            begins = self.when(-back, BUSY[self.cast.slug][other][0], self.dice.uniform(5, 90))
            found.append((begins, partial(self.walk_along, other)))
        return found

    def walk(self, lot: str, code: str, guests: str, at: datetime) -> None:
        """An officer looks at every vehicle of a lot, one each minute: of its holders, guests, and others."""
        dice = self.dice
        share = dice.uniform(0.35, 0.7)
        there = [car for car in self.holders[code] if dice.random() < share]
        if guests:
            there += self._guests(guests, GUESTS - len(there), at)
        others = [people.vehicle(dice, self.cast.slug) for _ in range(WALKED_SEEN - len(there))]
        self._see([*there, *others], lot, at)

    def walk_along(self, lot: str, at: datetime) -> None:
        """An officer looks at some vehicles of a lot."""
        self._see([self._stander(lot, at) for _ in range(ALSO_SEEN)], lot, at)

    def _see(self, cars: list[people.Vehicle], lot: str, at: datetime) -> None:
        by = self.dice.choice(self.cast.officers)
        for minute, car in enumerate(cars):
            seen_at = at + timedelta(minutes=minute)
            look = Look(car.plate, car.region, lot, seen_at)
            checks.check_plate(look, source="field", by=by, at=seen_at)

    def _guests(self, code: str, count: int, at: datetime) -> list[people.Vehicle]:
        """Return so many vehicles of guests; for those who are not there yet a permit is given."""
        dice = self.dice
        self.guests = [guest for guest in self.guests if guest[0] > at + timedelta(hours=1)]
        while len(self.guests) < count and self.cast.customers:
            car = people.vehicle(dice, self.cast.slug)
            until = at + timedelta(hours=dice.randint(*GUEST_HOURS))
            wish = sales.Wish(type_code=code, plates=(car.read,), end=until)
            host, channel = dice.choice(self.cast.customers)[0], Permit.Channel.OFFICE
            sales.hold_permit(wish, customer_id=host, channel=channel, by=self.cast.clerk, at=at)
            self.guests.append((until, car))
        return [car for _, car in self.guests[: max(count, 0)]]

    def arrive(self, index: int, at: datetime) -> None:
        """A new customer comes, with a vehicle, and buys what suits."""
        dice, slug = self.dice, self.cast.slug
        person = people.person(dice, slug, index)
        audience = dice.choice(AUDIENCES[slug])
        customer = customers.register_customer(
            email=person.email,
            name=person.name,
            audiences=[audience] if audience else [],
            by=self.cast.clerk,
            at=at,
        )
        car = person.vehicle
        customers.add_vehicle(
            customer_id=customer.pk,
            plate=car.plate,
            region=car.region,
            make=car.make,
            model=car.model,
            colour=car.color,
            fuel=car.fuel,
            by=self.cast.clerk,
            at=at,
        )
        self.cast.customers.append((customer.pk, audience, person))
        if dice.random() < 0.85:
            code = dice.choice(WANTED[audience])
            self.acts.append(
                (at + timedelta(minutes=3), lambda then: self.buy(customer.pk, person, code, then))
            )

    def buy(self, customer_id: int, person: people.Person, code: str, at: datetime) -> None:
        """A customer buys a permit, or waits for one that is sold out; most pay at once, some never
        do, a few cancel later."""
        kind = programme.in_force(at).programme.permit_type(code)
        if kind is None:
            return
        wish = sales.Wish(
            type_code=code,
            plates=(person.vehicle.read,) if kind.vehicles.max else (),
        )
        by = Actor("customer", str(customer_id), person.name)
        try:
            permit = sales.hold_permit(
                wish, customer_id=customer_id, channel=Permit.Channel.PORTAL, by=by, at=at
            )
        except Refused as refusal:
            if refusal.code == "sold_out" and kind.waitlist is not None:
                waitlist.join_waitlist(type_code=code, customer_id=customer_id, by=by, at=at)
            return
        if self.dice.random() < 0.05:
            return
        self.holders[code].append(person.vehicle)
        self.pay("permit", permit.number, at + timedelta(minutes=2), payer=person.name)
        if permit.needs_approval and self.dice.random() < 0.88:
            later = at + timedelta(hours=self.dice.uniform(2, 50))
            self.acts.append((later, lambda then: self.approve(permit.number, then)))
        elif self.dice.random() < 0.05:
            later = at + timedelta(days=self.dice.uniform(5, 30))
            self.acts.append((later, lambda then: self.cancel(permit.number, then)))

    def buy_short(self, at: datetime) -> None:
        """Somebody buys a permit for a day or a month."""
        if not self.cast.customers:
            return
        customer_id, _, person = self.dice.choice(self.cast.customers)
        code = self.dice.choice(("DAY", "DAY", "MONTH", "RIVER-MONTH", "OVERNIGHT"))
        self.buy(customer_id, person, code, at)

    def approve(self, number: str, at: datetime) -> None:
        """The clerk looks at the documents and approves."""
        approving.approve_permit(number, by=self.cast.clerk, at=at)

    def cancel(self, number: str, at: datetime) -> None:
        """The customer gives a permit back."""
        ending.cancel_permit(number, reason="Moved away.", by=self.cast.clerk, at=at)

    def park(self, at: datetime) -> None:
        """Somebody pays for an hour or two."""
        self._paying(self.dice.choice(METERED[self.cast.slug]), at)

    def _paying(self, where: str, at: datetime) -> people.Vehicle:
        car = self._some_vehicle()
        stay = stays.start_stay(
            plate=car.read,
            zone_code=where,
            minutes=self.dice.choice((45, 60, 90, 120)),
            by=self.cast.clerk,
            at=at,
        )
        self.pay("session", stay.number, at)
        return car

    def look(self, at: datetime) -> None:
        """An officer checks a plate."""
        where = self.dice.choice(ZONES[self.cast.slug])
        car = self._stander(where, at)
        look = Look(car.plate, car.region, where, at)
        checks.check_plate(look, source="field", by=self.dice.choice(self.cast.officers), at=at)

    def cite(self, at: datetime) -> None:
        """An officer writes a citation; its owner pays, appeals, or lets it lie."""
        dice = self.dice
        officer = dice.choice(self.cast.officers)
        car, where, violation = self._offender(officer, at)
        issued = citations.issue_citation(
            citations.Draft(
                client_id=UUID(int=dice.getrandbits(128)),
                plate=car.plate,
                region=car.region,
                zone=where,
                violation=violation,
                issued_at=at,
                also=self._also(where, violation, at) if dice.random() < 0.06 else (),
                note=dice.choice(("", "No receipt on the dash.", "Driver not present.")),
            ),
            by=officer,
            at=at,
        ).citation
        fate = dice.random()
        if not issued.fine_minor:
            return
        if fate < 0.55:
            later = at + timedelta(days=min(dice.expovariate(1 / 8), 60))
            self.acts.append((later, lambda then: self.pay("citation", issued.number, then)))
        elif fate < 0.72:
            later = at + timedelta(days=dice.uniform(0.5, 6))
            self.acts.append((later, lambda then: self.appeal(issued.number, then)))
        elif fate < 0.74:
            later = at + timedelta(minutes=dice.uniform(2, 9))
            self.acts.append((later, lambda then: self.void(issued.number, then)))

    def _also(self, where: str, violation: str, at: datetime) -> tuple[str, ...]:
        """Another violation that the officer finds on the same stop."""
        version = programme.in_force(at).programme
        others = [
            other.code
            for other in version.violations_in(where)
            if other.code != violation and other.raised_by == "officer"
        ]
        return tuple(self.dice.sample(others, 1)) if others else ()

    def _offender(self, officer: Actor, at: datetime) -> tuple[people.Vehicle, str, str]:
        """An officer walks on until a check proposes a violation, or the eye finds one."""
        dice, slug = self.dice, self.cast.slug
        for _ in range(6):
            if dice.random() < 0.06:
                break
            often = [CITED_WHEN_BUSY if self._is_busy(one, at) else 1 for one in ZONES[slug]]
            car, [where] = self._some_vehicle(), dice.choices(ZONES[slug], often)
            if where in TIMED[slug]:
                observations.observe(
                    plate=car.plate,
                    region=car.region,
                    zone=where,
                    seen_at=at - timedelta(minutes=dice.uniform(80, 170)),
                    by=officer,
                    at=at,
                )
            look = Look(car.plate, car.region, where, at)
            answer = checks.check_plate(look, source="field", by=officer, at=at).answer
            if answer.proposals and answer.proposals[0].again:
                return car, where, answer.proposals[0].violation.code
        where, violation = dice.choice(SEEN_BY_EYE[slug])
        return self._some_vehicle(), where, violation

    def appeal(self, number: str, at: datetime) -> None:
        """The owner appeals; the reviewer decides within days."""
        grounds, text = self.dice.choice(people.APPEALS)
        name = f"{self.dice.choice(people.FIRST)} {self.dice.choice(people.LAST)}"
        plea = appeals.Plea(
            grounds, text, name, f"appeal.{number.lower()}@{self.cast.slug}.example"
        )
        filed = appeals.file_appeal(number, plea, by=Actor("public", "", name), at=at)
        later = at + timedelta(days=self.dice.uniform(1, 9))
        self.acts.append((later, lambda then: self.decide(filed.number, number, then)))

    def decide(self, number: str, citation: str, at: datetime, by: Actor | None = None) -> None:
        """The reviewer decides an appeal, or who heard it."""
        outcome, reason, text = self.dice.choice(people.DECISIONS)
        charge = payments.charge_of("citation", citation)
        amount = None
        if outcome == "reduced":
            if charge is None or charge.balance.minor < 2:
                outcome, reason, text = people.DECISIONS[0]
            else:
                amount = Money(charge.balance.minor // 2, charge.balance.currency)
        appeals.decide_appeal(
            number,
            outcome=outcome,
            amount=amount,
            reason_code=reason,
            text=text,
            by=by or self.cast.reviewer,
            at=at,
        )
        if outcome == "upheld" and self.dice.random() < 0.4:
            later = at + timedelta(days=self.dice.uniform(0.5, 3))
            self.acts.append((later, lambda then: self.ask_hearing(citation, then)))
        elif outcome != "dismissed" and self.dice.random() < 0.6:
            later = at + timedelta(days=self.dice.uniform(1, 6))
            self.acts.append((later, lambda then: self.pay("citation", citation, then)))

    def ask_hearing(self, citation: str, at: datetime) -> None:
        """The owner is not content, and books a hearing; somebody else decides after it."""
        name = f"{self.dice.choice(people.FIRST)} {self.dice.choice(people.LAST)}"
        plea = appeals.Plea(
            "other",
            "I would like to explain it in person.",
            name,
            f"hearing.{citation.lower()}@{self.cast.slug}.example",
        )
        filed = appeals.file_appeal(citation, plea, by=Actor("public", "", name), at=at)
        free = slots.open_slots(at=at)
        if not filed.is_heard or not free:
            return
        booked = hearings.book_hearing(
            filed.number, self.dice.choice(free[:6]).reference, by=Actor("public", "", name), at=at
        )
        self.acts.append(
            (booked.slot.ends_at, lambda then: self.hear(filed.number, citation, then))
        )

    def hear(self, number: str, citation: str, at: datetime) -> None:
        """The administrator hears the owner, and decides."""
        hears = self.cast.staff["admin"]
        came = "attended" if self.dice.random() < 0.8 else "missed"
        hearings.record_hearing(number, attendance=came, by=hears, at=at)
        self.decide(number, citation, at, by=hears)

    def void(self, number: str, at: datetime) -> None:
        """A citation written by mistake is voided."""
        citations.void_citation(number, reason="Wrong plate typed.", by=self.cast.reviewer, at=at)

    def begin_shift(self, officer: Actor, at: datetime) -> None:
        """An officer begins the day."""
        shifts.start_shift(by=officer, at=at)

    def end_shift(self, officer: Actor, at: datetime) -> None:
        """An officer goes home."""
        shifts.end_shift(by=officer, at=at)

    def _hour(self, opens: datetime, first: int, last: int) -> datetime:
        return opens + timedelta(hours=self.dice.uniform(first, last))

    def _stander(self, where: str, at: datetime) -> people.Vehicle:
        """Return a vehicle that stands in a zone: mostly one that may, by a permit or by paying."""
        wrong = WRONG_WHEN_BUSY if self._is_busy(where, at) else WRONG
        if self.dice.random() < wrong:
            return self._some_vehicle()
        rules = programme.in_force(at).programme
        codes = [
            kind.code
            for kind in rules.permit_types
            if any(
                rules.covers(grant.zones, where) for grant in kind.grants if grant.when == (ALWAYS,)
            )
        ]
        known = [car for code in codes for car in self.holders[code]]
        if not known and rules.rates_for(where):
            return self._paying(where, at)
        return self.dice.choice(known) if known else self._some_vehicle()

    def _is_busy(self, where: str, at: datetime) -> bool:
        first, last = BUSY[self.cast.slug][where]
        return first <= at.astimezone(self.zone).hour < last

    def _some_vehicle(self) -> people.Vehicle:
        """Three in four are customers' vehicles, the rest nobody has seen before."""
        if self.cast.customers and self.dice.random() < 0.75:
            return self.dice.choice(self.cast.customers)[2].vehicle
        return people.vehicle(self.dice, self.cast.slug)
