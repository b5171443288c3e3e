"""A running stand-in and a seller's webhook for it: import these fixtures into a `conftest.py`."""

import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import count

import pytest

from parkops.kernel.money import Money
from payments.gateways.base import CHECKOUT_LASTS, CheckoutRequest
from payments.gateways.stripe import StripeGateway
from payments.standin.remote import Remote
from payments.standin.server import Standin

SECRET = "whsec_of_these_tests"
_numbers = count(1)


class Ear:
    """A seller's webhook on loopback that keeps what it hears and answers as it is told."""

    def __init__(self) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.answers: list[int] = []
        self.when_heard = lambda: None
        ear = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                ear.heard.append((dict(self.headers), body))
                ear.when_heard()
                self.send_response(ear.answers.pop(0) if ear.answers else 200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        self.url = f"http://campus.localhost:{self._server.server_port}/api/v1/hooks/stripe"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def kinds(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.heard]

    def wait_for(self, number: int, *, seconds: float = 5) -> None:
        """Wait until so many events were heard, and a little for one too many."""
        until = time.monotonic() + seconds
        while len(self.heard) < number:
            assert time.monotonic() < until, f"heard only {self.kinds()}"
            time.sleep(0.01)
        time.sleep(0.05)
        assert len(self.heard) == number, self.kinds()


class Visitor:
    """A customer's browser, as far as plain forms need one: it follows nothing by itself."""

    class _Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    def __init__(self) -> None:
        self._opener = urllib.request.build_opener(self._Stay, urllib.request.ProxyHandler({}))

    def get(self, url: str) -> tuple[int, dict[str, str], str]:
        return self._open(urllib.request.Request(url))

    def post(self, url: str, *, headers: dict[str, str] | None = None, **form: str):
        body = urllib.parse.urlencode(form).encode()
        return self._open(urllib.request.Request(url, data=body, headers=headers or {}))

    def _open(self, request: urllib.request.Request) -> tuple[int, dict[str, str], str]:
        try:
            with self._opener.open(request, timeout=5) as answer:
                return answer.status, dict(answer.headers), answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, dict(error.headers), error.read().decode()


@pytest.fixture(scope="module")
def standin() -> Iterator[Standin]:
    """A stand-in on a free port, forgotten afterwards; its retries come quickly."""
    with Standin(webhook_secret=SECRET, patience=0.02) as running:
        yield running


@pytest.fixture
def remote(standin) -> Iterator[Remote]:
    """Its levers, put back afterwards."""
    yield Remote(standin.url)
    standin.store.set("clock", "0")
    with standin.store.transaction() as db:
        db.execute("DELETE FROM faults")


@pytest.fixture
def account(remote) -> str:
    """A connected account that no other test uses."""
    account_id = f"acct_campus{next(_numbers)}"
    remote.ensure_account(account_id, name="Cascadia State Parking")
    return account_id


@pytest.fixture
def gateway(standin, account) -> StripeGateway:
    """Our gateway for that account."""
    return StripeGateway(
        secret_key="sk_test_of_these_tests",
        account=account,
        webhook_secrets=[SECRET],
        api_base=standin.url,
    )


@pytest.fixture
def ear(remote, account) -> Iterator[Ear]:
    """The account's webhook."""
    listening = Ear()
    remote.ensure_account(account, name="", webhook_url=listening.url)
    yield listening
    listening.close()


@pytest.fixture
def visitor() -> Visitor:
    """A customer's browser."""
    return Visitor()


def checkout(amount: Money | None = None, **overrides: object) -> CheckoutRequest:
    """An ordinary request for CA$165.00 under a key of its own."""
    number = next(_numbers)
    return CheckoutRequest(
        **{
            "reference": f"P-{number}",
            "amount": amount or Money(16500, "CAD"),
            "description": "Permit C-2026-00117, North lot",
            "success_url": "http://campus.localhost:8000/pay/return?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://campus.localhost:8000/pay/again",
            "expires_at": datetime.now(UTC).replace(microsecond=0) + CHECKOUT_LASTS,
            "idempotency_key": f"test:{datetime.now(UTC).timestamp()}:{number}",
            "customer_email": "tanner@customer.example",
            "locale": "en-CA",
            **overrides,
        }
    )
