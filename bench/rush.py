"""The rush: 2,500 people at once for 500 places, over real HTTP, each with a browser of their own.

    make bench-rush       or    python -m bench.rush [--people 2500] [--places 500] [--gather 45]

Four in five come in while the waiting room gathers, the others in the seconds in which the sale opens;
then everybody asks how the line stands, as often as the page does, and buys when called: five requests, some
seconds of thought in between. It ends when everyone has a place held or has read that all is sold.
"""

import argparse
import asyncio
import os
import random
import re
import signal
import statistics
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

EARLY_SHARE = 0.8
THINK_SECONDS = (0.5, 2.0)
OPENING_SECONDS = 2.0
AT_ONCE = 50
TOKEN = "b" * 32


@dataclass
class Seen:
    """What all people together saw."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter = field(default_factory=Counter)
    ends: Counter = field(default_factory=Counter)
    done_at: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def main() -> int:
    """Make the tenant, let the people in, print the table; 1 if a promise was not kept."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    from bench.__main__ import prepare

    prepare()
    from bench import crowd, server

    with crowd.gathered(options.people, options.places, at_once=AT_ONCE, csrf=TOKEN) as crowd_:
        with server.serving("bench.wsgi:application") as port:
            opens_at = _next_minute(options.gather + 5)
            crowd.open_sale_at(crowd_, opens_at)
            asyncio.run(_warm(crowd_, port))
            began = time.monotonic()
            seen = asyncio.run(_rush(crowd_, port, opens_at.timestamp(), options))
            took = time.monotonic() - began
        truth = crowd.truth(crowd_)
    return _print(seen, truth, options, took)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2500)
    parser.add_argument("--places", type=int, default=500)
    parser.add_argument("--gather", type=float, default=45, help="seconds in which the early come")
    parser.add_argument(
        "--most", type=float, default=600, help="seconds after which it is given up"
    )
    return parser.parse_args()


def _next_minute(seconds: float) -> datetime:
    """Return the first whole minute that is at least `seconds` ahead: programs know no seconds."""
    ahead = datetime.now(UTC) + timedelta(seconds=seconds)
    return (ahead + timedelta(seconds=59)).replace(second=0, microsecond=0)


async def _rush(crowd, port: int, opens_at: float, options) -> Seen:
    seen = Seen()
    pick = random.Random(1)
    early = int(options.people * EARLY_SHARE)
    tasks = []
    for n, cookie in enumerate(crowd.cookies):
        if n < early:
            comes_at = opens_at - 1 - pick.random() * options.gather
        else:
            comes_at = opens_at + pick.random() * OPENING_SECONDS
        person = _Person(crowd.host, port, cookie, f"R{n:05}", seen, random.Random(n))
        tasks.append(asyncio.create_task(person.live(comes_at, opens_at)))
    await asyncio.wait(tasks, timeout=options.most)
    for task in tasks:
        if not task.done():
            task.cancel()
            seen.ends["given up"] += 1
        elif task.exception() is not None:
            seen.ends["failed"] += 1
            seen.wrong.append(repr(task.exception()))
    return seen


async def _warm(crowd, port: int) -> None:
    """Let both workers read their templates, as they have where people came before."""
    person = [
        _Person(crowd.host, port, cookie, "WARM", Seen(), random.Random(0))
        for cookie in crowd.cookies[:8]
    ]
    for path in ("/permits/room/RUSH/", "/permits/buy/RUSH/", "/permits/buy/vehicle/"):
        await asyncio.gather(*(one._ask("warm", "GET", path) for one in person))


class _Person:
    """One browser: a kept connection, a session, a way from the door to the permit."""

    def __init__(self, host, port, cookie, plate, seen, pick) -> None:
        self.host, self.port, self.plate, self.seen, self.pick = host, port, plate, seen, pick
        self.cookie, self.every = cookie, 10.0
        self.link: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def live(self, comes_at: float, opens_at: float) -> None:
        """Come, wait, buy or be told."""
        await asyncio.sleep(max(comes_at - time.time(), 0))
        _, where, _ = await self._ask("come in", "POST", "/permits/room/RUSH/", b"act=enter")
        _, version, page = await self._ask("first page", "GET", where)
        while (state := _state(page)) not in ("turn", "sold"):
            await asyncio.sleep(self.every * self.pick.uniform(0.9, 1.1))
            _, version, fresh = await self._ask("ask again", "GET", f"{where}?v={version}")
            page = fresh or page
        if state == "turn":
            self.seen.ends["place held" if await self._buy() else "called, and not sold"] += 1
        else:
            self.seen.ends["told that all is sold, with their number"] += 1
        self.seen.done_at.append(time.time() - opens_at)
        if self.link:
            self.link[1].close()

    async def _buy(self) -> bool:
        await self._ask("buy: begin", "GET", "/permits/buy/RUSH/")
        await self._think()
        plate = f"plate={self.plate}&region=".encode()
        await self._ask("buy: plate", "POST", "/permits/buy/vehicle/", plate)
        await self._ask("buy: price", "GET", "/permits/buy/check/")
        await self._think()
        _, where, page = await self._ask("buy: hold", "POST", "/permits/buy/check/", b"")
        if not where.endswith("/pay/"):
            self.seen.wrong.append(f"not held: {where or re.sub('<[^>]+>', ' ', page)[-400:]}")
        return where.endswith("/pay/")

    async def _think(self) -> None:
        await asyncio.sleep(self.pick.uniform(*THINK_SECONDS))

    async def _ask(
        self, what: str, method: str, path: str, body: bytes = b""
    ) -> tuple[int, str, str]:
        """Send one request; returns its status, where it leads (or the page's version), its words."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\nCookie: {self.cookie}\r\n"
            f"X-CSRFToken: {TOKEN}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        began = time.monotonic()
        # The server closes a connection on which nothing was asked for long; browsers make a new one.
        if self.link is None or self.link[0].at_eof():
            self.link = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self.link
        writer.write(head.encode() + body)
        raw = await reader.readuntil(b"\r\n\r\n")
        lines = raw.decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        fields = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
        fields["location"] = next((v[10:] for v in lines if v.lower().startswith("location: ")), "")
        length = int(fields.get("content-length", 0))
        text = (await reader.readexactly(length)).decode() if length else ""
        said = fields.get("live-seconds") or _first(r'<po-live [^>]*seconds="(\d+)"', text)
        self.every = float(said or self.every)
        self.seen.seconds.setdefault(what, []).append(time.monotonic() - began)
        self.seen.statuses[status // 100] += 1
        if status >= 400 or "/account/" in fields["location"]:
            self.seen.wrong.append(f"{what}: {status} {text[:300]}")
        return status, fields["location"] or fields.get("live-version", ""), text


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    return found[1] if found else ""


def _state(page: str) -> str:
    if "/permits/buy/RUSH/" in page and "It is your turn." in page:
        return "turn"
    return "sold" if "Sold out." in page else ""


def _print(seen: Seen, truth: dict[str, int], options, took: float) -> int:
    every = sorted(one for some in seen.seconds.values() for one in some)
    if not every:
        print("Nobody was answered.", *seen.wrong[:5], sep="\n")
        return 1
    p95 = statistics.quantiles(every, n=20)[18]
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    print(f"\n{options.people:,} people, {options.places} places, {machine}\n")
    print("| What | |\n| --- | ---: |")
    for what, count in [
        *truth.items(),
        *seen.ends.most_common(),
        ("answers", len(every)),
        ("of them 5xx", seen.statuses[5]),
        ("of them 4xx", seen.statuses[4]),
    ]:
        print(f"| {what} | {count:,} |")
    print(f"| all told after the opening, seconds | {max(seen.done_at, default=0):.0f} |")
    print(f"| whole run, seconds | {took:.0f} |")
    print("\n| Request | answers | median, ms | 95 of 100 within, ms | slowest, ms |")
    print("| --- | ---: | ---: | ---: | ---: |")

    for what, some in [*seen.seconds.items(), ("all", every)]:
        edge = statistics.quantiles(some, n=20)[18] if len(some) > 1 else some[0]
        middle = statistics.median(some)
        print(
            f"| {what} | {len(some):,} | {middle * 1e3:.0f} | {edge * 1e3:.0f} | {max(some) * 1e3:.0f} |"
        )
    for line in seen.wrong[:5]:
        print(line, file=sys.stderr)
    kept = (
        truth["permits held"] == truth["places taken"] == options.places
        and not seen.statuses[5]
        and sum(seen.ends.values()) == options.people
        and seen.ends["place held"] == options.places
        and p95 < 5
    )
    said = "Kept" if kept else "NOT kept"
    print(f"\n{said}: {options.places} sold, everyone told, no 5xx, 95 of 100 answers within 5 s.")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
