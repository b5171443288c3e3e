"""A guest buys a permit on a phone, by card, while the office watches the figure move."""

import pytest
from django.conf import settings
from django.db import connection
from django_tenants.utils import schema_context

from payments.models import Payment
from payments.queries import charge_of
from payments.standin.remote import Remote
from payments.standin.server import Standin
from permits.models import Permit
from tests.browser.buying import choose_a_month, go_on, prove_the_address
from tests.browser.chromium import Watched
from tests.conftest import _tenant

pytestmark = pytest.mark.browser

SECRET = "whsec_of_a_guest"
ACCOUNT = "acct_harbor"
FIGURE = "#permits .stat__value"


@pytest.fixture(scope="module")
def card_page(served):
    """The provider's pages, whose notices reach harbor's webhook."""
    from parkops.tenancy.models import Tenant

    with Standin(webhook_secret=SECRET, patience=0.1) as standin, pytest.MonkeyPatch.context() as p:
        p.setattr(settings, "STRIPE_SECRET_KEY", "sk_test_of_a_guest")
        p.setattr(settings, "STRIPE_WEBHOOK_SECRET", SECRET)
        p.setattr(settings, "STRIPE_API_BASE", standin.url)
        allowed = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["form-action"]
        allowed.append(standin.url)
        Remote(standin.url).ensure_account(
            ACCOUNT, name="Harbor Parking", webhook_url=f"{served.home}/api/v1/hooks/stripe"
        )
        with schema_context("public"):
            Tenant.objects.filter(slug="harbor").update(stripe_account=ACCOUNT)
        connection.set_tenant(_tenant("harbor"))
        yield standin.url
        allowed.remove(standin.url)


@pytest.fixture
def guest(visitor, card_page) -> Watched:
    """Somebody with a phone whom nobody knows."""
    return visitor(width=360)


def hold(guest: Watched, *, plate: str, email: str) -> Permit:
    """Take the guest as far as the provider's page; return what is held for them."""
    choose_a_month(guest, plate=plate)
    prove_the_address(guest, email=email)
    assert guest.faults() == []
    assert plate in guest.page.inner_text("main").replace(" ", "")
    go_on(guest)
    guest.page.wait_for_url("**/permits/P-*/pay/")
    assert guest.faults() == []
    go_on(guest)
    guest.page.wait_for_selector("button[value=pay]")
    permit = Permit.objects.order_by("-pk").first()
    assert permit.hold_expires_at is not None
    assert permit.paid_at is None
    return permit


def test_and_the_office_sees_it_without_loading_the_page_anew(guest, visitor, session_of):
    office = visitor(session=session_of("alice@harbor.example"))
    office.page.goto("/office/")
    before = int(office.page.inner_text(FIGURE).split()[0].replace(",", ""))
    office.page.evaluate("window.notLoadedAnew = true")

    permit = hold(guest, plate="GUEST01", email="guest@customer.example")
    guest.page.click("button[value=pay]")
    guest.page.wait_for_selector("h1:has-text('You have your permit')")
    guest.strangers.clear()
    assert permit.number in guest.page.inner_text("body")
    assert guest.faults() == []
    guest.keep_picture("bought-360")

    permit.refresh_from_db()
    assert permit.paid_at is not None
    office.page.wait_for_function(
        "([figure, wanted]) => parseInt(document.querySelector(figure).innerText"
        ".replace(',', '')) === wanted",
        arg=[FIGURE, before + 1],
        timeout=25_000,
    )
    assert office.page.evaluate("window.notLoadedAnew") is True
    assert office.complaints == []


@pytest.mark.parametrize(
    ("act", "plate"), [("decline", "GUEST02"), ("leave", "GUEST03")], ids=["declined", "walks away"]
)
def test_nothing_is_taken_and_the_place_stays_held(guest, act, plate):
    permit = hold(guest, plate=plate, email=f"{act}@customer.example")
    guest.page.click(f"button[value={act}]")
    if act == "decline":
        guest.page.wait_for_selector("text=/declined/i")
        guest.page.click("button[value=leave]")
    guest.page.wait_for_url("**/pay/cancelled/**")
    assert "No money has been taken" in guest.page.inner_text("main")
    guest.strangers.clear()
    guest.complaints.clear()
    assert guest.faults() == []

    tried = Payment.objects.get(email=f"{act}@customer.example")
    assert tried.succeeded_at is None
    charge = charge_of("permit", permit.number)
    assert charge.balance == charge.amount
    permit.refresh_from_db()
    assert permit.paid_at is None
    guest.page.goto(f"/permits/{permit.number}/")
    assert "We hold your place until" in guest.page.inner_text("main")
