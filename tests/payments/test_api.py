"""The API about money, as the contract has it."""

import json
from uuid import uuid4

import pytest
from django.utils import timezone

from payments.models import Payment
from tests.factories.payments import assert_sound, counted_queries, make_charge, pay

pytestmark = pytest.mark.usefixtures("harbor", "raising")
API = "/api/v1"


@pytest.fixture
def api(site, token):
    """Call harbor's API with a token of all scopes, or others."""

    class Api:
        def __init__(self):
            self.headers = token("admin")

        def get(self, path, **query):
            return site.get(f"{API}{path}", query, headers=self.headers)

        def post(self, path, body=None, **headers):
            return site.post(
                f"{API}{path}",
                json.dumps(body or {}),
                content_type="application/json",
                headers={**self.headers, **headers},
            )

    return Api()


def usd(amount):
    return {"amount": amount, "currency": "USD"}


class TestCharges:
    def test_lists_what_is_owed_on_a_plate(self, api, now):
        charge = make_charge(at=now, plate_key="ABC123")
        make_charge(at=now, plate_key="OTHER1")
        [item] = api.get("/charges", plate="abc 123", open="true").json()["items"]
        assert item == {
            "id": str(charge.public_id),
            "kind": "citation",
            "reference": charge.reference,
            "plate": "ABC123",
            "text": "No valid permit",
            "amount": usd("40.00"),
            "balance": usd("40.00"),
            "due_on": None,
        }

    def test_lists_by_customer(self, api, now, ana):
        charge = make_charge(at=now, customer_id=ana.pk)
        make_charge(at=now)
        items = api.get("/charges", customer=str(ana.reference)).json()["items"]
        assert [item["id"] for item in items] == [str(charge.public_id)]
        assert api.get("/charges", customer=str(uuid4())).json() == {"items": [], "next": None}

    def test_open_leaves_out_what_is_paid(self, api, now):
        charge = make_charge(at=now)
        pay(charge, at=now)
        assert api.get("/charges", open="true").json()["items"] == []
        [item] = api.get("/charges").json()["items"]
        assert item["balance"] == usd("0.00")

    def test_pages_in_a_stable_order(self, api, now):
        ids = [str(make_charge(at=now).public_id) for _ in range(5)]
        first = api.get("/charges", limit=3).json()
        second = api.get("/charges", limit=3, cursor=first["next"]).json()
        assert [item["id"] for item in first["items"] + second["items"]] == ids
        assert second["next"] is None

    def test_takes_no_more_queries_for_more(self, api, now):
        make_charge(at=now)
        api.get("/charges")
        with counted_queries() as few:
            api.get("/charges")
        for _ in range(9):
            make_charge(at=now)
        with counted_queries() as many:
            assert len(api.get("/charges").json()["items"]) == 10
        assert len(many) == len(few)

    def test_a_plate_that_is_none_is_refused(self, api):
        assert api.get("/charges", plate="--").status_code == 422


class TestPay:
    def test_of_cash_gives_change(self, api, now):
        charge = make_charge(at=now)
        body = {"charges": [str(charge.public_id)], "method": "cash", "amount": usd("50.00")}
        answer = api.post("/payments", body)
        told = answer.json()
        assert answer.status_code == 201
        assert told["status"] == "succeeded"
        assert told["change_due"] == usd("10.00")
        assert told["allocations"] == [{"charge": str(charge.public_id), "amount": usd("40.00")}]
        assert told["redirect_url"] is None
        assert_sound(timezone.now())

    def test_leads_to_a_receipt(self, api, now, site):
        charge = make_charge(at=now)
        told = api.post("/payments", {"charges": [str(charge.public_id)], "method": "other"}).json()
        path = told["receipt_url"].split("localhost", 1)[1].split("/", 1)[1]
        assert told["number"] in site.get(f"/{path}").content.decode()

    def test_of_a_check_leaves_credit(self, api, now):
        charge = make_charge(at=now)
        body = {"charges": [str(charge.public_id)], "method": "cheque", "amount": usd("50.00")}
        told = api.post("/payments", body).json()
        assert (told["change_due"], told["credit"]) == (usd("0.00"), usd("10.00"))

    def test_of_too_little_pays_in_the_order_given(self, api, now):
        one, two = make_charge(at=now), make_charge(at=now)
        body = {
            "charges": [str(two.public_id), str(one.public_id)],
            "method": "account",
            "amount": usd("50.00"),
        }
        told = api.post("/payments", body).json()
        assert [part["amount"]["amount"] for part in told["allocations"]] == ["40.00", "10.00"]

    def test_of_what_is_paid_is_409(self, api, now):
        charge = make_charge(at=now)
        pay(charge, at=now)
        answer = api.post("/payments", {"charges": [str(charge.public_id)], "method": "cash"})
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing_owed")

    @pytest.mark.parametrize(
        ("body", "status"),
        [
            ({"charges": [str(uuid4())], "method": "cash"}, 404),
            ({"charges": [], "method": "cash"}, 422),
            ({"charges": ["x"], "method": "cash"}, 422),
            ({"charges": [str(uuid4())], "method": "shells"}, 422),
            ({"method": "cash"}, 422),
        ],
    )
    def test_of_nonsense_is_refused(self, api, body, status):
        assert api.post("/payments", body).status_code == status

    @pytest.mark.parametrize("amount", ["0.00", "-5.00", "1.234", "a lot"])
    def test_of_an_amount_that_is_none_is_422(self, api, now, amount):
        charge = make_charge(at=now)
        body = {"charges": [str(charge.public_id)], "method": "cash", "amount": usd(amount)}
        assert api.post("/payments", body).status_code == 422
        assert not Payment.objects.exists()

    def test_twice_with_a_key_is_once(self, api, now):
        body = {"charges": [str(make_charge(at=now).public_id)], "method": "cash"}
        first = api.post("/payments", body, **{"Idempotency-Key": "k1"})
        again = api.post("/payments", body, **{"Idempotency-Key": "k1"})
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert Payment.objects.count() == 1
        other = api.post("/payments", {**body, "method": "other"}, **{"Idempotency-Key": "k1"})
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")

    def test_by_card_leads_to_the_providers_page(self, api, moment, takes_cards, remote, account):
        charge = make_charge(at=moment)
        answer = api.post("/payments", {"charges": [str(charge.public_id)], "method": "card"})
        told = answer.json()
        assert (answer.status_code, told["status"]) == (201, "requires_action")
        assert told["redirect_url"].startswith("http://127.0.0.1")
        assert told["allocations"][0]["amount"] == usd("40.00")

    def test_by_card_while_the_provider_is_away_is_503(self, api, moment, takes_cards, remote):
        charge = make_charge(at=moment)
        remote.fault("500", path="/v1/checkout/sessions", method="POST", times=3)
        answer = api.post("/payments", {"charges": [str(charge.public_id)], "method": "card"})
        assert (answer.status_code, answer.json()["code"]) == (503, "provider_unavailable")
        assert "No money has been taken" in answer.json()["detail"]

    def test_needs_the_scope(self, site, token, now):
        body = {"charges": [str(make_charge(at=now).public_id)], "method": "cash"}
        answer = site.post(
            f"{API}/payments",
            json.dumps(body),
            content_type="application/json",
            headers=token("payments:read"),
        )
        assert answer.status_code == 403

    def test_another_tenants_token_is_401(self, other_site, token, now):
        assert other_site.get(f"{API}/charges", headers=token("admin")).status_code == 401


class TestRefundsAndBounces:
    def test_gives_back_and_no_more_than_there_was(self, api, now):
        payment = pay(make_charge(at=now), at=now)
        path = f"/payments/{payment.number}/refunds"
        answer = api.post(path, {"amount": usd("15.00"), "reason": "Kindness"})
        assert answer.status_code == 201
        assert answer.json()["status"] == "succeeded"
        over = api.post(path, {"amount": usd("25.01"), "reason": "More"})
        assert (over.status_code, over.json()["code"]) == (409, "over_refund")
        assert api.post(path, {"amount": usd("25.00"), "reason": "Rest"}).status_code == 201
        assert_sound(timezone.now())

    def test_of_an_unknown_payment_is_404(self, api):
        body = {"amount": usd("1.00"), "reason": ""}
        assert api.post("/payments/R-2026-99999-0/refunds", body).status_code == 404

    def test_a_bounced_check_is_owed_again_with_the_fee(self, api, now):
        charge = make_charge(at=now)
        payment = pay(charge, at=now, method="cheque")
        answer = api.post(f"/payments/{payment.number}/bounce")
        assert answer.status_code == 200
        assert answer.json()["status"] == "failed"
        items = api.get("/charges", plate="ABC123", open="true").json()["items"]
        assert [(item["kind"], item["balance"]["amount"]) for item in items] == [
            ("citation", "40.00"),
            ("fee", "25.00"),
        ]


class TestLedger:
    def test_the_trial_balance_balances(self, api, now):
        pay(make_charge(at=now), at=now, amount=1_500)
        told = api.get("/trial-balance", at=now.isoformat()).json()
        assert told["total_debit"] == told["total_credit"] == usd("40.00")
        cash = next(row for row in told["accounts"] if row["code"] == "1000")
        assert (cash["debit"], cash["credit"]) == (usd("15.00"), usd("0.00"))

    def test_before_it_happened_it_is_empty(self, api, now):
        make_charge(at=now)
        told = api.get("/trial-balance", at="2026-01-01T00:00:00Z").json()
        assert told["total_debit"] == usd("0.00")
        assert api.get("/trial-balance", at="2026-01-01T00:00:00").status_code == 422

    def test_entries_of_an_account_page_by_cursor(self, api, now):
        for _ in range(3):
            make_charge(at=now)
        codes = [row["code"] for row in api.get("/accounts").json()["items"]]
        assert "1100" in codes
        first = api.get("/accounts/1100/entries", limit=2).json()
        second = api.get("/accounts/1100/entries", limit=2, cursor=first["next"]).json()
        assert [entry["debit"]["amount"] for entry in first["items"] + second["items"]] == [
            "40.00"
        ] * 3
        later = api.get("/accounts/1100/entries", **{"from": "2027-01-01T00:00:00Z"}).json()
        assert later["items"] == []
        assert api.get("/accounts/0000/entries").status_code == 404


class TestDrawers:
    def test_open_take_and_close(self, api, now):
        drawer = api.post("/drawers", {"float": usd("100.00"), "name": "Desk"})
        assert (drawer.status_code, drawer.json()["float"]) == (201, usd("100.00"))
        drawer_id = drawer.json()["id"]
        charge = make_charge(at=now)
        body = {"charges": [str(charge.public_id)], "method": "cash", "drawer": drawer_id}
        assert api.post("/payments", body).status_code == 201
        closed = api.post(f"/drawers/{drawer_id}/close", {"counted": usd("139.50")}).json()
        assert closed["expected"] == usd("140.00")
        assert closed["over_short"] == usd("-0.50")
        again = api.post(f"/drawers/{drawer_id}/close", {"counted": usd("139.50")})
        assert again.status_code == 409
        assert_sound(timezone.now())
