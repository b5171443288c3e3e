"""Closes the pages whose time is over, as Stripe does, without anybody looking."""

import threading

from payments.standin import delivery
from payments.standin.calls import Call
from payments.standin.delivery import Courier
from payments.standin.faults import Fault
from payments.standin.resources import checkout
from payments.standin.store import Store

TICK_SECONDS = 1.0


class Clockwork:
    """A thread that looks once a second."""

    def __init__(self, store: Store, courier: Courier) -> None:
        self.store = store
        self.courier = courier
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="clockwork", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        self._thread.start()

    def stop(self) -> None:
        """Stop looking."""
        self._stopped.set()
        self._thread.join()

    def tick(self) -> int:
        """Close what is due and announce it; return how many pages were closed."""
        with self.store.transaction():
            due = self.store.rows(
                "SELECT id, account FROM objects WHERE kind = 'checkout.session'"
                " AND json_extract(body, '$.status') = 'open'"
                " AND json_extract(body, '$.expires_at') <= ?",
                self.store.now(),
            )
            for row in due:
                call = Call(self.store, row["account"])
                checkout.fresh(call, call.need("checkout.session", row["id"]))
                delivery.schedule(self.store, call.announced, Fault())
        if due:
            self.courier.nudge()
        return len(due)

    def _run(self) -> None:
        while not self._stopped.wait(TICK_SECONDS):
            self.tick()
