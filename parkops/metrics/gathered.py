"""What is read when the metrics are asked for: tenants, promised work, rhythm, queue and jobs."""

from collections.abc import Iterator
from datetime import datetime

import redis
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max, Min
from django_tenants.utils import schema_context
from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily, Metric
from psycopg import sql

from parkops.metrics import counting
from parkops.tenancy.models import OutboxEntry, Rhythm, Tenant

MOST_TENANTS = 200
"""So many tenants have lines of their own, the oldest first; the platform's sums have all."""
SECONDS = 3
JOB_STATES = ("queued", "running", "failed")
LABELS = ["surface", "method", "status"]


def gathered(at: datetime) -> Iterator[Metric]:
    """Yield everything there is to tell, as Prometheus names it; while the store is away all but what it has."""
    try:
        stored = [*_requests(), *_queue()]
    except redis.RedisError:
        stored = []
    yield GaugeMetricFamily(
        "parkops_store_up",
        "Whether the store is there that has requests and the queue.",
        int(bool(stored)),
    )
    yield from stored
    with schema_context("public"), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL statement_timeout = {SECONDS * 1000}")
        yield from _tenants()
        yield from _promises(at)
        yield from _beat(at)
        yield from _jobs()


def _requests() -> Iterator[Metric]:
    family = HistogramMetricFamily(
        "parkops_request_seconds",
        "How long requests took, by surface, method and status.",
        labels=LABELS,
    )
    bounds = [*map(str, counting.BUCKETS), "+Inf"]
    for labels, (seconds, buckets) in sorted(counting.counted().items()):
        sums = [sum(buckets[: place + 1]) for place in range(len(buckets))]
        family.add_metric(labels, [*zip(bounds, sums, strict=True)], seconds)
    yield family


def _tenants() -> Iterator[Metric]:
    family = GaugeMetricFamily("parkops_tenants", "Tenants by status.", labels=["status"])
    found = dict(Tenant.objects.values_list("status").annotate(n=Count("pk")).order_by("status"))
    for status in Tenant.Status.values:
        family.add_metric([status], found.get(status, 0))
    yield family


def _promises(at: datetime) -> Iterator[Metric]:
    counts = GaugeMetricFamily(
        "parkops_outbox_entries", "Promised work that waits or was given up.", labels=["state"]
    )
    found = dict(OutboxEntry.objects.values_list("state").annotate(n=Count("pk")).order_by("state"))
    for state in OutboxEntry.State.values:
        counts.add_metric([state], found.get(state, 0))
    yield counts
    oldest = OutboxEntry.objects.filter(state=OutboxEntry.State.WAITING).aggregate(
        at=Min("available_at")
    )["at"]
    late = GaugeMetricFamily(
        "parkops_outbox_late_seconds", "How long the oldest promised work is past its time."
    )
    late.add_metric([], max((at - oldest).total_seconds(), 0) if oldest else 0)
    yield late


def _beat(at: datetime) -> Iterator[Metric]:
    last = Rhythm.objects.aggregate(at=Max("begun_at"))["at"]
    family = GaugeMetricFamily(
        "parkops_beat_age_seconds", "How long ago scheduled work last began."
    )
    if last is not None:
        family.add_metric([], max((at - last).total_seconds(), 0))
    yield family


def _jobs() -> Iterator[Metric]:
    """The jobs that wait, run or have failed: one statement for all tenants, and lines of each where the operator
    wants them."""
    active = Tenant.objects.filter(status=Tenant.Status.ACTIVE).order_by("pk")
    tenants = list(active.values_list("slug", "schema_name")[:MOST_TENANTS])
    found = _jobs_of(tenants) if tenants else {}
    family = GaugeMetricFamily(
        "parkops_jobs",
        f"Jobs that wait, run or have failed, of the first {MOST_TENANTS} tenants together.",
        labels=["state"],
    )
    for state in JOB_STATES:
        family.add_metric([state], sum(found.get((slug, state), 0) for slug, _ in tenants))
    yield family
    if settings.METRICS_NAME_TENANTS:
        family = GaugeMetricFamily(
            "parkops_tenant_jobs",
            f"The same of each of the first {MOST_TENANTS} tenants.",
            labels=["tenant", "state"],
        )
        for slug, _ in tenants:
            for state in JOB_STATES:
                family.add_metric([slug, state], found.get((slug, state), 0))
        yield family


def _jobs_of(tenants: list[tuple[str, str]]) -> dict[tuple[str, str], int]:
    part = sql.SQL(
        "SELECT {slug}, state, count(*) FROM {table} WHERE state = ANY({states}) GROUP BY state"
    )
    parts = [
        part.format(
            slug=sql.Literal(slug),
            table=sql.Identifier(schema, "jobs_job"),
            states=sql.Literal([*JOB_STATES]),
        )
        for slug, schema in tenants
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts))
        return {(slug, state): count for slug, state, count in cursor.fetchall()}


def _queue() -> Iterator[Metric]:
    family = GaugeMetricFamily(
        "parkops_queue_messages", "Messages that wait for a worker in the broker."
    )
    prefix = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=counting.STORE_SECONDS) as store:
        length: int = store.llen(f"{prefix}celery")  # type: ignore[assignment]
    family.add_metric([], length)
    yield family
