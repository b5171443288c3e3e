"""What the stand-in remembers when it is stopped, killed and started again."""

import os
import signal
import subprocess
import sys

import pytest

from payments.gateways.stripe import StripeGateway
from payments.standin import environment
from payments.standin.remote import Remote
from payments.standin.store import Store
from tests.payments.standin.fixtures import checkout


def gateway_at(url: str) -> StripeGateway:
    return StripeGateway(secret_key="sk_test_x", account="acct_town", api_base=url)


@pytest.fixture
def program(tmp_path):
    """Start the program on a free port with one file: gives its process and its address."""
    started = []

    def start() -> tuple[subprocess.Popen, str]:
        command = [sys.executable, "-m", "payments.standin", "--port", "0"]
        process = subprocess.Popen(
            command, env={**os.environ, "PARKOPS_LOCAL_DIR": str(tmp_path)}, stdout=subprocess.PIPE,
            text=True,
        )  # fmt: skip
        started.append(process)
        return process, process.stdout.readline().split()[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_killed_program_forgets_nothing(program):
    process, url = program()
    request = checkout()
    before = gateway_at(url).start_checkout(request)
    Remote(url).act("acct_town", "pay", before.session_id)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process, url = program()
    assert gateway_at(url).start_checkout(request).session_id == before.session_id
    assert gateway_at(url).look_up(before.session_id).paid
    process.send_signal(signal.SIGTERM)
    assert process.wait(5) == 0


def test_a_key_whose_work_was_cut_off_is_free_again(tmp_path):
    file = str(tmp_path / "standin.sqlite3")
    before = Store(file)
    with before.transaction() as db:
        db.execute("INSERT INTO keys (account, key, fingerprint) VALUES ('', 'k', 'f')")
        db.execute(
            "INSERT INTO deliveries (event, endpoint, due, state) VALUES ('e', 'w', 0, 'sending')"
        )
    before.close()
    after = Store(file)
    assert after.rows("SELECT * FROM keys") == []
    assert [row["state"] for row in after.rows("SELECT state FROM deliveries")] == ["due"]
    after.close()


def test_the_environment_says_where_and_for_whom():
    options = environment.options({"PARKOPS_PORT": "8001", "PARKOPS_LOCAL_DIR": "/srv/x"})
    assert options["webhook_pattern"] == "http://{slug}.localhost:8001/api/v1/hooks/stripe"
    assert options["db"] == "/srv/x/standin.sqlite3"
    assert options["port"] == 8010
    assert options["webhook_secret"] == "whsec_standin"
