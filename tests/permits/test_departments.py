"""Departments pay for visitors: quotas, codes and their limits, plates validated, what is charged."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import NotFound, Refused
from payments import operations as payments
from payments.models import Charge
from payments.queries import charge_of
from permits import operations
from permits.models import Department, ParkingSession, StayOrder, Validation
from permits.queries import rights_for
from permits.queries import validations as queries
from permits.rules import validations
from permits.rules.plates import read_plates
from permits.rules.validations import Limits, Use

BEGAN = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def plate(text: str = "ABC 123"):
    return read_plates([text])[0]


class TestRules:
    @pytest.mark.parametrize(
        ("unit", "quota", "used", "wanted", "fits"),
        [
            ("hours", 10, Use(3, 540, 0), Use(1, 60, 0), True),
            ("hours", 10, Use(3, 541, 0), Use(1, 60, 0), False),
            ("uses", 4, Use(3, 0, 0), Use(1, 999, 0), True),
            ("uses", 3, Use(3, 0, 0), Use(1, 0, 0), False),
            ("money", 500, Use(0, 0, 230), Use(1, 0, 270), True),
            ("money", 500, Use(0, 0, 231), Use(1, 0, 270), False),
            ("hours", None, Use(99, 9999, 9999), Use(1, 60, 1), True),
        ],
    )
    def test_a_quota_counts_its_unit(self, unit, quota, used, wanted, fits):
        assert bool(validations.within_quota(unit, quota, used=used, wanted=wanted)) is fits

    OPEN = Limits(BEGAN, BEGAN + DAY, None, 2, 0, 1, 0)

    @pytest.mark.parametrize(
        ("limits", "at", "code"),
        [
            (OPEN, BEGAN, ""),
            (OPEN, BEGAN - DAY, "code_not_open"),
            (OPEN, BEGAN + DAY, "code_over"),
            (Limits(BEGAN, BEGAN + DAY, BEGAN, None, 0, 1, 0), BEGAN, "code_revoked"),
            (Limits(BEGAN, BEGAN + DAY, None, 2, 2, 1, 0), BEGAN, "code_used_up"),
            (Limits(BEGAN, BEGAN + DAY, None, None, 9, 1, 1), BEGAN, "plate_used_up"),
        ],
    )
    def test_when_a_code_is_good(self, limits, at, code):
        assert validations.may_use_code(limits, at=at).code == code

    @given(st.integers(0, 10**9), st.integers(1, 100))
    def test_a_share_is_never_more_than_the_whole(self, minor, share):
        assert 0 <= validations.part_of(minor, share) <= minor
        assert validations.part_of(minor, 100) == minor


@pytest.fixture
def payer(dana, now):
    return customers.customer_for_user(dana, at=now)


@pytest.fixture
def department(payer, now):
    """Open a department that pays in METER: `department(quota=2)`."""

    def make(**more) -> Department:
        told = {"name": "Physics", "customer_id": payer.pk, "zones": ["METER"], "quota": 4}
        return operations.open_department(**{**told, **more}, by=SYSTEM, at=now)

    return make


@pytest.fixture
def code(now):
    """Make a code of a department: `code(physics, minutes=60)`."""

    def make(one: Department, **more):
        told = {"name": "Guests", "minutes": 60, "opens_at": now, "closes_at": now + DAY}
        return operations.make_code(str(one.reference), **{**told, **more}, by=SYSTEM, at=now)

    return make


def order(code, now, *, minutes: int = 60, text: str = "ABC 123") -> StayOrder:
    return operations.order_stay(
        plate=plate(text),
        zone_code="METER",
        minutes=minutes,
        code=code.code.lower(),
        email="guest@example.test",
        by=SYSTEM,
        at=now,
    )


def holds(at, key: str = "ABC123") -> bool:
    rights = rights_for(plate_key=key, zone_codes=["METER"], at=at)
    return any(right.holds_now for right in rights)


class TestCodes:
    def test_all_of_it_paid_runs_at_once_and_the_department_owes_it(
        self, department, code, payer, now
    ):
        physics = department()
        asked = order(code(physics), now)
        assert asked.settled_at == now
        assert holds(now)
        assert charge_of("session", asked.number).amount.minor == 0
        (charge,) = Charge.objects.filter(kind="fee")
        assert (charge.customer_id, charge.amount_minor, charge.tax_minor) == (payer.pk, 270, 20)

    def test_part_of_it_leaves_the_rest_to_the_visitor(self, department, code, now):
        physics = department()
        asked = order(code(physics, share=50), now, minutes=120)
        assert not holds(now)
        # Half of the first of two hours: 5.40 less 1.35.
        charge = charge_of("session", asked.number)
        assert charge.balance.amount == "4.05"
        assert not Charge.objects.filter(kind="fee").exists()
        payments.take_payment(
            charge_ids=[charge.id], method="cash", amount=charge.balance, by=SYSTEM, at=now
        )
        assert holds(now + timedelta(minutes=119))
        assert Charge.objects.get(kind="fee").amount_minor == 135
        operations.extend_stay(asked.number, minutes=60, by=SYSTEM, at=now)
        assert charge_of("session", asked.number).amount.amount == "6.75"

    def test_not_paid_in_time_the_use_comes_back(self, department, code, now):
        physics = department(unit="uses", quota=1)
        made = code(physics, share=50)
        order(made, now)
        with pytest.raises(Refused) as refused:
            order(made, now, text="XYZ 9")
        assert refused.value.code == "quota_used_up"
        operations.expire_orders(at=now + timedelta(minutes=15))
        assert order(made, now + timedelta(minutes=15), text="XYZ 9").pk

    def test_a_month_is_one_charge_and_a_use_its_own(self, department, code, now):
        for name, billing, expected in (("A", "month", [540]), ("B", "use", [270, 270])):
            made = code(department(name=name, billing=billing))
            before = set(Charge.objects.values_list("pk", flat=True))
            for text in ("ABC 1", "ABC 2"):
                order(made, now, text=text)
            fees = Charge.objects.filter(kind="fee").exclude(pk__in=before)
            assert sorted(fees.values_list("amount_minor", flat=True)) == expected

    def test_the_next_month_begins_anew(self, department, code, now):
        made = code(department(unit="uses", quota=1), closes_at=now + 60 * DAY, per_plate=9)
        order(made, now)
        later = now + 28 * DAY
        assert later.month == 12
        order(made, later)
        assert Charge.objects.filter(kind="fee").count() == 2

    def test_withdrawn_closed_and_unknown(self, department, code, now):
        physics = department()
        made, other = code(physics), code(physics)
        for _ in range(2):
            operations.revoke_code(str(made.reference), by=SYSTEM, at=now)
        with pytest.raises(Refused) as refused:
            order(made, now)
        assert refused.value.code == "code_revoked"
        operations.close_department(str(physics.reference), by=SYSTEM, at=now)
        with pytest.raises(Refused) as refused:
            order(other, now)
        assert refused.value.code == "unknown_code"

    def test_another_tenants_code_is_unknown(self, department, code, hillside, now):
        made = code(department())
        connection.set_tenant(hillside)
        with pytest.raises(Refused):
            queries.code(made.code)
        with pytest.raises(NotFound):
            queries.department(str(made.department.reference))


class TestValidating:
    def told(self, now, **more):
        told = {"plate": plate(), "zone_code": "METER", "minutes": 60, "by": SYSTEM, "at": now}
        return {**told, **more}

    def test_a_plate_parks_at_once(self, department, now):
        physics = department()
        for _ in range(2):
            stay = operations.validate_plate(
                str(physics.reference), **self.told(now, comment=" Dr. Who ")
            )
        assert holds(now)
        use = Validation.objects.get()
        assert (use.number, use.comment, use.minutes) == (stay.number, "Dr. Who", 60)
        assert Charge.objects.get(kind="fee").amount_minor == 270

    @pytest.mark.parametrize(
        ("more", "wish", "code"),
        [
            ({}, {"zone_code": "LOT-A"}, "wrong_zone"),
            ({"longest_minutes": 30}, {}, "too_long"),
            ({"quota": 4}, {"minutes": 181}, "too_long"),
            ({"unit": "money", "quota": 269}, {}, "quota_used_up"),
        ],
    )
    def test_refuses(self, department, now, more, wish, code):
        physics = department(**more)
        with pytest.raises(Refused) as refused:
            operations.validate_plate(str(physics.reference), **self.told(now, **wish))
        assert refused.value.code == code
        assert not ParkingSession.objects.exists()


def test_the_last_use_of_a_quota_is_given_once(own_database, now):
    owner = customers.register_customer(email="head@example.test", name="H", by=SYSTEM, at=now)
    physics = operations.open_department(
        name="P", customer_id=owner.pk, zones=["METER"], unit="uses", quota=1, by=SYSTEM, at=now
    )
    tenant, start, answers = own_database, Barrier(4), []

    def run(n: int) -> None:
        connection.set_tenant(tenant)
        try:
            start.wait()
            operations.validate_plate(
                str(physics.reference),
                plate=plate(f"RACE {n}"),
                zone_code="METER",
                minutes=60,
                by=SYSTEM,
                at=now,
            )
            answers.append("parks")
        except Refused as refusal:
            answers.append(refusal.code)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["parks"] + ["quota_used_up"] * 3


class TestPages:
    @pytest.fixture(autouse=True)
    def _at(self, now, monkeypatch):
        monkeypatch.setattr("parkops.api.limits.allow", lambda *_, **__: True)
        with time_machine.travel(now, tick=False):
            yield

    def test_the_list_has_who_is_open_first_and_asks_once_for_all(self, department, now):
        closed = department(name="Arts")
        operations.close_department(str(closed.reference), by=SYSTEM, at=now)
        physics, asked = department(), {"zone_code": "METER", "minutes": 60, "at": now}
        operations.validate_plate(str(physics.reference), plate=plate(), by=SYSTEM, **asked)
        department(name="Zoology", per="year")
        counts = []
        for n in range(2):
            with CaptureQueriesContext(connection) as ran:
                rows = queries.departments(at=now)
            counts.append(len(ran))
            for m in range(3):
                department(name=f"More {n}{m}")
        assert [row.department.name for row in rows][:2] == ["More 00", "More 01"]
        assert [(row.department.name, row.used.uses) for row in rows][3:] == [
            ("Physics", 1),
            ("Zoology", 0),
            ("Arts", 0),
        ]
        assert counts[0] == counts[1]

    def test_the_office_opens_and_closes_a_department(self, site, clara, otto, payer):
        site.login_as(otto)
        assert site.get("/office/departments/new/").status_code == 403
        site.login_as(clara)
        asked = {"name": "Physics", "payer": payer.email, "zones": ["METER"], "unit": "money"}
        asked |= {"quota": 100, "per": "month", "longest": 8, "billing": "month"}
        bad = site.post("/office/departments/new/", {**asked, "payer": "nobody@example.test"})
        assert bad.status_code == 422
        assert b"There is no such customer" in bad.content
        bad = site.post("/office/departments/new/", {**asked, "validators": "x"})
        assert b"x is not an e-mail address" in bad.content
        made = site.post("/office/departments/new/", {**asked, "validators": "Prof@x.example"})
        one = Department.objects.get()
        assert (one.quota, one.validators) == (10_000, ["prof@x.example"])
        assert b"Physics" in site.get(made.url).content
        assert b"Physics" in site.get("/office/departments/").content
        site.post(f"{made.url}closing/")
        one.refresh_from_db()
        assert one.closed_at is not None

    def test_the_department_validates_a_plate_and_hands_out_a_code(
        self, site, other_site, dana, bob, department
    ):
        physics = department()
        url = f"/validate/{physics.reference}/"
        site.login_as(dana)
        assert site.get("/validate/").url == url
        asked = {"plate": "VIS 1", "region": "", "zone": "METER", "hours": "2"}
        assert site.post(url, {**asked, "hours": "99"}).status_code == 422
        shown = site.post(url, {**asked, "comment": "Tour"}, follow=True).content
        assert b"VIS 1 may park until 12:15." in shown
        assert b"2 hours of 4 this month" in shown
        file = b"".join(site.get(f"{url}uses.csv").streaming_content).decode()
        assert "VIS 1,METER,120," in file
        assert ",Tour," in file
        assert len(file.strip().splitlines()) == 2
        site.post(f"{url}codes/", {"name": "Open day", "hours": 1, "share": 100, "per_plate": 1,
                                   "opens_on": "2026-11-10", "closes_on": "2026-11-11"})  # fmt: skip
        made = physics.codes.get()
        assert made.code.encode() in site.get(f"{url}codes/").content
        assert site.post(f"{url}codes/", {"act": "revoke:nothing"}).status_code == 404
        site.login_as(bob)
        assert site.get(url).status_code == 404

    @pytest.mark.parametrize(
        "odd", [{"closes_on": "9999-12-31"}, {"opens_on": "0001-01-01"}, {"uses": 10**12},
                {"per_plate": 40_000}]
    )  # fmt: skip
    def test_what_no_calendar_or_column_holds_is_refused(self, site, dana, department, odd):
        site.login_as(dana)
        asked = {"name": "Open day", "hours": 1, "share": 100, "per_plate": 1}
        asked |= {"opens_on": "2026-11-01", "closes_on": "2026-12-01", **odd}
        answer = site.post(f"/validate/{department().reference}/codes/", asked)
        assert answer.status_code == 422

    def test_a_visitor_parks_by_a_code_without_a_card(self, site, department, code):
        made = code(department())
        typed = site.post("/visit/", {"code": made.code.lower()})
        assert typed.url == f"/park/?code={made.code}"
        site.get(typed.url)
        site.post("/park/METER/", {"plate": "abc 123", "region": ""})
        site.post("/park/METER/time/", {"length": "60"})
        assert b"Your host pays" in site.get("/park/METER/check/").content
        done = site.post("/park/METER/check/", {"email": "g@example.test"}, follow=True)
        assert b"You may park" in done.content

    def test_a_code_that_does_not_count_says_why(self, site, department, code):
        made = code(department(), uses=1)
        order(made, datetime(2026, 11, 10, 15, 15, tzinfo=UTC), text="XYZ 9")
        site.post("/park/METER/", {"plate": "abc 123", "region": ""})
        site.post("/park/METER/time/", {"length": "60"})
        site.post("/park/METER/check/", {"act": "code", "code": made.code})
        shown = site.get("/park/METER/check/").content
        assert b"All uses of this code are taken" in shown
