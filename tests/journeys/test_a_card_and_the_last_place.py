"""The last place and a card: declined, abandoned, doubled or late, it is sold once or free."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from parkops.customers.operations import register_customer
from parkops.kernel.actors import PUBLIC, SYSTEM
from payments import operations, queries
from payments.models import Payment, Refund
from permits.models import Permit
from permits.operations import holds
from permits.operations.sales import Wish, hold_permit
from tests.factories.payments import assert_sound
from tests.payments.conftest import takes_cards  # noqa: F401
from tests.payments.standin.fixtures import account, remote, standin  # noqa: F401

pytestmark = pytest.mark.usefixtures("takes_cards")
PROGRAMME = Path(__file__).parent.parent / "programmes" / "harbor.yaml"


@pytest.fixture
def moment() -> datetime:
    """The clock that the stand-in goes by."""
    return datetime.now(UTC)


@pytest.fixture
def one_place(apply_programme, moment):
    """One place is left of the month permit."""
    text = PROGRAMME.read_text().replace(
        '    price: {base: "50.00", add:', '    quota: {total: 1}\n    price: {base: "50.00", add:'
    )
    assert "quota: {total: 1}" in text
    apply_programme(text, at=moment - timedelta(days=1))


def hold(name, moment):
    """Put the last place into somebody's cart."""
    person = register_customer(email=f"{name}@example.test", name=name, by=SYSTEM, at=moment)
    wish = Wish(type_code="MONTH", start=moment)
    return hold_permit(
        wish, customer_id=person.pk, channel=Permit.Channel.PORTAL, by=PUBLIC, at=moment
    )


def open_page(permit, moment):
    charge = queries.charge_of("permit", permit.number)
    return operations.start_card_payment(
        charge_ids=[charge.id], return_path="", email="", by=PUBLIC, at=moment
    )


def is_paid(permit) -> bool:
    permit.refresh_from_db()
    return permit.paid_at is not None


def test_paid_is_sold_once_however_often_it_is_told(one_place, moment, remote, account):  # noqa: F811
    permit = hold("ana", moment)
    page = open_page(permit, moment)
    remote.act(account, "pay", page.session_id)
    for _ in range(5):
        operations.settle_checkout(page.pk, at=moment)
    assert is_paid(permit)
    with pytest.raises(Exception, match="(?i)sold out|no place|place"):
        hold("ben", moment)
    assert_sound(moment)


def test_declined_keeps_the_place_until_the_page_is_over(one_place, moment, remote, account):  # noqa: F811
    permit = hold("ana", moment)
    page = open_page(permit, moment)
    remote.act(account, "decline", page.session_id)
    operations.settle_checkout(page.pk, at=moment)
    holds.expire_holds(at=moment + timedelta(minutes=31))
    permit.refresh_from_db()
    assert permit.lapsed_at is None
    remote.act(account, "pay", page.session_id)
    operations.settle_checkout(page.pk, at=moment + timedelta(minutes=31))
    assert is_paid(permit)
    assert_sound(moment + timedelta(hours=1))


def test_abandoned_sets_the_place_free_for_the_next(one_place, moment, remote, account):  # noqa: F811
    permit = hold("ana", moment)
    page = open_page(permit, moment)
    remote.advance(33 * 60)
    late = moment + timedelta(minutes=33)
    operations.settle_open_checkouts(at=late)
    assert Payment.objects.get(pk=page.pk).state == Payment.State.EXPIRED
    after = late + timedelta(minutes=20)
    holds.expire_holds(at=after)
    permit.refresh_from_db()
    assert permit.lapsed_at is not None
    assert hold("ben", after).number != permit.number
    assert_sound(after)


def test_doubled_in_two_windows_is_one_permit_and_one_refund(
    one_place,
    moment,
    remote,  # noqa: F811
    account,  # noqa: F811
):
    permit = hold("ana", moment)
    first = open_page(permit, moment)
    Payment.objects.filter(pk=first.pk).update(return_path="/elsewhere/")
    second = open_page(permit, moment)
    assert second.pk != first.pk
    for page in (first, second):
        remote.act(account, "pay", page.session_id)
        operations.settle_checkout(page.pk, at=moment)
    refund = Refund.objects.get()
    assert refund.payment_id == second.pk
    assert operations.send_refund(refund.pk, at=moment).state == Refund.State.SUCCEEDED
    assert is_paid(permit)
    assert_sound(moment)


def test_late_money_goes_back_once_the_place_is_sold_to_another(
    one_place,
    moment,
    remote,  # noqa: F811
    account,  # noqa: F811
):
    late_one = hold("ana", moment)
    page = open_page(late_one, moment)
    # The hold is lost though the page can still be paid: the worst that may happen.
    holds.close_checkout(late_one.number, at=moment)
    after = moment + timedelta(minutes=31)
    holds.expire_holds(at=after)
    other = hold("ben", after)
    charge = queries.charge_of("permit", other.number)
    operations.take_payment(charge_ids=[charge.id], method="cash", by=SYSTEM, at=after)
    remote.act(account, "pay", page.session_id)
    settled = operations.settle_checkout(page.pk, at=after)
    assert settled.refunded_minor == settled.amount_minor
    assert is_paid(other)
    assert not is_paid(late_one)
    assert_sound(after)


def test_late_money_gets_the_place_if_it_is_still_free(one_place, moment, remote, account):  # noqa: F811
    permit = hold("ana", moment)
    page = open_page(permit, moment)
    holds.close_checkout(permit.number, at=moment)
    after = moment + timedelta(minutes=31)
    holds.expire_holds(at=after)
    remote.act(account, "pay", page.session_id)
    assert operations.settle_checkout(page.pk, at=after).refunded_minor == 0
    assert is_paid(permit)
    assert_sound(after)
