"""The card provider's notices: signed, once, in any order."""

import json
import random
import time

import pytest
from django.utils import timezone

from parkops.kernel.actors import PUBLIC
from payments import gateways, operations, place
from payments.accounts import CARD_CLEARING, CARD_FEES
from payments.models import GatewayEvent, Payment, Refund
from payments.standin.delivery import sign
from tests.factories.payments import assert_sound, books, make_charge, owed
from tests.payments.standin.fixtures import SECRET

pytestmark = pytest.mark.usefixtures("takes_cards", "raising")
HOOK = "/api/v1/hooks/stripe"


@pytest.fixture
def opened(moment):
    """A card payment at the provider's page, of a charge of 40."""
    charge = make_charge(at=moment)
    return operations.start_card_payment(
        charge_ids=[charge.public_id], return_path="", email="", by=PUBLIC, at=moment
    )


def notice(object_id, kind="checkout.session.completed", *, account="", event_id="evt_1"):
    body = {
        "id": event_id,
        "object": "event",
        "type": kind,
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": object_id, "payment_status": "paid"}},
    }
    return json.dumps({**body, **({"account": account} if account else {})}).encode()


def send(site, body, *, secret=SECRET, at=None):
    return site.post(
        HOOK,
        body,
        content_type="application/json",
        headers={"stripe-signature": sign(body, secret, at or int(time.time()))},
    )


class TestTheHook:
    def test_keeps_a_notice_once(self, site, opened, queued):
        body = notice(opened.session_id)
        assert [send(site, body).json()["new"] for _ in range(5)] == [True] + [False] * 4
        event = GatewayEvent.objects.get()
        assert queued().count(("payments.apply_event", {"event": event.pk})) == 1

    @pytest.mark.parametrize(
        "options",
        [{"secret": "whsec_of_somebody_else"}, {"at": int(time.time()) - 600}],
    )
    def test_refuses_what_was_not_signed_lately_by_the_provider(self, site, opened, options):
        answer = send(site, notice(opened.session_id), **options)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad_signature")
        assert not GatewayEvent.objects.exists()

    def test_refuses_a_body_changed_on_the_way(self, site, opened):
        body = notice(opened.session_id)
        signature = sign(body, SECRET, int(time.time()))
        answer = site.post(
            HOOK,
            body.replace(b"evt_1", b"evt_2"),
            content_type="application/json",
            headers={"stripe-signature": signature},
        )
        assert answer.status_code == 400
        assert site.post(HOOK, body, content_type="application/json").status_code == 400

    def test_leaves_another_accounts_notice_alone(self, site, opened):
        answer = send(site, notice(opened.session_id, account="acct_elsewhere"))
        assert answer.status_code == 200
        assert not GatewayEvent.objects.exists()

    def test_takes_its_own_accounts_notice(self, site, opened, account):
        assert send(site, notice(opened.session_id, account=account)).json()["new"]


class TestApplyEvents:
    def test_a_notice_is_a_trigger_and_never_a_fact(self, site, opened, moment):
        send(site, notice(opened.session_id))
        assert operations.apply_events(at=moment) == 1
        opened.refresh_from_db()
        assert opened.state == Payment.State.OPEN

    def test_pays_once_paid(self, site, opened, moment, remote, account, raising):
        remote.act(account, "pay", opened.session_id)
        send(site, notice(opened.session_id))
        operations.apply_events(at=moment)
        assert operations.apply_events(at=moment) == 0
        opened.refresh_from_db()
        assert opened.state == Payment.State.SUCCEEDED
        assert raising.was_told("settled") == 1

    def test_twenty_in_any_order_with_the_return_page_between_are_one(
        self, site, opened, moment, remote, account, raising
    ):
        remote.act(account, "pay", opened.session_id)
        kinds = ["checkout.session.completed", "checkout.session.expired", "charge.succeeded"]
        bodies = [notice(opened.session_id, kinds[n % 3], event_id=f"evt_{n}") for n in range(20)]
        random.shuffle(bodies)
        for turn, body in enumerate(bodies):
            assert send(site, body).status_code == 200
            if turn % 5 == 0:
                site.get(f"/pay/return/{opened.return_token}/")
            if turn % 4 == 0:
                operations.apply_events(at=moment)
        operations.apply_events(at=moment)
        assert raising.was_told("settled") == 1
        told = books(timezone.now())
        assert told[CARD_CLEARING] + told[CARD_FEES] == 4_000
        assert_sound(timezone.now())

    def test_before_our_own_note_of_the_page(self, site, opened, moment, remote, account):
        session_id = opened.session_id
        Payment.objects.filter(pk=opened.pk).update(
            session_id=None, redirect_url="", state=Payment.State.CREATED
        )
        remote.act(account, "pay", session_id)
        send(site, notice(session_id))
        operations.apply_events(at=moment)
        opened.refresh_from_db()
        assert (opened.state, opened.session_id) == (Payment.State.SUCCEEDED, session_id)

    def test_of_what_is_not_ours_does_nothing(self, site, moment):
        send(site, notice("cs_test_unknown"))
        send(site, notice("in_1", "invoice.paid", event_id="evt_2"))
        operations.apply_events(at=moment)
        assert GatewayEvent.objects.filter(processed_at__isnull=True).count() == 0

    def test_waits_while_the_provider_is_away(self, site, opened, moment, remote, account):
        remote.act(account, "pay", opened.session_id)
        send(site, notice(opened.session_id))
        remote.fault("500", path="/v1/checkout/sessions", method="GET", times=3)
        operations.apply_events(at=moment)
        assert GatewayEvent.objects.get().processed_at is None
        operations.apply_events(at=moment)
        opened.refresh_from_db()
        assert opened.state == Payment.State.SUCCEEDED

    @pytest.fixture
    def charge_id(self, opened, moment, remote, account):
        """The provider's charge of a settled payment."""
        remote.act(account, "pay", opened.session_id)
        operations.settle_checkout(opened.pk, at=moment)
        return gateways.for_tenant(place.tenant()).look_up(opened.session_id).charge_id

    def test_refunds_of_the_dashboard(self, site, opened, moment, remote, account, charge_id):
        refund_id = remote.act(account, "refund", charge_id)["id"]
        for n in range(2):
            send(site, notice(refund_id, "refund.created", event_id=f"evt_r{n}"))
        operations.apply_events(at=moment)
        assert Refund.objects.get().provider_id == refund_id
        assert owed(opened.allocations.get().charge) == 4_000
        assert_sound(moment)

    def test_chargebacks(self, site, opened, moment, remote, account, charge_id):
        dispute_id = remote.act(account, "dispute", charge_id)["id"]
        for n in range(2):
            send(site, notice(dispute_id, "charge.dispute.created", event_id=f"evt_d{n}"))
        operations.apply_events(at=moment)
        assert owed(opened.allocations.get().charge) == 4_000
        assert_sound(moment)
