"""A tenant whose ledger has a million entries: citations, of ten seven paid, over two years."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection
from django.utils import timezone
from django_tenants.utils import tenant_context

from bench import checks, rows, tenant

DAYS = 730
PAID_OF_TEN = 7
PAID_AFTER = timedelta(days=3)
_WITH_TRIGGERS = ("ledgerentry", "ledgertransaction", "ledgerbalance")


@contextmanager
def made(entries: int) -> Iterator[Any]:
    """Make a tenant with about `entries` ledger entries, and remove it whatever happens."""
    from django.conf import settings

    with tenant.made("books") as owner:
        with tenant_context(owner):
            token = tenant.started(tenant.PROGRAMME.read_bytes(), "MONTH", timezone.now())
        place = tenant.Place(f"{owner.slug}.{settings.DOMAIN}", owner.schema_name, token, owner)
        write_one(place)
        with tenant_context(owner):
            # Of ten citations seven have four entries, and three have two.
            _fill(entries * 10 // (20 + 2 * PAID_OF_TEN), timezone.now())
        yield place


def write_one(place: tenant.Place) -> None:
    """Write a citation and have it paid, through the API: what the others are like."""
    from payments.models import Charge

    asked = {
        "client_id": str(uuid4()),
        "plate": "BEN 0",
        "zone": tenant.ZONE,
        "violation": "NO-PERMIT",
        "at": timezone.now().isoformat(),
    }
    headers = {"HTTP_AUTHORIZATION": f"Bearer {place.token}"}
    checks.serve(place, "POST", "/api/v1/citations", json.dumps(asked).encode(), headers)
    with tenant_context(place.tenant):
        charge = Charge.objects.get(kind="citation")
    pays = {"charges": [str(charge.public_id)], "method": "other"}
    checks.serve(place, "POST", "/api/v1/payments", json.dumps(pays).encode(), headers)


def _fill(count: int, at: datetime) -> None:
    from payments import operations

    with connection.cursor() as cursor:
        _switch(cursor, "DISABLE")
        _copy(count, at)
        _switch(cursor, "ENABLE")
        cursor.execute("VACUUM (ANALYZE)")
    operations.keep_balances(at=at)


def _switch(cursor: Any, act: str) -> None:
    for table in _WITH_TRIGGERS:
        cursor.execute(f"ALTER TABLE payments_{table} {act} TRIGGER USER")


def _copy(count: int, at: datetime) -> None:
    from enforcement.models import Citation
    from payments.models import Allocation, Charge, Payment

    step = timedelta(days=DAYS) / count
    issued = [at - timedelta(days=DAYS + 4) + step * n for n in range(count)]
    paid = [at + PAID_AFTER if n % 10 < PAID_OF_TEN else None for n, at in enumerate(issued)]
    first = Citation.objects.get()
    rows.write(
        Citation,
        (
            {
                "number": f"C-BENCH-{n:07}",
                "plate_key": f"BEN{n}",
                "plate_text": f"BEN{n}",
                "issued_at": issued[n],
                "recorded_at": issued[n],
                "issued_on": issued[n].date(),
                "settled_at": paid[n],
            }
            for n in range(count)
        ),
        like=first,
    )
    charge = Charge.objects.get(kind="citation")
    whole = charge.raised_net_minor
    raised = Charge.objects.filter(reference__startswith="C-BENCH-").order_by("reference")
    rows.write(
        Charge,
        (
            {
                "reference": f"C-BENCH-{n:07}",
                "plate_key": f"BEN{n}",
                "raised_at": issued[n],
                "due_on": None,
                "net_minor": whole,
                "discount_minor": 0,
                "amount_minor": whole,
                "paid_minor": whole if paid[n] else 0,
                "settled_at": paid[n],
                "postings": 0,
            }
            for n in range(count)
        ),
        like=charge,
    )
    charges = list(raised.values_list("pk", "public_id"))
    taken = Payment.objects.get(allocations__charge=charge)
    numbers = [n for n in range(count) if paid[n]]
    rows.write(
        Payment,
        (
            {
                "number": f"R-BENCH-{n:07}",
                "amount_minor": whole,
                "handed_over_minor": whole,
                "created_at": paid[n],
                "succeeded_at": paid[n],
            }
            for n in numbers
        ),
        like=taken,
    )
    made = Payment.objects.filter(number__startswith="R-BENCH-").order_by("number")
    payments = list(made.values_list("pk", flat=True))
    rows.write(
        Allocation,
        (
            {
                "payment_id": payment,
                "charge_id": charges[n][0],
                "asked_minor": whole,
                "amount_minor": whole,
            }
            for n, payment in zip(numbers, payments, strict=True)
        ),
        like=Allocation.objects.get(payment=taken),
    )
    _post(charge, charges, issued, paid, whole)


def _post(charge: Any, charges: list[Any], issued: list[Any], paid: list[Any], whole: int) -> None:
    """Write the two movements of each citation, with their legs."""
    from payments.models import LedgerEntry, LedgerTransaction

    like = LedgerTransaction.objects.get(source=f"charge:{charge.public_id}:raised")
    rows.write(
        LedgerTransaction,
        (
            {"source": f"charge:{public}:raised", "posted_at": issued[n]}
            for n, (_, public) in enumerate(charges)
        ),
        like=like,
    )
    rows.write(
        LedgerTransaction,
        (
            {"source": f"payment:R-BENCH-{n:07}", "posted_at": paid[n]}
            for n in range(len(charges))
            if paid[n]
        ),
        like=like,
    )
    known = dict(LedgerTransaction.objects.values_list("source", "pk"))
    leg = LedgerEntry.objects.filter(transaction=like).first()

    def legs() -> Iterator[dict[str, Any]]:
        for n, (pk, public) in enumerate(charges):
            moved = {"transaction_id": known[f"charge:{public}:raised"], "posted_at": issued[n]}
            yield moved | {"account_id": "1100", "amount_minor": whole, "charge_id": pk}
            yield moved | {"account_id": "4100", "amount_minor": -whole, "charge_id": pk}
            if paid[n]:
                moved = {"transaction_id": known[f"payment:R-BENCH-{n:07}"], "posted_at": paid[n]}
                yield moved | {"account_id": "1040", "amount_minor": whole, "charge_id": None}
                yield moved | {"account_id": "1100", "amount_minor": -whole, "charge_id": pk}

    rows.write(LedgerEntry, legs(), like=leg)
