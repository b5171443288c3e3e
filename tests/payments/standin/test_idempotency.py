"""A repeated request under one key."""

import threading
import time

import pytest
import requests

URL = "/v1/payment_intents"
FORM = {"amount": "500", "currency": "cad"}


@pytest.fixture
def post(standin, account):
    """Send a form under a key: `post("k", FORM)`."""

    def send(key: str, form: dict[str, str], *, fault: str = "", path: str = URL):
        headers = {
            "Authorization": "Bearer sk_test_x",
            "Stripe-Account": account,
            "Idempotency-Key": key,
            "Standin-Fault": fault,
        }
        return requests.post(standin.url + path, data=form, headers=headers, timeout=5)

    return send


def test_gets_the_first_answer_again(post, account):
    first, again = post("k1", FORM), post("k1", FORM)
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"


def test_is_refused_with_other_parameters(post):
    post("k2", FORM)
    answer = post("k2", {**FORM, "amount": "600"})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "idempotency_error"


def test_is_refused_while_the_first_is_under_way(post, standin):
    first = threading.Thread(target=post, args=("k3", FORM), kwargs={"fault": "delay=0.5"})
    first.start()
    while not standin.store.rows("SELECT * FROM keys WHERE key = 'k3'"):
        time.sleep(0.01)
    answer = post("k3", FORM)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "idempotency_key_in_use"
    first.join()
    assert post("k3", FORM).headers["Idempotent-Replayed"] == "true"


def test_keeps_a_declined_card_but_not_a_mistake(post):
    declined = {**FORM, "confirm": "true", "payment_method": "pm_card_chargeDeclined"}
    first, again = post("k4", declined), post("k4", declined)
    assert (first.status_code, again.status_code) == (402, 402)
    assert first.json() == again.json()
    assert post("k5", {"currency": "cad"}).status_code == 400
    assert post("k5", FORM).status_code == 200


def test_a_key_belongs_to_one_account(post, remote, standin):
    ours = post("k6", FORM).json()["id"]
    remote.ensure_account("acct_beside", name="Beside")
    theirs = requests.post(
        standin.url + URL,
        data=FORM,
        headers={
            "Authorization": "Bearer sk_test_x",
            "Stripe-Account": "acct_beside",
            "Idempotency-Key": "k6",
        },
        timeout=5,
    ).json()["id"]
    assert ours != theirs


@pytest.mark.parametrize("fault", ["500", "429", "drop-before"])
def test_a_fault_before_the_work_leaves_the_key_free(post, standin, account, fault):
    try:
        post(f"k7{fault}", FORM, fault=fault)
    except requests.ConnectionError:
        assert fault == "drop-before"
    assert standin.store.every("payment_intent", account) == []
    assert post(f"k7{fault}", FORM).status_code == 200


def test_a_dropped_answer_can_be_had_again(post, standin, account):
    with pytest.raises(requests.ConnectionError):
        post("k8", FORM, fault="drop")
    [made] = standin.store.every("payment_intent", account)
    assert post("k8", FORM).json()["id"] == made["id"]


def test_an_unknown_fault_is_refused(post):
    assert post("k9", FORM, fault="earthquake").status_code == 400
