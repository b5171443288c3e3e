"""Plays the points one after another on real servers, and asks afterwards where the money is."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import stripe
import time_machine
from django.conf import settings
from django.db import connection, connections
from django.utils import timezone
from django_tenants.utils import tenant_context

from parkops.celery import app
from parkops.customers import operations as customers
from parkops.kernel.actors import PUBLIC, SYSTEM, Actor
from parkops.kernel.money import Money
from parkops.local import daemons, postgres, servers, valkey
from parkops.local.places import local_dir
from parkops.messaging.models import Message
from parkops.tenancy import later, tasks
from payments import operations, queries
from payments.models import Charge, Payment, Refund
from payments.queries import proof
from payments.standin.delivery import sign
from payments.standin.remote import Remote
from permits import operations as permits
from permits.models import Permit, Quota
from permits.rules.plates import read_plates
from tests.crashes.points import POINTS, Point

CLERK = Actor("staff", "1", "Clerk")
LATER = (timedelta(minutes=20), timedelta(minutes=45))
"""When beat and the relay run again: a killed worker's turn is over by the first, open pages by the second."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a point: amounts in minor units at the provider and here, and whether all is well."""

    point: Point
    is_killed: bool
    provider_minor: int
    ours_minor: int
    payments: int
    receipts: int
    permit: str
    differences: int
    is_well: bool


class Matrix:
    """The tenant `place` with its account at the stand-in."""

    def __init__(self, place: Any, remote: Remote) -> None:
        self.place = place
        self.remote = remote
        self.account = place.stripe_account
        self.stripe = stripe.StripeClient(
            settings.STRIPE_SECRET_KEY, base_addresses={"api": remote.url}
        )

    def played(self) -> Iterator[Outcome]:
        """Play all points in turn."""
        for number, point in enumerate(POINTS):
            with tenant_context(self.place):
                yield self._play(number, point)

    def sold_and_counted(self) -> tuple[int, int]:
        """Return how many permits are sold, and how many places their quota counts as taken."""
        with tenant_context(self.place):
            kind = Permit.objects.filter(type_code="STAFF-YEAR")
            sold = kind.filter(paid_at__isnull=False, cancelled_at__isnull=True).count()
            return sold, sum(Quota.objects.values_list("taken", flat=True))

    def _play(self, number: int, point: Point) -> Outcome:
        plate, before = f"CRASH{number}", {one["id"] for one in self._charged()}
        customer = customers.register_customer(
            email=f"c{number}@parkops.test",
            name="C",
            audiences=["STAFF"],
            by=SYSTEM,
            at=timezone.now(),
        )
        if point.act != "hold":
            self._hold(customer.pk, plate)
        arguments = self._lead_up(point, customer.pk, plate)
        if point.fault is not None:
            fault, method, path = point.fault
            self.remote.fault(fault, method=method, path=path)
        is_killed = self._die(point, arguments)
        self._try_again(point, customer.pk, plate, arguments)
        self._recover()
        charge = self._charge(plate)
        return self._outcome(point, is_killed, charge, before)

    def _hold(self, customer: int, plate: str) -> None:
        wish = permits.Wish("STAFF-YEAR", read_plates([plate]))
        permits.hold_permit(
            wish, customer_id=customer, channel=Permit.Channel.PORTAL, by=PUBLIC, at=timezone.now()
        )

    def _charge(self, plate: str) -> Charge:
        return Charge.objects.get(kind="permit", plate_key=plate)

    def _lead_up(self, point: Point, customer: int, plate: str) -> dict[str, Any]:
        """Do what comes before the act; return what the act is given."""
        if point.act == "hold":
            return {"customer": customer, "plate": plate}
        charge = self._charge(plate).public_id
        if point.act == "start":
            return {"charge": str(charge)}
        if point.act == "cash":
            return {"charge": str(charge), "key": f"key-{plate}"}
        payment = self._open(charge)
        self.remote.act(self.account, "pay", payment.session_id or "")
        if point.act == "notice":
            return self._notice(payment)
        if point.act in ("refund", "receipt"):
            operations.settle_checkout(payment.pk, at=timezone.now())
        if point.act == "receipt":
            return {"message": Message.objects.get(key=f"payment:{payment.number}:receipt").pk}
        if point.act == "refund":
            refund = operations.refund_payment(
                payment.number,
                amount=Money(payment.amount_minor, payment.currency),
                reason="Not wanted",
                by=CLERK,
                at=timezone.now(),
            )
            return {"refund": refund.pk}
        return {} if point.act == "nothing" else {"payment": payment.pk}

    def _open(self, charge: UUID) -> Payment:
        return operations.start_card_payment(
            charge_ids=[charge],
            return_path="",
            email="payer@parkops.test",
            by=PUBLIC,
            at=timezone.now(),
        )

    def _notice(self, payment: Payment) -> dict[str, Any]:
        body = {
            "id": f"evt_{payment.pk}",
            "object": "event",
            "type": "checkout.session.completed",
            "created": int(time.time()),
            "livemode": False,
            "account": self.account,
            "data": {"object": {"id": payment.session_id, "payment_status": "paid"}},
        }
        text = json.dumps(body)
        signature = sign(text.encode(), settings.STRIPE_WEBHOOK_SECRET, int(time.time()))
        return {"body": text, "signature": signature}

    def _die(self, point: Point, arguments: dict[str, Any]) -> bool:
        """Let a process do the act and die of it; return whether what was to be killed was killed."""
        plan = {
            "schema": self.place.schema_name,
            "act": point.act,
            "arguments": arguments,
            "killed": point.killed,
            "at": point.at,
            "before": point.before,
        }
        connections.close_all()
        done = subprocess.run(
            [sys.executable, "-m", "tests.crashes.child", json.dumps(plan)],
            env={**os.environ, "STRIPE_API_BASE": self.remote.url},
            capture_output=True,
            text=True,
            check=False,
        )
        if point.killed in ("postgresql", "valkey"):
            return _restarted(point.killed)
        if point.killed in ("web", "worker"):
            if done.returncode != -signal.SIGKILL:
                raise SystemExit(f"{point.text}: it lived.\n{done.stderr[-2000:]}")
            return True
        return done.returncode == 0 or point.fault is not None

    def _try_again(
        self, point: Point, customer: int, plate: str, arguments: dict[str, Any]
    ) -> None:
        """Do what the customer or the clerk does who got no answer."""
        if point.act == "hold":
            if not Charge.objects.filter(plate_key=plate).exists():
                self._hold(customer, plate)
            self._pay_by_card(plate)
        elif point.act == "start":
            self._pay_by_card(plate)
        elif point.act == "cash":
            operations.take_payment(
                charge_ids=[UUID(arguments["charge"])],
                method="cash",
                request_key=arguments["key"],
                by=CLERK,
                at=timezone.now(),
            )

    def _pay_by_card(self, plate: str) -> None:
        payment = self._open(self._charge(plate).public_id)
        self.remote.act(self.account, "pay", payment.session_id or "")

    def _recover(self) -> None:
        """Run what beat and the relay run, twice, as time goes by."""
        real = later.publish
        tasks.publish = later.publish = _run
        try:
            for wait in LATER:
                with time_machine.travel(timezone.now() + wait):
                    at = timezone.now()
                    operations.apply_events(at=at)
                    operations.settle_open_checkouts(at=at)
                    operations.settle_open_refunds(at=at)
                    connection.set_schema_to_public()
                    tasks.relay_outbox.run()
                    connection.set_tenant(self.place)
        finally:
            tasks.publish = later.publish = real

    def _charged(self) -> list[Any]:
        found = self.stripe.v1.charges.list({"limit": 100}, {"stripe_account": self.account})
        return [one for one in found.data if one.paid]

    def _outcome(self, point: Point, is_killed: bool, charge: Charge, before: set[str]) -> Outcome:
        at_provider = [one for one in self._charged() if one["id"] not in before]
        provider = sum(one.amount_captured - one.amount_refunded for one in at_provider)
        taken = Payment.objects.filter(allocations__charge=charge, state="succeeded").distinct()
        by_card = [one for one in taken if one.method == Payment.Method.CARD]
        ours = sum(one.amount_minor - one.refunded_minor for one in by_card)
        sent = Message.objects.filter(event="payment.receipt")
        receipts = sum(sent.filter(key=f"payment:{one.number}:receipt").count() for one in taken)
        permit = Permit.objects.get(number=charge.reference)
        status = str(permit.status_at(timezone.now() + LATER[-1]))
        proven = proof.prove(timezone.now())
        refunds = Refund.objects.filter(payment__in=taken, state=Refund.State.SUCCEEDED).count()
        is_well = (
            is_killed
            and provider == ours
            and len(taken) == 1
            and len(at_provider) == len(by_card)
            and receipts == len(by_card)
            and status == ("suspended" if point.given_back else "active")
            and refunds == point.given_back
            and not proven.differences
            and queries.trial_balance(timezone.now()).is_balanced
        )
        return Outcome(
            point,
            is_killed,
            provider,
            ours,
            len(taken),
            receipts,
            status,
            proven.differences,
            is_well,
        )


def _restarted(server: str) -> bool:
    """Start a killed server again; return whether it was dead."""
    daemon = {"postgresql": postgres.daemon, "valkey": valkey.daemon}[server](local_dir())
    was_dead = daemons.wait_until(lambda: not daemon.is_alive(), seconds=30)
    servers.ensure_servers()
    return was_dead


def _run(entry: Any) -> None:
    """Run a promised task here and now, as a worker that is given the message."""
    named = {"schema": entry.schema_name, "entry": entry.pk, "turn": entry.attempts}
    app.tasks[entry.task].run(**entry.arguments, **named)


@contextmanager
def playing() -> Iterator[Matrix]:
    """Give a matrix on a tenant and a stand-in of its own; both go afterwards."""
    from bench import tenant
    from payments.standin.server import Standin

    app.loader.import_default_modules()
    with (
        Standin(webhook_secret=settings.STRIPE_WEBHOOK_SECRET) as standin,
        tenant.made("crashes") as place,
    ):
        settings.STRIPE_API_BASE = standin.url
        remote = Remote(standin.url)
        place.stripe_account = f"acct_{place.slug.replace('-', '')}"
        place.save(update_fields=["stripe_account"])
        remote.ensure_account(place.stripe_account, name="Crashes")
        with tenant_context(place):
            text = tenant.PROGRAMME.read_text().replace("quota: {total: 10,", "quota: {total: 30,")
            tenant.started(text.encode(), "MONTH", timezone.now())
        yield Matrix(place, remote)
