"""A host makes a link on a phone; a guest without an account parks by it and leaves."""

import pytest

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from payments import operations as payments
from payments.queries import charge_of
from permits import operations
from permits.models import GuestLink, Permit, VisitorPass
from tests.browser.chromium import Watched

pytestmark = pytest.mark.browser


def press(watched: Watched, text: str) -> None:
    watched.page.locator("main button", has_text=text).first.click()


def look(watched: Watched, name: str) -> None:
    watched.keep_picture(name)
    assert watched.faults() == []


def test_the_host_sends_a_link_and_the_guest_parks(visitor, session_of, served):
    from django.utils import timezone

    from tests.browser.conftest import person

    now = timezone.now()
    dana = customers.customer_for_user(person("dana@customer.example"), at=now)
    told = {"customer_id": dana.pk, "channel": Permit.Channel.API, "by": SYSTEM, "at": now}
    book = operations.hold_permit(operations.Wish("VISITOR-BOOK"), **told)
    charge = charge_of("permit", book.number)
    payments.take_payment(
        charge_ids=[charge.id], method="cash", amount=charge.balance, by=SYSTEM, at=now
    )

    host = visitor(session=session_of("dana@customer.example"), width=360)
    host.page.goto(f"/permits/{book.number}/passes/")
    host.page.fill("[name=plate]", "FRIEND1")
    press(host, "until tonight")
    host.page.wait_for_selector("text=may park now")
    look(host, "host-360")
    host.page.goto(f"/permits/{book.number}/guests/")
    host.page.fill("[name=name]", "Garden party")
    press(host, "Make the link")
    host.page.wait_for_selector("h2:has-text('Garden party')")
    look(host, "host-links-360")
    host.page.goto(f"/permits/{book.number}/passes/list/")
    host.page.fill("[name=plates]", "LIST1\n?!")
    press(host, "Give them passes")
    host.page.wait_for_selector("text=Line 2")
    host.complaints.clear()  # the browser tells of the 422
    look(host, "host-list-360")

    link = GuestLink.objects.get(permit=book)
    guest = visitor(width=360)
    guest.page.goto("/visit/")
    guest.page.fill("[name=code]", link.code)
    look(guest, "guest-code-360")
    press(guest, "Continue")
    guest.page.wait_for_url(f"**/visit/{link.code}/")
    guest.page.fill("[name=plate]", "GUEST42")
    guest.page.select_option("[name=hours]", "1")
    look(guest, "guest-take-360")
    press(guest, "Park now")
    guest.page.wait_for_selector("h1:has-text('You may park')")
    look(guest, "guest-pass-360")
    press(guest, "I am leaving")
    guest.page.wait_for_selector("h1:has-text('Your pass is over')")
    look(guest, "guest-over-360")
    assert VisitorPass.objects.get(plate_key="GUEST42").ended_at is not None

    for width in (360, 1280):
        clerk = visitor(session=session_of("clara@harbor.example"), width=width)
        clerk.page.goto(f"/office/permits/{book.number}/passes/")
        assert "GUEST42" in clerk.page.inner_text("main")
        look(clerk, f"office-visitors-{width}")
