"""A customer types a coupon before paying: without JavaScript, on the narrowest phone."""

from datetime import date
from decimal import Decimal

import pytest

from parkops.kernel.actors import SYSTEM
from permits import operations
from permits.models import Permit
from tests.browser.buying import choose_a_month, go_on, prove_the_address

pytestmark = pytest.mark.browser


def test_a_coupon_needs_no_script_and_lowers_the_price(visitor, things):
    operations.make_coupon(
        code="SPRING26",
        name="Spring",
        percent=Decimal(20),
        first_on=date(2026, 1, 1),
        by=SYSTEM,
        at=things.at,
    )
    plain = visitor(width=320, java_script_enabled=False)
    choose_a_month(plain, plate="CPN001")
    prove_the_address(plain, email="coupon@customer.example")
    page = plain.page
    page.click("summary:has-text('I have a coupon')")
    page.fill("[name=coupon]", "SUMMER-26")
    page.click("button[value=coupon]")
    assert "There is no such coupon." in page.inner_text("main")
    page.fill("[name=coupon]", "spr1ng 26")
    plain.keep_picture("coupon-typed-320")
    page.click("button[value=coupon]")
    said = page.inner_text("main")
    assert "20% off $50.00" in said
    assert "$43.20" in said
    plain.keep_picture("coupon-used-320")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    go_on(plain)
    page.wait_for_url("**/permits/P-*/pay/")
    permit = Permit.objects.latest("pk")
    assert (permit.coupon_minor, permit.net_minor, permit.tax_minor) == (1_000, 4_000, 320)
