"""The live figures: a poll that brings nothing new, one that brings news, and what counting rows would take.

    make bench-live    or    python -m bench.live [--citations 1000000] [--tenants 20] [--polls 2000]

A tenant is filled with citations. Polls of its dashboard, which knows the present version, are served in turns
with a static view of Django's behind the same middleware; those of more tenants in turns with each other. Then
it polls after something was done: such a poll looks, and draws what changed. And the citations are counted by
status as a page without remembered figures would. In the end the dashboards of all tenants are polled over
HTTP, served by two workers as `make run` serves them. It removes the tenants that it makes.
"""

import argparse
import os
import platform
import signal
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

SHARE_OF_STATIC = 0.6
TIMES_A_COUNT = 100
TIMES_A_COUNT_CHANGED = 50
PATH = "/office/live/"
COUNT = """
SELECT source, stage, settled_at IS NULL, voided_at IS NULL, dismissed_at IS NULL, count(*)
  FROM enforcement_citation GROUP BY 1, 2, 3, 4, 5
"""


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--citations", type=int, default=1_000_000)
    parser.add_argument("--tenants", type=int, default=20, help="whose dashboards are open at once")
    parser.add_argument("--polls", type=int, default=2_000)
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    from bench.__main__ import prepare

    prepare()
    print(
        f"\n{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    with ExitStack() as stack:
        return 0 if _measure(options, stack) else 1


def _measure(options: argparse.Namespace, stack: ExitStack) -> bool:
    from django.db import connection
    from django_tenants.utils import tenant_context

    from reporting.queries import desks, live

    # A version counts as the present one for the whole of the measurement.
    live.SHARED.seconds = desks.SHARED.seconds = 3_600
    places = [_made(stack, f"live-{n}") for n in range(max(options.tenants, 1))]
    with tenant_context(places[0].tenant):
        _cite(options.citations)
    known = {place.host: _version(place) for place in places}
    static, unchanged, several = (
        _each(options.polls, ask)
        for ask in (
            lambda _n: _served(places[0], "/bench/static"),
            lambda _n: _served(places[0], f"{PATH}?v={known[places[0].host]}"),
            lambda n: _served(
                places[n % len(places)], f"{PATH}?v={known[places[n % len(places)].host]}"
            ),
        )
    )
    with tenant_context(places[0].tenant):
        looks = _each(30, lambda _n: live.look(_now()))
        waits = _each(30, lambda _n: desks.look(_now()))

        def count(_n: int) -> None:
            with connection.cursor() as cursor:
                cursor.execute(COUNT)
                cursor.fetchall()

        counted = _each(5, count)
    page = _Page(places[0])
    changed = _each(200, lambda _n: page.poll(), before=lambda n: _check(places[0], n))
    again = _each(200, lambda _n: page.poll_again())
    cited = _each(30, lambda _n: page.poll(), before=lambda n: _cite_one(places[0], n))
    live.SHARED.seconds, desks.SHARED.seconds = live.REMEMBERED_SECONDS, desks.REMEMBERED_SECONDS
    static_rate, poll_rate = _over_http(places)
    print(f"\n| {options.citations:,} citations | ms each | |\n| --- | ---: | --- |")
    share, times, looked = static / unchanged, counted / unchanged, counted / looks
    news = counted / changed
    print(f"| Static view | {static:.3f} | |")
    print(f"| Poll, nothing new | {unchanged:.3f} | {share:.0%} of the static view's throughput |")
    print(f"| The same, {len(places)} tenants in turns | {several:.3f} | {static / several:.0%} |")
    print(f"| One look, as after a change | {looks:.2f} | a count takes {looked:.0f} times it |")
    print(f"| Poll after plates were checked, all of it | {changed:.2f} | {news:.0f} times |")
    print(f"| The same for the next page open | {again:.2f} | {counted / again:.0f} times |")
    print(f"| Poll after a citation, all of it | {cited:.1f} | {counted / cited:.0f} times |")
    print(f"| What waits at the desks, looked at every 10 s for all | {waits:.1f} | |")
    print(f"| Counting the citations by status | {counted:.1f} | {times:.0f} times the poll |")
    served = poll_rate / static_rate
    print(f"\n| Two workers, {len(places)} dashboards open | a second |\n| --- | ---: |")
    print(f"| Static view | {static_rate:,.0f} |")
    print(f"| Polls, nothing new | {poll_rate:,.0f} |")
    return all(
        (
            _told(
                f"over HTTP, polls have {served:.0%} of the static view's throughput, at least "
                f"{SHARE_OF_STATIC:.0%}",
                served >= SHARE_OF_STATIC,
            ),
            _told(f"a poll has at least {SHARE_OF_STATIC:.0%} of it", share >= SHARE_OF_STATIC),
            _told(f"a count takes at least {TIMES_A_COUNT} polls", times >= TIMES_A_COUNT),
            _told(
                f"a count takes at least {TIMES_A_COUNT_CHANGED} polls with news",
                news >= TIMES_A_COUNT_CHANGED,
            ),
        )
    )


_OFFICES: dict[str, Any] = {}


class _Page:
    """A dashboard that is open, and polls with the version that it shows."""

    def __init__(self, place: Any) -> None:
        from django.conf import settings

        name = settings.SESSION_COOKIE_NAME
        self.place = place
        self.before = self.shown = _version(place)
        self.cookie = {"HTTP_COOKIE": f"{name}={_OFFICES[place.host].cookies[name].value}"}

    def poll(self) -> None:
        """Poll, and show what is new."""
        self.before, self.shown = self.shown, self._asked(self.shown)

    def poll_again(self) -> None:
        """Poll as another page that shows what this one showed before."""
        self._asked(self.before)

    def _asked(self, shown: str) -> str:
        from bench import checks

        answer = checks.serve(self.place, "GET", f"{PATH}?desk=today&v={shown}", b"", self.cookie)
        if answer.get("Live-Version", shown) == shown:
            raise RuntimeError("a poll with news brought none")
        return answer["Live-Version"]


def _cite_one(place: Any, n: int) -> None:
    """Let a citation be issued, and the figures be old."""
    from django_tenants.utils import tenant_context

    from enforcement.operations import citations
    from parkops.kernel.actors import SYSTEM
    from reporting.queries import live, sharing

    at = _now()
    with tenant_context(place.tenant):
        draft = citations.Draft(None, f"CITED{n}", "", "LOT-B", "FIRE-LANE", at)
        citations.issue_citation(draft, by=SYSTEM, at=at)
        sharing.forget(live.SHARED)


def _check(place: Any, n: int) -> None:
    """Let plates be checked, and the figures be old."""
    from django_tenants.utils import tenant_context

    from enforcement.rules import counting
    from parkops.tallies import operations as tallies
    from reporting.queries import live, sharing

    with tenant_context(place.tenant):
        tallies.add(counting.checks(_now(), n + 1))
        sharing.forget(live.SHARED)


def _over_http(places: list[Any]) -> tuple[float, float]:
    """Return answers a second of the static view and of polls of all dashboards, in turns; the median counts."""
    from django.conf import settings
    from django.db import connections

    from bench import load, server

    rates: dict[str, list[float]] = {"static": [], "polls": []}
    with server.serving("bench.wsgi:application") as port:
        static = [load.Target(port, place.host, "/bench/static") for place in places]
        polls = []
        for place in places:
            path = f"{PATH}?v={_version(place)}"
            sid = _OFFICES[place.host].cookies[settings.SESSION_COOKIE_NAME].value
            cookie = f"{settings.SESSION_COOKIE_NAME}={sid}"
            polls.append(load.Target(port, place.host, path, cookie=cookie))
        connections.close_all()
        for targets in (static, polls):
            load.rate(*targets, seconds=2)
        for _ in range(3):
            rates["static"].append(load.rate(*static, seconds=4))
            rates["polls"].append(load.rate(*polls, seconds=4))
    return statistics.median(rates["static"]), statistics.median(rates["polls"])


def _made(stack: ExitStack, name: str) -> Any:
    from django.conf import settings
    from django_tenants.utils import tenant_context

    from bench import tenant
    from parkops.accounts.models import User

    owner = stack.enter_context(tenant.made(name))
    with tenant_context(owner):
        tenant.started(tenant.PROGRAMME.read_bytes(), "MONTH", _now())
        User.objects.create_user("bench@parkops.test", None, roles=["administrator"])
    return tenant.Place(f"{owner.slug}.{settings.DOMAIN}", owner.schema_name, "", owner)


def _version(place: Any) -> str:
    """Open the dashboard as an administrator does, and return what it showed."""
    from django.test import Client
    from django_tenants.utils import tenant_context

    from parkops.accounts.models import User

    office = _OFFICES[place.host] = Client(SERVER_NAME=place.host)
    with tenant_context(place.tenant):
        office.force_login(User.objects.get(email="bench@parkops.test"))
    return office.get(PATH)["Live-Version"]


def _cite(count: int) -> None:
    """Write one citation, and copies of it over two years; every third is paid."""
    from bench import rows
    from enforcement.models import Citation
    from enforcement.operations import citations
    from parkops.kernel.actors import SYSTEM
    from parkops.tallies import operations as tallies

    at = _now()
    draft = citations.Draft(None, "BENCH1", "", "LOT-B", "FIRE-LANE", at)
    first = citations.issue_citation(draft, by=SYSTEM, at=at).citation
    step = timedelta(days=730) / max(count, 1)

    def told(n: int) -> dict[str, Any]:
        issued = at - step * n
        return {
            "number": f"C-LIVE-{n:07}",
            "plate_key": f"LIV{n % 300_000}",
            "plate_text": f"LIV{n % 300_000}",
            "issued_at": issued,
            "recorded_at": issued,
            "issued_on": issued.date(),
            "settled_at": issued + timedelta(days=5) if n % 3 == 0 else None,
        }

    from django.db import connection

    rows.write(Citation, (told(n) for n in range(count)), like=first)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) enforcement_citation")
    tallies.begin(at=at)
    tallies.add_up(at=at)


def _served(place: Any, path: str) -> None:
    from bench import checks

    checks.serve(place, "GET", path, b"", {})


def _each(
    count: int, ask: Callable[[int], object], before: Callable[[int], object] = lambda _n: None
) -> float:
    """Return the median milliseconds of one, after a tenth that does not count, nor what is done `before`."""
    times = []
    for n in range(count + count // 10 + 1):
        before(n)
        began = time.perf_counter()
        ask(n)
        times.append(time.perf_counter() - began)
    return statistics.median(times[count // 10 + 1 :]) * 1e3


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def _told(what: str, is_kept: bool) -> bool:
    print(f"\n{'Kept' if is_kept else 'MISSED'}: {what}.")
    return is_kept


if __name__ == "__main__":
    sys.exit(main())
