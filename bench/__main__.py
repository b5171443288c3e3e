"""Plate checks a second through the API, against an empty view of ours and against the bare SQL.

    make bench            or    python -m bench [--seconds 4] [--rounds 3]

All are measured in turns in one run, so that what else the machine does falls on all alike: the ratios
are the result. It makes a tenant with 10,000 permits and removes it, and ends what it started.
"""

import argparse
import os
import platform
import signal
import statistics
import sys
from pathlib import Path


def main() -> int:
    """Measure and print."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    prepare()
    from bench import tenant

    with tenant.thrown_away() as place:
        rates, counts = _measured(place, options)
    _print(rates, counts, options)
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4, help="for each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="the median counts")
    return parser.parse_args()


def prepare() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parkops.settings")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    if not os.environ.get("DATABASE_URL"):
        from parkops.local import servers

        servers.ensure_for_command()
    from django.conf import settings
    from django.core.management import call_command

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    import bench.wsgi  # noqa: F401  sets Django up, with the empty view

    # Pages name their static files by what is in them.
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate_schemas", shared=True, interactive=False, verbosity=0)


def _measured(place, options) -> tuple[dict[str, float], dict[str, list[str]]]:
    from django.db import connections

    from bench import checks, floor, load, server, tenant

    # One check in ten is of a vehicle without a right, as officers find them.
    every = tenant.PERMITS // 450
    covered = [tenant.plate(number) for number in range(0, tenant.PERMITS, every)]
    bare = [tenant.misread(every * number) for number in range(len(covered) // 9)]
    plates = [*covered, *bare]
    counts = checks.statements(place, plates[1])
    recorded = checks.recorded(place, plates[:: len(plates) // 50])
    bodies = tuple(load.body(plate, tenant.ZONE) for plate in plates)
    found: dict[str, list[float]] = {}
    with server.serving("bench.wsgi:application") as port:
        api = (port, place.host)
        check = load.Target(*api, "/api/v1/plate-checks", place.token, bodies)
        empty = load.Target(*api, "/api/v1/bench/empty", place.token, (b"{}",))
        seconds = options.seconds
        ways = {
            "check": lambda: load.rate(check, seconds=seconds),
            "empty": lambda: load.rate(empty, seconds=seconds),
            "whole": lambda: floor.whole_rate(place.schema, recorded, seconds=seconds),
            "decides": lambda: floor.deciding_rate(place.schema, plates, seconds=seconds),
        }
        load.rate(check, seconds=1)
        connections.close_all()
        for _ in range(options.rounds):
            for name, way in ways.items():
                found.setdefault(name, []).append(way())
    return {name: statistics.median(rates) for name, rates in found.items()}, counts


def _print(rates: dict[str, float], counts: dict[str, list[str]], options) -> None:
    names = {
        "check": "Plate check through the API, its record kept",
        "empty": "Empty view of the API, with a token",
        "whole": "The check's own statements, bare and prepared",
        "decides": "The one statement that decides, bare and prepared",
    }
    print(
        f"\n{platform.python_implementation()} {platform.python_version()}, {os.cpu_count()} cores, "
    )
    print(f"median of {options.rounds} rounds of {options.seconds:g} s, 10,000 permits\n")
    print("| What | a second | the check is |")
    print("| --- | ---: | ---: |")
    for name, title in names.items():
        share = "" if name == "check" else f"{rates['check'] / rates[name]:.0%} of it"
        print(f"| {title} | {rates[name]:,.0f} | {share} |")
    print("\n| Request | statements |\n| --- | ---: |")
    for name, sent in counts.items():
        print(f"| {name} | {len(sent)} |")


if __name__ == "__main__":
    sys.exit(main())
