"""What every act of the demonstration has at hand: who takes part, dice, the days, and paying."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from parkops.kernel.actors import Actor
from parkops.kernel.dates import local_date, midnight
from parkops.kernel.decisions import Refused
from parkops.local.demo import people
from parkops.programme import queries as programme
from payments import queries as payments
from payments.operations import refunds
from payments.operations.payments import take_payment

Act = tuple[datetime, Callable[[datetime], object]]


@dataclass(slots=True)
class Cast:
    """Who takes part: the staff by what they do, and the customers with their vehicles."""

    slug: str
    staff: dict[str, Actor]
    officers: list[Actor]
    customers: list[tuple[int, str, people.Person]] = field(default_factory=list)

    @property
    def clerk(self) -> Actor:
        """The clerk."""
        return self.staff["clerk"]

    @property
    def reviewer(self) -> Actor:
        """The reviewer."""
        return self.staff["reviewer"]


class Scene:
    """Where acts are played until an instant. What follows from one is put among those to come."""

    def __init__(self, cast: Cast, dice: Random, acts: list[Act], *, until: datetime) -> None:
        self.cast, self.dice, self.acts, self.until = cast, dice, acts, until
        self.zone = programme.in_force(until).programme.tz
        self.today = local_date(until, self.zone)

    def play(self, tell: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Let everything happen in order of time, until the end; what is refused does not."""
        done = 0
        while self.acts:
            self.acts.sort(key=lambda act: act[0], reverse=True)
            at, act = self.acts.pop()
            if at >= self.until:
                continue
            with suppress(Refused):
                act(at)
            done += 1
            tell(done, done + len(self.acts))

    def when(self, days: int, hour: int, minute: float = 0) -> datetime:
        """Return an hour of the day so many `days` from today."""
        opens = midnight(self.today + timedelta(days=days), self.zone)
        return opens + timedelta(hours=hour, minutes=minute)

    def then(self, at: datetime, act: Callable[[datetime], object]) -> None:
        """Let something happen at `at`."""
        self.acts.append((at, act))

    def do(self, at: datetime, operation: Callable[..., object], *args: Any, **told: Any) -> None:
        """Let an operation, which is told when, be done at `at`."""
        self.then(at, lambda now: operation(*args, **told, at=now))

    def pay(self, kind: str, reference: str, at: datetime, *, payer: str = "") -> None:
        """What is owed is paid, at the counter or from an account; now and then a check bounces."""
        charge = payments.charge_of(kind, reference)
        if charge is None or not charge.balance.minor:
            return
        kinds = ("cash", "cash", "other", "other", "other", "account", "cheque")
        method = self.dice.choice(kinds)
        deposit = payments.charge_of("deposit", reference) if kind == "permit" else None
        owing = [charge.id, *([deposit.id] if deposit and deposit.balance.minor else [])]
        paid = take_payment(charge_ids=owing, method=method, payer=payer, by=self.cast.clerk, at=at)
        if method == "cheque" and kind == "citation" and self.dice.random() < 0.15:
            self.then(
                at + timedelta(days=4),
                lambda late: refunds.bounce_payment(paid.number, by=self.cast.clerk, at=late),
            )
