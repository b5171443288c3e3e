"""The API about payment plans and the books."""

import json
from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone

from payments import operations
from payments.models import PaymentPlan
from payments.rules.gl import Row
from tests.conftest import Site
from tests.factories.payments import CLERK, assert_sound, counted_queries, make_charge, owed
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.usefixtures("harbor", "raising")
API = "/api/v1"


@pytest.fixture
def call(site, token):
    """Call harbor's API with a token of some scopes."""

    def call(path, body=None, *, scopes="admin", **query):
        headers = token(scopes)
        if body is None:
            return site.get(f"{API}{path}", query, headers=headers)
        return site.post(
            f"{API}{path}", json.dumps(body), content_type="application/json", headers=headers
        )

    return call


@pytest.fixture
def charge(ana):
    return make_charge(at=timezone.now(), customer_id=ana.pk, net=4_000)


@pytest.fixture
def plan_code(apply_programme) -> str:
    """A plan that begins at once."""
    text = (PROGRAMMES / "harbor.yaml").read_text()
    new = "plans:\n  - {code: OPEN, name: Payment plan, instalments: 4}\n"
    apply_programme(text.replace("plans:\n", new))
    return "OPEN"


def asked(ana, *charges, **more) -> dict:
    return {
        "customer": str(ana.reference),
        "plan": "GENERAL",
        "charges": [str(one.public_id) for one in charges],
        "instalments": 2,
        **more,
    }


class TestPlans:
    def test_tell_who_may_have_which_and_why_not(self, call, ana, charge, plan_code):
        told = call("/plans/eligibility", customer=ana.reference, charge=charge.public_id).json()
        assert [(one["plan"], one["eligible"], one["needs_approval"]) for one in told[:2]] == [
            ("OPEN", True, False),
            ("INCOME", True, True),
        ]
        assert told[0]["instalments"] == [2, 3, 4]
        assert sum(float(one["amount"]["amount"]) for one in told[0]["schedule"]) == 45
        deposit = make_charge(at=timezone.now(), customer_id=ana.pk, kind="deposit")
        query = {"customer": ana.reference, "charge": deposit.public_id}
        for one in call("/plans/eligibility", **query).json():
            assert (one["eligible"], one["schedule"]) == (False, [])
            assert one["because"]

    def test_one_is_agreed_to_shown_listed_and_ended(self, call, ana, charge, plan_code):
        answer = call("/plans", asked(ana, charge, plan=plan_code))
        assert answer.status_code == 201, answer.content
        made = answer.json()
        assert (made["status"], len(made["schedule"])) == ("running", 2)
        assert call(f"/plans/{made['number']}").json() == made
        assert call("/plans", customer=ana.reference).json()["items"] == [made]
        assert call("/plans", status="completed").json()["items"] == []
        assert call("/plans", asked(ana, charge, plan=plan_code)).json()["number"] == made["number"]
        path = f"/plans/{made['number']}/cancellation"
        assert call(path, {"reason": ""}).status_code == 422
        for _ in range(2):
            assert call(path, {"reason": "Moved away"}).json()["status"] == "cancelled"
        assert PaymentPlan.objects.count() == 1
        assert owed(charge) == 4_000
        assert_sound(timezone.now())

    def test_what_the_rules_refuse_says_why(self, call, ana, charge, plan_code):
        for change, status in [
            ({"plan": "NONE"}, 422),
            ({"instalments": 900}, 422),
            ({"charges": [str(uuid4())]}, 404),
            ({"customer": str(uuid4())}, 404),
        ]:
            answer = call("/plans", asked(ana, charge, **{"plan": plan_code} | change))
            assert answer.status_code == status, (change, answer.content)
        assert not PaymentPlan.objects.exists()

    def test_a_longer_list_asks_no_more_of_the_database(self, call, ana, charge, plan_code):
        call("/plans", asked(ana, charge, plan=plan_code))
        call("/plans")
        with counted_queries() as one:
            call("/plans")
        number = call("/plans").json()["items"][0]["number"]
        call(f"/plans/{number}/cancellation", {"reason": "Again"})
        other = make_charge(at=timezone.now(), customer_id=ana.pk, net=4_000)
        call("/plans", asked(ana, other, plan=plan_code))
        with counted_queries() as two:
            assert len(call("/plans").json()["items"]) == 2
        assert len(two) <= len(one)

    def test_of_another_tenant_there_is_none(self, call, ana, charge, plan_code, token):
        number = call("/plans", asked(ana, charge, plan=plan_code)).json()["number"]
        answer = Site("hillside").get(f"{API}/plans/{number}", headers=token("admin"))
        assert answer.status_code == 401
        assert call("/plans/N-2026-99999-9").status_code == 404


class TestBooks:
    def test_months_codes_and_exports_are_read(self, call, now):
        make_charge(at=now, kind="permit")
        operations.write_code(Row("4000", "51-A", date(2026, 11, 1), "CC-7"), by=CLERK, at=now)
        made = operations.export_journal(now.date(), now.date(), by=CLERK, at=now)
        reads = {"scopes": "payments:read"}
        assert "2026-11" in [one["month"] for one in call("/ledger/months", **reads).json()]
        [code] = call("/ledger/codes", **reads).json()
        assert (code["account"], code["code"], code["cost_center"]) == ("4000", "51-A", "CC-7")
        [export] = call("/ledger/exports", **reads).json()["items"]
        assert export["number"] == made.number
        batch = call(f"/ledger/exports/{made.number}", **reads).json()
        assert "51-A" in [line["code"] for line in batch["lines"]]
        sides = [
            sum(float(line[side]["amount"]) for line in batch["lines"])
            for side in ("debit", "credit")
        ]
        assert sides[0] == sides[1] > 0
        assert call("/ledger/exports/E-2026-99999-9", **reads).status_code == 404
        assert call("/ledger/months", scopes="permits:read").status_code == 403
