"""The API as a client sees it: who may ask, errors, ids, expansion, pages of lists."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import stripe

from payments.gateways.base import GatewayRejected
from tests.payments.gateways.contract import refund_of
from tests.payments.standin.fixtures import checkout


@pytest.fixture
def ask(standin, account, gateway):
    """Call the API raw, as the account: `ask("get", "/v1/charges", limit=1)` gives the object."""

    def call(method: str, path: str, **params: object):
        answer = gateway.client.raw_request(method, path, stripe_account=account, **params)
        return gateway.client.deserialize(answer, api_mode="V1").to_dict()

    return call


@pytest.fixture
def paid(gateway, remote, account):
    """Pay one checkout and tell its state."""

    def pay():
        started = gateway.start_checkout(checkout())
        remote.act(account, "pay", started.session_id)
        return gateway.look_up(started.session_id)

    return pay


class TestWhoMayAsk:
    @pytest.mark.parametrize(
        ("headers", "status"),
        [
            ({}, 401),
            ({"Authorization": "Bearer sk_live_x"}, 401),
            ({"Authorization": "Bearer sk_test_x"}, 200),
            ({"Authorization": "Basic c2tfdGVzdF94Og=="}, 200),
            ({"Authorization": "Bearer sk_test_x", "Stripe-Account": "acct_of_nobody"}, 403),
        ],
    )
    def test_needs_a_test_key_and_a_connected_account(self, standin, headers, status):
        answer = requests.get(f"{standin.url}/v1/charges", headers=headers, timeout=5)
        assert answer.status_code == status
        assert answer.headers["Request-Id"].startswith("req_")

    def test_tells_back_the_version_it_was_asked_in(self, standin):
        answer = requests.get(
            f"{standin.url}/v1/balance",
            headers={"Authorization": "Bearer sk_test_x", "Stripe-Version": "2026-10-28.endive"},
            timeout=5,
        )
        assert answer.headers["Stripe-Version"] == "2026-10-28.endive"


class TestErrors:
    def test_an_unknown_path_is_said_to_be_so(self, ask):
        with pytest.raises(stripe.InvalidRequestError, match="Unrecognized request URL"):
            ask("get", "/v1/subscriptions")

    def test_an_unknown_parameter_is_named(self, ask):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            ask("post", "/v1/refunds", payment_intent="pi_x", amuont=1)
        assert (refusal.value.code, refusal.value.param) == ("parameter_unknown", "amuont")

    def test_a_lacking_parameter_is_named(self, ask):
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            ask("post", "/v1/checkout/sessions", mode="payment", success_url="http://x/")
        assert refusal.value.param == "line_items"

    def test_a_declined_card_leaves_its_traces(self, ask):
        with pytest.raises(stripe.CardError) as refusal:
            ask(
                "post", "/v1/payment_intents", amount=500, currency="cad", confirm="true",
                payment_method="pm_card_chargeDeclinedInsufficientFunds",
            )  # fmt: skip
        assert refusal.value.code == "card_declined"
        [charge] = ask("get", "/v1/charges")["data"]
        assert (charge["status"], charge["failure_code"]) == ("failed", "card_declined")
        assert ask("get", "/v1/balance")["available"] == []


class TestExpand:
    def test_puts_objects_in_place_of_ids(self, ask, paid):
        session = ask(
            "get", f"/v1/checkout/sessions/{paid().session_id}",
            expand=["payment_intent.latest_charge.balance_transaction"],
        )  # fmt: skip
        booked = session["payment_intent"]["latest_charge"]["balance_transaction"]
        assert (booked["fee"], booked["net"]) == (509, 15991)
        assert not [name for name in session if name.startswith("_")]

    def test_reaches_into_lists(self, ask, paid):
        paid()
        [charge] = ask("get", "/v1/charges", expand=["data.payment_intent"])["data"]
        assert charge["payment_intent"]["object"] == "payment_intent"

    def test_refuses_what_is_no_reference(self, ask, paid):
        with pytest.raises(stripe.InvalidRequestError):
            ask("get", f"/v1/charges/{paid().charge_id}", expand=["currency"])


class TestLists:
    def test_are_cut_into_pages_newest_first(self, ask, paid):
        newest_last = [paid().charge_id for _ in range(3)]
        first = ask("get", "/v1/charges", limit=2)
        assert [c["id"] for c in first["data"]] == newest_last[:0:-1]
        assert first["has_more"] is True
        rest = ask("get", "/v1/charges", limit=2, starting_after=newest_last[1])
        assert [c["id"] for c in rest["data"]] == newest_last[:1]
        assert rest["has_more"] is False
        back = ask("get", "/v1/charges", limit=2, ending_before=newest_last[0])
        assert [c["id"] for c in back["data"]] == newest_last[:0:-1]

    def test_keep_to_the_account_and_to_what_is_asked(self, ask, paid, remote):
        one, _ = paid(), paid()
        found = ask("get", "/v1/charges", payment_intent=one.intent_id)["data"]
        assert [c["id"] for c in found] == [one.charge_id]
        assert ask("get", "/v1/charges", created={"gt": found[0]["created"] + 60})["data"] == []
        with pytest.raises(stripe.InvalidRequestError):
            ask("get", "/v1/charges", starting_after="ch_of_another")


class TestMoney:
    def test_the_balance_is_the_sum_of_all_movements(self, ask, paid, gateway, remote, account):
        state = paid()
        ask("post", "/v1/refunds", payment_intent=state.intent_id, amount=1000)
        dispute = remote.act(account, "dispute", paid().charge_id)
        remote.act(account, "lose-dispute", dispute["id"])
        moved = ask("get", "/v1/balance_transactions", limit=100)["data"]
        assert sorted(m["net"] for m in moved) == [-18000, -1000, 15991, 15991]
        assert ask("get", "/v1/balance")["available"][0]["amount"] == sum(m["net"] for m in moved)

    def test_a_payout_is_made_of_the_movements_before_it(self, ask, paid, remote, account):
        paid()
        payout = remote.act(account, "pay-out", "cad")
        made_of = ask("get", "/v1/balance_transactions", payout=payout["id"])["data"]
        kinds = {m["type"]: m["net"] for m in made_of}
        assert kinds == {"charge": 15991, "payout": -15991}
        assert ask("get", "/v1/balance")["available"] == []
        with pytest.raises(stripe.InvalidRequestError):
            ask("post", "/v1/payouts", currency="cad")

    def test_three_refunds_at_once_never_exceed_the_charge(self, paid, gateway, standin, account):
        state = paid()

        def give_back(_: int) -> str:
            try:
                gateway.refund(refund_of(state.intent_id, 7000))
            except GatewayRejected as refusal:
                return refusal.code
            return "refunded"

        with ThreadPoolExecutor(3) as pool:
            outcomes = sorted(pool.map(give_back, range(3)))
        assert outcomes == ["over_refund", "refunded", "refunded"]
        assert gateway.look_up(state.session_id).refunded.minor == 14000


class TestAccounts:
    def test_a_new_account_is_led_through_setup_and_back(self, gateway, visitor):
        accounts = gateway.client.v1
        made = accounts.accounts.create({"country": "CA", "metadata": {"tenant": "t1"}})
        link = accounts.account_links.create(
            {
                "account": made.id,
                "type": "account_onboarding",
                "refresh_url": "http://campus.localhost:8000/office/cards/",
                "return_url": "http://campus.localhost:8000/office/cards/done/",
            }
        )
        status, headers, _ = visitor.get(link.url)
        assert (status, headers["Location"]) == (
            303, "http://campus.localhost:8000/office/cards/done/",
        )  # fmt: skip
        assert accounts.accounts.retrieve(made.id).charges_enabled
