"""A holder hands a permit on to somebody else, who accepts it."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from payments import queries as charges
from permits import operations
from permits.models import Permit, PermitTransfer
from permits.operations import settling
from permits.operations.handing_on import transfer_path
from permits.operations.notices import page_path
from permits.queries.permits import plates_of
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture(autouse=True)
def transferable(apply_programme):
    text = (PROGRAMMES / "harbor.yaml").read_text().replace("fees: {", 'fees: {transfer: "12.00", ')
    apply_programme(
        text.replace("    name: A month\n", "    name: A month\n    transferable: true\n")
    )


@pytest.fixture
def mine(dana, sell, now) -> Permit:
    return sell(customers.customer_for_user(dana, at=now), "MONTH", "8KRT 204", at=now)


@pytest.fixture
def zoe(person):
    return person("zoe")


def offer(permit, to, at):
    return operations.offer_transfer(permit.number, to_email=to, by=SYSTEM, at=at)


def told(event: str) -> list[str]:
    return [m.to for m in Message.objects.filter(event=f"permit.{event}")]


class TestOperation:
    def test_counts_once_it_is_accepted(self, mine, zoe, now):
        gift = offer(mine, "Zoe@example.test", now)
        assert offer(mine, zoe.email, now) == gift
        mine.refresh_from_db()
        assert mine.customer_id == gift.giver_id
        for _ in range(2):
            operations.accept_transfer(gift.reference, customer_id=zoe.pk, by=SYSTEM, at=now)
        mine.refresh_from_db()
        assert (mine.customer, plates_of([mine], at=now)) == (zoe, {})
        fee = charges.charge_of("fee", f"{mine.number}-T{gift.pk}")
        assert (fee.balance.amount, fee.customer_id) == ("12.00", zoe.pk)
        assert (len(told("transfer_accepted")), told("transferred")) == (1, [zoe.email])

    def test_only_whom_it_is_for_accepts(self, mine, zoe, person, now):
        gift = offer(mine, zoe.email, now)
        with pytest.raises(Refused) as refusal:
            operations.accept_transfer(
                gift.reference, customer_id=person("eve").pk, by=SYSTEM, at=now
            )
        assert refusal.value.code == "other_email"

    def test_is_over_when_declined_or_late(self, mine, zoe, now):
        gift = offer(mine, zoe.email, now)
        with pytest.raises(Conflict):
            operations.accept_transfer(
                gift.reference, customer_id=zoe.pk, by=SYSTEM, at=now + 8 * DAY
            )
        for _ in range(2):
            operations.decline_transfer(gift.reference, by=SYSTEM, at=now)
        with pytest.raises(Conflict) as refusal:
            operations.accept_transfer(gift.reference, customer_id=zoe.pk, by=SYSTEM, at=now)
        assert refusal.value.code == "transfer_over"
        assert len(told("transfer_declined")) == 1
        assert offer(mine, zoe.email, now + DAY).pk != gift.pk

    @pytest.mark.parametrize(
        ("kind", "to", "code"),
        [("EVENING", "z@example.test", "not_transferable"), ("MONTH", "", "own_email")],
    )
    def test_what_is_refused(self, dana, sell, now, kind, to, code):
        me = customers.customer_for_user(dana, at=now)
        with pytest.raises(Refused) as refusal:
            offer(sell(me, kind, at=now), to or me.email, now)
        assert refusal.value.code == code


class TestPages:
    def test_from_the_holder_to_the_other(self, site, dana, mine, zoe, now):
        from parkops.accounts.models import User

        site.login_as(dana)
        where = f"/permits/{mine.number}/transfer/"
        assert site.post(where, {"email": "no"}).status_code == 422
        assert site.post(where, {"email": zoe.email}).status_code == 302
        assert zoe.email in site.get(where).content.decode()
        gift = PermitTransfer.objects.get()
        path = transfer_path(gift)
        assert site.get(path).status_code == 422
        user = User.objects.create_user(zoe.email, "correct horse battery", name="Zoe", roles=[])
        site.login_as(user)
        text = re.sub(r"<[^>]+>", " ", site.get(path).content.decode())
        assert "Accept the permit" in text
        step = site.post(path, {"act": "accept"})
        assert step["Location"] == f"/permits/{mine.number}/"
        mine.refresh_from_db()
        assert mine.customer.email == zoe.email

    def test_the_holder_takes_it_back(self, site, dana, mine, zoe, now):
        gift = offer(mine, zoe.email, now)
        site.login_as(dana)
        site.post(f"/permits/{mine.number}/transfer/", {"act": "withdraw"})
        gift.refresh_from_db()
        assert (gift.state, told("transfer_declined")) == ("withdrawn", [])

    def test_says_beforehand_what_becomes_of_the_next_term(self, site, dana, mine, now):
        site.login_as(dana)
        where = f"/permits/{mine.number}/transfer/"
        assert "not renewed any more" not in site.get(where).content.decode()
        at = mine.ends_at - 5 * DAY
        with time_machine.travel(at, tick=False):
            site.login_as(dana)
            fresh = operations.send_renewal(mine.number, by=SYSTEM, at=at)
            assert "not renewed any more" in site.get(where).content.decode()
            settling.settle_permit(fresh.number, by=SYSTEM, at=at)
            shown = site.get(where).content.decode()
            assert fresh.number in shown
            assert "canceled or handed on first" in re.sub(r"\s+", " ", shown)
            assert 'name="email"' not in shown

    def test_nobody_elses_and_no_other_tenant(
        self, site, other_site, dana, charlie, zoe, sell, now
    ):
        other = sell(zoe, "MONTH", at=now)
        site.login_as(dana)
        assert site.get(f"/permits/{other.number}/transfer/").status_code == 404
        path = transfer_path(offer(other, "x@example.test", now))
        other_site.login_as(charlie)
        assert other_site.post(path, {"act": "accept"}).status_code == 404


class TestWhatTheGiverBegan:
    @pytest.fixture
    def switchable(self, apply_programme):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        yearly = "    name: A month\n    transferable: true\n    switch: {to: [DEAR]}\n"
        dear = text[text.index("  - code: MONTH\n") :]
        dear = dear[: dear.index("\n  - code", 5) + 1]
        dear = dear.replace("MONTH", "DEAR").replace('base: "50.00"', 'base: "90.00"')
        text = text.replace("  - code: MONTH\n", dear + "  - code: MONTH\n", 1)
        apply_programme(text.replace("    name: A month\n", yearly))

    def test_a_switch_paid_after_it_was_handed_on_leaves_it_alone(self, switchable, mine, zoe, now):
        fresh = operations.switch_permit(
            mine.number, to="DEAR", channel=Permit.Channel.PORTAL, by=SYSTEM, at=now
        )
        gift = offer(mine, zoe.email, now)
        operations.accept_transfer(gift.reference, customer_id=zoe.pk, by=SYSTEM, at=now)
        decision = settling.settle_permit(fresh.number, by=SYSTEM, at=now)
        assert decision.code == "switch_over"
        assert not settling.may_pay(fresh.number, at=now)
        mine.refresh_from_db()
        assert (mine.customer, mine.cancelled_at) == (zoe, None)
        assert operations.expire_holds(at=now) == 1

    def test_links_of_the_giver_open_it_no_more(self, site, mine, zoe, now):
        old = page_path(mine)
        assert site.get(old).status_code == 302
        assert site.get(f"/permits/{mine.number}/").status_code == 200
        operations.transfer_permit(mine.number, customer_id=zoe.pk, by=SYSTEM, at=now)
        assert site.get(f"/permits/{mine.number}/").status_code == 404
        assert site.get(old).status_code == 404
        mine.refresh_from_db()
        assert site.get(page_path(mine)).status_code == 302

    def test_a_paid_renewal_is_its_holders_until_they_say_what_becomes_of_it(
        self, site, dana, mine, zoe, sell, now
    ):
        gift = offer(mine, zoe.email, now)
        at = mine.ends_at - 5 * DAY
        gift.expires_at = mine.ends_at
        gift.save()
        fresh = operations.renew_permit(
            mine.number, channel=Permit.Channel.PORTAL, by=SYSTEM, at=at
        )
        settling.settle_permit(fresh.number, by=SYSTEM, at=at)
        for act in (
            lambda: operations.accept_transfer(
                gift.reference, customer_id=zoe.pk, by=SYSTEM, at=at
            ),
            lambda: operations.transfer_permit(mine.number, customer_id=zoe.pk, by=SYSTEM, at=at),
            lambda: offer(mine, "other@example.test", at),
        ):
            with pytest.raises(Conflict) as refusal:
                act()
            assert refusal.value.code == "renewal_paid"
            assert fresh.number in refusal.value.reason
        # Handed on itself, it is the new holder's, and what it follows on may go along.
        operations.transfer_permit(fresh.number, customer_id=zoe.pk, by=SYSTEM, at=at)
        operations.accept_transfer(gift.reference, customer_id=zoe.pk, by=SYSTEM, at=at)
        mine.refresh_from_db()
        fresh.refresh_from_db()
        assert (mine.customer, fresh.customer) == (zoe, zoe)

    def test_a_canceled_renewal_is_no_hindrance(self, mine, zoe, now):
        at = mine.ends_at - 5 * DAY
        fresh = operations.renew_permit(
            mine.number, channel=Permit.Channel.PORTAL, by=SYSTEM, at=at
        )
        settling.settle_permit(fresh.number, by=SYSTEM, at=at)
        operations.cancel_permit(fresh.number, reason="Moving", by=SYSTEM, at=at)
        assert operations.transfer_permit(mine.number, customer_id=zoe.pk, by=SYSTEM, at=at)

    def test_an_unpaid_renewal_lapses_and_money_for_it_goes_back(self, mine, zoe, now):
        at = mine.ends_at - 5 * DAY
        fresh = operations.send_renewal(mine.number, by=SYSTEM, at=at)
        with pytest.raises(Conflict) as refusal:
            operations.transfer_permit(fresh.number, customer_id=zoe.pk, by=SYSTEM, at=at)
        assert refusal.value.code == "renewal_unpaid"
        operations.transfer_permit(mine.number, customer_id=zoe.pk, by=SYSTEM, at=at)
        assert not settling.may_pay(fresh.number, at=at)
        assert settling.settle_permit(fresh.number, by=SYSTEM, at=at).code == "renewal_over"
        assert operations.expire_holds(at=at) == 1
