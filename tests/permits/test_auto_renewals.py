"""Permits that renew by themselves: consent, saved card, notice, charge, declines, stop."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.messaging.models import Message
from payments import operations as payments
from payments.gateways.base import GatewayUnavailable
from payments.gateways.stripe import StripeGateway
from payments.models import Payment, SavedCard
from payments.queries import ledger
from permits import operations
from permits.models import BulkRun, Permit, RenewalConsent
from permits.operations import bulk
from permits.rules import auto_renewals as rule
from permits.rules.status import Status
from permits.rules.terms import clock_text
from tests.payments.conftest import takes_cards  # noqa: F401
from tests.payments.standin.fixtures import account, remote, standin  # noqa: F401
from tests.seed import PROGRAMMES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("takes_cards", "automatic")]
DAY = timedelta(days=1)


def text_of(response) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def automatic(apply_programme):
    """A month renews by itself: told 7 days before renewal opens, which is 10 days before the end."""
    text = (PROGRAMMES / "harbor.yaml").read_text()
    apply_programme(text.replace("renewal: {opens: 10d}", "renewal: {opens: 10d, automatic: true}"))


@pytest.fixture
def begun() -> datetime:
    """The stand-in goes by the real clock: the story begins now."""
    return datetime.now(UTC)


@pytest.fixture
def mine(dana, sell, begun) -> Permit:
    customer = customers.customer_for_user(dana, at=begun)
    return sell(customer, "MONTH", "8KRT 204", at=begun)


@pytest.fixture
def agree(mine, request, begun):
    """Let the permit renew by itself with one of the provider's test cards."""
    remote_, seller = request.getfixturevalue("remote"), request.getfixturevalue("account")

    def do(card: str = "pm_card_visa") -> RenewalConsent:
        consent = operations.agree_to_renew(mine.number, by=SYSTEM, at=begun)
        remote_.act(seller, "pay", consent.card.session_id, card=card)
        return operations.finish_agreeing(mine.number, by=SYSTEM, at=begun)

    return do


def run(at) -> None:
    """Do what the hourly task does, and what it promised."""
    operations.renew_automatically(at=at)
    for consent in RenewalConsent.objects.filter(ended_at=None, card__state="saved"):
        operations.charge_renewal(consent.pk, at=at)


def told(event: str) -> list[str]:
    return [m.text for m in Message.objects.filter(event=f"permit.{event}").order_by("pk")]


class TestConsent:
    def test_keeps_the_words_the_version_and_the_time(self, agree, mine, begun):
        consent = agree()
        assert (consent.agreed_at, consent.version) == (begun, rule.VERSION)
        assert "I agree that Harbor renews permit" in consent.wording
        assert consent.card.card == "Visa ending 4242"
        [message] = told("renews_itself")
        assert consent.wording in message

    def test_a_card_page_left_alone_agrees_to_nothing(self, mine, begun):
        operations.agree_to_renew(mine.number, by=SYSTEM, at=begun)
        consent = operations.finish_agreeing(mine.number, by=SYSTEM, at=begun)
        assert consent.card.state == SavedCard.State.CREATED
        run(mine.ends_at - 5 * DAY)
        assert not mine.renewals.exists()

    def test_is_stopped_in_one_step_and_the_card_forgotten(self, agree, mine, begun, queued):
        consent = agree()
        for _ in range(2):
            operations.stop_renewing(mine.number, by=SYSTEM, at=begun)
        consent.refresh_from_db()
        assert (consent.ended_at, consent.card.state) == (begun, SavedCard.State.FORGOTTEN)
        assert ("payments.forget_card", {"card": consent.card_id}) in queued()
        payments.tell_forgotten(consent.card_id)
        run(mine.ends_at - 5 * DAY)
        assert (mine.renewals.exists(), len(told("renews_no_more"))) == (False, 1)


class TestRenewal:
    def test_tells_the_price_then_charges_once(self, agree, mine, begun):
        agree()
        opens = mine.ends_at - 10 * DAY
        run(opens - 8 * DAY)
        assert told("renewal_notice") == []
        for hours in (0, 1, 24):
            run(opens - 7 * DAY + timedelta(hours=hours))
        [notice] = told("renewal_notice")
        assert "$54.00 from Visa ending 4242" in notice
        assert not mine.renewals.exists()
        for hours in (0, 1, 24):
            run(opens + timedelta(hours=hours))
        fresh = mine.renewals.get()
        assert fresh.status_at(opens + DAY) is Status.SCHEDULED
        payment = Payment.objects.get(saved_card__isnull=False)
        assert (payment.state, payment.amount_minor) == (Payment.State.SUCCEEDED, 5400)
        consent = RenewalConsent.objects.get()
        assert (consent.permit, consent.noticed_at, consent.tries) == (fresh, None, 0)
        trial = ledger.trial_balance(at=opens + DAY)
        assert trial.total_debit == trial.total_credit

    def test_a_late_consent_is_told_first(self, agree, mine):
        agree()
        late = mine.ends_at - 5 * DAY
        run(late)
        assert (len(told("renewal_notice")), mine.renewals.exists()) == (1, False)
        run(mine.ends_at - DAY - timedelta(hours=1))
        assert not mine.renewals.exists()
        run(mine.ends_at - DAY)
        assert mine.renewals.get().paid_at is not None

    def test_a_declined_card_is_told_and_tried_again(self, agree, mine, request):
        agree("pm_card_chargeCustomerFail")
        opens = mine.ends_at - 10 * DAY
        run(opens - 7 * DAY)
        for hours in (0, 1, 2):
            run(opens + timedelta(hours=hours))
        [first] = told("renewal_failed")
        assert "Your card was declined." in first
        assert "We try again on" in first
        fresh = mine.renewals.get()
        assert fresh.status_at(opens + DAY) is Status.HELD
        for days in range(1, 10):
            run(opens + days * DAY + timedelta(hours=1))
        letters = told("renewal_failed")
        assert len(letters) == 4
        assert "We do not try again." in letters[-1]
        tries = Payment.objects.filter(saved_card__isnull=False)
        assert {payment.state for payment in tries} == {Payment.State.FAILED}
        assert (tries.count(), len({p.idempotency_key for p in tries})) == (4, 4)

    def test_silence_of_the_provider_charges_once(self, agree, mine, monkeypatch):
        agree()
        opens = mine.ends_at - 10 * DAY
        run(opens - 7 * DAY)
        real = StripeGateway.charge_saved

        def lost(self, request):
            real(self, request)
            raise GatewayUnavailable("lost on the way back")

        monkeypatch.setattr(StripeGateway, "charge_saved", lost)
        run(opens)
        payment = Payment.objects.get(saved_card__isnull=False)
        assert payment.state == Payment.State.CREATED
        run(opens + 2 * DAY)
        monkeypatch.setattr(StripeGateway, "charge_saved", real)
        payments.settle_checkout(payment.pk, at=opens + timedelta(hours=1))
        payment.refresh_from_db()
        assert payment.state == Payment.State.SUCCEEDED
        assert Payment.objects.filter(saved_card__isnull=False).count() == 1
        assert mine.renewals.get().paid_at is not None

    def test_silence_for_a_day_is_for_a_person(self, agree, mine, monkeypatch):
        agree()
        opens = mine.ends_at - 10 * DAY
        run(opens - 7 * DAY)

        def silent(self, request):
            raise GatewayUnavailable("nothing")

        monkeypatch.setattr(StripeGateway, "charge_saved", silent)
        run(opens)
        payment = Payment.objects.get(saved_card__isnull=False)
        payments.settle_checkout(payment.pk, at=opens + DAY)
        payment.refresh_from_db()
        assert payment.state == Payment.State.NEEDS_REVIEW

    def test_what_a_person_looks_at_is_not_charged_again(self, agree, mine, monkeypatch):
        agree()
        opens = mine.ends_at - 10 * DAY
        run(opens - 7 * DAY)
        real = StripeGateway.charge_saved

        def lost(self, request):
            real(self, request)
            raise GatewayUnavailable("lost on the way back")

        monkeypatch.setattr(StripeGateway, "charge_saved", lost)
        run(opens)
        payment = Payment.objects.get(saved_card__isnull=False)
        payments.settle_checkout(payment.pk, at=opens + DAY)
        monkeypatch.setattr(StripeGateway, "charge_saved", real)
        for days in (1, 2, 4, 6):
            run(opens + days * DAY + timedelta(hours=1))
        assert Payment.objects.filter(saved_card__isnull=False).count() == 1

    def test_a_price_that_rose_is_told_before_it_is_taken(self, agree, mine, apply_programme):
        agree()
        opens = mine.ends_at - 10 * DAY
        run(opens - 7 * DAY)
        text = (PROGRAMMES / "harbor.yaml").read_text()
        text = text.replace("renewal: {opens: 10d}", "renewal: {opens: 10d, automatic: true}")
        apply_programme(text.replace('base: "50.00", add', 'base: "500.00", add'))
        run(opens)
        assert not mine.renewals.exists()
        assert "$540.00 from Visa ending 4242" in told("renewal_notice")[-1]
        run(opens + 6 * DAY)
        assert not mine.renewals.exists()
        run(opens + 7 * DAY)
        assert (mine.renewals.get().net_minor, len(told("renewal_notice"))) == (50000, 2)

    def test_everybody_is_looked_at_however_many_there_are(self, agree, mine, monkeypatch, sell):
        from permits.operations import auto_renewing

        agree()
        first = RenewalConsent.objects.get()
        other = sell(mine.customer, "MONTH", "7XYZ 101", at=first.agreed_at)
        RenewalConsent.objects.create(
            permit=other, customer=mine.customer, card=first.card, agreed_at=first.agreed_at
        )
        monkeypatch.setattr(auto_renewing, "BATCH", 1)
        operations.renew_automatically(at=mine.ends_at - 17 * DAY)
        assert RenewalConsent.objects.filter(noticed_at=None).count() == 0

    def test_a_pause_does_not_end_it(self, agree, mine):
        agree()
        Permit.objects.filter(pk=mine.pk).update(
            suspended_at=mine.starts_at, suspensions=[[mine.starts_at.isoformat(), None]]
        )
        run(mine.ends_at - 15 * DAY)
        assert RenewalConsent.objects.get().ended_at is None

    def test_who_switched_is_told_that_it_renews_no_more(self, agree, mine, sell):
        agree()
        other = sell(mine.customer, "EVENING", at=mine.starts_at)
        Permit.objects.filter(pk=other.pk).update(replaces=mine.pk)
        Permit.objects.filter(pk=mine.pk).update(cancelled_at=mine.starts_at + DAY)
        run(mine.starts_at + 2 * DAY)
        assert (RenewalConsent.objects.get().ended_at is None, len(told("renews_no_more"))) == (
            False,
            1,
        )

    def test_what_stands_in_the_way_is_told(self, agree, mine, apply_programme):
        agree()
        opens = mine.ends_at - 10 * DAY
        text = (PROGRAMMES / "harbor.yaml").read_text()
        text = text.replace("renewal: {opens: 10d}", "renewal: {opens: 10d, automatic: true}")
        apply_programme(
            text.replace("    name: A month\n", "    name: A month\n    audience: [STAFF]\n")
        )
        run(opens - 7 * DAY)
        assert "As things are we cannot renew it: For Staff." in told("renewal_notice")[0]
        run(opens)
        assert "For Staff." in told("renewal_failed")[0]
        assert not mine.renewals.exists()

    def test_who_renews_by_itself_gets_no_reminder(self, agree, mine):
        agree()
        operations.remind(at=mine.ends_at - DAY)
        assert told("ends_soon") == []

    def test_who_cannot_be_told_a_day_before_is_not_charged(self, agree, mine):
        agree()
        for hours in (23, 22, 1):
            run(mine.ends_at - timedelta(hours=hours))
        [notice] = told("renewal_notice")
        assert "It ends within a day" in notice
        assert not mine.renewals.exists()

    def test_what_its_holder_is_buying_is_left_to_them(self, agree, mine):
        agree()
        at = mine.ends_at - 5 * DAY
        operations.renew_permit(mine.number, channel=Permit.Channel.PORTAL, by=SYSTEM, at=at)
        run(at + timedelta(minutes=1))
        RenewalConsent.objects.update(next_try_at=at)
        run(at + timedelta(minutes=2))
        assert not Payment.objects.filter(saved_card__isnull=False).exists()

    def test_what_the_office_sent_is_told_and_charged_once_its_holder_agreed(self, agree, mine):
        at = mine.ends_at - 9 * DAY
        operations.send_renewal(mine.number, by=SYSTEM, at=at)
        agree()
        run(at)
        assert "$54.00 from Visa ending 4242" in told("renewal_notice")[0]
        assert mine.renewals.get().paid_at is None
        run(at + 7 * DAY)
        assert mine.renewals.get().paid_at == at + 7 * DAY

    def test_the_deposit_is_told_with_the_price_and_taken_with_it(
        self, agree, mine, apply_programme
    ):
        agree()
        opens = mine.ends_at - 10 * DAY
        text = (PROGRAMMES / "harbor.yaml").read_text()
        text = text.replace("renewal: {opens: 10d}", "renewal: {opens: 10d, automatic: true}")
        apply_programme(
            text.replace("    name: A month\n", '    name: A month\n    deposit: "20.00"\n')
        )
        run(opens - 7 * DAY)
        [notice] = told("renewal_notice")
        assert "$74.00 from Visa ending 4242" in notice
        assert "a deposit of $20.00" in notice
        run(opens)
        assert Payment.objects.get(saved_card__isnull=False).amount_minor == 7400

    def test_a_decline_found_later_is_told_then(self, agree, mine, monkeypatch):
        agree("pm_card_chargeCustomerFail")
        opens = mine.ends_at - 10 * DAY
        run(opens - 7 * DAY)
        real = StripeGateway.charge_saved

        def lost(self, request):
            real(self, request)
            raise GatewayUnavailable("lost on the way back")

        monkeypatch.setattr(StripeGateway, "charge_saved", lost)
        run(opens)
        assert told("renewal_failed") == []
        monkeypatch.setattr(StripeGateway, "charge_saved", real)
        payment = Payment.objects.get(saved_card__isnull=False)
        for _ in range(2):
            payments.settle_checkout(payment.pk, at=opens + timedelta(minutes=2))
        [letter] = told("renewal_failed")
        assert "Your card was declined." in letter
        assert "We try again on" in letter
        assert RenewalConsent.objects.get().failure


class TestBulk:
    """The office renews a permit whose holder let it renew by itself."""

    def renew(self, permit, at) -> str:
        return bulk.ACTS["renew"](permit.number, BulkRun(), SYSTEM, at).text

    def test_the_card_is_charged_after_a_notice_with_the_amount_and_the_day(
        self, agree, mine, queued
    ):
        agree()
        at = mine.ends_at - 9 * DAY
        said = self.renew(mine, at)
        fresh = mine.renewals.get()
        [notice] = told("renewal_notice")
        zone = ZoneInfo("America/New_York")
        day = clock_text(at + 7 * DAY, zone)
        assert said == f"Renewed for $54.00, from the saved card on {day}, as its holder is told."
        assert f"On {day} we take $54.00 from Visa ending 4242." in notice
        assert told("renewal_sent") == []
        assert "permits.charge_renewal" not in {name for name, _ in queued()}
        run(at + 7 * DAY - timedelta(minutes=1))
        fresh.refresh_from_db()
        assert (fresh.paid_at, fresh.status_at(at + DAY)) == (None, Status.HELD)
        run(at + 7 * DAY)
        fresh.refresh_from_db()
        assert (fresh.paid_at, len(told("renewal_notice"))) == (at + 7 * DAY, 1)

    def test_who_was_told_before_is_charged_on_the_day_that_was_told(self, agree, mine):
        agree()
        opens = mine.ends_at - 10 * DAY
        run(opens - 7 * DAY)
        self.renew(mine, opens + DAY)
        run(opens + DAY)
        assert mine.renewals.get().paid_at == opens + DAY
        assert len(told("renewal_notice")) == 1

    def test_a_notice_of_less_is_not_enough(self, agree, mine):
        agree()
        opens = mine.ends_at - 10 * DAY
        run(opens - 7 * DAY)
        RenewalConsent.objects.update(told_minor=5399)
        self.renew(mine, opens)
        run(opens)
        assert mine.renewals.get().paid_at is None
        assert len(told("renewal_notice")) == 2

    def test_who_stops_in_time_is_not_charged(self, agree, mine):
        consent = agree()
        at = mine.ends_at - 9 * DAY
        self.renew(mine, at)
        operations.stop_renewing(mine.number, by=SYSTEM, at=at)
        operations.charge_renewal(consent.pk, at=at + 7 * DAY)
        assert not Payment.objects.filter(saved_card__isnull=False).exists()

    def test_within_a_day_of_the_end_its_holder_is_asked_to_pay(self, agree, mine):
        agree()
        said = self.renew(mine, mine.ends_at - timedelta(hours=20))
        assert said == "Renewed for $54.00, to be paid."
        assert (len(told("renewal_sent")), told("renewal_notice")) == (1, [])
        run(mine.ends_at - timedelta(hours=1))
        assert mine.renewals.get().paid_at is None

    def test_one_that_was_canceled_meanwhile_is_not_charged(self, agree, mine):
        agree()
        at = mine.ends_at - 9 * DAY
        self.renew(mine, at)
        operations.cancel_permit(mine.number, reason="Moved.", by=SYSTEM, at=at + DAY)
        run(at + 7 * DAY)
        assert mine.renewals.get().paid_at is None
        assert RenewalConsent.objects.get().ended_at is not None


class TestPages:
    def test_agrees_sees_it_and_stops(self, site, dana, mine, request):
        remote_, seller = request.getfixturevalue("remote"), request.getfixturevalue("account")
        site.login_as(dana)
        where = f"/permits/{mine.number}/renewal/automatic/"
        assert "I agree that Harbor renews" in text_of(site.get(where))
        step = site.post(where, {"act": "agree"})
        saved = SavedCard.objects.get()
        assert step["Location"] == saved.redirect_url
        remote_.act(seller, "pay", saved.session_id)
        assert "Visa ending 4242" in text_of(site.get(where))
        site.post(where, {"act": "stop"})
        assert "I agree, save my card" in text_of(site.get(where))

    def test_only_where_the_program_says_so(self, site, dana, sell):
        customer = customers.customer_for_user(dana, at=timezone.now())
        day = sell(customer, "EVENING", at=timezone.now())
        site.login_as(dana)
        where = f"/permits/{day.number}/renewal/automatic/"
        assert "is not renewed automatically" in text_of(site.get(where))
        assert site.post(where, {"act": "agree"}).status_code == 422

    def test_nobody_elses(self, site, dana, person, sell):
        other = sell(person("zoe"), "MONTH", at=timezone.now())
        site.login_as(dana)
        assert site.get(f"/permits/{other.number}/renewal/automatic/").status_code == 404

    def test_staff_stop_it_with_a_reason(self, site, clara, agree, mine):
        agree()
        site.login_as(clara)
        assert "Visa ending 4242" in text_of(site.get(f"/office/permits/{mine.number}/"))
        site.post(f"/office/permits/{mine.number}/automatic/", {"reason": "Asked by phone"})
        assert RenewalConsent.objects.get().end_reason == "Asked by phone"
