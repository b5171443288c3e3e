"""The two programs of docs/examples, sold from in a browser at 360 px by a customer who is signed in."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.programme import load
from parkops.programme import operations as programme
from permits.models import Permit
from tests.browser.buying import go_on

pytestmark = pytest.mark.browser

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
SALES = [
    pytest.param("campus.yaml", "TEMPORARY", "M-C", {}, ["$34.00"], id="campus"),
    pytest.param(
        "city.yaml",
        "RESIDENT",
        "RES-1",
        {"fuel": "diesel", "co2": "180", "euro": "4"},
        # 95 + 32 above 100 g + 45 above 150 g + 18 for a diesel below Euro 6.
        ["$95.00", "$32.00", "$45.00", "$18.00", "$190.00"],
        id="city",
    ),
]


@pytest.mark.parametrize(("name", "audience", "code", "vehicle", "amounts"), SALES)
def test_sells(visitor, session_of, name, audience, code, vehicle, amounts):
    text = (EXAMPLES / name).read_text(encoding="utf-8").replace("currency: GBP", "currency: USD")
    now = timezone.now()
    programme.apply_version(load.load(text, name), begins_at=now, by=SYSTEM, at=now)
    watched = visitor(width=360, session=session_of("dana@customer.example"))
    from tests.browser.conftest import person

    customer = customers.customer_for_user(person("dana@customer.example"), at=now)
    customers.change_customer(customer.pk, changes={"audiences": [audience]}, by=SYSTEM, at=now)

    page = watched.page
    page.goto("/permits/")
    assert watched.faults() == []
    page.check(f"input[name=permit_type][value={code}]", force=True)
    go_on(watched)
    page.wait_for_url("**/permits/buy/vehicle/")
    page.fill("input[name=plate]", "SOLD 123")
    for field, value in vehicle.items():
        control = page.locator(f"[name={field}]")
        control.select_option(value) if field == "fuel" else control.fill(value)
    assert watched.faults() == []
    watched.keep_picture(f"plate-{name.split('.')[0]}-360")
    go_on(watched)
    page.wait_for_url("**/permits/buy/dates/")
    go_on(watched)
    page.wait_for_url("**/permits/buy/check/")
    said = page.inner_text("main")
    assert [amount for amount in amounts if amount not in said] == []
    watched.keep_picture(f"check-{name.split('.')[0]}-360")
    go_on(watched)
    page.wait_for_url("**/permits/P-*/pay/")
    assert watched.faults() == []
    permit = Permit.objects.get(type_code=code)
    assert permit.sold_at > now - timedelta(minutes=5)
