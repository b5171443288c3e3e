"""Permits: quotes, purchases and the office's list, each against a floor of its own.

    make bench-permits    or    python -m bench.permits [--seconds 4] [--rounds 3] [--purchases 300]

Quotes are measured in turns with an empty view; a purchase against its own statements, replayed by
pgbench in a second tenant that is in the same state; the list with 100,000 permits on a connection
that served a page just before. It removes the tenants that it makes.
"""

import argparse
import os
import platform
import signal
import statistics
import sys

WITHIN_MS = 100


def main() -> int:
    """Measure and print; 1 if a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="for each measurement of quotes")
    parser.add_argument("--rounds", type=int, default=3, help="the median counts")
    parser.add_argument("--purchases", type=int, default=300)
    parser.add_argument("--permits", type=int, default=100_000, help="in the list")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    from bench.__main__ import prepare

    prepare()
    print(
        f"\n{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f}"
    )
    kept = [_quotes(options), _purchases(options), _lists(options)]
    print(f"\n{'All targets are kept.' if all(kept) else 'A target is MISSED.'}")
    return 0 if all(kept) else 1


def _quotes(options) -> bool:
    from django.db import connections

    from bench import load, server, shop, tenant

    with tenant.thrown_away() as place:
        bodies = shop.quote_bodies(place)
        with server.serving("bench.wsgi:application") as port:
            quote = load.Target(port, place.host, "/api/v1/quotes", place.token, bodies)
            empty = load.Target(port, place.host, "/api/v1/bench/empty", place.token, (b"{}",))
            load.rate(quote, seconds=1)
            connections.close_all()
            rates: dict[str, list[float]] = {"quote": [], "empty": []}
            for _ in range(options.rounds):
                for name, target in (("quote", quote), ("empty", empty)):
                    rates[name].append(load.rate(target, seconds=options.seconds))
        connections.close_all()
        statements = shop.quote_statements(place, bodies[0])
    one, other = (statistics.median(rates[name]) for name in ("quote", "empty"))
    print("\n| Quotes | a second | |\n| --- | ---: | ---: |")
    print(f"| Quote through the API, {statements} statements | {one:,.0f} | |")
    print(
        f"| Empty view of the API, with a token | {other:,.0f} | the quote is {one / other:.0%} of it |"
    )
    return _told("a quote is at least 40% of an empty view", one / other >= 0.4)


def _purchases(options) -> bool:
    from bench import shop

    found = shop.purchases(options.purchases)
    ratio = found.operation_ms / found.bare_ms
    print("\n| Purchases to `held` | ms each | |\n| --- | ---: | ---: |")
    print(
        f"| The operation, {found.statements:.0f} statements, committed | {found.operation_ms:.2f} | |"
    )
    print(
        f"| The same statements by pgbench | {found.bare_ms:.2f} | the operation is {ratio:.1f} times it |"
    )
    print(f"| The row of the quota locked, of the operation | {found.locked_ms:.2f} | |")
    return _told("a purchase takes at most 3 times its statements", ratio <= 3)


def _lists(options) -> bool:
    from bench import lists

    rows = lists.measured(options.permits, rounds=max(options.rounds, 5))
    print(
        f"\n| The office's list, {options.permits:,} permits | ms | statements | MiB more |"
        "\n| --- | ---: | ---: | ---: |"
    )
    for row in rows:
        print(f"| {row.name} | {row.ms:.0f} | {row.statements} | {row.mib:.1f} |")
    return _told(
        f"pages within {WITHIN_MS} ms",
        all(row.ms < WITHIN_MS for row in rows if row.name != lists.EXPORT),
    )


def _told(what: str, is_kept: bool) -> bool:
    print(f"\n{'Kept' if is_kept else 'MISSED'}: {what}.")
    return is_kept


if __name__ == "__main__":
    sys.exit(main())
