"""Long work with a lease: done once however many workers, given up after three, cancelled at once."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from parkops.jobs import operations, queries, tasks
from parkops.jobs.models import Job
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, Refused
from parkops.tenancy.later import NotYet
from parkops.tenancy.models import OutboxEntry


@pytest.fixture
def work(harbor, monkeypatch):
    """Register what a job does: `job = work(lambda job, progress: ...)` asks for one."""

    def register(does):
        monkeypatch.setitem(operations._kinds, "test.work", does)
        return operations.ask("test.work", {"a": 1}, by=SYSTEM, at=timezone.now())

    return register


def fresh(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


class TestWork:
    def test_is_done_once(self, work):
        runs = []
        job = work(lambda job, progress: runs.append(job.arguments))
        operations.work(job.pk)
        operations.work(job.pk)
        assert runs == [{"a": 1}]
        assert (fresh(job).state, fresh(job).progress_share, fresh(job).attempts) == ("done", 1, 1)

    def test_promises_itself_in_the_transaction_that_asked(self, work, queued):
        job = work(lambda job, progress: None)
        assert queued()[-1] == ("jobs.work", {"job": job.pk})

    def test_is_left_alone_while_another_worker_holds_it(self, work):
        def second_worker(job, progress):
            with pytest.raises(NotYet):
                operations.work(job.pk)

        job = work(second_worker)
        operations.work(job.pk)
        assert (fresh(job).state, fresh(job).attempts) == ("done", 1)

    def test_a_lost_workers_job_is_taken_again_and_finishes_once(self, work):
        runs = []
        job = work(lambda job, progress: runs.append(job.attempts))
        long_ago = timezone.now() - timedelta(seconds=1)
        Job.objects.filter(pk=job.pk).update(state="running", attempts=1, lease_until=long_ago)
        operations.work(job.pk)
        operations.work(job.pk)
        assert runs == [2]
        assert fresh(job).state == "done"

    def test_a_worker_that_was_thought_lost_stops_without_a_trace(self, work):
        """Its lease ran out while it was at something; the second one has finished meanwhile."""
        order = []

        def does(job, progress):
            order.append(f"{job.attempts} begins")
            if job.attempts == 1:
                with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=False):
                    operations.work(job.pk)
                    progress.tell(0.9, "Too late")
            order.append(f"{job.attempts} ends")

        job = work(does)
        operations.work(job.pk)
        assert order == ["1 begins", "2 begins", "2 ends"]
        assert (fresh(job).state, fresh(job).attempts, fresh(job).stage) == ("done", 2, "")

    def test_a_worker_lost_as_often_as_it_may_is_a_failure(self, work):
        job = work(lambda job, progress: pytest.fail("it must not run"))
        long_ago = timezone.now() - timedelta(seconds=1)
        Job.objects.filter(pk=job.pk).update(state="running", attempts=3, lease_until=long_ago)
        operations.work(job.pk)
        assert (fresh(job).state, fresh(job).error) == ("failed", "The worker was lost 3 times.")

    def test_an_unknown_job_is_nothing(self, harbor):
        operations.work(987_654)

    def test_only_what_somebody_does_can_be_asked_for(self, harbor):
        with pytest.raises(ValueError, match="nobody does"):
            operations.ask("test.nobody", {}, by=SYSTEM, at=timezone.now())


class TestProgress:
    def test_is_seen_while_the_work_runs_and_renews_the_lease(self, work):
        def does(job, progress):
            with time_machine.travel(timezone.now() + timedelta(seconds=30), tick=False):
                progress.tell(0.4, "Adding up", rows=12)
                seen = fresh(job)
                assert (seen.progress_share, seen.stage, seen.rows_done) == (0.4, "Adding up", 12)
                assert seen.lease_until == timezone.now() + operations.LEASE

        job = work(does)
        operations.work(job.pk)
        assert fresh(job).state == "done"

    def test_a_stage_is_written_at_once_and_counts_what_is_known(self, work):
        def does(job, progress):
            progress.begin("Reading")
            assert queries.stage_text(fresh(job)) == "Reading"
            progress.begin("Writing", total=400)
            with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False):
                progress.count(100)
            seen = fresh(job)
            assert (seen.progress_share, seen.rows_done, seen.rows_total) == (0.25, 100, 400)
            assert queries.stage_text(seen) == "Writing, 100 of 400"

        job = work(does)
        operations.work(job.pk)
        assert fresh(job).state == "done"

    def test_is_written_at_most_twice_a_second(self, work, django_assert_num_queries):
        def does(job, progress):
            with django_assert_num_queries(0):
                for share in range(100):
                    progress.tell(share / 200)

        operations.work(work(does).pk)

    def test_a_dead_workers_promise_comes_again_soon(self, work):
        def does(job, progress):
            with time_machine.travel(timezone.now() + timedelta(seconds=5), tick=False):
                progress.tell(0.5)
                entry = OutboxEntry.objects.get(arguments={"job": job.pk})
                wait = entry.available_at - timezone.now()
                assert wait == timedelta(seconds=operations.LOOK_AGAIN_SECONDS)

        operations.work(work(does).pk)

    def test_a_worker_that_dies_before_it_takes_the_job_costs_a_minute(self, work, monkeypatch):
        class Killed(BaseException):
            """What a kill is: nothing after it runs."""

        def dies(job_id):
            raise Killed

        job = work(lambda job, progress: None)
        monkeypatch.setattr(operations, "work", dies)
        entry = OutboxEntry.objects.get(arguments={"job": job.pk})
        with pytest.raises(Killed):
            tasks.work(schema=connection.schema_name, entry=entry.pk, turn=0, job=job.pk)
        entry.refresh_from_db()
        assert entry.state == OutboxEntry.State.WAITING
        assert entry.available_at - timezone.now() <= timedelta(seconds=60)


class TestLine:
    """How many wait before one."""

    def test_those_that_joined_sooner_are_before(self, work):
        first, second, third = (work(lambda job, progress: None) for _ in range(3))
        assert [queries.before(fresh(one)) for one in (first, second, third)] == [0, 1, 2]
        operations.work(first.pk)
        assert [queries.before(fresh(one)) for one in (second, third)] == [0, 1]

    def test_one_that_is_tried_again_is_last(self, work):
        first, second = (work(lambda job, progress: None) for _ in range(2))
        operations.cancel(first.pk, by=SYSTEM, at=timezone.now())
        operations.retry(first.pk, by=SYSTEM, at=timezone.now())
        assert [queries.before(fresh(one)) for one in (first, second)] == [1, 0]


class TestOver:
    """What a kind asks for when its jobs are over."""

    @pytest.fixture
    def over(self, monkeypatch):
        told = []
        monkeypatch.setitem(operations._over, "test.work", lambda job: told.append(job.state))
        return told

    def test_is_told_once_of_what_is_done(self, work, over):
        job = work(lambda job, progress: None)
        operations.work(job.pk)
        operations.work(job.pk)
        assert over == ["done"]

    def test_is_told_of_what_failed_for_good_only(self, work, over):
        def does(job, progress):
            raise ValueError("the printer is on fire")

        job = work(does)
        for _ in (1, 2):
            with pytest.raises(NotYet):
                operations.work(job.pk)
            assert over == []
        operations.work(job.pk)
        assert over == ["failed"]

    def test_is_not_told_of_what_was_cancelled(self, work, over):
        job = work(lambda job, progress: operations.cancel(job.pk, by=SYSTEM, at=timezone.now()))
        operations.work(job.pk)
        assert over == []

    def test_a_job_is_over_only_if_what_follows_is_kept(self, work, monkeypatch):
        def fails(job):
            raise ValueError("no more paper")

        monkeypatch.setitem(operations._over, "test.work", fails)
        job = work(lambda job, progress: None)
        with pytest.raises(ValueError, match="no more paper"):
            operations.work(job.pk)
        assert fresh(job).state == "running"


class TestFailure:
    def test_is_tried_three_times_then_told_and_may_be_retried(self, work):
        def does(job, progress):
            raise ValueError("the printer is on fire")

        job = work(does)
        for attempt in (1, 2):
            with pytest.raises(NotYet):
                operations.work(job.pk)
            assert (fresh(job).state, fresh(job).attempts) == ("queued", attempt)
        operations.work(job.pk)
        failed = fresh(job)
        assert (failed.state, failed.error) == ("failed", "ValueError: the printer is on fire")
        assert failed.finished_at is not None
        operations.work(job.pk)
        assert fresh(job).attempts == 3

        again = operations.retry(job.pk, by=SYSTEM, at=timezone.now())
        assert (again.state, again.error, again.finished_at) == ("queued", "", None)
        with pytest.raises(NotYet):
            operations.work(job.pk)

    def test_a_refusal_is_final_and_said_in_its_own_words(self, work):
        def does(job, progress):
            raise Refused("too_long", "12,000 rows are too many for a PDF.")

        job = work(does)
        operations.work(job.pk)
        assert (fresh(job).state, fresh(job).attempts) == ("failed", 1)
        assert fresh(job).error == "12,000 rows are too many for a PDF."

    @pytest.mark.parametrize("state", ["queued", "running", "done"])
    def test_only_what_failed_or_was_cancelled_is_retried(self, work, state):
        job = work(lambda job, progress: None)
        lease = timezone.now() if state == "running" else None
        Job.objects.filter(pk=job.pk).update(state=state, lease_until=lease)
        with pytest.raises(Conflict):
            operations.retry(job.pk, by=SYSTEM, at=timezone.now())


class TestCancel:
    def test_a_waiting_job_never_begins(self, work):
        job = work(lambda job, progress: pytest.fail("it must not run"))
        operations.cancel(job.pk, by=SYSTEM, at=timezone.now())
        operations.work(job.pk)
        assert fresh(job).state == "cancelled"

    def test_a_running_job_stops_when_it_next_tells(self, work):
        reached = []

        def does(job, progress):
            operations.cancel(job.pk, by=SYSTEM, at=timezone.now())
            with time_machine.travel(timezone.now() + timedelta(seconds=5), tick=False):
                progress.tell(0.5)
            reached.append("the end")

        job = work(does)
        operations.work(job.pk)
        assert reached == []
        assert (fresh(job).state, fresh(job).error) == ("cancelled", "")

    def test_a_job_cancelled_in_its_last_breath_stays_cancelled(self, work):
        def does(job, progress):
            operations.cancel(job.pk, by=SYSTEM, at=timezone.now())
            raise ValueError("too late to matter")

        job = work(does)
        operations.work(job.pk)
        assert fresh(job).state == "cancelled"

    def test_a_finished_job_stays_as_it_is(self, work):
        job = work(lambda job, progress: None)
        operations.work(job.pk)
        operations.cancel(job.pk, by=SYSTEM, at=timezone.now())
        assert fresh(job).state == "done"

    def test_the_first_worker_of_a_cancelled_job_never_finishes_the_retried_one(self, work):
        order = []

        def does(job, progress):
            order.append(job.attempts)
            if job.attempts == 1:
                operations.cancel(job.pk, by=SYSTEM, at=timezone.now())
                operations.retry(job.pk, by=SYSTEM, at=timezone.now())
                Job.objects.filter(pk=job.pk).update(
                    state="running", attempts=2, lease_until=timezone.now() + operations.LEASE
                )

        job = work(does)
        operations.work(job.pk)
        assert order == [1]
        assert fresh(job).state == "running"


def test_the_lease_is_renewed_while_the_work_says_nothing(own_database, monkeypatch):
    """A long query or a long PDF tells nothing; the heartbeat has a connection of its own."""
    from time import monotonic, sleep

    monkeypatch.setattr(operations, "HEARTBEAT_SECONDS", 0.05)
    leases = []

    def does(job, progress):
        first = Job.objects.values_list("lease_until", flat=True).get(pk=job.pk)
        until = monotonic() + 10
        while monotonic() < until:
            now = Job.objects.values_list("lease_until", flat=True).get(pk=job.pk)
            if now > first:
                leases.append(now)
                return
            sleep(0.02)

    monkeypatch.setitem(operations._kinds, "test.work", does)
    job = operations.ask("test.work", {}, by=SYSTEM, at=timezone.now())
    operations.work(job.pk)
    assert len(leases) == 1
    assert connection.schema_name == own_database.schema_name
    assert fresh(job).state == "done"


def test_the_statement_of_a_cancelled_job_is_ended(own_database, monkeypatch):
    """Nobody waits for the answer of a long query any more."""
    from time import monotonic

    monkeypatch.setattr(operations, "HEARTBEAT_SECONDS", 0.05)

    def does(job, progress):
        operations.cancel(job.pk, by=SYSTEM, at=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")

    monkeypatch.setitem(operations._kinds, "test.work", does)
    job = operations.ask("test.work", {}, by=SYSTEM, at=timezone.now())
    began = monotonic()
    operations.work(job.pk)
    assert monotonic() - began < 30
    assert (fresh(job).state, fresh(job).error) == ("cancelled", "")
