"""A boot from the notice to the wheel and off again: the owner pays on the web, the officer is told."""

import io
import re
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from PIL import Image

from enforcement.models import BootCase, BootNotice
from enforcement.operations import boot_cases, citations, notices
from enforcement.operations.citations import Draft
from enforcement.queries import boot_cases as casing
from enforcement.rules.holding import State
from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.messaging.models import Message
from payments import operations as payments
from payments.models import Payment
from tests.factories.payments import assert_sound
from tests.payments.conftest import takes_cards  # noqa: F401
from tests.payments.standin.fixtures import account, remote, standin  # noqa: F401

pytestmark = pytest.mark.usefixtures("takes_cards")


@pytest.fixture
def moment() -> datetime:
    """The clock that the stand-in goes by."""
    return datetime.now(UTC)


@pytest.fixture
def debtor(harbor, moment) -> list[str]:
    """Ada, whose vehicle has three old citations; gives their numbers. She was told eleven days ago."""
    ada = customers.register_customer(email="ada@person.test", name="Ada", by=SYSTEM, at=moment)
    since = moment - timedelta(days=60)
    customers.add_vehicle(customer_id=ada.pk, plate="ABC 123", by=SYSTEM, at=since)
    numbers = []
    for days in (40, 38, 36):
        at = moment - timedelta(days=days)
        draft = Draft(uuid4(), "ABC 123", "", "LOT-A", "NO-PERMIT", at)
        numbers.append(citations.issue_citation(draft, by=SYSTEM, at=at).citation.number)
    assert notices.send_boot_notices(at=moment - timedelta(days=11)) == 1
    boot_cases.add_device("K-7", release_code="4711", store="Depot", by=SYSTEM, at=moment)
    return numbers


def wheel() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "JPEG")
    out.seek(0)
    out.name = "wheel.jpg"
    return out


def test_paid_on_the_web_it_is_let_go(
    site,
    bob,
    alice,
    debtor,
    moment,
    remote,  # noqa: F811
    account,  # noqa: F811
):
    assert BootNotice.objects.get().sent_to == "ada@person.test"

    # The officer orders it and puts it on.
    site.login_as(bob)
    tap = {"plate": "ABC 123", "region": "", "act": "order"}
    ordered = site.post("/field/boots/", tap).url
    on = site.post(ordered, {"device": "K-7", "place": "bay 12", "photos": [wheel()]})
    assert on.status_code == 302, on.content
    case = BootCase.objects.get()
    assert casing.state_of(case) is State.BOOTED
    site.login_as(alice)
    assert "On a wheel" in site.get("/office/boots/inventory/").content.decode()
    site.logout()

    # The owner looks for the citation, is led to the boot, and pays all of it by card.
    two_facts = {"number": debtor[0], "fact": "abc123"}
    citation = site.post("/citations/", two_facts, follow=True).content.decode()
    assert "Your vehicle is booted or towed." in citation
    page = re.search(r'href="(/boots/[^"]+)"', citation)
    assert page is not None
    before = site.get(page[1]).content.decode()
    assert "4711" not in before
    pay = re.search(r'href="(/pay/[^"]+)"', before)
    assert pay is not None
    away = site.post(pay[1], {"email": "ada@person.test"})
    assert away.status_code == 302, away.content
    payment = Payment.objects.latest("pk")
    remote.act(account, "pay", payment.session_id)
    payments.settle_checkout(payment.pk, at=moment)

    # In the paying transaction it was released: the owner has the code, the officer is told.
    case.refresh_from_db()
    assert casing.state_of(case) is State.RELEASED
    assert "4711" in site.get(page[1]).content.decode()
    assert "4711" in Message.objects.get(event="citation.released", to="ada@person.test").text
    site.login_as(bob)
    assert "Take off" in site.get("/field/boots/").content.decode()
    site.post(ordered, {"act": "end"})
    assert casing.state_of(BootCase.objects.get()) is State.ENDED

    # The boot is in store again, and the vehicle is nothing to look at any more.
    site.login_as(alice)
    assert "On a wheel" not in site.get("/office/boots/inventory/").content.decode()
    found = site.post("/citations/", two_facts, follow=True).content.decode()
    assert "Your vehicle is booted or towed." not in found
    assert_sound(datetime.now(UTC))
