"""Customers over HTTP, as the contract says."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tenants.utils import tenant_context

from parkops.customers import operations
from parkops.kernel.actors import SYSTEM

CUSTOMERS = "/api/v1/customers"


@pytest.fixture
def call(site, token):
    """Call the API with a token that may read and write customers."""
    headers = token("customers:read", "customers:write")

    def send(method, path, body=None):
        return getattr(site, method)(
            CUSTOMERS + path,
            **({"data": json.dumps(body), "content_type": "application/json"} if body else {}),
            headers=headers,
        )

    return send


@pytest.fixture
def ana(call):
    return call(
        "post",
        "",
        {"email": "Ana@b.test", "name": "Ana", "phone": "1", "external_id": "S-1"},
    ).json()


class TestRegister:
    def test_answers_201_with_what_was_given(self, call):
        body = {
            "email": "a@reserved.example",
            "name": "Ünï 名",
            "phone": "+1 555",
            "external_id": "7",
        }
        response = call("post", "", body)
        assert response.status_code == 201
        assert response.json().items() >= {**body, "audiences": []}.items()
        assert response.json()["id"]

    def test_takes_audiences_of_the_program_in_any_case(self, call, first_audience):
        body = {"email": "a@b.test", "name": "A", "audiences": [first_audience.lower()]}
        assert call("post", "", body).json()["audiences"] == [first_audience]

    def test_names_an_unknown_audience(self, call):
        body = {"email": "a@b.test", "name": "A", "audiences": ["NOBODY"]}
        response = call("post", "", body)
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "audiences.0"

    @pytest.mark.parametrize(
        "changed", [{"email": "ANA@B.TEST", "external_id": ""}, {"email": "x@b.test"}]
    )
    def test_is_409_for_the_same_address_or_external_id(self, call, ana, changed):
        response = call("post", "", {"name": "B", "external_id": "S-1", **changed})
        assert response.status_code == 409
        assert response.json()["code"] == "customer_exists"

    @pytest.mark.parametrize("email", ["", "a", "a@b", "a b@c.test", "@b.test", "a@b..test"])
    def test_looks_at_the_form_of_the_address(self, call, email):
        response = call("post", "", {"email": email, "name": "A"})
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "email"


@pytest.fixture
def first_audience(harbor, now):
    from parkops.programme import queries

    return queries.in_force(now).programme.audiences[0].code


class TestFind:
    def test_by_address_without_case(self, call, ana):
        found = call("get", "?email=ana%40B.test").json()
        assert [item["id"] for item in found["items"]] == [ana["id"]]
        assert found["next"] is None

    def test_nobody_is_an_empty_list(self, call, ana):
        assert call("get", "?email=eva%40b.test").json() == {"items": [], "next": None}

    def test_by_id(self, call, ana):
        assert call("get", f"/{ana['id']}").json()["email"] == "Ana@b.test"

    @pytest.mark.parametrize("reference", ["1", "x", "7d9f3c1e-2b5a-4c6d-8e0f-112233445566"])
    def test_what_is_not_there_is_404(self, call, ana, reference):
        assert call("get", f"/{reference}").status_code == 404

    def test_another_tenants_is_404(self, call, hillside):
        with tenant_context(hillside):
            theirs = operations.register_customer(
                email="a@b.test", name="A", by=SYSTEM, at=timezone.now()
            )
        assert call("get", f"/{theirs.reference}").status_code == 404
        assert call("patch", f"/{theirs.reference}", {"name": "x"}).status_code == 404

    def test_costs_the_same_queries_for_twice_the_rows(self, call):
        def cost():
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert call("get", "").status_code == 200
            return len(queries)

        for n in range(3):
            call("post", "", {"email": f"a{n}@b.test", "name": "A"})
        before = cost()
        for n in range(3, 6):
            call("post", "", {"email": f"a{n}@b.test", "name": "A"})
        assert cost() == before


class TestChange:
    def test_changes_what_is_given_and_no_more(self, call, ana):
        changed = call("patch", f"/{ana['id']}", {"name": "Ana B"}).json()
        assert changed == {**ana, "name": "Ana B"}

    def test_is_409_for_anothers_address(self, call, ana):
        call("post", "", {"email": "eva@b.test", "name": "Eva"})
        response = call("patch", f"/{ana['id']}", {"email": "EVA@b.test"})
        assert response.status_code == 409

    def test_to_the_same_address_is_fine(self, call, ana):
        assert call("patch", f"/{ana['id']}", {"email": "ana@b.test"}).status_code == 200

    def test_names_an_unknown_field(self, call, ana):
        response = call("patch", f"/{ana['id']}", {"reference": "x"})
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "reference"


class TestVehicles:
    def test_answers_the_plate_and_its_key(self, call, ana):
        response = call("post", f"/{ana['id']}/vehicles", {"plate": " abc-123 ", "fuel": "Diesel"})
        assert response.status_code == 201
        answer = response.json()
        assert answer["plate_key"] == "ABC123"
        assert answer["plate"] == "ABC-123"
        assert answer["fuel"] == "diesel"
        assert answer["id"]

    def test_the_same_plate_twice_is_once(self, call, ana):
        path = f"/{ana['id']}/vehicles"
        first = call("post", path, {"plate": "ABC 123"}).json()
        second = call("post", path, {"plate": "abc123", "region": "ON"}).json()
        assert second["id"] == first["id"]
        assert second["region"] == "ON"
        other = call("post", path, {"plate": "ABC123", "region": "QC"}).json()
        assert other["id"] != first["id"]
        assert len(call("get", f"/{ana['id']}").json()["vehicles"]) == 2

    @pytest.mark.parametrize("plate", ["", "---", "ABCDEFGHIJKLM", "🚗"])
    def test_names_a_plate_that_is_none(self, call, ana, plate):
        response = call("post", f"/{ana['id']}/vehicles", {"plate": plate})
        assert response.status_code == 422
        assert response.json()["errors"][0]["field"] == "plate"

    def test_removed_stays_in_history(self, call, ana):
        path = f"/{ana['id']}/vehicles"
        vehicle = call("post", path, {"plate": "ABC 123"}).json()
        assert call("delete", f"{path}/{vehicle['id']}").json()["removed_at"]
        assert call("get", f"/{ana['id']}").json()["vehicles"] == []
        assert call("delete", f"{path}/{vehicle['id']}").status_code == 404
        kinds = [m["title"] for m in call("get", f"/{ana['id']}/timeline").json()["items"]]
        assert "Vehicle removed" in kinds
        assert "Vehicle added" in kinds


def test_the_time_line_is_newest_first(call, ana):
    call("post", f"/{ana['id']}/vehicles", {"plate": "ABC 123"})
    items = call("get", f"/{ana['id']}/timeline").json()["items"]
    assert [item["kind"] for item in items] == ["vehicle", "customer"]
    assert items[0]["plate"] == "ABC 123"
    assert items[0]["at"] >= items[1]["at"]
