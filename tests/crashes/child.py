"""What the web server or a worker does, in a process that dies where it is told.

python -m tests.crashes.child PLAN     (JSON: schema, act, arguments, killed, at, before, set_back)
"""

import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from functools import reduce
from typing import Any
from uuid import UUID


def main() -> None:
    """Do the act of the plan; end the process, or a server, at its point."""
    plan = json.loads(sys.argv[1])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkops.settings")
    import django

    django.setup()
    from django.db import connection
    from django.utils import timezone

    from parkops.tenancy.models import Tenant

    connection.set_tenant(Tenant.objects.get(schema_name=plan["schema"]))
    kill = _killer(plan["killed"])
    if plan["at"]:
        _hook(plan["at"], kill, before=plan["before"])
    at = timezone.now() - timedelta(hours=1 if plan["killed"] == "clock" else 0)
    _ACTS[plan["act"]](at=at, **plan["arguments"])
    if not plan["at"]:
        kill()


def _killer(what: str) -> Callable[[], None]:
    from parkops.local import postgres, valkey
    from parkops.local.places import local_dir

    servers = {"postgresql": postgres.daemon, "valkey": valkey.daemon}

    def kill() -> None:
        if what in ("web", "worker"):
            os.kill(os.getpid(), signal.SIGKILL)
        elif what in servers:
            for process in servers[what](local_dir()).processes():
                process.kill()

    return kill


def _hook(target: str, kill: Callable[[], None], *, before: bool) -> None:
    """Kill when the function is called first, or when it has done its work."""
    module, _, path = target.partition(":")
    *owners, name = path.split(".")
    owner = reduce(getattr, owners, importlib.import_module(module))
    real = getattr(owner, name)

    def hooked(*args: Any, **named: Any) -> Any:
        if before:
            kill()
        answer = real(*args, **named)
        if not before:
            kill()
        return answer

    setattr(owner, name, hooked)


def _hold(*, at: Any, customer: int, plate: str) -> None:
    from parkops.kernel.actors import PUBLIC
    from permits import operations
    from permits.models import Permit
    from permits.rules.plates import read_plates

    wish = operations.Wish("STAFF-YEAR", read_plates([plate]))
    operations.hold_permit(
        wish, customer_id=customer, channel=Permit.Channel.PORTAL, by=PUBLIC, at=at
    )


def _start(*, at: Any, charge: str) -> None:
    from parkops.kernel.actors import PUBLIC
    from payments import operations

    operations.start_card_payment(
        charge_ids=[UUID(charge)], return_path="", email="payer@parkops.test", by=PUBLIC, at=at
    )


def _settle(*, at: Any, payment: int) -> None:
    from payments import operations

    operations.settle_checkout(payment, at=at)


def _notice(*, at: Any, body: str, signature: str) -> None:
    from payments import operations

    operations.receive_event(body.encode(), {"stripe-signature": signature}, at=at)


def _cash(*, at: Any, charge: str, key: str) -> None:
    from parkops.kernel.actors import Actor
    from payments import operations

    operations.take_payment(
        charge_ids=[UUID(charge)],
        method="cash",
        request_key=key,
        by=Actor("staff", "1", "Clerk"),
        at=at,
    )


def _refund(*, at: Any, refund: int) -> None:
    from payments import operations

    operations.send_refund(refund, at=at)


def _receipt(*, at: Any, message: int) -> None:
    from parkops.messaging import operations

    operations.deliver(message, at=at)


def _nothing(*, at: Any) -> None:
    return


_ACTS: dict[str, Callable[..., None]] = {
    "hold": _hold,
    "start": _start,
    "settle": _settle,
    "notice": _notice,
    "cash": _cash,
    "refund": _refund,
    "receipt": _receipt,
    "nothing": _nothing,
}

if __name__ == "__main__":
    main()
