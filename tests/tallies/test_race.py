"""Acts and the adding up go on at the same time, and nothing is lost."""

from datetime import timedelta
from threading import Thread

from django.db import DatabaseError, connections
from django_tenants.utils import tenant_context

from enforcement.models import PlateCheck
from enforcement.operations import checks
from enforcement.queries.checks import Look
from parkops.kernel.actors import SYSTEM
from parkops.kernel.tallies import quarter
from parkops.tallies import operations
from parkops.tallies.models import Tally
from permits.rules.counting import ACTIVE, SOLD
from tests.at_once import both  # noqa: F401  a fixture

ACTS, WORKERS = 40, 3


def test_everything_added_is_there(own_database, now):
    faults = []

    def act(work):
        try:
            with tenant_context(own_database):
                for n in range(ACTS):
                    work(n)
        except Exception as fault:  # noqa: BLE001  told by the test
            faults.append(fault)
        finally:
            connections.close_all()

    def adding(n):
        operations.add({(SOLD, quarter(now)): 1, (ACTIVE, now - timedelta(minutes=n)): 1})

    def adding_up(_n):
        operations.add_up(at=now)

    works = [adding] * WORKERS + [adding_up] * 2
    threads = [Thread(target=act, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    operations.add_up(at=now)
    kept = {row.name: row.n for row in Tally.objects.filter(name__in=[SOLD, ACTIVE])}
    assert kept == {SOLD: ACTS * WORKERS, ACTIVE: ACTS * WORKERS}


def test_two_checks_at_once_mend_a_drift_once(both, now):  # noqa: F811
    operations.add({(ACTIVE, now - timedelta(minutes=1)): 7})
    assert both(lambda: operations.check(at=now)) == []
    assert operations.check(at=now).drifted == 0


def test_checks_that_are_handed_over_twice_count_once(both, monkeypatch, now):  # noqa: F811
    waiting = []
    with monkeypatch.context() as away:
        away.setattr(checks, "_write", _refused)
        away.setattr(checks, "hand_over", lambda _task, *, rows, **_more: waiting.extend(rows))
        looked = checks.check_plate(
            Look("ABC 123", "", "LOT-A", now), source="field", by=SYSTEM, at=now
        )
    assert looked.is_queued
    assert both(lambda: checks.keep_checks(waiting)) == []
    assert PlateCheck.objects.count() == 1
    assert operations.check(at=now).drifted == 0


def _refused(_rows):
    raise DatabaseError("The database takes nothing.")
