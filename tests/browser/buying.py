"""The steps of a purchase, as a person takes them."""

import re

from tests.browser.chromium import Watched

# Its price is the plain one.
FUEL = "gasoline"


def choose_a_month(watched: Watched, *, plate: str) -> None:
    """Answer which permit, which plate and which day; the page then asks for the e-mail address."""
    page = watched.page
    page.goto("/permits/")
    page.check("input[name=permit_type][value=MONTH]", force=True)
    go_on(watched)
    page.wait_for_url("**/permits/buy/vehicle/")
    page.fill("[name=plate]", plate)
    if page.locator("[name=fuel]").count():
        page.select_option("select[name=fuel]", FUEL)
    go_on(watched)
    page.wait_for_url("**/permits/buy/dates/")
    go_on(watched)
    page.wait_for_url("**/permits/buy/you/")


def prove_the_address(watched: Watched, *, email: str) -> None:
    """Give the address and type the code that was sent to it; the page then shows the answers."""
    page = watched.page
    page.fill("main [name=email]", email)
    go_on(watched)
    page.wait_for_url("**/account/login/code/confirm/**")
    page.fill("[name=code]", code_for(email))
    go_on(watched)
    page.wait_for_url("**/permits/buy/check/")


def code_for(email: str) -> str:
    """Return the code in the newest message to `email`."""
    from parkops.messaging.models import Message

    message = Message.objects.filter(to=email).order_by("-pk").first()
    assert message is not None, "no code was sent"
    found = re.search(r"\b[A-Z0-9]{3}-[A-Z0-9]{3}\b", message.text)
    assert found, message.text
    return found[0]


def go_on(watched: Watched) -> None:
    """Press the main button of the page."""
    watched.page.locator("main button.button--primary").first.click()
