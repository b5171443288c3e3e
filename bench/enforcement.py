"""The kerb: checks in a large town, in many towns at once, in batches, and devices' copies.

    make bench-check    or    python -m bench.enforcement [--seconds 4] [--rounds 3] [--tenants 50]

A town with 100,000 permits, 100,000 paid stays and 100 zones is checked in turns with an empty view; a
batch of 5,000 reads by its one statement and whole; an officer's device takes its copy, and what five
minutes changed. Then many small towns are asked in turns, against one of them. It removes all that it makes.
"""

import argparse
import json
import os
import platform
import signal
import statistics
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

BATCH = 5_000
CHANGED = 500
"""Plates of which something changes in five minutes."""


@dataclass(frozen=True)
class Kept:
    """What was measured against a target."""

    what: str
    found: str
    target: str
    is_kept: bool


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="for each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="the median counts")
    parser.add_argument("--permits", type=int, default=100_000)
    parser.add_argument("--stays", type=int, default=100_000)
    parser.add_argument("--tenants", type=int, default=50)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    from bench.__main__ import prepare

    prepare()
    print(
        f"\n{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}; {options.permits:,} permits, {options.stays:,} stays"
    )
    from bench import server, town

    kept: list[Kept] = []
    print("\n| What | found | target | |\n| --- | ---: | ---: | --- |")

    def tell(found: list[Kept]) -> None:
        for one in found:
            mark = "" if one.is_kept else "MISSED"
            print(f"| {one.what} | {one.found} | {one.target} | {mark} |", flush=True)
        kept.extend(found)

    with (
        town.made(options.permits, options.stays) as place,
        server.serving("bench.wsgi:application") as port,
    ):
        tell(_checks(place, port, options))
        tell(_batches(place, port, options))
        tell(_copies(place, port))
    if options.tenants:
        tell(_many(options))
    return 0 if all(one.is_kept for one in kept) else 1


def _checks(place, port: int, options) -> list[Kept]:
    from django.db import connections

    from bench import checks, load, tenant, town

    numbers = range(0, options.permits, max(options.permits // 450, 1))
    asked = [(tenant.plate(n), town.zone(n % 20 * 5)) for n in numbers]
    asked += [(tenant.misread(n), town.zone(n % 20 * 5)) for n in numbers[::9]]
    bodies = tuple(load.body(plate, zone) for plate, zone in asked)
    counts = checks.statements(place, tenant.plate(1))
    check = load.Target(port, place.host, "/api/v1/plate-checks", place.token, bodies)
    empty = load.Target(port, place.host, "/api/v1/bench/empty", place.token, (b"{}",))
    connections.close_all()
    load.rate(check, seconds=1)
    rates: dict[str, list[float]] = {"check": [], "empty": []}
    for _ in range(options.rounds):
        for name, target in (("check", check), ("empty", empty)):
            rates[name].append(load.rate(target, seconds=options.seconds))
    one, other = (statistics.median(rates[name]) for name in ("check", "empty"))
    took = sorted(load.times(check, seconds=options.seconds, connections=1))
    half, most = took[len(took) // 2], took[int(len(took) * 0.99)]
    sent = len(counts["Plate check"])
    return [
        Kept(
            "A plate check, of an empty view",
            f"{one:,.0f} of {other:,.0f} a second: {one / other:.0%}",
            "35%",
            one / other >= 0.35,
        ),
        Kept("Its statements", str(sent), "3", sent <= 3),
        Kept(
            "Its 99th of 100, of its median",
            f"{most * 1e3:.1f} of {half * 1e3:.1f} ms: {most / half:.1f} times",
            "3 times",
            most <= 3 * half,
        ),
    ]


def _batches(place, port: int, options) -> list[Kept]:
    """A camera car's reads of five minutes; one in ten is of a vehicle without a right."""
    from datetime import datetime

    from django.db import connection
    from django.utils import timezone
    from django_tenants.utils import tenant_context

    from bench import load, tenant, town
    from enforcement.queries.checks import Look

    now, step = timezone.now(), max(options.permits // BATCH, 1)
    reads = []
    for n in range(BATCH):
        number = n * step + n % step
        plate = tenant.misread(number) if n % 10 == 9 else tenant.plate(number)
        at = now - timedelta(seconds=n * 300 / BATCH)
        where = town.zone(number % 20 * 5)
        reads.append({"id": n, "plate": plate, "zone": where, "at": at.isoformat()})
    looks = [
        Look(read["plate"], "", read["zone"], datetime.fromisoformat(read["at"])) for read in reads
    ]
    with tenant_context(place.tenant):
        spent = [_in_sql(looks) for _ in range(options.rounds + 2)][2:]
    connection.set_schema_to_public()
    body = json.dumps({"reads": reads}).encode()
    batch = load.Target(port, place.host, "/api/v1/plate-checks/batch", place.token, (body,))
    load.times(batch, seconds=0.1, connections=1)
    took = load.times(batch, seconds=max(options.seconds, 5), connections=1)
    decided = BATCH / statistics.median(spent)
    whole = load.PROCESSES * BATCH / statistics.median(took)
    return [
        Kept(
            f"A batch of {BATCH:,}: the statements that decide",
            f"{decided:,.0f} reads a second",
            "20,000",
            decided >= 20_000,
        ),
        Kept(
            f"The same through the API, each read on record, {load.PROCESSES} at once",
            f"{whole:,.0f} reads a second",
            "",
            True,
        ),
    ]


def _in_sql(looks) -> float:
    """Return how many seconds the database took to find all that the answers rest on."""
    from django.db import connection

    from enforcement.queries import checks

    spent = 0.0

    def timing(execute, *given):
        nonlocal spent
        began = time.perf_counter()
        try:
            return execute(*given)
        finally:
            spent += time.perf_counter() - began

    with connection.execute_wrapper(timing):
        checks.answers_to(looks)
    return spent


def _copies(place, port: int) -> list[Kept]:
    """An officer's device takes its copy, and then what five minutes changed."""
    from django.db import connection, transaction
    from django_tenants.utils import tenant_context

    from bench import tenant
    from permits.operations import rights_changes

    cookie = _officer(place)
    whole, first = _taken(place, port, cookie)
    with tenant_context(place.tenant), transaction.atomic():
        rights_changes.plates_changed([tenant.plate(n) for n in range(CHANGED)])
    connection.set_schema_to_public()
    changed, second = _taken(place, port, cookie, first["cursor"])
    if second["full"] or len(second["rights"]) != CHANGED:
        raise SystemExit("The second answer is not what changed.")
    return [
        Kept(
            f"A device's copy: {len(first['rights']):,} plates",
            f"{whole:.1f} s",
            "10 s",
            whole < 10,
        ),
        Kept(f"What changed: {CHANGED} plates", f"{changed:.2f} s", "0.5 s", changed < 0.5),
    ]


def _officer(place) -> str:
    from django.test import Client
    from django_tenants.utils import tenant_context

    from parkops.accounts.models import User

    phone = Client(SERVER_NAME=place.host)
    with tenant_context(place.tenant):
        phone.force_login(User.objects.create_user("o@parkops.test", None, roles=["officer"]))
    return "; ".join(f"{name}={one.value}" for name, one in phone.cookies.items())


def _taken(place, port: int, cookie: str, after: str = "") -> tuple[float, dict]:
    import http.client

    path = f"/field/offline/set/?device=0d8b1c7e-5a2f-4a52-9d0a-111111111111&after={after}"
    began = time.perf_counter()
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    link.request("GET", path, headers={"Host": place.host, "Cookie": cookie})
    answer = link.getresponse()
    body = answer.read()
    took = time.perf_counter() - began
    if answer.status != 200:
        raise SystemExit(f"The copy answered {answer.status}")
    return took, json.loads(body)


def _many(options) -> list[Kept]:
    """Many small towns in turns, against one of them alone."""
    from django.conf import settings
    from django.db import connections
    from django.utils import timezone
    from django_tenants.utils import tenant_context

    from bench import copies, load, server, tenant

    body = (load.body(tenant.plate(0), tenant.ZONE),)
    with ExitStack() as stack:
        first = stack.enter_context(tenant.made("many"))
        with tenant_context(first):
            at = timezone.now() - timedelta(seconds=1)
            token = tenant.started(tenant.PROGRAMME.read_bytes(), "MONTH", at)
        connections.close_all()
        mold = copies.Mold(first)
        places = [stack.enter_context(mold.copy(f"many-{n}")) for n in range(options.tenants)]
        connections.close_all()
        with server.serving("bench.wsgi:application") as port:
            path = "/api/v1/plate-checks"
            towns = [
                load.Target(port, f"{town.slug}.{settings.DOMAIN}", path, token, body)
                for town in places
            ]
            load.rate(*towns, seconds=options.seconds)
            alone, together = [], []
            for _ in range(options.rounds):
                alone.append(load.rate(towns[0], seconds=options.seconds))
                together.append(load.rate(*towns, seconds=options.seconds))
        connections.close_all()
    one, all_ = statistics.median(alone), statistics.median(together)
    return [
        Kept(
            f"Checks in {options.tenants} tenants in turns, of one's",
            f"{all_:,.0f} of {one:,.0f} a second: {1 - all_ / one:.0%} lost",
            "20% lost",
            all_ >= 0.8 * one,
        )
    ]


if __name__ == "__main__":
    sys.exit(main())
