"""How long a draft takes to be tried on many plate checks, and how many statements that asks.

    python -m bench.replay [--checks 100000]

It makes a tenant with 10,000 permits and that many checks over three months, nine in ten of plates
with a permit, tries a draft that moves the hours and a price, and removes the tenant.
"""

import argparse
import resource
import sys
import time
from datetime import timedelta

BATCH = 5_000


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", type=int, default=100_000)
    options = parser.parse_args()
    from bench.__main__ import prepare

    prepare()
    from django_tenants.utils import tenant_context

    from bench import tenant

    with tenant.thrown_away() as place, tenant_context(place.tenant):
        _look(options.checks)
        _measure(options.checks)
    return 0


def _look(checks: int) -> None:
    """Keep that many checks, as many as an officer's answers would have been."""
    from django.db import connection
    from django.utils import timezone

    from bench.tenant import PERMITS, ZONE, plate
    from enforcement.models import PlateCheck
    from enforcement.queries.checks import Look, answers_to
    from parkops.api.values import tenant_zone
    from permits.models import Permit, PlateRight

    now = timezone.now()
    # The permits were sold just now: they count as sold before the first check.
    earlier = now - timedelta(days=100)
    Permit.objects.update(starts_at=earlier, paid_at=earlier)
    PlateRight.objects.update(starts_at=earlier)
    known = answers_to([Look(plate(n), "", ZONE, now) for n in (1, PERMITS + 1)])
    for begin in range(0, checks, BATCH):
        rows = []
        for n in range(begin, min(begin + BATCH, checks)):
            # Every tenth is of a vehicle without a right.
            key = plate(PERMITS + n % 3_000) if n % 10 == 0 else plate(n * 7 % PERMITS)
            answer = known[1 if n % 10 == 0 else 0]
            at = now - timedelta(minutes=20 + n * (60 * 24 * 80) / checks)
            rows.append(
                PlateCheck(
                    at=at,
                    recorded_at=at,
                    source=PlateCheck.Source.BATCH,
                    actor_kind="system",
                    actor_name="Bench",
                    plate_text=key,
                    plate_key=key,
                    zone_code=ZONE,
                    verdict=answer.verdict.value,
                    programme_version=1,
                    answer=answer.as_json(tenant_zone()),
                )
            )
        PlateCheck.objects.bulk_create(rows, batch_size=1_000)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _measure(checks: int) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext
    from django.utils import timezone

    from bench.tenant import PROGRAMME
    from parkops.jobs import operations as jobs
    from parkops.kernel.actors import SYSTEM
    from parkops.programme import load
    from reporting.models import Replay
    from reporting.replay import operations

    text = PROGRAMME.read_text().replace("enforced: always", "enforced: Mon-Fri 07:00-19:00")
    loaded = load.load(text.replace('base: "50.00"', 'base: "55.00"'))
    asked = operations.ask_replay(loaded, months=3, name="bench", by=SYSTEM, at=timezone.now())
    began = time.perf_counter()
    with CaptureQueriesContext(connection) as captured:
        captured.connection.queries_log.clear()
        jobs.work(asked.job_id)
    seconds = time.perf_counter() - began
    done = Replay.objects.get(pk=asked.pk)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"| Records | {done.done:,} |")
    print(f"| Seconds | {seconds:,.0f} |")
    print(f"| Records a second | {done.done / seconds:,.0f} |")
    print(
        f"| Statements (at most {captured.connection.queries_log.maxlen:,} are kept) | {len(captured):,} |"
    )
    print(f"| Records that would differ | {done.rows.count():,} |")
    print(f"| Set aside | {sum(done.aside.values()):,} |")
    print(f"| Most memory, MB | {memory:,} |")


if __name__ == "__main__":
    sys.exit(main())
