"""Buying a permit and parking by the hour by keyboard alone, on the narrowest phone; in Spanish, and
without JavaScript."""

import pytest
import time_machine
from django.db import connection

from parkops.tenancy import hosts
from tests.browser.buying import FUEL, code_for
from tests.browser.chromium import Watched
from tests.browser.conftest import working_moment
from tests.conftest import _tenant

pytestmark = pytest.mark.browser

MOST_TABS = 70
# Where the focus is: whether it can be seen there, wholly within the screen's width, and is marked.
FOCUS = """(wanted) => {
  const at = document.activeElement, shown = at.closest('label') || at
  const box = shown.getBoundingClientRect(), looks = [at, shown, at.nextElementSibling]
  const marked = looks.some((one) => one && (getComputedStyle(one).outlineStyle !== 'none'
    || getComputedStyle(one).boxShadow !== 'none'))
  return {there: at.matches(wanted), none: at === document.body, marked: marked, html: at.outerHTML.slice(0, 120),
    seen: box.width > 0 && box.height > 0 && box.right > 0 && box.left < innerWidth
      && box.bottom > 0 && box.top < innerHeight}
}"""
MAIN = "main button.button--primary"


class Keyboard:
    """A visitor who has only a keyboard: Tab, Enter, Space, letters, and arrows within a group."""

    def __init__(self, watched: Watched) -> None:
        self.watched, self.page = watched, watched.page

    def to(self, selector: str) -> None:
        """Press Tab until the focus is on what was looked for; it shows on the way, everywhere."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            found = self.page.evaluate(FOCUS, selector)
            if not found["none"]:
                assert found["seen"], found
                assert found["marked"], found
            if found["there"]:
                return
        pytest.fail(f"{MOST_TABS} times Tab do not lead to {selector} on {self.page.url}")

    def leaves(self) -> None:
        """Press Tab until the page is left at its end: nothing holds the focus."""
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate(FOCUS, "*")["none"]:
                return
        pytest.fail(f"{MOST_TABS} times Tab do not leave {self.page.url}")

    def write(self, selector: str, text: str) -> None:
        """Go to a field and type."""
        self.to(selector)
        self.page.keyboard.type(text)

    def choose(self, name: str, value: str) -> None:
        """Go to a group of choices and choose one of them."""
        self.to(f"input[name={name}]")
        self.page.keyboard.press("Space")
        wanted = f"input[name={name}][value='{value}']"
        for _ in range(20):
            if self.page.evaluate(FOCUS, wanted)["there"]:
                break
            self.page.keyboard.press("ArrowDown")
        assert self.page.is_checked(wanted)

    def press(self, selector: str, *, arrives: str) -> None:
        """Go to a button, press it, and be on the page that follows, which fits."""
        self.to(selector)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(arrives)
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} px too wide"


@pytest.fixture(params=["en", "en without a script", "es"])
def keys(request, served, visitor, monkeypatch):
    """Open a browser of 320 px; Spanish where the tenant speaks it."""
    monkeypatch.setattr("payments.gateways.takes_cards", lambda tenant: True)
    tenant, language = _tenant("harbor"), request.param[:2]
    before, tenant.languages = tenant.languages, ["en", "es"]
    tenant.save(update_fields=["languages"])
    hosts.forget_everywhere()
    connection.set_tenant(tenant)
    with time_machine.travel(working_moment(), tick=True):
        watched = visitor(
            width=320,
            locale=f"{language}-US",
            java_script_enabled=request.param != "en without a script",
        )
        watched.page.goto("/")
        assert watched.page.get_attribute("html", "lang") == language
        yield Keyboard(watched)
    tenant.languages = before
    tenant.save(update_fields=["languages"])
    hosts.forget_everywhere()
    connection.set_tenant(tenant)


def test_a_permit_is_bought(keys, request):
    page = keys.page
    page.goto("/permits/")
    keys.leaves()
    keys.choose("permit_type", "MONTH")
    keys.press(MAIN, arrives="**/permits/buy/vehicle/")
    keys.write("[name=plate]", "KEYS42")
    if page.locator("[name=fuel]").count():
        keys.to("select[name=fuel]")
        page.keyboard.type(FUEL)
    keys.press(MAIN, arrives="**/permits/buy/dates/")
    keys.press(MAIN, arrives="**/permits/buy/you/")
    email = f"keys{len(request.node.name)}@customer.example"
    keys.write("main [name=email]", email)
    keys.press(MAIN, arrives="**/account/login/code/confirm/**")
    keys.write("[name=code]", code_for(email))
    keys.press(MAIN, arrives="**/permits/buy/check/")
    assert "54" in page.inner_text("main")  # 50.00 and 8 % tax
    keys.leaves()
    keys.to(MAIN)


def test_one_parks(keys):
    page = keys.page
    page.goto("/park/")
    keys.leaves()
    keys.write("[name=zone]", "meter")
    keys.press(MAIN, arrives="**/park/METER/")
    keys.write("[name=plate]", "KEYS43")
    keys.press(MAIN, arrives="**/time/")
    keys.choose("length", "60")
    keys.press(MAIN, arrives="**/check/")
    assert "2.70" in page.inner_text("main")  # an hour and its tax
    keys.leaves()
    keys.to(MAIN)
