"""How events reach the endpoints: signed, one after another for each, again until heard."""

import hashlib
import hmac
import http.client
import json
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from payments.standin.faults import Fault
from payments.standin.store import Store

RETRY_SECONDS = (1, 5, 15, 60, 300, 1800, 3600, 3 * 3600, 6 * 3600, 12 * 3600)
TIMEOUT_SECONDS = 10
IDLE_SECONDS = 0.5


def sign(body: bytes, secret: str, at: int) -> str:
    """Write the `Stripe-Signature` of a body sent at `at`, in Unix seconds."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def schedule(store: Store, event_ids: list[str], fault: Fault) -> list[int]:
    """Plan a delivery of each event to each endpoint that wants it; return their numbers.

    Those of the fault `webhook-before` are planned as being sent: the caller sends them.
    """
    numbers = []
    due = time.time() + (fault.late if fault.webhook == "late" else 0)
    state = {"never": "withheld", "before": "sending"}.get(fault.webhook, "due")
    ordered = reversed(event_ids) if fault.webhook == "reversed" else event_ids
    with store.transaction() as db:
        for event_id in ordered:
            for endpoint_id in _wanting(store, event_id):
                for _ in range(2 if fault.webhook == "twice" else 1):
                    row = db.execute(
                        "INSERT INTO deliveries (event, endpoint, due, state) VALUES (?, ?, ?, ?)",
                        (event_id, endpoint_id, due, state),
                    )
                    numbers.append(row.lastrowid or 0)
    return numbers


def _wanting(store: Store, event_id: str) -> list[str]:
    found = store.owner(event_id)
    if found is None:
        return []
    event, account = found
    own = [e for e in store.every("webhook_endpoint", account) if not e["_connect"]]
    connect = [e for e in store.every("webhook_endpoint", "") if e["_connect"]] if account else []
    return [
        endpoint["id"]
        for endpoint in own + connect
        if endpoint["status"] == "enabled"
        and ("*" in endpoint["enabled_events"] or event["type"] in endpoint["enabled_events"])
    ]


def again(store: Store, event_id: str) -> int:
    """Plan one more delivery of an event to everyone who wants it, also if it was withheld."""
    with store.transaction() as db:
        db.execute("DELETE FROM deliveries WHERE event = ? AND state != 'sent'", (event_id,))
        return len(schedule(store, [event_id], Fault()))


class Courier:
    """The threads that carry deliveries, and the clockwork that runs beside them."""

    def __init__(self, store: Store, *, threads: int = 2, patience: float = 1.0) -> None:
        """`patience` scales the time between attempts; tests make it small."""
        self.store = store
        self.patience = patience
        self._wake = threading.Condition()
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._run, name=f"courier-{n}", daemon=True)
            for n in range(threads)
        ]

    def start(self) -> None:
        """Begin to carry."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Finish what is being sent and stop."""
        with self._wake:
            self._stopped = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(TIMEOUT_SECONDS)

    def nudge(self) -> None:
        """Say that there may be something to carry."""
        with self._wake:
            self._wake.notify_all()

    def send(self, number: int) -> None:
        """Carry one delivery now and write down how it went."""
        row = self.store.rows("SELECT * FROM deliveries WHERE number = ?", number)[0]
        event = self.store.owner(row["event"])
        endpoint = self.store.owner(row["endpoint"])
        if event is None or endpoint is None:
            answer = "gone"
        else:
            answer = _post(endpoint[0], endpoint[1], event[0], event[1])
        attempts = row["attempts"] + 1
        if answer.startswith("2") or answer == "gone":
            state, due = "sent", row["due"]
        elif attempts > len(RETRY_SECONDS):
            state, due = "failed", row["due"]
        else:
            state = "due"
            due = time.time() + RETRY_SECONDS[attempts - 1] * self.patience
        with self.store.transaction() as db:
            db.execute(
                "UPDATE deliveries SET state = ?, due = ?, attempts = ?, answer = ?"
                " WHERE number = ?",
                (state, due, attempts, answer, number),
            )

    def _run(self) -> None:
        while True:
            number = self._claim()
            if number is not None:
                self.send(number)
                continue
            with self._wake:
                if self._stopped:
                    return
                self._wake.wait(IDLE_SECONDS * min(self.patience, 1))

    def _claim(self) -> int | None:
        """Take the next delivery whose endpoint is not being served by another thread."""
        if self._stopped:
            return None
        with self.store.transaction() as db:
            row = db.execute(
                "SELECT number FROM deliveries AS d WHERE state = 'due' AND due <= ? AND NOT EXISTS"
                " (SELECT 1 FROM deliveries WHERE state = 'sending' AND endpoint = d.endpoint)"
                " ORDER BY due, number LIMIT 1",
                (time.time(),),
            ).fetchone()
            if row is None:
                return None
            db.execute("UPDATE deliveries SET state = 'sending' WHERE number = ?", (row["number"],))
        return row["number"]


def _post(endpoint: dict[str, Any], owner: str, event: dict[str, Any], account: str) -> str:
    """Send an event; return the answer's status, or what kept it from arriving."""
    if account and not owner:
        event = event | {"account": account}
    body = json.dumps(event, indent=2).encode()
    url = urlsplit(endpoint["url"])
    headers = {
        "Host": url.netloc,
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stripe/1.0 (stand-in)",
        "Stripe-Signature": sign(body, endpoint["_secret"], int(time.time())),
    }
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = kind(_address(url.hostname or ""), url.port, timeout=TIMEOUT_SECONDS)
    try:
        connection.request(
            "POST", f"{url.path or '/'}{'?' if url.query else ''}{url.query}", body, headers
        )
        return str(connection.getresponse().status)
    except (OSError, http.client.HTTPException) as error:
        return type(error).__name__
    finally:
        connection.close()


def _address(host: str) -> str:
    """Return where a host is; names under `localhost` are here, whatever the resolver knows."""
    return "127.0.0.1" if host == "localhost" or host.endswith(".localhost") else host
