"""Payment plans: asked for, decided, paid by any way and by a saved card, reminded, ended; who may."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.messaging.models import Message
from payments import operations, place
from payments.accounts import FEE_REVENUE, RECEIVABLE
from payments.models import Charge, Payment, PaymentPlan, PlanDocument, SavedCard
from payments.operations import plan_cards, plans
from payments.queries import plans as planning
from tests.factories.payments import (
    CLERK,
    assert_sound,
    books,
    counted_queries,
    make_charge,
    pay,
    usd,
)
from tests.payments.test_races import at_once

ANA = Actor("customer", "7", "Ana Ruiz")
PAPER = plans.Paper("Proof of income", "pay.pdf", b"%PDF-1.7 the pay slip %%EOF")


def make_plan(customer, *charges, at, scheme="INCOME", count=4, by=CLERK, **more) -> PaymentPlan:
    return plans.ask_plan(
        customer=customer,
        scheme=scheme,
        charge_ids=[charge.public_id for charge in charges],
        count=count,
        by=by,
        at=at,
        **more,
    )


def standing(plan, at):
    return planning.standing(planning.plan(plan.number), at=at)


def told(plan) -> list[str]:
    rows = Message.objects.filter(key__startswith=f"plan:{plan.number}:")
    return [
        one.removeprefix("payment.plan_")
        for one in rows.order_by("pk").values_list("event", flat=True)
    ]


@pytest.fixture
def owing(ana, raising, now):
    return make_charge(at=now, customer_id=ana.pk, net=4_000)


class TestOperations:
    def test_the_office_makes_one_with_its_fee_and_dated_parts(self, ana, owing, now):
        plan = make_plan(ana, owing, at=now)
        shown = standing(plan, now)
        assert [(part.due_on.isoformat(), part.minor) for part in shown.parts] == [
            ("2026-12-10", 1_125),
            ("2027-01-10", 1_125),
            ("2027-02-10", 1_125),
            ("2027-03-10", 1_125),
        ]
        assert [one.charge.kind for one in shown.charges] == ["fee", "citation"]
        assert books(now)[FEE_REVENUE] == -500
        assert books(now)[RECEIVABLE] == 4_500
        assert told(plan) == ["began"]
        assert_sound(now)

    def test_a_check_that_bounces_after_it_was_paid_off_opens_it_again(
        self, ana, owing, now, queued
    ):
        plan = make_plan(ana, owing, at=now)
        charges = [one.charge for one in standing(plan, now).charges]
        paid = pay(*charges, at=now, method="cheque")
        plans.follow_plans_of(owing.pk, at=now)
        assert standing(plan, now).plan.state == "completed"
        later = now + timedelta(days=90)
        operations.bounce_payment(paid.number, by=CLERK, at=later)
        assert ("payments.follow_plans", {"charge": owing.pk}) in queued()
        for _ in range(2):
            plans.follow_plans_of(owing.pk, at=later)
        again = standing(plan, later)
        assert (again.plan.state, again.left, again.late) == ("running", usd(4_500), usd(0))
        assert [part.due_on for part in again.parts][0] == place.local_date(later)
        assert all(one.is_open for one in again.charges)
        assert told(plan).count("began") == 2
        over = later + timedelta(days=40)
        plans.follow_plan(plan.pk, at=over)
        assert standing(plan, over).plan.state == "defaulted"
        assert_sound(over)

    def test_asking_twice_is_once(self, ana, owing, now):
        plan = make_plan(ana, owing, at=now)
        assert make_plan(ana, owing, at=now) == plan
        assert PaymentPlan.objects.count() == 1
        assert Charge.objects.filter(kind="fee").count() == 1

    def test_a_charge_is_in_one_running_plan(self, ana, owing, now):
        make_plan(ana, owing, at=now)
        with pytest.raises(Refused, match="on a payment plan already"):
            make_plan(ana, owing, at=now, scheme="TERM")

    def test_one_that_the_office_looks_at_waits_with_its_document(self, ana, owing, now):
        plan = make_plan(ana, owing, at=now, by=ANA, documents=[PAPER])
        assert plan.state == "asked"
        Charge.objects.filter(pk=owing.pk).update(amount_minor=3_000, discount_minor=1_000)
        assert standing(plan, now).left.minor == plan.total_minor == 4_500
        Charge.objects.filter(pk=owing.pk).update(amount_minor=4_000, discount_minor=0)
        assert not Charge.objects.get(pk=owing.pk).is_paused
        assert PlanDocument.objects.get().name == "pay.pdf"
        later = now + timedelta(days=2)
        for _ in range(2):
            plan = plans.approve_plan(plan.number, by=CLERK, at=later)
        assert (plan.state, plan.decided_by) == ("running", "Clara Clerk")
        assert Charge.objects.get(pk=owing.pk).is_paused
        with pytest.raises(Conflict):
            plans.decline_plan(plan.number, reason="No", by=CLERK, at=later)
        plans.forget_documents(at=now + timedelta(days=99), before=now + timedelta(days=39))
        assert PlanDocument.objects.get().file == ""

    def test_declined_with_a_reason_it_may_be_asked_for_again(self, ana, owing, now):
        plan = make_plan(ana, owing, at=now, by=ANA, documents=[PAPER])
        with pytest.raises(Refused, match="Say why"):
            plans.decline_plan(plan.number, reason=" ", by=CLERK, at=now)
        for _ in range(2):
            plans.decline_plan(plan.number, reason="It cannot be read.", by=CLERK, at=now)
        assert told(plan) == ["declined"]
        with pytest.raises(Conflict):
            plans.approve_plan(plan.number, by=CLERK, at=now)
        assert make_plan(ana, owing, at=now, by=ANA, documents=[PAPER]) != plan

    def test_what_is_paid_counts_in_order_and_the_last_part_completes_it(
        self, ana, owing, now, queued
    ):
        plan = make_plan(ana, owing, at=now)
        fee = Charge.objects.get(kind="fee")
        pay(fee, owing, at=now, amount=2_000)
        shown = standing(plan, now)
        assert [step.left for step in shown.progress.steps] == [0, 250, 1_125, 1_125]
        pay(owing, at=now)
        assert ("payments.follow_plans", {"charge": owing.pk}) in queued()
        plans.follow_plans_of(owing.pk, at=now)
        plans.follow_plans_of(owing.pk, at=now)
        plan.refresh_from_db()
        assert (plan.state, told(plan)) == ("completed", ["began", "paid"])
        assert not Charge.objects.exclude(planned_at=None).exists()
        assert_sound(now)

    def test_its_payer_is_reminded_once_before_and_once_after_it_is_due(self, ana, owing, now):
        plan = make_plan(ana, owing, at=now)
        for days in (26, 27, 29, 30):
            plans.follow_plans(at=now + timedelta(days=days))
        assert told(plan) == ["began", "due"]
        for days in (31, 32, 40):
            plans.follow_plans(at=now + timedelta(days=days))
        assert told(plan) == ["began", "due", "late"]
        plans.follow_plans(at=now + timedelta(days=41))
        assert told(plan) == ["began", "due", "late", "ended"]
        assert_sound(now + timedelta(days=41))

    def test_its_dates_are_put_off_as_often_as_the_rule_says(self, ana, owing, now):
        plan = make_plan(ana, owing, at=now)
        plans.put_off_plan(plan.number, by=CLERK, at=now)
        assert standing(plan, now).parts[0].due_on.isoformat() == "2027-01-24"
        with pytest.raises(Refused, match="may be put off 1 time"):
            plans.put_off_plan(plan.number, by=CLERK, at=now)

    def test_the_office_ends_one_with_a_reason(self, ana, owing, now):
        plan = make_plan(ana, owing, at=now)
        for _ in range(2):
            plans.end_plan(plan.number, reason="Moved away.", by=CLERK, at=now)
        plan.refresh_from_db()
        assert (plan.state, plan.reason) == ("cancelled", "Moved away.")
        assert not Charge.objects.get(pk=owing.pk).is_paused

    def test_a_first_part_is_due_on_the_first_day(self, ana, owing, now):
        plan = make_plan(ana, owing, at=now, scheme="TERM", count=3, by=ANA)
        shown = standing(plan, now)
        assert [part.minor for part in shown.parts] == [1_000] * 4
        assert shown.progress.now_on == now.date()
        assert plan.total_minor == 4_000

    def test_of_another_kind_or_number_is_refused(self, ana, owing, now):
        with pytest.raises(Refused, match="no such payment plan"):
            make_plan(ana, owing, at=now, scheme="NONE")
        with pytest.raises(Refused, match="Choose from 2 to 18"):
            make_plan(ana, owing, at=now, count=19)
        with pytest.raises(NotFound):
            plans.approve_plan("N-2026-00009-1", by=CLERK, at=now)
        with pytest.raises(Conflict):
            plans.end_plan(
                make_plan(ana, owing, at=now, by=ANA, documents=[PAPER]).number,
                reason="x",
                by=CLERK,
                at=now,
            )


class TestCard:
    @pytest.fixture
    def save(self, ana, owing, takes_cards, moment, remote, account):
        """Let a plan be paid by one of the provider's test cards."""

        def do(card: str = "pm_card_visa") -> PaymentPlan:
            plan = make_plan(ana, owing, at=moment)
            saved = plan_cards.agree(plan, by=ANA, at=moment)
            remote.act(account, "pay", saved.session_id, card=card)
            plan = planning.plan(plan.number)
            plan_cards.finish_agreeing(plan, at=moment)
            return planning.plan(plan.number)

        return do

    def test_pays_each_part_on_its_day_once(self, save, moment):
        saved = save()
        day = moment + timedelta(days=31)
        for _ in range(3):
            plans.follow_plan(saved.pk, at=day)
        assert [one.amount_minor for one in Payment.objects.all()] == [1_125]
        assert standing(saved, day).progress.steps[0].state == "paid"
        assert saved.consent.startswith("I agree that each part")
        assert_sound(day)

    def test_declined_is_told_tried_again_and_ends_with_the_plan(self, save, moment):
        saved = save("pm_card_chargeCustomerFail")
        due = standing(saved, moment).parts[0].due_on
        first = moment + timedelta(days=(due - place.local_date(moment)).days)
        for days in (0, 1, 3, 7, 8):
            plans.follow_plan(saved.pk, at=first + timedelta(days=days))
        assert Payment.objects.filter(state="failed").count() == 3
        assert told(saved).count("card_failed") == 3
        assert planning.plan(saved.number).card_failure
        plans.follow_plan(saved.pk, at=first + timedelta(days=11))
        saved.refresh_from_db()
        assert (saved.state, saved.card) == ("defaulted", None)
        assert SavedCard.objects.get().state == "forgotten"

    def test_is_stopped_by_its_holder(self, save, moment):
        saved = save()
        for _ in range(2):
            plan_cards.stop(saved, by=ANA, at=moment)
        plans.follow_plan(saved.pk, at=moment + timedelta(days=31))
        assert not Payment.objects.exists()


def test_two_who_ask_at_once_have_one_plan(own_database, now, raising):
    from parkops.customers.operations import register_customer

    ana = register_customer(email="ana@example.test", name="Ana", by=CLERK, at=now)
    charge = make_charge(at=now, customer_id=ana.pk)
    asked = at_once(own_database, *[lambda: make_plan(ana, charge, at=now)] * 4)
    assert set(asked) <= {"done", "on_plan"}
    assert PaymentPlan.objects.count() == 1
    assert Charge.objects.filter(kind="fee").count() == 1
    assert_sound(now)


def test_paying_and_ending_at_once_leave_the_books_sound(own_database, now, raising):
    from parkops.customers.operations import register_customer

    ana = register_customer(email="ana@example.test", name="Ana", by=CLERK, at=now)
    charge = make_charge(at=now, customer_id=ana.pk)
    plan = make_plan(ana, charge, at=now)
    late = now + timedelta(days=60)
    told = at_once(
        own_database,
        lambda: plans.follow_plan(plan.pk, at=late),
        lambda: pay(charge, at=late),
        lambda: plans.follow_plan(plan.pk, at=late),
        lambda: plans.end_plan(plan.number, reason="x", by=SYSTEM, at=late),
    )
    assert set(told) <= {"done", "not_running", "nothing_owed"}
    plan.refresh_from_db()
    assert plan.state != "running" or not standing(plan, late).late.minor
    assert_sound(late)


class TestPages:
    @pytest.fixture
    def mine(self, site, dana, raising):
        from parkops.customers.operations import customer_for_user

        now = timezone.now()
        customer = customer_for_user(dana, at=now)
        site.login_as(dana)
        return customer, make_charge(at=now, customer_id=customer.pk)

    def test_a_customer_sees_the_days_then_asks_with_a_document(self, site, mine):
        customer, charge = mine
        answer = site.get("/plans/new/")
        assert answer.status_code == 200
        assert "$45.00" in answer.content.decode()
        body = {"charge": str(charge.public_id), "plan": "INCOME", "instalments": "3"}
        shown = site.post("/plans/new/", {**body, "act": "show"})
        assert "$15.00" in shown.content.decode()
        assert not PaymentPlan.objects.exists()
        refused = site.post("/plans/new/", {**body, "act": "ask"})
        assert (refused.status_code, "Proof of income" in refused.content.decode()) == (422, True)
        file = SimpleUploadedFile("pay.pdf", PAPER.data)
        sent = site.post("/plans/new/", {**body, "act": "ask", "file": file})
        plan = PaymentPlan.objects.get()
        assert sent["Location"] == f"/plans/{plan.public_id}/"
        assert "The office looks at it." in site.get(sent["Location"]).content.decode()
        assert "You asked for a payment plan." in site.get("/pay/").content.decode()

    def test_a_part_is_paid_at_the_card_page(self, site, mine, takes_cards):
        customer, charge = mine
        plan = make_plan(customer, charge, at=timezone.now())
        page = f"/plans/{plan.public_id}/"
        assert "$11.25" in site.get(page).content.decode()
        answer = site.post(page, {"act": "pay"})
        payment = Payment.objects.get()
        assert (answer["Location"], payment.amount_minor) == (payment.redirect_url, 1_125)
        assert payment.return_path == page
        assert site.post(page, {"act": "pay", "all": "1"})["Location"].startswith("/pay/")
        assert site.post(page, {"act": "card"})["Location"].startswith("http")
        assert site.post(page, {"act": "stop"})["Location"] == page

    def test_somebody_elses_plan_is_404(self, site, mine, ana, other_site):
        plan = make_plan(ana, make_charge(at=timezone.now(), customer_id=ana.pk), at=timezone.now())
        assert site.get(f"/plans/{plan.public_id}/").status_code == 404

    def test_the_office_decides(self, site, alice, ana, owing):
        site.login_as(alice)
        plan = make_plan(ana, owing, at=timezone.now(), by=ANA, documents=[PAPER])
        page = f"/office/plans/{plan.number}/"
        answer = site.get(page)
        assert "pay.pdf" in answer.content.decode()
        document = PlanDocument.objects.get()
        given = site.get(f"{page}documents/{document.reference}/")
        assert (given["Content-Type"], given.content) == ("application/pdf", PAPER.data)
        assert site.post(f"{page}approval/")["Location"] == page
        assert site.post(f"{page}postponement/")["Location"] == page
        assert site.post(f"{page}end/", {"reason": "Asked for."})["Location"] == page
        assert site.post(f"{page}continuation/").status_code in (409, 422)
        assert "Ended by the office" in site.get("/office/plans/").content.decode()

    def test_the_office_declines(self, site, alice, ana, owing):
        site.login_as(alice)
        plan = make_plan(ana, owing, at=timezone.now(), by=ANA, documents=[PAPER])
        page = f"/office/plans/{plan.number}/"
        assert site.post(f"{page}refusal/", {"reason": ""}).status_code == 422
        assert site.post(f"{page}refusal/", {"reason": "Not readable."})["Location"] == page

    def test_a_clerk_makes_one_for_a_customer_but_does_not_decide(self, site, clara, ana, owing):
        site.login_as(clara)
        page = f"/office/plans/new/?customer={ana.reference}"
        assert "Over the term" in site.get(page).content.decode()
        body = {"charge": str(owing.public_id), "plan": "INCOME", "instalments": "4", "act": "ask"}
        answer = site.post(page, body)
        plan = PaymentPlan.objects.get()
        assert answer["Location"] == f"/office/plans/{plan.number}/"
        assert site.get("/office/plans/new/?customer=x").status_code == 404

    def test_an_officer_sees_none(self, site, bob):
        site.login_as(bob)
        assert site.get("/office/plans/").status_code == 403
        assert site.get("/office/plans/new/").status_code == 403

    def test_the_list_asks_no_more_for_more_plans(self, site, alice, ana, raising, now):
        site.login_as(alice)
        site.get("/office/plans/")

        def asked() -> int:
            with counted_queries() as found:
                assert site.get("/office/plans/").status_code == 200
            return len(found)

        from parkops.customers.operations import register_customer

        make_plan(ana, make_charge(at=now, customer_id=ana.pk), at=now)
        one = asked()
        for n in range(3):
            other = register_customer(email=f"p{n}@example.test", name="P", by=CLERK, at=now)
            make_plan(other, make_charge(at=now, customer_id=other.pk), at=now)
        assert asked() == one


def test_another_tenants_plan_is_404(other_site, charlie, ana, owing, now):
    number = make_plan(ana, owing, at=now).number
    other_site.login_as(charlie)
    assert other_site.get("/office/plans/").status_code == 200
    assert other_site.get(f"/office/plans/{number}/").status_code == 404


def test_the_api_takes_a_part(ana, owing, now):
    plan = make_plan(ana, owing, at=now)
    shown = standing(plan, now)
    operations.take_payment(
        charge_ids=[one.charge.public_id for one in shown.owing],
        method="account",
        amount=usd(1_125),
        by=CLERK,
        at=now,
    )
    assert standing(plan, now).progress.steps[0].state == "paid"
