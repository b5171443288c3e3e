"""The live figures: a poll that brings nothing new, one that brings news, and what counting rows would take.

    make bench-live    or    python -m bench.live [--citations 1000000] [--tenants 20] [--polls 2000]

A tenant is filled with citations. Polls of its dashboard, which knows the present version, are served in turns
with a static view of Django's behind the same middleware; those of more tenants in turns with each other. Then
it polls after something was done: such a poll looks, and draws what changed. And the citations are counted by
status as a page without remembered figures would. In the end the dashboards of all tenants are polled over
HTTP, served by two workers as `make run` serves them: without news, after plates were checked, and after a
citation; then each poll looks and draws, as if that had been done in between. The tenants are removed again.
"""

import argparse
import os
import platform
import signal
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench import load

SHARE_OF_STATIC = 0.6
TIMES_A_COUNT = 100
TIMES_A_COUNT_CHANGED = 50
PATH = "/office/live/"
SECONDS = 5
EVERY_SECONDS = 20


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
    from django_tenants.utils import tenant_context

    from parkops.tallies import operations as tallies
    from reporting.queries import desks, estimates, live

    # A version counts as the present one for the whole of the measurement, and so does what a worker worked out.
    live.SHARED.seconds = desks.SHARED.seconds = estimates.KEPT_SECONDS = 3_600
    estimates.COUNTS_FOR = timedelta(hours=1)
    places = [_made(stack, f"live-{n}") for n in range(max(options.tenants, 1))]
    with tenant_context(places[0].tenant):
        _cite(options.citations)
        estimates.keep(_now())
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
        counted = _each(5, lambda _n: _served(places[0], "/bench/count"))
    with tenant_context(places[0].tenant):
        tallies.add_up(at=_now())  # as every minute
    page = _Page(places[0])
    changed = _each(60, lambda _n: page.poll(), before=lambda n: _check(places[0], n))
    again = _each(200, lambda _n: page.poll_again())
    cited = _each(30, lambda _n: page.poll(), before=lambda n: _cite_one(places[0], n))
    live.SHARED.seconds, desks.SHARED.seconds = live.REMEMBERED_SECONDS, desks.REMEMBERED_SECONDS
    rates = _over_http(places)
    print(f"\n| {options.citations:,} citations | ms each | |\n| --- | ---: | --- |")
    share, times, looked = static / unchanged, counted / unchanged, counted / looks
    alone = counted / changed
    print(f"| Static view | {static:.3f} | |")
    print(f"| Poll, nothing new | {unchanged:.3f} | {share:.0%} of the static view's throughput |")
    print(f"| The same, {len(places)} tenants in turns | {several:.3f} | {static / several:.0%} |")
    print(f"| One look, as after a change | {looks:.2f} | a count takes {looked:.0f} times it |")
    print(f"| Poll after plates were checked, all of it | {changed:.2f} | {alone:.0f} times |")
    print(f"| The same for the next page open | {again:.2f} | {counted / again:.0f} times |")
    print(f"| Poll after a citation, all of it | {cited:.1f} | {counted / cited:.0f} times |")
    print(f"| What waits at the desks, looked at every 10 s for all | {waits:.1f} | |")
    print(f"| Counting the citations by status | {counted:.1f} | {times:.0f} times the poll |")
    served = rates["polls"] / rates["static"]
    news, after = rates["news"] / rates["counts"], rates["cited"] / rates["counts"]
    print(f"\n| Two workers, {len(places)} dashboards open | a second |\n| --- | ---: |")
    print(f"| Static view | {rates['static']:,.0f} |")
    print(f"| Polls, nothing new | {rates['polls']:,.0f} |")
    print(
        f"| Polls after plates were checked, each with a look of its own | {rates['news']:,.0f} |"
    )
    print(
        f"| Polls after a citation, each with a look and three drawings of its own | {rates['cited']:,.0f} |"
    )
    print(f"| Counting the citations by status | {rates['counts']:,.1f} |")
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
                f"over HTTP, polls after plates were checked are {news:.0f} times as many as counts, at least "
                f"{TIMES_A_COUNT_CHANGED}",
                news >= TIMES_A_COUNT_CHANGED,
            ),
            _told(
                f"over HTTP, polls after a citation are {after:.0f} times as many as counts, at least "
                f"{TIMES_A_COUNT_CHANGED}",
                after >= TIMES_A_COUNT_CHANGED,
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


def _over_http(places: list[Any]) -> dict[str, float]:
    """Return answers a second, all dashboards in turns: the static view, polls without news, after plates were
    checked, after a citation; and of one tenant the count of its citations. The median of the rounds."""
    from django.db import connections

    from bench import load, server

    rates: dict[str, list[float]] = {}
    all_new = {"BENCH_ALL_NEW": "yes"}
    acts: tuple[tuple[tuple[str, ...], dict[str, str], Callable[[Any, int], None]], ...] = (
        (("static", "polls"), {}, lambda _place, _n: None),
        (("news", "counts"), all_new, _check),
        (("cited", "counts"), all_new, _cite_one),
    )
    for names, environment, act in acts:
        pages = [_Page(place) for place in places]
        for n, place in enumerate(places):
            act(place, n)
        with server.serving("bench.wsgi:application", **environment) as port, _worked_out(places):
            targets = {name: _targets(name, port, pages) for name in names}
            connections.close_all()
            for name in names:
                load.rate(*targets[name], seconds=2)
            for _ in range(3):
                for name in names:
                    rates.setdefault(name, []).append(load.rate(*targets[name], seconds=SECONDS))
    return {name: statistics.median(found) for name, found in rates.items()}


@contextmanager
def _worked_out(places: list[Any]) -> Iterator[None]:
    """Work out how full the zones of all are, every twenty seconds, as a worker does where anybody looks."""
    from django.db import connections
    from django_tenants.utils import tenant_context

    from reporting.queries import estimates

    over, begun = threading.Event(), threading.Event()

    def work() -> None:
        while not over.is_set():
            for place in places:
                with tenant_context(place.tenant):
                    estimates.keep(_now())
            begun.set()
            over.wait(EVERY_SECONDS)
        connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _targets(name: str, port: int, pages: "list[_Page]") -> "list[load.Target]":
    from bench import load

    if name in ("static", "counts"):
        asked = pages if name == "static" else pages[:1]
        path = "/bench/static" if name == "static" else "/bench/count"
        return [load.Target(port, page.place.host, path) for page in asked]
    return [
        load.Target(
            port,
            page.place.host,
            f"{PATH}?desk=today&v={page.shown}",
            cookie=page.cookie["HTTP_COOKIE"],
        )
        for page in pages
    ]


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
