"""Acts and the adding up go on at the same time, and nothing is lost."""

from datetime import timedelta
from threading import Thread
from uuid import uuid4

from django.db import DatabaseError, connections
from django_tenants.utils import tenant_context

from enforcement.models import PlateCheck
from enforcement.operations import appeals, assigning, calls, checks, hearings, shifts
from enforcement.queries import crew, reviewers
from enforcement.queries.checks import Look
from parkops.kernel.actors import PUBLIC, SYSTEM, Actor
from parkops.kernel.tallies import quarter
from parkops.tallies import operations
from parkops.tallies.models import Tally
from permits.rules.counting import ACTIVE, SOLD
from tests.at_once import both  # noqa: F401  a fixture
from tests.enforcement.test_appeals import file, issue
from tests.enforcement.test_hearings import heard as to_hear

DAY = timedelta(days=1)
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


def test_what_two_officers_do_at_once_counts_once(both, now):  # noqa: F811
    otto = Actor("staff", "71", "Otto")
    slot = hearings.open_slots([now + DAY], minutes=20, place="Hall", by=SYSTEM, at=now)[0]
    heard = to_hear().number
    told = calls.Told("blocked_way", uuid4(), place="5 Elm St")
    number = calls.take_call(told, by=PUBLIC, at=now).number
    first, other = (one.ref for one in crew.officers()[:2])
    queue = file(issue(plate="AB 2")).number
    reviewer = reviewers.people()[0].ref

    def assigned():
        calls.assign_call(number, to=first, by=SYSTEM, at=now)
        calls.assign_call(number, to=other, by=SYSTEM, at=now)

    acts = [
        lambda: shifts.start_shift(by=otto, at=now),
        assigned,
        lambda: calls.finish_call(number, outcome="gone", by=SYSTEM, at=now),
        lambda: hearings.book_hearing(heard, slot.reference, by=SYSTEM, at=now),
        lambda: hearings.release_hearing(heard, by=SYSTEM, at=now),
        lambda: assigning.assign_appeal(queue, to=reviewer, by=SYSTEM, at=now),
        lambda: appeals.withdraw_appeal(queue, by=PUBLIC, at=now),
        lambda: shifts.end_shift(by=otto, at=now),
    ]
    for act in acts:
        assert both(act) == []
        assert operations.check(at=now).drifts == []


def _refused(_rows):
    raise DatabaseError("The database takes nothing.")
