"""A guest without an account is led from the sign's code to the price, on the narrowest phone."""

import pytest
import time_machine

from tests.browser.chromium import Watched
from tests.browser.conftest import working_moment

pytestmark = pytest.mark.browser


def look(watched: Watched, name: str) -> None:
    watched.keep_picture(name)
    assert watched.faults() == []


def test_from_the_sign_to_the_price(visitor, served, monkeypatch):
    monkeypatch.setattr("payments.gateways.takes_cards", lambda tenant: True)
    with time_machine.travel(working_moment(), tick=True):
        guest = visitor(width=320)
        guest.page.goto("/park/")
        guest.page.fill("[name=zone]", "meter")
        look(guest, "park-zone-320")
        guest.page.click("main button.button--primary")
        guest.page.wait_for_url("**/park/METER/")
        guest.page.fill("[name=plate]", "GUEST42")
        look(guest, "park-plate-320")
        guest.page.click("main button.button--primary")
        guest.page.wait_for_url("**/time/")
        guest.page.check("[name=length][value='60']")
        look(guest, "park-time-320")
        guest.page.click("main button.button--primary")
        guest.page.wait_for_url("**/check/")
        assert "2.70" in guest.page.inner_text("main")  # an hour and its tax
        look(guest, "park-check-320")
