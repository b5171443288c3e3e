"""From the cart through the card provider's page to the permit, at the stand-in."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from parkops.customers import operations as customers
from payments.models import Payment
from permits import operations
from tests.payments.conftest import takes_cards  # noqa: F401
from tests.payments.standin.fixtures import account, remote, standin  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("takes_cards")]


@pytest.fixture
def cart(site, dana, hold):
    me = customers.customer_for_user(dana, at=timezone.now())
    site.login_as(dana)
    return hold(me, "EVENING", "ABC 123", at=timezone.now())


def test_the_pay_page_leads_to_the_provider_and_back_to_the_permit(site, cart, request):
    remote_, seller = request.getfixturevalue("remote"), request.getfixturevalue("account")
    step = site.post(f"/permits/{cart.number}/pay/")
    payment = Payment.objects.get()
    assert step["Location"] == payment.redirect_url
    cart.refresh_from_db()
    assert cart.is_checkout_open
    assert cart.hold_expires_at >= payment.expires_at + timedelta(minutes=5)
    assert operations.expire_holds(at=timezone.now() + timedelta(minutes=20)) == 0
    remote_.act(seller, "pay", payment.session_id)
    back = site.get(f"/pay/return/{payment.return_token}/")
    assert back["Location"] == f"/permits/{cart.number}/"
    text = re.sub(r"<[^>]+>", " ", site.get(back["Location"]).content.decode())
    assert "You have your permit" in text
    assert payment.number in text


def test_giving_up_gives_the_place_back_in_time(site, cart):
    site.post(f"/permits/{cart.number}/pay/")
    payment = Payment.objects.get()
    site.post(f"/pay/cancelled/{payment.return_token}/")
    cart.refresh_from_db()
    assert not cart.is_checkout_open
    assert cart.hold_expires_at <= timezone.now() + timedelta(minutes=15)
    assert operations.expire_holds(at=timezone.now() + timedelta(minutes=16)) == 1
