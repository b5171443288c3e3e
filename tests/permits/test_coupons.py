"""Coupon codes: what they take off, who may use them when, their limits under a race, and the proof."""

from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tenants.utils import tenant_context
from hypothesis import given
from hypothesis import strategies as st

from parkops.audit.models import AuditEvent
from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import NotFound, Refused
from parkops.kernel.money import Money
from payments import queries as charges
from payments.queries import proof
from permits import operations
from permits.models import Coupon, Permit
from permits.operations import holds
from permits.queries import again
from permits.queries import coupons as reading
from permits.rules import coupons as rules
from permits.rules.coupons import TakesOff, Terms
from reporting.operations.reports import dataset_of
from tests.payments.test_races import at_once
from tests.permits.test_rules_prices import priced, programme

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
TODAY = date(2026, 11, 10)
UNSET = object()


def usd(text: str) -> Money:
    return Money.parse(text, "USD")


@pytest.fixture
def coupon(harbor, now):
    """Make a coupon: 20 percent off every permit unless told otherwise."""

    def make(code="SPRING26", *, percent=UNSET, **more) -> Coupon:
        if percent is UNSET:
            percent = None if "amount" in more else Decimal(20)
        told = {"name": "Spring", "first_on": TODAY, "by": SYSTEM, "at": now, **more}
        return operations.make_coupon(code=code, percent=percent, **told)

    return make


class TestRules:
    @pytest.mark.parametrize(
        ("typed", "same"),
        [
            ("SPRING26", True),
            ("spring-26", True),
            (" Spr1ng 26 ", True),
            ("SPRlNG26", True),
            ("SPRING", False),
            ("", False),
            ("--", False),
        ],
    )
    def test_a_code_is_read_as_people_type_it(self, typed, same):
        assert (rules.coupon_key(typed) == rules.coupon_key("SPRING26")) is same

    @pytest.mark.parametrize(
        ("off", "price", "taken"),
        [
            (TakesOff("C", share=Decimal("0.2")), "120.00", "24.00"),
            (TakesOff("C", share=Decimal("0.3333")), "10.00", "3.33"),
            # A half goes away from zero: 12.5 % of 0.20 is 2.5 cents.
            (TakesOff("C", share=Decimal("0.125")), "0.20", "0.03"),
            (TakesOff("C", share=Decimal(1)), "0.01", "0.01"),
            (TakesOff("C", share=Decimal("0.2")), "0.00", "0.00"),
            (TakesOff("C", amount=usd("15.00")), "120.00", "15.00"),
            (TakesOff("C", amount=usd("15.00")), "9.99", "9.99"),
            (TakesOff("C", amount=usd("15.00")), "0.00", "0.00"),
        ],
    )
    def test_what_it_takes_off(self, off, price, taken):
        assert off.off(usd(price)) == usd(taken)

    @pytest.mark.parametrize(
        ("terms", "code"),
        [
            ({}, ""),
            ({"last_on": TODAY}, ""),
            ({"last_on": TODAY - DAY, "first_on": TODAY - 2 * DAY}, "coupon_over"),
            ({"is_off": True}, "coupon_over"),
            ({"first_on": TODAY + DAY}, "coupon_not_yet"),
            ({"types": ["month"]}, ""),
            ({"types": ["EVENING", "STAFF-YEAR"]}, "coupon_type"),
            ({"audiences": ["staff"]}, ""),
            ({"audiences": ["STUDENT"]}, "coupon_audience"),
            ({"uses": 3, "used": 2}, ""),
            ({"uses": 3, "used": 3}, "coupon_used_up"),
            ({"per_customer": 2, "used_by_customer": 1}, ""),
            ({"per_customer": 2, "used_by_customer": 2}, "coupon_used_by_you"),
            # Of all reasons the one that the customer can do nothing about comes first.
            ({"is_off": True, "uses": 1, "used": 1}, "coupon_over"),
        ],
    )
    def test_who_may_use_it_when(self, terms, code):
        told = Terms(**{"first_on": TODAY, **terms})
        decision = rules.may_use(told, type_code="MONTH", audiences=["STAFF"], on=TODAY)
        assert decision.code == code
        assert bool(decision.reason) is bool(code)

    def test_its_line_stands_before_the_tax_and_says_why(self):
        rules_ = programme(
            {"base": "120.00"}, tax={"rate": "10%", "name": "Tax", "included": False}
        )
        quote = priced(
            rules_, "2026-08-01T10:00", coupon=TakesOff("SPRING26", share=Decimal("0.2"))
        )
        assert [(line.text, line.amount.amount) for line in quote.lines][1:] == [
            ("Coupon SPRING26", "-24.00"),
            ("Tax 10%", "9.60"),
        ]
        assert "Coupon SPRING26: 20% off $120.00." in quote.because
        assert (quote.net.amount, quote.tax.amount, quote.off) == ("96.00", "9.60", usd("24.00"))

    def test_it_may_go_below_the_lowest_price_but_not_below_zero(self):
        rules_ = programme({"base": "20.00", "floor": "15.00"})
        quote = priced(rules_, "2026-08-01T10:00", coupon=TakesOff("GIFT", amount=usd("30.00")))
        assert (quote.total.minor, quote.off) == (0, usd("20.00"))

    @given(
        base=st.integers(0, 200_000),
        percent=st.decimals("0.01", "100", places=2),
        amount=st.none() | st.integers(1, 300_000),
        rate=st.integers(0, 30),
        included=st.booleans(),
    )
    def test_what_is_left_and_what_is_off_are_the_price(
        self, base, percent, amount, rate, included
    ):
        tax = {"rate": f"{rate}%", "name": "Tax", "included": included}
        price = {"base": f"{base / 100:.2f}"}
        off = (
            TakesOff("C", share=percent / 100)
            if amount is None
            else TakesOff("C", amount=Money(amount, "USD"))
        )
        rules_ = programme(price, tax=tax)
        quote = priced(rules_, "2026-08-01T10:00", coupon=off)
        assert quote.off is not None
        assert quote.net.minor >= 0 <= quote.tax.minor
        assert quote.off.minor + (quote.total if included else quote.net).minor == base
        assert sum(line.amount.minor for line in quote.lines) == quote.total.minor
        # It costs what a permit of the lower price costs.
        lower = programme({"base": f"{(base - quote.off.minor) / 100:.2f}"}, tax=tax)
        assert priced(lower, "2026-08-01T10:00").total == quote.total


@pytest.mark.django_db
class TestMaking:
    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ({"code": "AB1"}, "code"),
            ({"code": "SPRING 26!"}, "code"),
            ({"code": "SPRÏNG26"}, "code"),
            ({"name": " "}, "name"),
            ({"percent": None}, "percent"),
            ({"percent": Decimal(10), "amount": usd("1.00")}, "percent"),
            ({"percent": Decimal("100.01")}, "percent"),
            ({"percent": Decimal("33.333")}, "percent"),
            ({"percent": Decimal("NaN")}, "percent"),
            ({"amount": usd("0.00")}, "amount"),
            ({"last_on": TODAY - DAY}, "last_on"),
            ({"uses": 0}, "uses"),
            ({"per_customer": -1}, "per_customer"),
            ({"types": ["NOWHERE"]}, "types"),
            ({"audiences": ["NOBODY"]}, "audiences"),
        ],
    )
    def test_what_cannot_be_is_refused_at_its_field(self, coupon, told, field):
        with pytest.raises(Refused) as refused:
            coupon(**told)
        assert refused.value.field == field
        assert not Coupon.objects.exists()

    def test_two_codes_that_read_alike_are_one(self, coupon):
        coupon("SPRING26")
        with pytest.raises(Refused) as refused:
            coupon("SPR1NG-26")
        assert (refused.value.code, refused.value.field) == ("code_taken", "code")

    def test_switching_off_twice_is_once(self, coupon, now):
        made = coupon()
        for _ in range(2):
            operations.switch_coupon(str(made.reference), off=True, by=SYSTEM, at=now)
        told = AuditEvent.objects.filter(subject_ref=str(made.reference))
        assert [e.event for e in told.order_by("pk")] == ["coupon.made", "coupon.switched_off"]
        operations.switch_coupon(str(made.reference), off=False, by=SYSTEM, at=now)
        made.refresh_from_db()
        assert made.switched_off_at is None

    def test_what_is_not_there_is_not_switched(self, harbor, now):
        with pytest.raises(NotFound):
            operations.switch_coupon(str(SYSTEM_REFERENCE), off=True, by=SYSTEM, at=now)


SYSTEM_REFERENCE = "00000000-0000-4000-8000-000000000000"


@pytest.mark.django_db
class TestUsing:
    def test_a_permit_is_sold_for_less(self, coupon, person, hold):
        made = coupon()
        permit = hold(person(), coupon="spr1ng 26")
        assert (permit.coupon, permit.coupon_minor) == (made, 1_000)
        assert (permit.net_minor, permit.tax_minor) == (4_000, 320)
        assert ["Coupon SPRING26", -1_000] in permit.price_lines
        charge = charges.charge_of("permit", permit.number)
        assert charge.balance == usd("43.20")
        event = AuditEvent.objects.get(event="permit.held")
        assert "Coupon SPRING26: 20% off $50.00." in event.data["because"]

    def test_one_that_takes_all_off_needs_no_payment(self, coupon, person, hold):
        coupon(amount=usd("500.00"))
        permit = hold(person(), coupon="SPRING26")
        assert permit.paid_at is not None
        assert (permit.net_minor, permit.coupon_minor) == (0, 5_000)

    @pytest.mark.parametrize(
        ("made", "typed", "code"),
        [
            ({}, "SUMMER26", "coupon_unknown"),
            ({}, "?!", "coupon_unknown"),
            ({"types": ["EVENING"]}, "SPRING26", "coupon_type"),
            ({"audiences": ["STUDENT"]}, "SPRING26", "coupon_audience"),
            ({"first_on": TODAY + DAY}, "SPRING26", "coupon_not_yet"),
            ({"percent": Decimal("0.01")}, "SPRING26", ""),
        ],
    )
    def test_a_wrong_code_says_why_and_sells_nothing(self, coupon, person, hold, made, typed, code):
        coupon(**made)
        if not code:
            assert hold(person(), coupon=typed).coupon_minor == 1
            return
        with pytest.raises(Refused) as refused:
            hold(person(), coupon=typed)
        assert (refused.value.code, refused.value.field) == (code, "coupon")
        assert not Permit.objects.exists()

    def test_it_is_not_spent_on_what_is_free(self, coupon, person, hold, now):
        made = coupon()
        with pytest.raises(Refused) as refused:
            hold(person(), "GUEST", end=now + HOUR, coupon="SPRING26")
        assert refused.value.code == "coupon_nothing"
        assert reading.coupon(str(made.reference)).used == 0

    def test_a_customer_uses_it_as_often_as_it_says(self, coupon, person, hold):
        coupon(per_customer=1)
        hold(person("ana"), coupon="SPRING26")
        with pytest.raises(Refused) as refused:
            hold(Permit.objects.get().customer, coupon="SPRING26")
        assert refused.value.code == "coupon_used_by_you"
        assert hold(person("ben"), coupon="SPRING26").coupon_minor == 1_000

    @pytest.mark.parametrize("way", ["lapsed", "cancelled", "rejected"])
    def test_a_use_comes_back_with_what_was_never_had(self, coupon, person, hold, sell, now, way):
        made = coupon(uses=1, per_customer=1)
        if way == "rejected":
            permit = sell(person("ana", "STUDENT"), "RESIDENT", "ABC 123", coupon="SPRING26")
            operations.reject_permit(permit.number, reason="Not theirs.", by=SYSTEM, at=now)
        else:
            permit = hold(person("ana"), coupon="SPRING26")
        with_use = reading.coupon(str(made.reference)).used
        assert with_use == (0 if way == "rejected" else 1)
        if way == "lapsed":
            holds.expire_holds(at=now + HOUR)
        elif way == "cancelled":
            operations.cancel_permit(permit.number, reason="No.", by=SYSTEM, at=now)
        assert reading.coupon(str(made.reference)).used == 0
        assert hold(permit.customer, coupon="SPRING26", at=now + HOUR).coupon_minor == 1_000

    def test_a_paid_permit_that_ends_keeps_its_use_and_gives_back_of_what_was_paid(
        self, coupon, person, sell, now
    ):
        made = coupon(uses=1)
        permit = sell(person(), coupon="SPRING26")
        done = operations.cancel_permit(permit.number, reason="Moves.", by=SYSTEM, at=now)
        assert done.refund.net <= usd("40.00")
        # 29 of 30 days had not begun, of 40.00, not of 50.00.
        assert done.refund.net == usd("38.67")
        assert reading.coupon(str(made.reference)).used == 1

    def test_late_money_takes_the_use_again_or_goes_back(self, coupon, person, hold, pay, now):
        coupon(uses=1)
        first, second = hold(person("ana"), coupon="SPRING26"), person("ben")
        holds.expire_holds(at=now + HOUR)
        late = now + HOUR + timedelta(minutes=1)
        taken = hold(second, coupon="SPRING26", at=late)
        with pytest.raises(Refused) as refused:
            pay(first, at=late)
        assert refused.value.code == "coupon_used_up"
        operations.cancel_permit(taken.number, reason="No.", by=SYSTEM, at=late)
        pay(first, at=late)
        assert first.paid_at is not None

    def test_the_proof_makes_its_price_again(self, coupon, person, sell, now):
        coupon(percent=Decimal("12.50"))
        permit = sell(person(), "VISITOR-BOOK", coupon="SPRING26")
        made = again.of_permits([permit.number], at=now)[permit.number]
        assert made.amount == usd("23.62")
        told = proof.prove(now)
        assert (told.differences, sum(told.set_aside.values())) == (0, 0)
        Coupon.objects.update(basis_points=5_000)
        assert [one.reference for one in proof.prove(now).found] == [permit.number]

    def test_the_next_permit_is_at_the_full_price(self, coupon, person, sell, now):
        coupon()
        permit = sell(person(), coupon="SPRING26")
        fresh = operations.renew_permit(
            permit.number, channel=Permit.Channel.API, by=SYSTEM, at=permit.ends_at - DAY
        )
        assert (fresh.coupon, fresh.net_minor) == (None, 5_000)


@pytest.mark.django_db
class TestApi:
    @pytest.fixture
    def post(self, site, token, harbor):
        def send(path, body):
            return site.post(
                f"/api/v1{path}", data=body, content_type="application/json", headers=token("admin")
            )

        return send

    def test_a_quote_has_a_line_and_the_sale_its_price(self, post, coupon, person):
        coupon(first_on=date(2026, 1, 1))
        body = {"permit_type": "MONTH", "customer": str(person().reference), "coupon": "spring 26"}
        quoted = post("/quotes", body).json()
        assert {"text": "Coupon SPRING26", "amount": {"amount": "-10.00", "currency": "USD"}} in (
            quoted["lines"]
        )
        assert "Coupon SPRING26: 20% off $50.00." in quoted["because"]
        assert quoted["total"]["amount"] == "43.20"
        assert not Permit.objects.exists()
        sold = post("/permits", body)
        assert (sold.status_code, sold.json()["charge"]["amount"]["amount"]) == (201, "43.20")

    def test_a_wrong_code_is_told_at_its_key(self, post, person):
        body = {"permit_type": "MONTH", "customer": str(person().reference), "coupon": "NOWHERE"}
        for path in ("/quotes", "/permits"):
            told = post(path, body)
            assert (told.status_code, told.json()["code"]) == (422, "coupon_unknown")
            assert told.json()["errors"][0]["field"] == "coupon"

    def test_another_tenants_coupon_is_none_here(self, post, person, hillside, now):
        with tenant_context(hillside):
            operations.make_coupon(
                code="THEIRS", name="T", percent=Decimal(9), first_on=TODAY, by=SYSTEM, at=now
            )
        body = {"permit_type": "MONTH", "customer": str(person().reference), "coupon": "THEIRS"}
        assert post("/quotes", body).json()["code"] == "coupon_unknown"


@pytest.mark.django_db
class TestOffice:
    @pytest.fixture
    def as_amos(self, site, amos):
        site.login_as(amos)
        return site

    @pytest.fixture
    def as_clara(self, site, clara):
        site.login_as(clara)
        return site

    FORM = {"code": "SPRING26", "name": "Spring", "percent": "20", "first_on": "2026-11-10"}

    def test_made_used_found_and_switched_off(self, as_amos, person, hold, now):
        told = {**self.FORM, "types": ["MONTH"], "uses": "2", "per_customer": "1"}
        made = as_amos.post("/office/coupons/new/", told)
        coupon = Coupon.objects.get()
        assert made.headers["Location"] == f"/office/coupons/{coupon.reference}/"
        permit = hold(person(), coupon="SPRING26")
        shown = as_amos.get(made.headers["Location"]).content.decode()
        assert permit.number in shown
        assert "$10.00" in shown
        listed = as_amos.get("/office/coupons/?q=spr1ng-26").content.decode()
        assert "SPRING26" in listed
        assert "20%" in listed
        assert "SPRING26" not in as_amos.get("/office/coupons/?q=nothing").content.decode()
        as_amos.post(f"/office/coupons/{coupon.reference}/switch/", {"act": "off"})
        with pytest.raises(Refused) as refused:
            hold(person("ben"), coupon="SPRING26")
        assert refused.value.code == "coupon_over"
        as_amos.post(f"/office/coupons/{coupon.reference}/switch/", {"act": "on"})
        coupon.refresh_from_db()
        assert coupon.switched_off_at is None

    def test_what_is_wrong_is_said_at_its_field(self, as_amos):
        told = as_amos.post("/office/coupons/new/", {**self.FORM, "amount": "5.00"})
        assert told.status_code == 422
        assert "one of both" in told.content.decode()
        assert not Coupon.objects.exists()

    def test_only_who_may_give_money_back_makes_and_switches(self, as_clara, coupon):
        made = coupon()
        assert as_clara.get(f"/office/coupons/{made.reference}/").status_code == 200
        assert as_clara.get("/office/coupons/new/").status_code == 403
        assert as_clara.post(f"/office/coupons/{made.reference}/switch/").status_code == 403

    def test_another_tenants_is_not_found(self, as_amos, hillside, now):
        with tenant_context(hillside):
            theirs = operations.make_coupon(
                code="THEIRS", name="T", percent=Decimal(9), first_on=TODAY, by=SYSTEM, at=now
            )
        for path in ("", "switch/"):
            send = as_amos.post if path else as_amos.get
            assert send(f"/office/coupons/{theirs.reference}/{path}").status_code == 404

    def test_more_coupons_are_no_more_queries(self, as_amos, coupon):
        def count() -> int:
            with CaptureQueriesContext(connection) as seen:
                as_amos.get("/office/coupons/")
            return len(seen)

        coupon()
        count()
        one = count()
        for n in range(6):
            coupon(f"SUMMER-{n}X")
        assert count() == one

    def test_the_counter_sells_with_it(self, as_clara, coupon, person):
        coupon(first_on=date(2026, 1, 1))
        told = {"permit_type": "MONTH", "plates": "ABC 123", "coupon": "spring26"}
        where = f"/office/permits/new/?customer={person().reference}"
        priced = as_clara.post(where, {**told, "act": "price"}).content.decode()
        assert "Coupon SPRING26: 20% off $50.00." in priced
        wrong = as_clara.post(where, {**told, "coupon": "WHAT", "act": "sell"})
        assert wrong.status_code == 422
        assert "There is no such coupon." in wrong.content.decode()
        as_clara.post(where, {**told, "act": "sell"})
        assert Permit.objects.get().coupon_minor == 1_000


@pytest.mark.django_db
class TestPortal:
    @pytest.fixture
    def cart(self, site, dana):
        """Dana about to check what she buys."""
        site.login_as(dana)
        site.post("/permits/", {"permit_type": "MONTH"})
        site.post("/permits/buy/vehicle/", {"plate": "8KRT 204", "region": "WA", "act": "next"})
        site.post("/permits/buy/dates/", {"start_on": f"{timezone.now():%Y-%m-%d}"})
        return site

    def test_typed_shown_taken_off_and_bought_with(self, cart, coupon):
        coupon(first_on=date(2026, 1, 1))
        typed = cart.post("/permits/buy/check/", {"act": "coupon", "coupon": "spring 26"})
        assert typed.headers["Location"] == "/permits/buy/check/"
        shown = cart.get("/permits/buy/check/").content.decode()
        assert "Coupon SPRING26: 20% off $50.00." in shown
        assert "43.20" in shown
        cart.post("/permits/buy/check/", {"act": "no-coupon"})
        assert "54.00" in cart.get("/permits/buy/check/").content.decode()
        cart.post("/permits/buy/check/", {"act": "coupon", "coupon": "SPRING26"})
        cart.post("/permits/buy/check/")
        assert Permit.objects.get().coupon_minor == 1_000

    def test_a_wrong_one_says_why_and_the_price_stays(self, cart, coupon):
        told = cart.post("/permits/buy/check/", {"act": "coupon", "coupon": "NOWHERE"})
        assert told.status_code == 422
        assert "There is no such coupon." in told.content.decode()
        assert "54.00" in told.content.decode()
        empty = cart.post("/permits/buy/check/", {"act": "coupon", "coupon": ""})
        assert "Type the code of your coupon." in empty.content.decode()
        assert not Permit.objects.exists()

    def test_one_that_is_used_up_meanwhile_does_not_sell_at_another_price_unasked(
        self, cart, coupon, person, hold
    ):
        coupon(first_on=date(2026, 1, 1), uses=1)
        cart.post("/permits/buy/check/", {"act": "coupon", "coupon": "SPRING26"})
        hold(person(), coupon="SPRING26", at=timezone.now())
        told = cart.post("/permits/buy/check/")
        assert told.status_code == 422
        assert "This coupon is used up." in told.content.decode()
        assert Permit.objects.count() == 1
        cart.post("/permits/buy/check/")
        assert Permit.objects.latest("pk").coupon is None

    def test_who_guesses_has_to_wait(self, cart, coupon):
        told = [
            cart.post("/permits/buy/check/", {"act": "coupon", "coupon": f"GUESS{n}"})
            for n in range(11)
        ]
        assert "That was tried too often. Wait a minute." in told[10].content.decode()


@pytest.mark.django_db
def test_the_report_counts_uses_and_what_they_took_off(coupon, person, sell, hold, now):
    coupon()
    coupon("STUDENTS", amount=usd("5.00"))
    coupon("UNUSED")
    ana = person("ana")
    for code in ("MONTH", "VISITOR-BOOK"):
        sell(ana, code, coupon="SPRING26")
    sell(person("ben"), "EVENING", coupon="STUDENTS")
    hold(person("eve"), coupon="SPRING26")
    told = dataset_of("coupons", {"from": "2026-11-01", "to": "2026-11-30"}, at=now + DAY)
    assert [list(row)[:6] for row in told.rows] == [
        ["SPRING26", "Spring", 2, 1, usd("15.00"), usd("60.00")],
        ["STUDENTS", "Spring", 1, 1, usd("4.00"), usd("0.00")],
    ]


class TestRaces:
    def test_two_buyers_of_the_last_use_and_one_gets_it(self, own_database, now):
        operations.make_coupon(
            code="LAST1",
            name="Last",
            percent=Decimal(50),
            first_on=TODAY,
            uses=1,
            by=SYSTEM,
            at=now,
        )
        buyers = [
            customers.register_customer(
                email=f"b{n}@example.test", name="B", audiences=[], by=SYSTEM, at=now
            )
            for n in range(4)
        ]
        barrier = Barrier(4)

        def buy(customer):
            barrier.wait(timeout=10)
            operations.hold_permit(
                operations.Wish("MONTH", coupon="LAST1"),
                customer_id=customer.pk,
                channel=Permit.Channel.API,
                by=SYSTEM,
                at=now,
            )

        told = at_once(own_database, *[lambda c=c: buy(c) for c in buyers])
        assert told == ["coupon_used_up"] * 3 + ["done"]
        assert Permit.objects.get().coupon_minor == 2_500
