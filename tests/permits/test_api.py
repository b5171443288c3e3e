"""Permits over HTTP, from the quote to the end, as the contract says."""

from datetime import UTC, datetime

import pytest
import time_machine

from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM
from permits import queries

pytestmark = pytest.mark.django_db
AT = "2026-11-10T10:15:00-05:00"
SOLD = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


@pytest.fixture
def api(site, token):
    header = token("admin")

    def call(method, path, body=None, **more):
        send = getattr(site, method)
        kwargs = {"headers": {**header, **more}}
        if body is not None:
            return send(f"/api/v1{path}", data=body, content_type="application/json", **kwargs)
        if method == "get":
            return send(f"/api/v1{path}", **kwargs)
        return send(f"/api/v1{path}", data={}, content_type="application/json", **kwargs)

    return call


def register(email="ana@example.test", *audiences):
    return customers.register_customer(
        email=email, name="Ana", audiences=audiences or ("STAFF",), by=SYSTEM, at=SOLD
    )


@pytest.fixture
def ana(harbor):
    return register()


def wish(customer, **more):
    return {
        "permit_type": "STAFF-YEAR",
        "customer": str(customer.reference),
        "vehicles": ["ABC 123"],
        "at": AT,
        **more,
    }


def code_of(response):
    return response.status_code, response.json().get("code")


class TestQuote:
    def test_prorates_by_calendar_months_and_taxes_the_rounded_net(self, api, ana):
        answer = api("post", "/quotes", wish(ana))
        assert answer.status_code == 200
        body = answer.json()
        # September to August touches 12 months; November to August are 10: 360 x 10/12 = 300.
        assert body["total"] == {"amount": "324.00", "currency": "USD"}
        assert body["tax"]["amount"] == "24.00"
        assert sum(float(line["amount"]["amount"]) for line in body["lines"]) == 324.0
        assert any("10 of 12 calendar months" in reason for reason in body["because"])
        assert "deposit" not in body

    def test_keeps_nothing(self, api, ana):
        api("post", "/quotes", wish(ana))
        assert not ana.vehicles.exists()

    @pytest.mark.parametrize(
        ("change", "code"),
        [
            ({"permit_type": "RESIDENT"}, "not_eligible"),
            ({"at": "2026-07-14T23:59:00-04:00"}, "not_on_sale"),
            ({"at": "2027-09-01T00:00:00-04:00"}, "term_over"),
            ({"start": "2027-09-01T00:00:00-04:00"}, "term_over"),
            ({"vehicles": ["A1", "B2", "C3"]}, "too_many_vehicles"),
            ({"permit_type": "NOPE"}, "unknown_permit_type"),
            ({"vehicles": ["--"]}, "plate"),
        ],
    )
    def test_says_why_not(self, api, ana, change, code):
        assert code_of(api("post", "/quotes", wish(ana, **change))) == (422, code)

    def test_names_the_field(self, api, ana):
        answer = api("post", "/quotes", wish(ana, vehicles=["A1", "--"]))
        assert answer.json()["errors"][0]["field"] == "vehicles.1.plate"

    def test_a_deposit_is_outside_the_total(self, api, harbor):
        student = register("stu@example.test", "STUDENT")
        body = api("post", "/quotes", wish(student, permit_type="RESIDENT")).json()
        assert body["total"]["amount"] == "97.20"
        assert body["deposit"]["amount"] == "20.00"

    def test_needs_an_offset(self, api, ana):
        assert api("post", "/quotes", wish(ana, at="2026-11-10T10:15:00")).status_code == 422


class TestSale:
    def test_holds_then_is_active_once_paid(self, api, ana):
        held = api("post", "/permits", wish(ana))
        assert held.status_code == 201
        permit = held.json()
        assert permit["status"] == "held"
        assert permit["charge"]["balance"] == {"amount": "324.00", "currency": "USD"}
        assert permit["vehicles"] == ["ABC 123"]
        assert ana.vehicles.get().plate_key == "ABC123"
        paid = api("post", "/payments", {"charges": [permit["charge"]["id"]], "method": "cash"})
        assert paid.status_code == 201, paid.content
        number = permit["number"]
        assert api("get", f"/permits/{number}").json()["status"] == "active"

    @pytest.mark.parametrize(
        ("at", "status"),
        [
            ("2026-11-10T15:15:00Z", "active"),
            ("2027-08-31T23:59:59-04:00", "active"),
            ("2027-09-01T00:00:00-04:00", "expired"),
        ],
    )
    def test_tells_its_status_at_an_instant(self, api, ana, at, status):
        permit = api("post", "/permits", wish(ana)).json()
        api("post", "/payments", {"charges": [permit["charge"]["id"]], "method": "cash"})
        answer = api("get", f"/permits/{permit['number']}?at={at}")
        assert answer.json()["status"] == status

    def test_a_later_start_is_scheduled(self, api, ana):
        body = wish(ana, permit_type="MONTH", start="2028-01-31T12:00:00-05:00")
        permit = api("post", "/permits", body).json()
        api("post", "/payments", {"charges": [permit["charge"]["id"]], "method": "cash"})
        number = permit["number"]
        assert api("get", f"/permits/{number}").json()["status"] == "scheduled"
        assert permit["start"] == "2028-01-31T00:00:00-05:00"
        assert permit["end"] == "2028-03-01T00:00:00-05:00"

    def test_a_free_permit_is_active_at_once(self, api, ana):
        body = wish(ana, permit_type="GUEST", end="2026-11-10T11:20:00-05:00")
        permit = api("post", "/permits", body)
        assert permit.status_code == 201
        assert permit.json()["status"] == "active"
        assert permit.json()["end"] == "2026-11-10T12:15:00-05:00"

    def test_waits_for_its_documents_once_paid(self, api, harbor):
        student = register("stu@example.test", "STUDENT")
        permit = api("post", "/permits", wish(student, permit_type="RESIDENT")).json()
        api("post", "/payments", {"charges": [permit["charge"]["id"]], "method": "cash"})
        number = permit["number"]
        assert api("get", f"/permits/{number}").json()["status"] == "pending"
        assert api("get", f"/permits/{number}").json()["hangtag"] == "R1"
        assert api("post", f"/permits/{number}/approval").json()["status"] == "active"

    @pytest.mark.parametrize(
        ("change", "answer"),
        [
            ({"permit_type": "RESIDENT"}, (403, "not_eligible")),
            ({"at": "2026-07-14T23:59:00-04:00"}, (422, "not_on_sale")),
            ({"vehicles": ["A1", "B2", "C3"]}, (422, "too_many_vehicles")),
        ],
    )
    def test_refuses_with_the_contracts_statuses(self, api, ana, change, answer):
        assert code_of(api("post", "/permits", wish(ana, **change))) == answer

    def test_sells_a_customer_no_more_than_their_limit(self, api, ana):
        api("post", "/permits", wish(ana))
        assert code_of(api("post", "/permits", wish(ana))) == (422, "per_customer")

    def test_never_sells_more_than_the_quota(self, api, harbor):
        for n in range(3):
            student = register(f"s{n}@example.test", "STUDENT")
            answer = api("post", "/permits", wish(student, permit_type="RESIDENT"))
            assert answer.status_code == 201
        late = register("late@example.test", "STUDENT")
        answer = api("post", "/permits", wish(late, permit_type="RESIDENT"))
        assert code_of(answer) == (409, "sold_out")
        assert code_of(api("post", "/quotes", wish(late, permit_type="RESIDENT"))) == (
            422,
            "sold_out",
        )

    def test_the_same_key_is_one_permit(self, api, ana):
        key = {"Idempotency-Key": "k1"}
        first = api("post", "/permits", wish(ana), **key)
        again = api("post", "/permits", wish(ana), **key)
        assert again.json() == first.json()
        assert ana.permits.count() == 1
        other = api("post", "/permits", wish(ana, vehicles=[]), **key)
        assert code_of(other) == (422, "idempotency_mismatch")

    def test_another_instant_needs_an_administrators_token(self, site, token, ana):
        send = {"content_type": "application/json", "headers": token("permits:write")}
        answer = site.post("/api/v1/permits", data=wish(ana), **send)
        assert answer.status_code == 403
        later = wish(ana, permit_type="MONTH")
        del later["at"]
        assert site.post("/api/v1/permits", data=later, **send).status_code == 201

    def test_another_tenant_sees_nothing(self, api, ana, other_site, token):
        number = api("post", "/permits", wish(ana)).json()["number"]
        answer = other_site.get(f"/api/v1/permits/{number}", headers=token("permits:read"))
        assert answer.status_code == 401


class TestChanges:
    def sold(self, api, customer, **change):
        permit = api("post", "/permits", wish(customer, **change)).json()
        api("post", "/payments", {"charges": [permit["charge"]["id"]], "method": "cash"})
        return permit["number"]

    def test_cancels_with_the_refund_of_full_months_less_the_fee(self, api, ana):
        number = self.sold(api, ana)
        answer = api(
            "post",
            f"/permits/{number}/cancellation",
            {"at": "2027-01-20T12:00:00-05:00", "reason": "moved"},
        )
        assert answer.status_code == 200, answer.content
        # Its own term touches November to August: 10 months; February to August are 7.
        # 300 x 7/10 = 210, less 10; tax 24 x 7/10 = 16.80.
        assert answer.json()["refund"] == {"amount": "216.80", "currency": "USD"}
        assert answer.json()["status"] == "cancelled"
        again = api("post", f"/permits/{number}/cancellation", {"reason": "again"})
        assert again.status_code == 409

    def test_changes_the_plates_from_now_on(self, api, ana):
        number = self.sold(api, ana)
        answer = api("put", f"/permits/{number}/vehicles", {"vehicles": ["XYZ 9"]})
        assert answer.json()["vehicles"] == ["XYZ 9"]
        found = api("get", "/permits?plate=xyz9")
        assert found.status_code == 200, found.content
        assert [row["number"] for row in found.json().get("items", [found.content])] == [number]
        assert api("get", "/permits?plate=abc123").json()["items"] == []

    def test_revokes_for_a_reason(self, api, ana):
        number = self.sold(api, ana)
        assert api("post", f"/permits/{number}/revocation", {}).status_code == 422
        answer = api("post", f"/permits/{number}/revocation", {"reason": "forged"})
        assert answer.json()["status"] == "revoked"

    def test_suspends_and_reinstates(self, api, ana):
        number = self.sold(api, ana)
        assert api("post", f"/permits/{number}/suspension", {"reason": "x"}).json()["status"] == (
            "suspended"
        )
        assert api("delete", f"/permits/{number}/suspension").json()["status"] == "active"

    def test_renews_a_month_without_drifting(self, api, ana):
        number = self.sold(
            api,
            ana,
            permit_type="MONTH",
        )
        # Renewal opens ten days before the end, on 30 November.
        with time_machine.travel(SOLD, tick=False):
            answer = api("post", f"/permits/{number}/renewal", {})
        assert code_of(answer) == (409, "too_early")

    def test_lists_by_customer_status_and_zone(self, api, ana):
        number = self.sold(api, ana)
        for query in (
            f"customer={ana.reference}",
            "status=active",
            "zone=LOT-A",
            "zone=lot-b",
        ):
            found = api("get", f"/permits?{query}").json()["items"]
            assert [row["number"] for row in found] == [number], query
        for query in ("status=held", "zone=METER", "zone=CAMPUS"):
            assert api("get", f"/permits?{query}").json()["items"] == [], query
        assert api("get", "/permits?status=odd").status_code == 422


class TestLine:
    def test_a_freed_place_is_offered_to_the_first_in_line(self, api, apply_programme, harbor):
        students = [register(f"s{n}@example.test") for n in range(13)]
        numbers = [
            api("post", "/permits", wish(person)).json()["number"] for person in students[:11]
        ]
        assert code_of(api("post", "/permits", wish(students[11]))) == (409, "sold_out")
        body = {"permit_type": "STAFF-YEAR"}
        first = api("post", "/waitlist", {**body, "customer": str(students[11].reference)})
        second = api("post", "/waitlist", {**body, "customer": str(students[12].reference)})
        assert (first.status_code, first.json()["status"], first.json()["position"]) == (
            201,
            "waiting",
            1,
        )
        assert second.json()["position"] == 2
        api("post", f"/permits/{numbers[0]}/cancellation", {"reason": "no"})
        entries = {
            row["customer"]: row["status"] for row in api("get", "/waitlist").json()["items"]
        }
        assert entries[str(students[11].reference)] == "offered"
        assert entries[str(students[12].reference)] == "waiting"
        # The offer holds its place: nobody else gets it, and the one it was made to does.
        assert code_of(api("post", "/permits", wish(students[12]))) == (409, "sold_out")
        assert api("post", "/permits", wish(students[11])).status_code == 201
        mine = api("get", f"/waitlist?customer={students[11].reference}").json()["items"]
        assert mine[0]["status"] == "accepted"


class TestStays:
    def test_charges_the_minutes_inside_the_hours(self, api, harbor):
        body = {
            "plate": "PAY 1",
            "zone": "METER",
            "start": "2026-11-10T17:00:00-05:00",
            "minutes": 90,
        }
        answer = api("post", "/sessions", body)
        assert answer.status_code == 201, answer.content
        # 17:00 to 18:00 is charged, 18:00 to 18:30 is not; 8% tax.
        assert answer.json()["total"]["amount"] == "2.70"
        rights = queries.rights_for(
            plate_key="PAY1",
            zone_codes=["METER"],
            at=datetime(2026, 11, 10, 23, 0, tzinfo=UTC),
        )
        assert rights[0].holds_now
        assert rights[0].number == answer.json()["id"]

    @pytest.mark.parametrize(
        ("zone", "minutes", "code"),
        [("METER", 10, "too_short"), ("METER", 181, "too_long"), ("LOT-A", 60, "no_rate")],
    )
    def test_refuses_what_no_rate_sells(self, api, harbor, zone, minutes, code):
        body = {"plate": "PAY 1", "zone": zone, "start": AT, "minutes": minutes}
        assert code_of(api("post", "/sessions", body)) == (422, code)

    def test_an_extension_counts_towards_the_longest(self, api, harbor):
        stay = api("post", "/sessions", {"plate": "P1", "zone": "METER", "minutes": 120}).json()
        number = stay["id"]
        assert (
            api("post", f"/sessions/{number}/extension", {"minutes": 60}).json()["minutes"] == 180
        )
        answer = api("post", f"/sessions/{number}/extension", {"minutes": 1})
        assert code_of(answer) == (422, "too_long")


class TestPasses:
    def test_gives_back_the_time_not_used(self, api, ana):
        permit = api("post", "/permits", {**wish(ana, permit_type="VISITOR-BOOK", vehicles=[])})
        assert permit.status_code == 201, permit.content
        number = permit.json()["number"]
        api("post", "/payments", {"charges": [permit.json()["charge"]["id"]], "method": "cash"})
        body = {"permit": number, "plate": "VIS 1", "start": "2026-11-12T10:00:00Z", "hours": 70}
        given = api("post", "/passes", body)
        assert given.status_code == 201, given.content
        assert (given.json()["left"], given.json()["left_in"]) == (120, "minutes")
        more = api("post", "/passes", {**body, "plate": "VIS 2", "hours": 3})
        assert code_of(more) == (422, "passes_used_up")
        later = api("post", "/passes", {**body, "start": "2026-11-27T10:00:00Z", "hours": 72})
        assert later.status_code == 201


class TestPermitTypes:
    def test_have_price_places_and_reasons(self, api, harbor):
        found = {row["code"]: row for row in api("get", "/permit-types").json()["items"]}
        assert found["STAFF-YEAR"]["left"] == 11
        assert found["STAFF-YEAR"]["waitlist"] == 0
        assert found["MONTH"]["price"] == {"amount": "54.00", "currency": "USD"}
        assert found["MONTH"]["left"] is None

    def test_by_audience(self, api, harbor):
        codes = {
            row["code"] for row in api("get", "/permit-types?audience=student").json()["items"]
        }
        assert "RESIDENT" in codes
        assert "STAFF-YEAR" not in codes
