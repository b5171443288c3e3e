"""The demonstration's payment plans, gift certificate and goods: one part paid and one due, one asked for."""

from datetime import datetime, timedelta
from functools import partial
from uuid import NAMESPACE_URL, UUID, uuid5

from enforcement.operations import citations
from enforcement.operations.citations import Draft
from parkops.customers import operations as customers
from parkops.customers import queries as known
from parkops.customers.models import Customer
from parkops.kernel.actors import Actor
from parkops.kernel.money import Money
from parkops.local.demo.scene import Act, Scene
from payments import place
from payments import queries as payments
from payments.operations import Tender, drives, gifts, plans, take_tenders
from payments.queries import plans as planning

WHERE = {"campus": ("MAPLE", "NO-PERMIT"), "town": ("RIVER", "NO-RIGHT")}
PEOPLE = (("Paula Parts", "PLN 001"), ("Oscar Often", "PLN 002"), ("Gina Goods", "PLN 003"))
PROOF = b"%PDF-1.4\n% A letter about benefits, for the demonstration.\n%%EOF\n"


def acts(scene: Scene) -> list[Act]:
    """Return when these people come, are cited, and pay."""
    found: list[Act] = [(scene.when(-60, 8), partial(_come, scene))]
    for n, (_, plate) in enumerate(PEOPLE):
        days = (-46, -9, -5)[n]
        found += [(scene.when(days + m, 10 + n), partial(_cite, scene, plate)) for m in (0, 1)]
    return [
        *found,
        (scene.when(-42, 11), partial(_agree, scene)),
        (scene.when(-12, 14), partial(_pay_part, scene)),
        (scene.when(-2, 15), partial(_ask, scene)),
        (scene.when(-3, 9), partial(_begin_drive, scene)),
        (scene.when(-2, 11), partial(_bring, scene)),
    ]


def _come(scene: Scene, at: datetime) -> None:
    for name, plate in PEOPLE:
        customer = customers.register_customer(
            email=_email(scene, name), name=name, by=scene.cast.clerk, at=at
        )
        customers.add_vehicle(customer_id=customer.pk, plate=plate, by=scene.cast.clerk, at=at)


def _cite(scene: Scene, plate: str, at: datetime) -> None:
    zone, violation = WHERE[scene.cast.slug]
    client_id = uuid5(NAMESPACE_URL, f"{plate} {at.isoformat()}")
    draft = Draft(client_id, plate, "", zone, violation, at)
    citations.issue_citation(draft, by=scene.cast.officers[0], at=at)


def _agree(scene: Scene, at: datetime) -> None:
    """The office lets somebody pay three months long."""
    plans.ask_plan(
        customer=_customer(scene, 0),
        scheme="TERM",
        charge_ids=_owed(scene, 0, at),
        count=3,
        by=scene.cast.clerk,
        at=at,
    )


def _pay_part(scene: Scene, at: datetime) -> None:
    now = planning.plans_of(_customer(scene, 0).pk, at=at)[0]
    take_tenders(
        charge_ids=[one.charge.public_id for one in now.owing],
        ways=[Tender("terminal", now.now, "004711")],
        by=scene.cast.clerk,
        at=at,
    )


def _ask(scene: Scene, at: datetime) -> None:
    """Somebody asks with a document: the office has yet to decide."""
    plans.ask_plan(
        customer=_customer(scene, 1),
        scheme="INCOME",
        charge_ids=_owed(scene, 1, at),
        count=6,
        documents=[plans.Paper("", "benefits.pdf", PROOF)],
        by=Actor("customer", "", PEOPLE[1][0]),
        at=at,
    )


def _begin_drive(scene: Scene, at: datetime) -> None:
    drives.make_drive(
        code="CANS",
        name="Cans for the food pantry",
        piece="can",
        worth=_money(1),
        most=_money(10),
        kinds=["citation"],
        first_on=place.local_date(at),
        last_on=place.local_date(at) + timedelta(days=30),
        by=scene.cast.clerk,
        at=at,
    )
    gifts.give_gift(amount=_money(20), reason="A long wait", by=scene.cast.clerk, at=at)


def _bring(scene: Scene, at: datetime) -> None:
    """Cans, a card at the terminal and a check pay together."""
    take_tenders(
        charge_ids=_owed(scene, 2, at),
        ways=[
            Tender("goods", None, "CANS", 8),
            Tender("terminal", _money(12), "004712"),
            Tender("cheque"),
        ],
        by=scene.cast.clerk,
        at=at,
    )


def _money(units: int) -> Money:
    return Money.parse(f"{units}", place.currency())


def _email(scene: Scene, name: str) -> str:
    return f"{name.lower().replace(' ', '.')}@{scene.cast.slug}.example"


def _customer(scene: Scene, n: int) -> Customer:
    found = known.customer_by_email(_email(scene, PEOPLE[n][0]))
    if found is None:
        raise LookupError(PEOPLE[n][0])
    return found


def _owed(scene: Scene, n: int, at: datetime) -> list[UUID]:
    return [row.id for row in payments.open_charges(customer_id=_customer(scene, n).pk, at=at)]
