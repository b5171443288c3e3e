"""The same key with the same body acts once, whatever happens in between."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone
from django_tenants.utils import tenant_context

from parkops.accounts import operations as accounts
from parkops.api import operations
from parkops.api.models import IdempotencyKey
from parkops.api.problems import Problem
from parkops.customers import operations as customers
from parkops.customers.models import Customer
from parkops.kernel.actors import SYSTEM
from payments.models import Payment
from tests.conftest import Site
from tests.factories.payments import make_charge

CUSTOMERS = "/api/v1/customers"
ANA = {"email": "ana@b.test", "name": "Ana"}


def post(site, headers, body, key, path=CUSTOMERS):
    return site.post(
        path,
        body if isinstance(body, str) else json.dumps(body),
        content_type="application/json",
        headers={**headers, **({"Idempotency-Key": key} if key else {})},
    )


class TestSameKey:
    def test_repeats_the_first_answer(self, site, token):
        """J1: the same 201 body returns, and nothing new exists."""
        headers = token("admin")
        first, second = (post(site, headers, ANA, "k1") for _ in range(2))
        assert first.status_code == second.status_code == 201
        assert first.content == second.content
        assert second["Idempotency-Replayed"] == "true"
        assert Customer.objects.count() == 1

    def test_does_not_mind_how_the_json_is_written(self, site, token):
        headers = token("admin")
        post(site, headers, ANA, "k1")
        again = post(site, headers, '{ "name": "Ana",\n "email": "ana@b.test" }', "k1")
        assert again.status_code == 201

    def test_with_another_body_is_422(self, site, token):
        """J1, as our contract has it: another body is told and not answered as the first; nothing new exists."""
        headers = token("admin")
        post(site, headers, ANA, "k1")
        other = post(site, headers, {**ANA, "name": "Eva"}, "k1")
        assert other.status_code == 422
        assert other.json()["code"] == "idempotency_mismatch"
        assert Customer.objects.count() == 1

    def test_repeats_a_refusal_of_422(self, site, token):
        headers = token("admin")
        body = {**ANA, "audiences": ["NOBODY"]}
        first, second = (post(site, headers, body, "k1") for _ in range(2))
        assert first.status_code == second.status_code == 422
        assert first.json() == second.json()
        assert first.json()["errors"][0]["field"] == "audiences.0"

    def test_is_tried_again_after_409(self, site, token):
        """J2: after a 409 the key may be tried again."""
        headers = token("admin")
        post(site, headers, ANA, "")
        assert post(site, headers, ANA, "k1").status_code == 409
        assert not IdempotencyKey.objects.exists()
        changed = Customer.objects.get()
        customers.change_customer(
            changed.pk, changes={"email": "eva@b.test"}, by=SYSTEM, at=timezone.now()
        )
        assert post(site, headers, ANA, "k1").status_code == 201

    def test_is_tried_again_after_a_fault(self, site, token, monkeypatch):
        """J2: after a 5xx the key may be tried again."""
        from parkops.customers import api

        headers = token("admin")
        good = api.operations.register_customer

        def broken(**arguments):
            good(**arguments)
            raise ZeroDivisionError

        monkeypatch.setattr(api.operations, "register_customer", broken)
        assert post(site, headers, ANA, "k1").status_code == 500
        assert not Customer.objects.exists()
        monkeypatch.setattr(api.operations, "register_customer", good)
        assert post(site, headers, ANA, "k1").status_code == 201

    def test_of_another_token_is_another_key(self, site, token):
        """J3: the same key of another token is unrelated."""
        assert post(site, token("admin"), ANA, "k1").status_code == 201
        other = post(site, token("admin"), {**ANA, "email": "eva@b.test"}, "k1")
        assert other.status_code == 201

    def test_on_another_path_is_another_key(self, site, token):
        headers = token("admin")
        first = post(site, headers, ANA, "k1").json()
        vehicle = post(
            site, headers, {"plate": "ABC 123"}, "k1", f"{CUSTOMERS}/{first['id']}/vehicles"
        )
        assert vehicle.status_code == 201

    def test_has_at_most_255_characters(self, site, token):
        response = post(site, token("admin"), ANA, "k" * 256)
        assert response.json()["code"] == "idempotency_key"

    def test_is_forgotten_after_a_week(self, site, token):
        post(site, token("admin"), ANA, "k1")
        now = timezone.now()
        assert operations.forget_old_keys(at=now + timedelta(days=6)) == 0
        assert operations.forget_old_keys(at=now + timedelta(days=8)) == 1

    def test_with_another_key_twice_is_a_conflict(self, site, token):
        """J1: another key gives the normal duplicate error."""
        headers = token("admin")
        assert post(site, headers, ANA, "k1").status_code == 201
        again = post(site, headers, ANA, "k2")
        assert (again.status_code, again.json()["code"]) == (409, "customer_exists")
        assert Customer.objects.count() == 1

    def test_while_it_runs_is_409_over_http(self, site, token):
        """J2: the same request meets the first while that is running, and may be sent again after it."""
        headers, path = token("admin"), "/api/v1/payments"
        charge = make_charge(kind="fee", at=timezone.now())
        body = {"charges": [str(charge.public_id)], "method": "cash"}
        assert post(site, headers, body, "k1", path).status_code == 201
        until = timezone.now() + timedelta(minutes=1)
        IdempotencyKey.objects.update(status=None, claimed_until=until)  # as before its answer
        again = post(site, headers, body, "k1", path)
        assert (again.status_code, again.json()["code"]) == (409, "idempotency_in_progress")
        assert again["Retry-After"]
        assert Payment.objects.count() == 1

    def test_without_a_key_twice_is_a_conflict(self, site, token):
        """J1: what is there already is a normal duplicate error."""
        headers = token("admin")
        assert post(site, headers, ANA, "").status_code == 201
        again = post(site, headers, ANA, "")
        assert again.status_code == 409
        assert again.json()["code"] == "customer_exists"


class TestClaimInSteps:
    def claim(self, token_id, at):
        return operations.claim_key(
            token_id=token_id, route="POST /x", key="k", digest="d", leased=True, at=at
        )

    @pytest.fixture
    def token_id(self, harbor):
        return accounts.create_token(
            name="t", scopes=["admin"], by=SYSTEM, at=timezone.now()
        ).token.pk

    def test_is_in_progress_until_its_lease_ends(self, token_id):
        """J2: while the first runs, the same key is refused with 409."""
        now = timezone.now()
        first = self.claim(token_id, now)
        with pytest.raises(Problem) as refused:
            self.claim(token_id, now + timedelta(seconds=30))
        assert (refused.value.status, refused.value.code) == (409, "idempotency_in_progress")
        assert refused.value.headers["Retry-After"]
        later = self.claim(token_id, now + timedelta(seconds=120))
        assert later.row_id == first.row_id
        assert later.answer is None

    def test_given_up_is_free_at_once(self, token_id):
        now = timezone.now()
        operations.give_up_key(self.claim(token_id, now).row_id)
        assert self.claim(token_id, now).answer is None

    def test_answered_is_repeated(self, token_id):
        now = timezone.now()
        claim = self.claim(token_id, now)
        operations.keep_answer(claim.row_id, status=201, content_type="application/json", body="{}")
        operations.give_up_key(claim.row_id)
        assert self.claim(token_id, now).answer.status == 201


def test_many_at_once_act_once(own_database):
    """Eight doubles in eight threads: one customer, one answer, given eight times."""
    with tenant_context(own_database):
        secret = accounts.create_token(
            name="t", scopes=["admin"], by=SYSTEM, at=timezone.now()
        ).secret

    def send(_):
        try:
            return post(Site("harbor"), {"authorization": f"Bearer {secret}"}, ANA, "race")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(send, range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    connection.set_tenant(own_database)
    assert Customer.objects.filter(email="ana@b.test").count() == 1


def test_doubles_of_an_act_in_steps_hear_its_answer(own_database):
    """Four doubles of a cash payment at once: money is taken once, and all hear the same."""
    with tenant_context(own_database):
        secret = accounts.create_token(
            name="t", scopes=["admin"], by=SYSTEM, at=timezone.now()
        ).secret
        charge = make_charge(kind="fee", at=timezone.now())
    body = {"charges": [str(charge.public_id)], "method": "cash"}

    def send(_):
        headers = {"authorization": f"Bearer {secret}"}
        try:
            return post(Site("harbor"), headers, body, "cash", "/api/v1/payments")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(send, range(4)))
    assert {answer.status_code for answer in answers} == {201}, answers[0].content
    assert len({answer.content for answer in answers}) == 1
    connection.set_tenant(own_database)
    assert Payment.objects.count() == 1
