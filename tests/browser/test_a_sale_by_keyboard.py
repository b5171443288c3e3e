"""A clerk sells across the counter without a mouse: search, cash, change, receipt by e-mail, next."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.utils import timezone

from parkops.accounts.models import User
from parkops.customers.models import Customer
from parkops.customers.operations import register_customer
from parkops.kernel.actors import SYSTEM, Actor
from parkops.messaging.models import Message
from payments import operations
from payments.models import Payment
from tests.conftest import _tenant
from tests.factories.payments import make_charge, usd

pytestmark = pytest.mark.browser
FOCUS = "() => document.activeElement.name || document.activeElement.innerText"


@pytest.fixture(scope="module")
def counter(served) -> Callable[..., None]:
    """Clara's open drawer; tells how to bring a customer who owes amounts."""
    connection.set_tenant(_tenant("harbor"))
    at = timezone.now()
    clara = User.objects.get(email="clara@harbor.example")
    by = Actor("staff", str(clara.pk), "Clara Clerk")
    operations.open_drawer(name="Desk", float_=usd(10_000), by=by, at=at)

    def comes(name: str, *minors: int) -> Customer:
        email = f"{name.split()[0].lower()}@example.test"
        customer = register_customer(email=email, name=name, by=SYSTEM, at=at)
        for minor in minors:
            make_charge(at=at, customer_id=customer.pk, plate_key="", kind="fee", net=minor)
        return customer

    return comes


def test_a_whole_sale_is_keys_only(counter, visitor, session_of):
    ana = counter("Ana Ruiz", 4_000, 2_500)
    counter("Anabel Ruiz")
    desk = visitor(session=session_of("clara@harbor.example"))
    page, keys = desk.page, desk.page.keyboard
    page.goto("/office/counter/")
    page.wait_for_selector("po-counter:defined", state="attached")
    assert page.evaluate(FOCUS) == "q"
    keys.type("Ruiz")
    keys.press("Enter")
    page.wait_for_selector(".counter__people")
    page.wait_for_selector("po-counter:defined", state="attached")
    people = page.locator("[data-row]").all_inner_texts()
    keys.press(str(people.index("Ana Ruiz") + 1))
    page.wait_for_selector("#take")
    page.wait_for_selector("po-counter:defined", state="attached")

    assert page.evaluate(FOCUS) == "given"
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("2")  # the second line is not paid today
    assert page.inner_text("[data-total]") == "$40.00"
    keys.press("Enter")
    assert page.evaluate(FOCUS) == "given"
    keys.press("q")
    assert page.is_checked("[name=method][value=cheque]")
    keys.press("c")
    keys.press("+")
    assert page.input_value("#id_given") == "50.00"
    keys.press("=")
    assert page.input_value("#id_given") == ""
    keys.type("47.75")
    assert page.inner_text("[data-change]") == "$7.75"
    assert page.inner_text("[data-pieces]") == "1 × $5, 2 × $1, 3 × $0.25"
    keys.press("Enter")

    page.wait_for_url("**/taken/**")
    page.wait_for_selector("po-hotkeys:defined", state="attached")
    assert "$7.75" in page.inner_text(".counter__change--large")
    assert "1 × $5" in page.inner_text("main")
    keys.press("e")
    assert page.input_value("#mail-to") == "ana@example.test"
    keys.press("Enter")
    page.wait_for_selector("text=The receipt goes to ana@example.test.")
    page.wait_for_selector("po-hotkeys:defined", state="attached")
    keys.press("n")
    page.wait_for_url("**/office/counter/")
    page.wait_for_selector("po-counter:defined", state="attached")
    assert page.evaluate(FOCUS) == "q"

    paid = Payment.objects.get(customer=ana)
    assert (paid.amount_minor, paid.change_minor) == (4_000, 775)
    assert Message.objects.filter(event="payment.receipt", to="ana@example.test").count() == 1
    assert desk.faults() == []


def test_without_scripts_the_same_is_forms(counter, visitor, session_of):
    counter("Bo Berg", 1_234)
    plain = visitor(session=session_of("clara@harbor.example"), java_script_enabled=False)
    plain.page.goto("/office/counter/?q=bo@example.test")
    plain.page.click("button[name=quick] >> nth=0")
    plain.page.wait_for_url("**/taken/**")
    assert "$0.66" in plain.page.inner_text("main")
