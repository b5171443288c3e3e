"""How full the zones are is worked out by a worker; who polls reads what it found."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from enforcement.operations import checks
from enforcement.queries.checks import Look
from parkops.kernel.actors import SYSTEM
from reporting import tasks
from reporting.queries import desks, estimates, live, news, opening, sharing

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)
ROWS = (
    "enforcement_platecheck",
    "enforcement_observation",
    "permits_parkingsession",
    "enforcement_spacecount",
)


@pytest.fixture(autouse=True)
def _nothing_known(harbor):
    cache.clear()


def check(plate, at):
    checks.check_plate(Look(plate, "", "LOT-B", at), source="field", by=SYSTEM, at=at)


def occupied(at) -> int:
    """Return what a poll says at `at`, after something was done."""
    sharing.forget(live.SHARED, desks.SHARED)
    return live.counts(at, news.found(at)).occupied


def run(at, tenant):
    with time_machine.travel(at, tick=False):
        tasks.estimate.run(schema=tenant.schema_name)


def test_who_looks_first_works_it_out(harbor, now):
    check("AAA1", now)
    assert occupied(now) == 1
    check("BBB2", now + SECOND)
    assert occupied(now + 5 * SECOND) == 2


def test_who_polls_reads_what_the_worker_found(harbor, now):
    check("AAA1", now)
    assert occupied(now) == 1
    run(now + SECOND, harbor)
    check("BBB2", now + 2 * SECOND)
    with CaptureQueriesContext(connection) as asked:
        assert occupied(now + 40 * SECOND) == 1
    assert [one["sql"] for one in asked if any(name in one["sql"] for name in ROWS)] == []
    check("CCC3", now + 41 * SECOND)
    run(now + 42 * SECOND, harbor)
    assert occupied(now + 43 * SECOND) == 3


def test_what_the_worker_found_counts_for_a_minute_only(harbor, now):
    check("AAA1", now)
    assert occupied(now) == 1
    run(now + SECOND, harbor)
    check("BBB2", now + 2 * SECOND)
    assert occupied(now + 61 * SECOND) == 1
    check("CCC3", now + 61 * SECOND)
    assert occupied(now + 62 * SECOND) == 3


def test_where_nobody_looks_nothing_is_worked_out(harbor, now):
    run(now, harbor)
    assert cache.get(estimates.KEY) is None
    occupied(now)
    run(now + live.AWAY + SECOND, harbor)
    assert cache.get(estimates.KEY) is None
    occupied(now + live.AWAY)
    run(now + live.AWAY + SECOND, harbor)
    assert cache.get(estimates.KEY).at == now + live.AWAY + SECOND


def test_the_free_spaces_are_those_that_the_worker_found(harbor, now):
    check("AAA1", now)

    def taken(at):
        cache.delete(opening._KEY)
        return {zone.code: zone.taken for zone in opening.free_spaces(at).zones}["LOT-B"]

    assert taken(now) == 1
    assert opening.are_spaces_asked()
    run(now + SECOND, harbor)
    check("BBB2", now + 2 * SECOND)
    assert taken(now + 40 * SECOND) == 1
    assert opening.free_spaces(now + 40 * SECOND).at == now + SECOND
    run(now + 41 * SECOND, harbor)
    assert taken(now + 42 * SECOND) == 2


def test_another_tenant_reads_its_own(harbor, hillside, now):
    check("AAA1", now)
    assert occupied(now) == 1
    run(now + SECOND, harbor)
    with tenant_context(hillside):
        cache.clear()
        assert occupied(now + 2 * SECOND) == 0
        assert estimates.believed(now, cache.get(estimates.KEY)).zones == {}
