"""Scenarios J of the product's list, each named by its id: what payments and the provider's messages lead to.

J1 to J3 are the API's own (`tests/api`), J8 besides here in the renewals that go by themselves.
"""

from datetime import UTC, datetime, timedelta

import pytest

from enforcement.operations import citations
from enforcement.operations.citations import Draft
from parkops.kernel.actors import PUBLIC, SYSTEM
from parkops.kernel.decisions import Refused
from parkops.kernel.money import Money
from parkops.messaging.models import Message
from payments import gateways, operations, place
from payments import queries as charges
from payments.models import GatewayEvent, Payment
from payments.operations.disputes import note_dispute
from permits.models import Permit
from permits.operations import expire_holds
from permits.rules.status import Status
from tests.factories.payments import assert_sound
from tests.payments.conftest import takes_cards  # noqa: F401
from tests.payments.standin.fixtures import account, remote, standin  # noqa: F401
from tests.payments.test_hooks import notice, send

pytestmark = pytest.mark.usefixtures("takes_cards")
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def begun() -> datetime:
    """The stand-in goes by the real clock."""
    return datetime.now(UTC)


def open_page(permit: Permit, at: datetime) -> Payment:
    charge = charges.charge_of("permit", permit.number)
    return operations.start_card_payment(
        charge_ids=[charge.id],
        return_path="",
        email=permit.customer.email,
        by=PUBLIC,
        at=at,
    )


class TestMessages:
    @pytest.fixture
    def paid(self, person, hold, begun, remote, account) -> Payment:  # noqa: F811
        page = open_page(hold(person(), "MONTH", "ABC 123", at=begun), begun)
        remote.act(account, "pay", page.session_id)
        return page

    def test_j4_twice_or_before_the_redirect_is_one_payment_and_one_receipt(
        self, site, paid, begun
    ):
        for n in range(2):
            send(site, notice(paid.session_id, event_id=f"evt_{n}"))
        for _ in range(2):
            operations.apply_events(at=begun)
            operations.settle_checkout(paid.pk, at=begun)
        assert Payment.objects.get().state == "succeeded"
        assert Message.objects.filter(event="payment.receipt").count() == 1
        assert Permit.objects.get().status_at(begun) is Status.ACTIVE
        assert_sound(begun)

    @pytest.mark.parametrize("body", ["cs_test_of_nobody", ""])
    def test_j5_about_nothing_of_ours_changes_nothing(self, site, paid, begun, body):
        assert send(site, notice(body, event_id="evt_x")).status_code == 200
        operations.apply_events(at=begun)
        assert GatewayEvent.objects.get().processed_at == begun
        assert Payment.objects.get().state == "open"

    def test_j5_about_another_tenants_account_is_left_alone(self, site, paid, begun):
        answer = send(site, notice(paid.session_id, account="acct_of_another"))
        assert answer.json()["new"] is False
        assert not GatewayEvent.objects.exists()


class TestTime:
    def test_j6_j7_a_job_ends_what_is_not_paid_in_time_and_not_a_second_before(
        self, person, hold, sell, begun, site
    ):
        ana = person()
        waits, paid = (
            hold(ana, "MONTH", "ABC 123", at=begun),
            sell(ana, "MONTH", "ABC 124", at=begun),
        )
        ends = waits.hold_expires_at
        assert ends == begun + 15 * MINUTE
        assert expire_holds(at=ends - timedelta(seconds=1)) == 0
        assert expire_holds(at=ends) == 1
        waits.refresh_from_db()
        paid.refresh_from_db()
        assert waits.status_at(ends) is Status.EXPIRED
        assert (paid.lapsed_at, paid.status_at(ends)) == (None, Status.ACTIVE)

    def test_j6_a_page_at_the_provider_holds_the_place_five_minutes_longer(
        self, person, hold, begun
    ):
        permit = hold(person(), "MONTH", "ABC 123", at=begun)
        page = open_page(permit, begun)
        permit.refresh_from_db()
        assert permit.hold_expires_at == page.expires_at + 5 * MINUTE
        assert expire_holds(at=page.expires_at + 4 * MINUTE) == 0


def test_j8_a_renewal_whose_period_was_renewed_already_is_accepted_and_left_alone(
    person, sell, now
):
    from permits import operations as permits

    permit = sell(person(), "MONTH", "ABC 123")
    late = permit.ends_at - 5 * DAY
    first = permits.renew_permit(permit.number, channel=Permit.Channel.API, by=SYSTEM, at=late)
    charge = charges.charge_of("permit", first.number)
    operations.take_payment(charge_ids=[charge.id], method="cash", by=SYSTEM, at=late)
    with pytest.raises(Refused) as told:
        permits.renew_permit(permit.number, channel=Permit.Channel.API, by=SYSTEM, at=late)
    assert told.value.code == "already_renewed"
    assert Permit.objects.count() == 2
    assert_sound(late)


class TestAmounts:
    @pytest.mark.parametrize(
        ("given", "owed", "credit"), [("53.00", "1.00", "0.00"), ("55.00", "0.00", "1.00")]
    )
    def test_j9_one_short_is_not_paid_and_one_too_much_is_to_be_returned(
        self, person, hold, now, given, owed, credit
    ):
        permit = hold(person(), "MONTH", "ABC 123")
        charge = charges.charge_of("permit", permit.number)
        payment = operations.take_payment(
            charge_ids=[charge.id],
            method="cheque",
            amount=Money.parse(given, "USD"),
            by=SYSTEM,
            at=now,
        )
        permit.refresh_from_db()
        assert charges.charge_of("permit", permit.number).balance.amount == owed
        assert place.money(payment.credit_minor).amount == credit
        assert (permit.paid_at is not None) == (owed == "0.00")
        assert_sound(now)


def test_j10_a_chargeback_suspends_what_it_paid_for_and_a_citation_in_between_keeps_its_facts(
    person,
    hold,
    begun,
    remote,  # noqa: F811
    account,  # noqa: F811
):
    permit = hold(person("ana", "STAFF"), "STAFF-YEAR", "ABC 123", at=begun)
    page = open_page(permit, begun)
    remote.act(account, "pay", page.session_id)
    operations.settle_checkout(page.pk, at=begun)
    draft = Draft(None, "XYZ 999", "", "LOT-A", "NO-PERMIT", begun + 20 * DAY)
    cited = citations.issue_citation(draft, by=SYSTEM, at=begun + 20 * DAY).citation
    facts = (cited.because, cited.fine_minor, cited.issued_at)
    gateway = gateways.for_tenant(place.tenant())
    charge_id = gateway.look_up(page.session_id).charge_id
    dispute = remote.act(account, "dispute", charge_id)["id"]
    later = begun + 40 * DAY
    note_dispute(page.pk, gateway.look_up_dispute(dispute), at=later)
    permit.refresh_from_db()
    cited.refresh_from_db()
    assert permit.status_at(later) is Status.SUSPENDED
    assert permit.status_at(later - DAY) is Status.ACTIVE
    assert Message.objects.filter(event="permit.suspended").count() == 1
    assert (cited.because, cited.fine_minor, cited.issued_at) == facts
    assert_sound(later)
