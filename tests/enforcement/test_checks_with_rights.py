"""Plate checks against real permits, stays and passes: the whole chain, through the API."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from enforcement.queries.checks import Look, answers_to

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
API = "/api/v1"


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def post(site, token):
    """Post to the API as an administrator's system; gives the body of the answer."""
    header = token("admin")

    def send(path: str, body: dict, status: int = 201) -> dict:
        response = site.post(f"{API}{path}", body, headers=header, content_type="application/json")
        assert response.status_code == status, response.content
        return response.json()

    return send


@pytest.fixture
def permit(post):
    """Sell a permit of this type to these plates and take cash for it; gives its number."""

    def sell(kind: str, *plates: str, email: str = "ada@person.test", **more) -> str:
        body = {"email": email, "name": "Ada", "audiences": ["STAFF", "STUDENT"]}
        customer = post("/customers", body)["id"]
        wish = {"permit_type": kind, "customer": customer, "vehicles": list(plates)} | more
        sold = post("/permits", wish)
        if sold["status"] == "held":
            post("/payments", {"charges": [sold["charge"]["id"]], "method": "cash"})
        return sold["number"]

    return sell


@pytest.fixture
def check(post):
    def look(plate: str, zone: str = "LOT-A", minutes: int = 0, **more) -> dict:
        at = (NOW + timedelta(minutes=minutes)).isoformat()
        return post("/plate-checks", {"plate": plate, "zone": zone, "at": at} | more, status=200)

    return look


class TestPermits:
    def test_a_permit_authorizes_in_its_zones_and_is_named(self, permit, check):
        number = permit("STAFF-YEAR", "ABC-123")
        answer = check("abc 123")
        assert answer["verdict"] == "authorized"
        assert [(r["kind"], r["number"]) for r in answer["rights"]] == [("permit", number)]
        assert answer["because"][0] == "LOT-A is enforced Mon-Fri 07:00-17:30."
        assert number in answer["because"][-1]
        assert check("ABC123", "METER")["verdict"] == "unauthorized"

    def test_a_right_to_the_parent_is_a_right_to_the_child(self, permit, check):
        permit("MONTH", "ABC-123")
        assert check("ABC123", "LOT-B")["verdict"] == "authorized"

    def test_a_right_elsewhere_is_told_with_its_reason(self, permit, check):
        number = permit("RESIDENT", "ABC-123")
        answer = check("ABC123")
        assert answer["verdict"] == "unauthorized"
        assert any(number in reason for reason in answer["because"])

    def test_look_alikes_are_near_misses_and_never_a_right(self, permit, check):
        permit("STAFF-YEAR", "ABO-123")
        answer = check("ABO 1Z3")
        assert answer["verdict"] == "unauthorized"
        (miss,) = answer["near_misses"]
        assert (miss["plate"], miss["zone"]) == ("ABO-123", "LOT-A")
        assert miss["why"].startswith("one character differs (Z/2)")

    def test_another_tenant_s_permit_is_nothing_here(self, permit, check, other_site, hillside):
        from django_tenants.utils import tenant_context

        from parkops.accounts import operations as accounts
        from parkops.kernel.actors import SYSTEM

        permit("STAFF-YEAR", "ABC-123")
        with tenant_context(hillside):
            secret = accounts.create_token(name="t", scopes=["admin"], by=SYSTEM, at=NOW)[1]
        answer = other_site.post(
            f"{API}/plate-checks",
            {"plate": "ABC123", "zone": "LOT-A"},
            headers={"authorization": f"Bearer {secret}"},
            content_type="application/json",
        ).json()
        assert (answer["verdict"], answer["near_misses"]) == ("unauthorized", [])


class TestSecondVehicle:
    def test_the_second_on_site_is_one_for_four_hours(self, permit, check):
        permit("STAFF-YEAR", "ABC-123", "DEF-456")
        assert check("ABC123")["verdict"] == "authorized"
        second = check("DEF456", minutes=30)
        assert second["verdict"] == "second_vehicle"
        assert "ABC123 was seen there less than 4 hours ago" in second["because"][-1]
        assert [v["code"] for v in second["violations"]] == ["SECOND"]
        assert check("ABC123", minutes=60)["verdict"] == "authorized"
        assert check("DEF456", minutes=299)["verdict"] == "second_vehicle"
        assert check("DEF456", minutes=300)["verdict"] == "authorized"

    def test_off_site_is_not_on_site(self, permit, check):
        permit("STAFF-YEAR", "ABC-123", "DEF-456")
        check("ABC123", "METER")
        assert check("DEF456", minutes=30)["verdict"] == "authorized"

    def test_reads_of_one_batch_see_each_other(self, permit, post):
        permit("STAFF-YEAR", "ABC-123", "DEF-456")
        reads = [
            {"id": n, "plate": plate, "zone": "LOT-A", "at": (NOW + after).isoformat()}
            for n, (plate, after) in enumerate(
                [("DEF456", timedelta(minutes=2)), ("ABC123", timedelta(0))]
            )
        ]
        results = post("/plate-checks/batch", {"reads": reads}, status=200)["results"]
        assert [r["verdict"] for r in results] == ["second_vehicle", "authorized"]


class TestStays:
    def test_a_paid_stay_then_grace_then_nothing(self, post, check):
        stay = {"plate": "ABC 123", "zone": "METER", "minutes": 60}
        sold = post("/sessions", stay)
        post("/payments", {"charges": [sold["charge"]["id"]], "method": "cash"})
        verdicts = [check("ABC123", "METER", m)["verdict"] for m in (59, 60, 64, 65)]
        assert verdicts == ["authorized", "grace", "grace", "unauthorized"]

    def test_grace_proposes_nothing(self, permit, check):
        permit("EVENING", "ABC-123")
        # The window of the permit opens at 16:30.
        assert check("ABC123", minutes=374)["verdict"] == "unauthorized"
        assert check("ABC123", minutes=375)["verdict"] == "authorized"


class TestHowOften:
    def test_a_look_asks_the_database_little(self, permit, check, django_assert_max_num_queries):
        permit("STAFF-YEAR", "ABC-123")
        check("ABC123")
        with django_assert_max_num_queries(14):
            check("ABC123")

    def test_a_batch_asks_no_more_for_more_plates_without_a_right(self, permit):
        permit("STAFF-YEAR", "ABO123")
        asked = []
        answers_to([Look("WARM1", "", "LOT-A", NOW)])
        for many in (3, 60):
            looks = [Look(f"AB0{n:03}", "", "LOT-A", NOW) for n in range(100, 100 + many)]
            with CaptureQueriesContext(connection) as queries:
                answers = answers_to(looks)
            asked.append(len(queries))
            likes = {a.key: [m.plate for m in a.near_misses] for a in answers}
            assert "AB0123" not in likes or likes["AB0123"] == ["ABO123"]
        assert "AB0123" in likes
        assert asked[0] == asked[1]
