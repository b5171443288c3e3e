"""Money: a cash payment against its own statements; a million entries added up, and proven.

    make bench-money    or    python -m bench.money [--payments 300] [--entries 1000000] [--rounds 5]

A payment through the API is measured against its own statements, replayed by pgbench in a second tenant that
is in the same state, with `fsync` on. Then a tenant is filled with a million ledger entries: its trial
balance now, at a moment a year ago, and after a posting into the past; and the proof of its books. It removes
the tenants that it makes.
"""

import argparse
import os
import platform
import signal
import statistics
import sys
import time
from datetime import timedelta

TIMES = 3
BALANCE_MS = 300
PROOF_SECONDS = 60


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--payments", type=int, default=300)
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=5, help="the median counts")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    from bench.__main__ import prepare

    prepare()
    print(
        f"\n{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    kept = [_payments(options), *_books(options)]
    print(f"\n{'All targets are kept.' if all(kept) else 'A target is MISSED.'}")
    return 0 if all(kept) else 1


def _payments(options: argparse.Namespace) -> bool:
    from bench import till

    found = sorted(
        (till.payments(options.payments) for _ in range(options.rounds)),
        key=lambda one: one.api_ms / one.bare_ms,
    )
    print(
        "\n| Cash payments, ms each | Through the API | By pgbench | |\n| --- | ---: | ---: | ---: |"
    )
    for one in found:
        print(
            f"| {one.statements:.0f} statements | {one.api_ms:.2f} | {one.bare_ms:.2f} "
            f"| {one.api_ms / one.bare_ms:.2f} times |"
        )
    middle = found[len(found) // 2]
    return _told(
        f"a cash payment takes at most {TIMES} times its statements, by the median of {len(found)} rounds",
        middle.api_ms / middle.bare_ms <= TIMES,
    )


def _books(options: argparse.Namespace) -> list[bool]:
    from django.utils import timezone
    from django_tenants.utils import tenant_context

    from bench import books
    from payments import queries
    from payments.models import LedgerEntry
    from payments.queries import proof

    with books.made(options.entries) as place, tenant_context(place.tenant):
        entries, now = LedgerEntry.objects.count(), timezone.now()
        print(f"\n| {entries:,} entries | ms |\n| --- | ---: |")
        slowest = 0.0
        for name, at in (
            ("Trial balance now", now),
            ("Trial balance of a moment a year ago", now - timedelta(days=365, hours=5)),
        ):
            ms = _median(lambda at=at: queries.trial_balance(at), options.rounds)
            slowest = max(slowest, ms)
            print(f"| {name} | {ms:.0f} |")
        _post_late(now - timedelta(days=400))
        began = time.perf_counter()
        is_balanced = queries.trial_balance(now).is_balanced
        ms = (time.perf_counter() - began) * 1e3
        print(f"| Trial balance now, right after a posting 400 days back | {ms:.0f} |")
        began = time.perf_counter()
        proven = proof.prove(timezone.now())
        seconds = time.perf_counter() - began
        print(
            f"| Proof of the books, {proven.charges:,} charges made again | {seconds * 1e3:,.0f} |"
        )
    return [
        _told(f"a trial balance takes less than {BALANCE_MS} ms", max(slowest, ms) < BALANCE_MS),
        _told(f"the proof takes less than {PROOF_SECONDS} s", seconds < PROOF_SECONDS),
        _told("both sides are equal, and nothing differs", is_balanced and not proven.differences),
    ]


def _median(ask, rounds: int) -> float:
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        ask()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1e3


def _post_late(at) -> None:
    """Post a fee as of an instant long past."""
    from parkops.kernel.actors import SYSTEM
    from parkops.kernel.money import Money
    from payments import accounts, operations

    operations.raise_charge(
        kind="fee",
        reference="LATE",
        text="A fee known late",
        net=Money(100, "USD"),
        tax=Money(0, "USD"),
        customer_id=None,
        plate_key="LATE",
        due_on=None,
        revenue=accounts.FEE_REVENUE,
        by=SYSTEM,
        at=at,
    )


def _told(what: str, is_kept: bool) -> bool:
    print(f"\n{'Kept' if is_kept else 'MISSED'}: {what}.")
    return is_kept


if __name__ == "__main__":
    sys.exit(main())
