"""The tenant's account at the card provider: the platform's fee, disconnected accounts, chargebacks answered."""

import pytest
from django.core.management import CommandError, call_command

from parkops.kernel.actors import PUBLIC
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.messaging.models import Message
from parkops.tenancy import hosts
from parkops.tenancy import operations as tenancy
from payments import gateways, operations, place, rules
from payments.accounts import CARD_CLEARING, CARD_FEES, FINE_REVENUE, PLATFORM_FEES
from payments.gateways.stripe import RETRIES
from payments.models import Dispute, Payment
from payments.operations import card_account
from payments.operations.disputes import answer_dispute, note_dispute
from payments.queries import disputes as reading
from tests.factories.payments import CLERK, assert_sound, books, make_charge
from tests.payments.test_hooks import notice, send

pytestmark = pytest.mark.usefixtures("takes_cards", "raising")


def start(moment, customer_id=None) -> Payment:
    charge = make_charge(at=moment, customer_id=customer_id)
    return operations.start_card_payment(
        charge_ids=[charge.public_id],
        return_path="",
        email="ana@example.test",
        by=PUBLIC,
        at=moment,
    )


@pytest.fixture
def paid(moment, remote, account) -> Payment:
    payment = start(moment)
    remote.act(account, "pay", payment.session_id)
    return operations.settle_checkout(payment.pk, at=moment)


class TestPlatformFee:
    @pytest.mark.parametrize(
        ("amount", "points", "fee"),
        [(4_000, 150, 60), (4_000, 0, 0), (333, 150, 5), (100, 50, 1), (1, 2_000, 0)],
    )
    def test_is_rounded_half_up(self, amount, points, fee):
        assert rules.platform_fee(amount, points) == fee

    def test_is_kept_by_the_provider_and_stands_in_the_ledger(
        self, moment, remote, account, takes_cards
    ):
        tenancy.set_platform_fee(takes_cards, 150)
        payment = start(moment)
        assert payment.platform_fee_minor == 60
        remote.act(account, "pay", payment.session_id)
        settled = operations.settle_checkout(payment.pk, at=moment)
        own = 4_000 * 29 // 1_000 + 30
        assert settled.fee_minor == own + 60
        assert books(moment) == {
            CARD_CLEARING: 4_000 - own - 60,
            CARD_FEES: own,
            PLATFORM_FEES: 60,
            FINE_REVENUE: -4_000,
        }
        assert_sound(moment)

    def test_is_set_at_the_terminal(self, takes_cards):
        call_command("tenant", "fee", "harbor", "1.5%")
        takes_cards.refresh_from_db()
        assert takes_cards.platform_fee_points == 150

    @pytest.mark.parametrize("percent", ["1.555", "many", "21", "-1"])
    def test_is_a_percent(self, percent):
        with pytest.raises(CommandError):
            call_command("tenant", "fee", "--", "harbor", percent)


class TestDisconnected:
    def test_stops_cards_and_tells_who_can_mend_it_until_it_is_connected_again(
        self, site, alice, moment, remote, account, takes_cards
    ):
        remote.act(account, "disconnect", account)
        body = notice("ca_1", "account.application.deauthorized", account=account)
        send(site, body)
        for _ in range(2):
            operations.apply_events(at=moment)
        assert not gateways.takes_cards(place.tenant())
        with pytest.raises(Refused, match="stopped here for now"):
            start(moment)
        message = Message.objects.get(event="payment.cards_stopped")
        assert (message.to, account in message.text) == (alice.email, True)
        hosts.forget()
        site.login_as(alice)
        assert "Cards are not taken." in site.get("/office/payments/").content.decode()
        with pytest.raises(Conflict, match="Connect it there first"):
            card_account.take_cards_again(by=CLERK, at=moment)
        remote.act(account, "connect", account)
        assert site.post("/office/chargebacks/cards-again/")["Location"] == "/office/payments/"
        place.tenant().refresh_from_db()
        assert start(moment).redirect_url

    def test_a_notice_that_is_not_so_stops_nothing(self, site, moment, account):
        send(site, notice("ca_1", "account.application.deauthorized", account=account))
        operations.apply_events(at=moment)
        assert gateways.takes_cards(place.tenant())

    def test_what_was_under_way_is_still_asked_for(self, moment, remote, account, takes_cards):
        payment = start(moment)
        remote.act(account, "pay", payment.session_id)
        tenancy.stop_cards(takes_cards, at=moment)
        assert operations.settle_checkout(payment.pk, at=moment).state == "succeeded"
        tenancy.stop_cards(takes_cards, at=None)


class TestAnswering:
    @pytest.fixture
    def disputed(self, paid, moment, remote, account) -> Dispute:
        gateway = gateways.for_tenant(place.tenant())
        charge_id = gateway.look_up(paid.session_id).charge_id
        provider_id = remote.act(account, "dispute", charge_id)["id"]
        return note_dispute(paid.pk, gateway.look_up_dispute(provider_id), at=moment)

    def test_gathers_what_is_known_and_sends_it_once(self, disputed, moment):
        told = reading.evidence_for(disputed)
        assert told["customer_email_address"] == "ana@example.test"
        assert disputed.payment.number in told["uncategorized_text"]
        assert "No valid permit" in told["uncategorized_text"]
        assert list(reading.waiting()) == [disputed]
        for words in (told, {"uncategorized_text": "Other words"}):
            answered = answer_dispute(disputed.provider_id, evidence=words, by=CLERK, at=moment)
        assert (answered.status, answered.answered_by) == ("under_review", "Clara Clerk")
        assert answered.evidence["customer_email_address"] == "ana@example.test"
        assert not reading.waiting().exists()
        assert_sound(moment)

    def test_whose_outcome_is_unknown_is_sent_again_as_it_was(self, disputed, moment, remote):
        remote.fault(
            "drop", method="POST", path=f"/v1/disputes/{disputed.provider_id}", times=RETRIES + 1
        )
        with pytest.raises(Conflict, match="in a minute"):
            answer_dispute(
                disputed.provider_id, evidence={"uncategorized_text": "One"}, by=CLERK, at=moment
            )
        answered = answer_dispute(
            disputed.provider_id, evidence={"uncategorized_text": "Two"}, by=CLERK, at=moment
        )
        assert answered.evidence["uncategorized_text"] == "One"
        assert answered.answered_at == moment

    @pytest.mark.parametrize(
        ("words", "code"),
        [({}, "evidence"), ({"uncategorized_text": "4111 1111 1111 1111"}, "card_number")],
    )
    def test_without_words_or_with_a_card_number_is_refused(self, disputed, moment, words, code):
        with pytest.raises(Refused) as refusal:
            answer_dispute(disputed.provider_id, evidence=words, by=CLERK, at=moment)
        assert refusal.value.code == code

    def test_too_late_or_of_another_is_refused(self, disputed, moment):
        words = {"uncategorized_text": "x"}
        late = disputed.respond_by.replace(year=disputed.respond_by.year + 1)
        with pytest.raises(Conflict, match="no answer any more"):
            answer_dispute(disputed.provider_id, evidence=words, by=CLERK, at=late)
        with pytest.raises(NotFound):
            answer_dispute("du_none", evidence=words, by=CLERK, at=moment)

    def test_on_its_page(self, disputed, site, alice, clara, other_site, charlie):
        page = f"/office/chargebacks/{disputed.provider_id}/"
        site.login_as(clara)
        assert site.get(page).status_code == 403
        assert "Answer by" in site.get("/office/chargebacks/").content.decode()
        site.login_as(alice)
        assert disputed.payment.number in site.get(page).content.decode()
        answer = site.post(page, {"uncategorized_text": "The vehicle stood there."})
        assert answer["Location"] == page
        assert "The vehicle stood there." in site.get(page).content.decode()
        other_site.login_as(charlie)
        assert other_site.get(page).status_code == 404
