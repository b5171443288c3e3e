"""The figures of jobs and of work given up follow every act, and are what counting finds."""

import pytest
from celery import current_app
from django.db import connection, transaction
from django.utils import timezone
from django_tenants.utils import schema_context

from parkops.jobs import figures, operations
from parkops.jobs.models import Job
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import NotFound, Refused
from parkops.tallies import operations as tallies
from parkops.tallies import queries
from parkops.tenancy import later as promises
from parkops.tenancy.later import MAX_ATTEMPTS, NotYet, later, tenant_task
from parkops.tenancy.models import OutboxEntry

TROUBLE: list[Exception] = []


def stumble(**_arguments: object) -> None:
    """Run into the trouble that the test has prepared."""
    if TROUBLE:
        raise TROUBLE[-1]


stumble.__module__ = "tests.jobs.tasks"
task = tenant_task(stumble)._get_current_object()
del current_app.tasks[task.name]  # no other test is to find it


@pytest.fixture(autouse=True)
def _clean():
    TROUBLE.clear()


def kept() -> tuple[int, int, int]:
    """Return failed jobs, open ones and work given up, after seeing that counting finds the same."""
    now = timezone.now()
    found = queries.sums({name: queries.until(now) for name in figures.LEVELS})
    assert tallies.check(at=now).drifted == 0
    return found[figures.FAILED], found[figures.OPEN], found[figures.GIVEN_UP]


@pytest.fixture
def ask(harbor, monkeypatch):
    """Ask for a job that does what it is told to."""

    def asked(does=lambda job, progress: None) -> Job:
        monkeypatch.setitem(operations._kinds, "test.work", does)
        return operations.ask("test.work", {}, by=SYSTEM, at=timezone.now())

    return asked


def refuse(job, progress):
    raise Refused("no", "It cannot be done.")


def fail(job, progress):
    raise ValueError("broken")


class TestJobs:
    def test_one_is_open_until_it_is_done(self, ask):
        before = kept()
        job = ask()
        assert kept() == (before[0], before[1] + 1, before[2])
        operations.work(job.pk)
        operations.work(job.pk)
        assert kept() == before

    def test_one_that_failed_is_counted_until_it_is_tried_again(self, ask):
        failed, waiting, _ = kept()
        job = ask(refuse)
        operations.work(job.pk)
        assert kept()[:2] == (failed + 1, waiting)
        operations.retry(job.pk, by=SYSTEM, at=timezone.now())
        assert kept()[:2] == (failed, waiting + 1)
        operations.cancel(job.pk, by=SYSTEM, at=timezone.now())
        operations.cancel(job.pk, by=SYSTEM, at=timezone.now())
        assert kept()[:2] == (failed, waiting)
        operations.retry(job.pk, by=SYSTEM, at=timezone.now())
        assert kept()[:2] == (failed, waiting + 1)

    def test_one_stays_open_while_it_has_attempts_left(self, ask):
        failed, waiting, _ = kept()
        job = ask(fail)
        for _ in range(job.max_attempts - 1):
            with pytest.raises(NotYet):
                operations.work(job.pk)
            assert kept()[:2] == (failed, waiting + 1)
        operations.work(job.pk)
        assert kept()[:2] == (failed + 1, waiting)

    def test_one_whose_worker_was_lost_too_often_has_failed(self, ask):
        failed, waiting, _ = kept()
        job = ask()
        Job.objects.filter(pk=job.pk).update(
            state=Job.State.RUNNING, attempts=job.max_attempts, lease_until=timezone.now()
        )
        operations.work(job.pk)
        assert kept()[:2] == (failed + 1, waiting)

    def test_what_was_undone_was_never_counted(self, ask):
        before = kept()
        with transaction.atomic():
            ask()
            transaction.set_rollback(True)
        assert kept() == before

    def test_a_cancelled_one_that_ends_all_the_same_is_counted_once(self, ask):
        before = kept()
        job = ask(lambda job, _: operations.cancel(job.pk, by=SYSTEM, at=timezone.now()))
        operations.work(job.pk)
        assert kept() == before


class TestGivenUp:
    def promised(self) -> OutboxEntry:
        later("tests.jobs.stumble")
        return OutboxEntry.objects.get(task="tests.jobs.stumble")

    def run(self, entry: OutboxEntry) -> None:
        entry.refresh_from_db()
        task.run(schema=entry.schema_name, entry=entry.pk, turn=entry.attempts)

    def given_up(self) -> OutboxEntry:
        entry = self.promised()
        TROUBLE.append(ValueError("broken"))
        for _ in range(MAX_ATTEMPTS):
            assert kept()[2] == self.before
            with pytest.raises(ValueError, match="broken"):
                self.run(entry)
        return entry

    @pytest.fixture(autouse=True)
    def _before(self, harbor):
        self.before = kept()[2]

    def test_it_is_counted_once_it_has_no_attempt_left(self):
        self.given_up()
        assert kept()[2] == self.before + 1

    def test_it_is_not_counted_once_it_is_promised_again_and_done(self):
        entry = self.given_up()
        operations.retry_given_up(entry.pk, by=SYSTEM, at=timezone.now())
        with pytest.raises(NotFound):
            operations.retry_given_up(entry.pk, by=SYSTEM, at=timezone.now())
        assert kept()[2] == self.before
        TROUBLE.clear()
        self.run(entry)
        assert not OutboxEntry.objects.filter(pk=entry.pk).exists()
        assert kept()[2] == self.before

    def test_a_slow_worker_that_ends_it_after_all_takes_it_away(self, harbor):
        entry = self.given_up()
        promises._done(harbor, entry.pk)
        promises._done(harbor, entry.pk)
        assert kept()[2] == self.before

    def test_a_slow_worker_that_fails_as_well_counts_nothing_twice(self, harbor):
        entry = self.given_up()
        promises._failed(harbor, entry.pk, ValueError("again"))
        assert kept()[2] == self.before + 1

    def test_it_is_counted_in_its_own_tenant(self, harbor, hillside):
        self.given_up()
        with schema_context(hillside.schema_name):
            assert queries.sums({figures.GIVEN_UP: queries.until(timezone.now())}) == {
                figures.GIVEN_UP: 0
            }
        assert connection.schema_name == harbor.schema_name
