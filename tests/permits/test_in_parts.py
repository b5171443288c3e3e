"""A permit bought in parts: agreed, begun by its first part, late, put right, canceled; who may, and when not."""

from datetime import timedelta

import pytest
import yaml
from django.utils import timezone

from parkops.customers.operations import customer_for_user
from parkops.kernel.actors import PUBLIC, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from parkops.programme import load
from parkops.tenancy import hosts
from payments import operations as payments
from payments import queries as charges
from payments.models import Charge, Payment, PaymentPlan, Refund
from payments.operations import plans
from payments.queries import plans as planning
from permits import operations
from permits.models import Permit
from permits.operations import holds, in_parts
from permits.queries.in_parts import ways_of
from permits.queries.refunds import refund_preview
from permits.queries.switching import switch_offer
from permits.rules.plates import read_plates
from permits.rules.status import Status
from tests.factories.payments import CLERK, assert_sound, usd
from tests.payments.conftest import moment, takes_cards  # noqa: F401
from tests.payments.standin.fixtures import account, remote, standin, visitor  # noqa: F401
from tests.payments.test_races import at_once
from tests.seed import PROGRAMMES

ANA = Actor("customer", "7", "Ana Ruiz")
DAY = timedelta(days=1)
WEEKLY = {
    "code": "PARTS",
    "name": "In parts",
    "charges": ["permit"],
    "buys": ["MONTH", "resident"],
    "instalments": 4,
    "every": "week",
    "least": "40.00",
    "setup_fee": "2.00",
    "grace": "3d",
    "reinstatements": 1,
}


def with_parts(**more) -> str:
    rules = yaml.safe_load((PROGRAMMES / "harbor.yaml").read_text())
    rules["plans"].append(WEEKLY | more)
    return yaml.safe_dump(rules, sort_keys=False)


@pytest.fixture
def selling(harbor, apply_programme):
    """The tenant sells a month in up to four weekly parts."""
    apply_programme(with_parts())
    return harbor


@pytest.fixture
def held(selling, person, hold):
    return hold(person(), "MONTH", "ABC 123")


def take(permit, way="PARTS:4", *, at, **more) -> Payment:
    return in_parts.take_first_part(
        permit.number, way=way, method="cheque", by=CLERK, at=at, **more
    )


def pay_more(permit, minor, *, at) -> Payment:
    """Pay so much of a permit's plan, as its page does."""
    plan = PaymentPlan.objects.get(bought=permit.number)
    ids = [one.charge.public_id for one in planning.standing(plan, at=at).owing]
    return payments.take_payment(
        charge_ids=ids, method="cheque", amount=usd(minor), by=CLERK, at=at
    )


def status(permit, at) -> Status:
    return Permit.objects.get(pk=permit.pk).status_at(at)


def plan_of(permit) -> PaymentPlan:
    return PaymentPlan.objects.get(bought=permit.number)


class TestBuying:
    def test_the_first_part_brings_the_permit_and_the_rest_is_dated(self, held, now):
        payment = take(held, at=now)
        plan = plan_of(held)
        assert (payment.amount_minor, plan.state, status(held, now)) == (1_400, "running", "active")
        shown = planning.standing(plan, at=now)
        assert [(part.due_on, part.minor) for part in shown.parts] == [
            (now.date() + 7 * n * DAY, 1_400) for n in range(4)
        ]
        assert [step.state for step in shown.progress.steps][:2] == ["paid", "open"]
        assert shown.left == usd(4_200)
        holds.expire_holds(at=now + DAY)
        assert status(held, now + DAY) == "active"
        assert (
            list(Message.objects.values_list("event", flat=True)).count("payment.plan_began") == 1
        )
        assert_sound(now)

    def test_paid_to_the_end_it_is_paid(self, held, now):
        take(held, at=now)
        for n in range(1, 4):
            pay_more(held, 1_400, at=now + 7 * n * DAY)
        plans.follow_plans(at=now + 22 * DAY)
        assert (plan_of(held).state, status(held, now + 22 * DAY)) == ("completed", "active")
        assert_sound(now + 22 * DAY)

    def test_what_comes_before_the_first_part_is_whole_does_not_bring_it(self, held, now):
        plan = in_parts.agree_to_parts(held.number, way="PARTS:2", by=ANA, at=now)
        charge = charges.charge_of("permit", held.number)
        for minor, expected in ((1_000, "held"), (1_800, "active")):
            payments.take_payment(
                charge_ids=[charge.id], method="cheque", amount=usd(minor), by=CLERK, at=now
            )
            assert status(held, now) == expected
        plan.refresh_from_db()
        assert plan.state == "running"
        assert_sound(now)

    def test_agreeing_twice_is_once_and_another_way_takes_its_place(self, held, now):
        first = in_parts.agree_to_parts(held.number, way="PARTS:4", by=ANA, at=now)
        assert in_parts.agree_to_parts(held.number, way="PARTS:4", by=ANA, at=now) == first
        other = in_parts.agree_to_parts(held.number, way="PARTS:3", by=ANA, at=now)
        first.refresh_from_db()
        assert (first.state, other.state) == ("cancelled", "agreed")

    def test_taking_twice_is_once(self, held, now):
        first = take(held, at=now, request_key="k1")
        assert take(held, at=now, request_key="k1") == first
        with pytest.raises(Conflict):
            take(held, at=now, request_key="k2")
        assert Payment.objects.count() == 1

    def test_paid_at_once_after_all_the_agreement_is_over(self, held, pay, now):
        in_parts.agree_to_parts(held.number, way="PARTS:4", by=ANA, at=now)
        pay(held)
        plans.follow_plans(at=now)
        assert (plan_of(held).state, status(held, now)) == ("cancelled", "active")
        assert not Charge.objects.filter(kind="fee").exists()

    def test_an_agreement_that_lapses_with_its_hold_is_over(self, held, now):
        in_parts.agree_to_parts(held.number, way="PARTS:4", by=ANA, at=now)
        for hours in (2, 4):
            holds.expire_holds(at=now + timedelta(hours=hours))
        plans.follow_plans(at=now + timedelta(hours=4))
        assert plan_of(held).state == "cancelled"
        assert not Message.objects.filter(event__startswith="payment.plan_").exists()

    def test_a_deposit_is_paid_with_the_first_part(self, selling, person, hold, now):
        permit = hold(person("sam", "STUDENT"), "RESIDENT", "ABC 1")
        payment = take(permit, "PARTS:2", at=now)
        assert payment.amount_minor == 2_000 + 4_960
        assert status(permit, now) == "pending"

    def test_two_permits_are_two_plans(self, selling, person, hold, now):
        for plate in ("ABC 1", "ABC 2"):
            take(hold(person(plate[-1:]), "MONTH", plate), at=now)
        ana = person("ana")
        for plate in ("ABC 3", "ABC 4"):
            take(hold(ana, "MONTH", plate), at=now)
        assert PaymentPlan.objects.filter(state="running").count() == 4

    def test_refused_for_another_type_for_too_little_and_by_another_kind_of_plan(
        self, selling, person, hold, now
    ):
        evening = hold(person("eve"), "EVENING", "EVE 1")
        assert ways_of(evening, at=now) == []
        with pytest.raises(Conflict, match="not paid in parts"):
            take(evening, at=now)
        month = hold(person("moe"), "MONTH", "MOE 1")
        charge = charges.charge_of("permit", month.number)
        with pytest.raises(Refused, match="not bought yet"):
            plans.ask_plan(
                customer=month.customer,
                scheme="TERM",
                charge_ids=[charge.id],
                count=2,
                by=CLERK,
                at=now,
            )
        with pytest.raises(Refused, match="in how many parts"):
            take(month, "PARTS:9", at=now)

    def test_money_that_finds_no_place_any_more_goes_back(
        self,
        takes_cards,  # noqa: F811
        apply_programme,
        person,
        moment,  # noqa: F811
        remote,  # noqa: F811
        account,  # noqa: F811
    ):
        rules = yaml.safe_load(with_parts())
        (month,) = [kind for kind in rules["permit_types"] if kind["code"] == "MONTH"]
        month["quota"] = {"total": 1}
        apply_programme(yaml.safe_dump(rules, sort_keys=False))

        def buy(name):
            return operations.hold_permit(
                operations.Wish("MONTH", read_plates([f"{name} 1"])),
                customer_id=person(name).pk,
                channel=Permit.Channel.PORTAL,
                by=PUBLIC,
                at=moment,
            )

        late = buy("late")
        page = in_parts.open_card_page(
            late.number, way="PARTS:4", return_path="", by=ANA, at=moment
        )
        remote.act(account, "pay", page.session_id)
        Permit.objects.filter(pk=late.pk).update(hold_expires_at=moment, is_checkout_open=False)
        holds.expire_holds(at=moment)
        take(buy("soon"), at=moment)
        payments.settle_checkout(page.pk, at=moment)
        assert status(late, moment) == "expired"
        assert Refund.objects.get().amount_minor == 1_400
        assert Charge.objects.get(kind="permit", reference=late.number).paid_minor == 0
        plans.follow_plans(at=moment)
        assert plan_of(late).state == "cancelled"
        assert_sound(moment)


class TestLate:
    def test_a_late_part_suspends_it_and_paying_what_is_late_lifts_that(self, held, now, queued):
        take(held, at=now)
        late = now + 11 * DAY
        for _ in range(2):
            plans.follow_plans(at=late)
        assert (plan_of(held).state, status(held, late)) == ("defaulted", "suspended")
        told = Message.objects.get(event="permit.suspended")
        assert "ended unpaid: $40.00 is owed" in told.text
        pay_more(held, 1_400, at=late)
        charge = Charge.objects.get(kind="permit", reference=held.number)
        assert ("payments.follow_plans", {"charge": charge.pk}) in queued()
        plans.follow_plans_of(charge.pk, at=late)
        assert (plan_of(held).state, status(held, late)) == ("running", "active")
        assert_sound(late)

    def test_paying_all_lifts_it_too(self, held, now):
        take(held, at=now)
        late = now + 11 * DAY
        plans.follow_plans(at=late)
        pay_more(held, 4_200, at=late)
        assert status(held, late) == "active"

    def test_what_the_office_suspended_stays_so_when_the_last_part_is_paid(self, held, now):
        take(held, at=now)
        operations.suspend_permit(held.number, reason="Misuse", by=CLERK, at=now)
        pay_more(held, 4_200, at=now)
        assert status(held, now) == "suspended"

    def test_ended_by_the_office_it_is_suspended(self, held, now):
        take(held, at=now)
        plans.end_plan(plan_of(held).number, reason="Asked for", by=CLERK, at=now)
        assert status(held, now) == "suspended"


class TestEnding:
    def test_canceled_in_the_middle_only_what_was_paid_beyond_what_was_used_comes_back(
        self, held, now
    ):
        take(held, at=now)
        pay_more(held, 2_600, at=now)
        day = now + 15 * DAY
        preview = refund_preview(Permit.objects.get(pk=held.pk), at=day)
        used = 5_400 - (preview.net + preview.tax).minor
        paid = Charge.objects.get(kind="permit", reference=held.number).paid_minor
        assert 0 < preview.back.minor == paid - used
        operations.cancel_permit(held.number, reason="Moved", by=CLERK, at=day)
        assert Refund.objects.get().amount_minor == preview.back.minor
        assert charges.charge_of("permit", held.number).is_settled
        assert_sound(day)

    def test_what_was_used_and_not_paid_stays_owed(self, held, now):
        take(held, at=now)
        day = now + 25 * DAY
        preview = refund_preview(Permit.objects.get(pk=held.pk), at=day)
        assert not preview.back
        assert any("stays owed" in str(one) for one in preview.because)
        operations.cancel_permit(held.number, reason="Moved", by=CLERK, at=day)
        assert not Refund.objects.exists()
        assert charges.charge_of("permit", held.number).balance.minor > 0
        assert_sound(day)

    def test_it_is_neither_switched_nor_given_away_before_it_is_paid(self, held, person, now):
        take(held, at=now)
        with pytest.raises(Refused, match="not paid yet"):
            switch_offer(Permit.objects.get(pk=held.pk), "VISITOR-BOOK", by_staff=True, at=now)


class TestPages:
    @pytest.fixture
    def mine(self, selling, site, dana):
        customer = customer_for_user(dana, at=timezone.now())
        site.login_as(dana)
        return operations.hold_permit(
            operations.Wish("MONTH", read_plates(["DAN 1"])),
            customer_id=customer.pk,
            channel=Permit.Channel.PORTAL,
            by=PUBLIC,
            at=timezone.now(),
        )

    def test_a_customer_sees_the_days_agrees_and_goes_to_the_card_page(
        self,
        mine,
        site,
        takes_cards,  # noqa: F811
    ):
        page = f"/permits/{mine.number}/pay/parts/"
        assert page in site.get(f"/permits/{mine.number}/pay/").content.decode()
        text = site.get(f"{page}?way=PARTS:4").content.decode()
        assert "4 parts: $14.00 now, then $14.00 every week" in text
        assert "your permit is suspended" in text
        assert not PaymentPlan.objects.exists()
        refused = site.post(page, {"way": "PARTS:9"})
        assert (refused.status_code, "in how many parts" in refused.content.decode()) == (422, True)
        answer = site.post(page, {"way": "PARTS:4"})
        payment = Payment.objects.get()
        assert (answer["Location"], payment.amount_minor) == (payment.redirect_url, 1_400)
        assert site.post(page, {"way": "PARTS:4"})["Location"] == payment.redirect_url
        assert site.get("/pay/").status_code == 200

    def test_its_page_leads_to_the_plan_once_it_has_begun(self, mine, site):
        take(mine, at=timezone.now())
        plan = plan_of(mine)
        assert f"/plans/{plan.public_id}/" in site.get(f"/permits/{mine.number}/").content.decode()
        back = site.get(f"/permits/{mine.number}/pay/parts/")
        assert back["Location"] == f"/permits/{mine.number}/"

    def test_it_speaks_french_and_spanish(self, selling, mine, site):
        selling.languages = ["en", "fr", "es"]
        selling.save(update_fields=["languages"])
        hosts.forget_everywhere()
        for language, words in (("fr", "4 versements"), ("es", "4 plazos")):
            page = f"/permits/{mine.number}/pay/parts/"
            text = site.get(page, HTTP_ACCEPT_LANGUAGE=language).content.decode()
            assert words in text

    def test_somebody_elses_is_404(self, held, site, dana, other_site):
        site.login_as(dana)
        assert site.get(f"/permits/{held.number}/pay/parts/").status_code == 404

    def test_a_clerk_takes_the_first_part_once(self, mine, site, clara):
        site.login_as(clara)
        page = f"/office/permits/{mine.number}/parts/"
        assert page in site.get(f"/office/permits/{mine.number}/").content.decode()
        assert "$14.00" in site.get(page).content.decode()
        body = {"way": "PARTS:4", "method": "cash", "once": "0f0e0d0c-0b0a-4908-8706-050403020100"}
        refused = site.post(page, body)
        assert "Open a drawer" in refused.content.decode()
        answer = site.post(page, body | {"method": "cheque"})
        payment = Payment.objects.get()
        assert answer["Location"].endswith(f"/{payment.number}/")
        assert site.post(page, body | {"method": "cheque"}).status_code == 302
        assert Payment.objects.count() == 1
        assert plan_of(mine).number in site.get(f"/office/permits/{mine.number}/").content.decode()


def test_two_clerks_at_once_take_one_first_part(own_database, now):
    from parkops.customers.operations import register_customer
    from parkops.programme import operations as programme

    loaded = load.load(with_parts(), "test.yaml")
    programme.apply_version(loaded, begins_at=now, by=CLERK, at=now)
    ana = register_customer(email="ana@example.test", name="Ana", by=CLERK, at=now)
    permit = operations.hold_permit(
        operations.Wish("MONTH", read_plates(["ABC 1"])),
        customer_id=ana.pk,
        channel=Permit.Channel.OFFICE,
        by=CLERK,
        at=now,
    )
    told = at_once(own_database, *[lambda: take(permit, at=now)] * 3)
    assert told.count("done") == 1
    assert Payment.objects.count() == 1
    assert PaymentPlan.objects.filter(state="running").count() == 1
    assert_sound(now)
