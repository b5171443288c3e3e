"""What every call to the API passes: who asks, what is wrong, how large, how often."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from django_tenants.utils import tenant_context

from parkops.accounts import operations as accounts
from parkops.accounts.models import ApiToken
from parkops.api import limits
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Refused

CUSTOMERS = "/api/v1/customers"


def problem(response, status, code):
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"]
    assert body["title"]
    assert body["detail"]
    return body


class TestWho:
    def test_no_token_is_401(self, site):
        response = site.get(CUSTOMERS)
        problem(response, 401, "unauthorized")
        assert response["WWW-Authenticate"] == "Bearer"

    def test_an_unknown_token_is_401(self, site):
        problem(site.get(CUSTOMERS, headers={"authorization": "Bearer po_x"}), 401, "unauthorized")

    def test_another_tenants_token_is_401(self, site, hillside):
        with tenant_context(hillside):
            secret = accounts.create_token(
                name="theirs", scopes=["admin"], by=SYSTEM, at=timezone.now()
            ).secret
        headers = {"authorization": f"Bearer {secret}"}
        problem(site.get(CUSTOMERS, headers=headers), 401, "unauthorized")

    def test_a_revoked_token_is_401(self, site, token):
        headers = token("customers:read")
        assert site.get(CUSTOMERS, headers=headers).status_code == 200
        accounts.revoke_token(ApiToken.objects.get().pk, by=SYSTEM, at=timezone.now())
        problem(site.get(CUSTOMERS, headers=headers), 401, "unauthorized")

    def test_an_expired_token_is_401(self, site, harbor):
        now = timezone.now()
        secret = accounts.create_token(
            name="old",
            scopes=["admin"],
            expires_at=now - timedelta(hours=1),
            by=SYSTEM,
            at=now - timedelta(days=1),
        ).secret
        headers = {"authorization": f"Bearer {secret}"}
        problem(site.get(CUSTOMERS, headers=headers), 401, "unauthorized")

    def test_a_missing_scope_is_403(self, site, token):
        problem(site.get(CUSTOMERS, headers=token("permits:read")), 403, "missing_scope")

    def test_reading_does_not_write(self, site, token):
        response = site.post(
            CUSTOMERS, {}, content_type="application/json", headers=token("customers:read")
        )
        problem(response, 403, "missing_scope")

    def test_admin_includes_all(self, site, token):
        assert site.get(CUSTOMERS, headers=token("admin")).status_code == 200

    def test_use_is_noted_once_a_minute(self, site, token):
        headers = token("admin")
        site.get(CUSTOMERS, headers=headers)
        first = ApiToken.objects.get().last_used_at
        site.get(CUSTOMERS, headers=headers)
        assert first is not None
        assert ApiToken.objects.get().last_used_at == first

    def test_the_secret_is_stored_as_a_hash_only(self, site, token):
        secret = token("admin")["authorization"].split()[1]
        row = ApiToken.objects.values().get()
        assert secret not in json.dumps(row, default=str)

    def test_a_token_above_its_limit_is_429(self, site, token):
        headers = token("admin")
        ApiToken.objects.update(requests_per_second=2)
        answers = [site.get(CUSTOMERS, headers=headers) for _ in range(12)]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert refused
        problem(refused[0], 429, "too_many_requests")
        assert refused[0]["Retry-After"] == "1"

    def test_a_limit_of_one_is_not_another_ones(self):
        one, other = uuid4(), uuid4()
        assert limits.allow(f"test:{one}", per_minute=1)
        assert not limits.allow(f"test:{one}", per_minute=1)
        assert limits.allow(f"test:{other}", per_minute=1)

    def test_a_page_says_in_words_that_it_was_tried_too_often(self, harbor, rf):
        act, request = f"test-{uuid4()}", rf.get("/")
        limits.require_calm(request, act, per_minute=1)
        with pytest.raises(Refused) as refusal:
            limits.require_calm(request, act, per_minute=1)
        assert refusal.value.code == "too_often"
        limits.require_calm(request, act, per_minute=1, of="another thing")


class TestWhatIsWrong:
    def test_an_unknown_path_is_a_404_problem(self, site, token):
        problem(site.get("/api/v1/nothing", headers=token("admin")), 404, "not_found")
        problem(site.post("/api/v1/nothing"), 404, "not_found")
        problem(site.get("/api/v1/"), 404, "not_found")

    def test_another_method_is_a_405_problem(self, site, token):
        response = site.delete(CUSTOMERS, headers=token("admin"))
        problem(response, 405, "method_not_allowed")
        assert "GET" in response["Allow"]

    def test_no_cookie_and_no_csrf_is_needed(self, harbor, token):
        browser = Client(enforce_csrf_checks=True, SERVER_NAME="harbor.localhost")
        response = browser.post(
            CUSTOMERS,
            {"email": "a@b.test", "name": "A"},
            content_type="application/json",
            headers=token("admin"),
        )
        assert response.status_code == 201
        problem(browser.post("/api/v1/nothing"), 404, "not_found")

    def test_a_session_is_no_token(self, site, alice):
        problem(site.login_as(alice).get(CUSTOMERS), 401, "unauthorized")

    @pytest.mark.parametrize("body", ["{", "[1", '{"email": NaN}', "\x00", "{" * 50_000])
    def test_what_is_no_json_is_400(self, site, token, body):
        response = site.post(
            CUSTOMERS, body, content_type="application/json", headers=token("admin")
        )
        problem(response, 400, "malformed")

    def test_fields_at_fault_are_named(self, site, token):
        body = {"email": "nobody", "audiences": "x", "age": 3}
        response = site.post(
            CUSTOMERS, body, content_type="application/json", headers=token("admin")
        )
        errors = problem(response, 422, "validation")["errors"]
        assert {error["field"] for error in errors} == {"email", "name", "audiences", "age"}
        assert all(error["message"] for error in errors)

    @pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
    def test_text_that_cannot_be_stored_is_422(self, site, token, text):
        body = json.dumps({"email": "a@b.test", "name": text})
        response = site.post(
            CUSTOMERS, body, content_type="application/json", headers=token("admin")
        )
        assert problem(response, 422, "validation")["errors"][0]["field"] == "name"

    def test_nul_in_the_address_is_no_fault(self, site, token):
        headers = token("admin")
        assert site.get(CUSTOMERS + "/%00", headers=headers).status_code == 404
        assert site.get(CUSTOMERS + "?email=%00", headers=headers).status_code == 422

    def test_a_large_body_is_413(self, site, token):
        response = site.post(
            CUSTOMERS,
            json.dumps({"name": "x" * 1024 * 1024}),
            content_type="application/json",
            headers=token("admin"),
        )
        problem(response, 413, "too_large")

    def test_a_fault_tells_no_stack(self, site, token, monkeypatch):
        from parkops.customers import api

        def broken(*_args, **_kwargs):
            raise ZeroDivisionError("secret detail")

        monkeypatch.setattr(api.queries, "matching", broken)
        response = site.get(CUSTOMERS, headers=token("admin"))
        problem(response, 500, "fault")
        assert b"secret detail" not in response.content
        assert b"Traceback" not in response.content


class TestDescription:
    def test_is_served_and_names_the_calls(self, site):
        described = site.get("/api/v1/openapi.json").json()
        assert described["openapi"].startswith("3.")
        assert "/api/v1/customers" in described["paths"]
        assert {"bearer"} <= {
            scheme["scheme"] for scheme in described["components"]["securitySchemes"].values()
        }

    def test_the_page_asks_nothing_of_another_host(self, site):
        response = site.get("/api/v1/docs")
        assert response.status_code == 200
        assert b"://" not in response.content.replace(b"http://www.w3.org", b"")


class TestLists:
    def make(self, site, headers, count):
        for n in range(count):
            body = {"email": f"p{n}@b.test", "name": f"P{n}"}
            site.post(CUSTOMERS, body, content_type="application/json", headers=headers)

    def test_pages_follow_without_gap_or_double(self, site, token):
        headers = token("admin")
        self.make(site, headers, 5)
        seen, cursor = [], ""
        while True:
            page = site.get(CUSTOMERS, {"limit": 2, "cursor": cursor}, headers=headers).json()
            seen += [item["email"] for item in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == [f"p{n}@b.test" for n in (4, 3, 2, 1, 0)]

    @pytest.mark.parametrize("limit", ["0", "501", "x"])
    def test_a_limit_is_1_to_500(self, site, token, limit):
        response = site.get(CUSTOMERS, {"limit": limit}, headers=token("admin"))
        assert problem(response, 422, "validation")["errors"][0]["field"] == "limit"

    def test_a_cursor_of_elsewhere_is_422(self, site, token):
        problem(site.get(CUSTOMERS, {"cursor": "x"}, headers=token("admin")), 422, "cursor")
