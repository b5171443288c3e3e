"""Builders for the tests of payments."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count

from django.db import connection
from django.test.utils import CaptureQueriesContext

from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.money import Money
from payments import operations, queries, settlement
from payments.accounts import FINE_REVENUE, PERMIT_REVENUE
from payments.models import Allocation, Charge, Payment
from payments.queries import proof
from payments.rules.gl import NOTHING_KNOWN, Facts

CLERK = Actor("staff", "1", "Clara Clerk")
_numbers = count(1)


def usd(minor: int) -> Money:
    """Return an amount of harbor's money."""
    return Money(minor, "USD")


def make_charge(
    *,
    at: datetime,
    kind: str = "citation",
    reference: str = "",
    net: int = 4_000,
    tax: int = 0,
    customer_id: int | None = None,
    plate_key: str = "ABC123",
    due_on: date | None = None,
    revenue: str = "",
    facts: Facts = NOTHING_KNOWN,
) -> Charge:
    """Raise a charge, a citation's unless said otherwise."""
    return operations.raise_charge(
        kind=kind,
        reference=reference or f"T-2026-{next(_numbers):05}-0",
        text="No valid permit" if kind == "citation" else "Staff, a year",
        net=usd(net),
        tax=usd(tax),
        customer_id=customer_id,
        plate_key=plate_key,
        due_on=due_on,
        revenue=revenue or (FINE_REVENUE if kind == "citation" else PERMIT_REVENUE),
        facts=facts,
        by=SYSTEM,
        at=at,
    )


def pay(*charges: Charge, at: datetime, method: str = "cash", amount: int | None = None) -> Payment:
    """Take money for the charges at once, as a clerk does."""
    return operations.take_payment(
        charge_ids=[charge.public_id for charge in charges],
        method=method,
        amount=None if amount is None else usd(amount),
        by=CLERK,
        at=at,
    )


def owed(charge: Charge, *, at: datetime | None = None) -> int:
    """Return what is owed of a charge, in cents."""
    return queries.charge_of(charge.kind, charge.reference, at=at).balance.minor


def books(at: datetime) -> dict[str, int]:
    """Return the ledger's balances by account code, debits above zero; empty ones left out."""
    rows = queries.trial_balance(at).accounts
    told = {row.code: row.debit.minor - row.credit.minor for row in rows}
    return {code: minor for code, minor in told.items() if minor}


def assert_sound(at: datetime) -> None:
    """Assert what must hold of money whatever happened: the books agree with the rows."""
    from payments.accounts import CUSTOMER_CREDIT, RECEIVABLE, REFUNDS_PAYABLE
    from payments.models import Refund

    connection.check_constraints()
    assert proof.prove(at).found == []
    told = books(at)
    assert sum(told.values()) == 0
    charges = list(Charge.objects.all())
    assert told.get(RECEIVABLE, 0) == sum(charge.balance_minor for charge in charges)
    taken = list(Payment.objects.filter(state="succeeded"))
    assert -told.get(CUSTOMER_CREDIT, 0) == sum(payment.credit_minor for payment in taken)
    under_way = Refund.objects.exclude(state__in=["succeeded", "rejected"])
    assert -told.get(REFUNDS_PAYABLE, 0) == sum(refund.amount_minor for refund in under_way)
    for payment in taken:
        parts = Allocation.objects.filter(payment=payment)
        held = sum(part.held_minor for part in parts)
        gone = payment.refunded_minor + payment.disputed_minor
        assert held + payment.credit_minor + gone == payment.amount_minor
    for charge in charges:
        parts = Allocation.objects.filter(charge=charge, payment__state="succeeded")
        assert sum(part.held_minor for part in parts) == charge.paid_minor


@dataclass
class Raising:
    """An app that raises charges, as the tests need one: it remembers what it was told."""

    told: list[tuple] = field(default_factory=list)
    answer: Decision = ALLOWED
    answers: dict[str, Decision] = field(default_factory=dict)
    may: Decision = ALLOWED
    squares: dict[str, str] = field(default_factory=dict)
    due: Callable[[str, datetime], settlement.Due | None] = lambda reference, at: None

    def raiser(self) -> settlement.Raiser:
        """Return the callbacks."""
        return settlement.Raiser(
            settled=self._settled,
            unsettled=lambda reference, *, by, at: self.told.append(("unsettled", reference)),
            lock=lambda reference: None,
            amount_at=lambda reference, *, at: self.due(reference, at),
            may_pay=lambda reference, *, at: self.may,
            scanned=lambda token: self.squares.get(token, ""),
            checkout_opened=lambda reference, *, until: self.told.append(
                ("opened", reference, until)
            ),
            checkout_closed=lambda reference, *, at: self.told.append(("closed", reference)),
        )

    def _settled(self, reference: str, *, by: Actor, at: datetime) -> Decision:
        self.told.append(("settled", reference))
        return self.answers.get(reference, self.answer)

    def was_told(self, word: str) -> int:
        """Return how often this was told."""
        return sum(1 for one in self.told if one[0] == word)


@contextmanager
def counted_queries() -> Iterator[list]:
    """Count the queries of a block: the list is filled at its end."""
    found: list = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found.extend(captured.captured_queries)
