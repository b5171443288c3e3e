"""Jobs in the office, and the work that was given up."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from parkops.jobs import operations
from parkops.jobs.models import Job
from parkops.kernel.actors import Actor
from parkops.kernel.tallies import EVER
from parkops.tallies import operations as tallies
from parkops.tallies.models import Tally
from parkops.tenancy.models import OutboxEntry

BY = Actor("staff", "1", "Alice")


@pytest.fixture
def ask(harbor, monkeypatch):
    monkeypatch.setitem(operations._kinds, "test.work", lambda job, progress: None)

    def one(**values):
        job = operations.ask("test.work", {}, by=BY, at=timezone.now())
        Job.objects.filter(pk=job.pk).update(**values)
        return job

    return one


@pytest.fixture
def office(site, alice):
    return site.login_as(alice)


def test_lists_by_state(office, ask):
    ask(state="failed", error="ValueError: <broken>", finished_at=timezone.now())
    ask()
    page = office.get("/office/jobs/").content.decode()
    assert "ValueError: &lt;broken&gt;" in page
    assert page.count("<tr>") == 3
    assert office.get("/office/jobs/?state=queued").content.decode().count("<tr>") == 2
    assert office.get("/office/jobs/?state=nonsense").status_code == 200


def test_tells_what_the_last_check_of_the_figures_found(office, harbor, now):
    assert "counted anew" not in office.get("/office/jobs/").content.decode()
    tallies.check(at=now)
    assert "none differed" in office.get("/office/jobs/").content.decode()
    for n in (3, -1):
        Tally.objects.create(name="citations_unpaid", at=EVER, n=n)
    Tally.objects.create(name="money_taken", at=now, n=-5_000)
    tallies.check(at=now)
    shown = office.get("/office/jobs/").content.decode()
    assert "2 differed and were mended (citations_unpaid by -2, money_taken by +5,000)" in shown


def test_tries_a_failed_job_again(office, ask):
    job = ask(state="failed", error="x", attempts=3)
    assert office.post(f"/office/jobs/{job.pk}/retry/").status_code == 302
    job.refresh_from_db()
    assert (job.state, job.attempts, job.max_attempts, job.error) == ("queued", 3, 6, "")
    assert office.post(f"/office/jobs/{job.pk}/retry/").status_code == 422


def test_cancels_a_waiting_job(office, ask):
    job = ask()
    office.post(f"/office/jobs/{job.pk}/cancellation/")
    job.refresh_from_db()
    assert job.state == "cancelled"


@pytest.mark.parametrize("act", ["retry", "cancellation"])
def test_a_job_that_is_not_there_is_404(office, act):
    assert office.post(f"/office/jobs/999999/{act}/").status_code == 404


def test_costs_the_same_queries_for_twice_the_rows(office, ask):
    def cost():
        with CaptureQueriesContext(connection) as found:
            office.get("/office/jobs/")
        return len(found)

    ask()
    cost()
    before = cost()
    for _ in range(5):
        ask()
    assert cost() == before


class TestGivenUp:
    def entry(self, schema):
        now = timezone.now()
        return OutboxEntry.objects.create(
            schema_name=schema,
            task="messaging.deliver",
            state="dead",
            attempts=6,
            created_at=now,
            available_at=now,
            last_error="OSError: away",
        )

    def test_is_shown_and_tried_again(self, office):
        entry = self.entry("t_harbor")
        assert b"OSError: away" in office.get("/office/jobs/").content
        office.post(f"/office/jobs/given-up/{entry.pk}/retry/")
        entry.refresh_from_db()
        assert (entry.state, entry.attempts) == ("waiting", 0)

    def test_of_another_tenant_is_not_there(self, office):
        entry = self.entry("t_hillside")
        assert b"OSError: away" not in office.get("/office/jobs/").content
        assert office.post(f"/office/jobs/given-up/{entry.pk}/retry/").status_code == 404
        entry.refresh_from_db()
        assert entry.state == "dead"


def test_who_may(site, ask, bob, otto):
    job = ask(state="failed")
    assert site.get("/office/jobs/").status_code == 302
    assert site.login_as(bob).get("/office/jobs/").status_code == 403
    auditor = site.login_as(otto)
    assert auditor.get("/office/jobs/").status_code == 200
    assert b"Try again" not in auditor.get("/office/jobs/").content
    assert auditor.post(f"/office/jobs/{job.pk}/retry/").status_code == 403
