"""A worker that is killed in the middle of a report: the report is made by the next one, once."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from urllib.parse import urlsplit

import psycopg
import time_machine
from django.core.files.storage import default_storage
from django.db import connection
from django.utils import timezone

from parkops.accounts.models import User
from parkops.celery import app
from parkops.jobs.models import Job
from parkops.kernel.actors import Actor
from parkops.local import servers
from parkops.messaging.models import Message
from parkops.tenancy import tasks
from reporting.models import ReportRun
from reporting.operations import reports

PATIENCE = 90
"""Seconds after which a worker will not come any more, however busy the machine is."""


def worker_of(database: str) -> subprocess.Popen:
    """Start a worker as the product does, on `database`, in a process group of its own."""
    url = urlsplit(os.environ.get("DATABASE_URL") or servers.urls().database_url)
    command = [sys.executable, "-m", "celery", "-A", "parkops", "worker", "--pool=prefork"]
    return subprocess.Popen(
        [*command, "--concurrency=1", "--without-gossip", "--without-mingle"],
        env={**os.environ, "DATABASE_URL": url._replace(path=f"/{database}").geturl()},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def files() -> set[str]:
    """Return the stored files of reports."""
    return (
        set(default_storage.listdir("reports")[1]) if default_storage.exists("reports") else set()
    )


def until(known) -> None:
    """Wait until something is known."""
    end = time.monotonic() + PATIENCE
    while not known():
        assert time.monotonic() < end, "it has not come to that"
        time.sleep(0.1)


def run_here(entry) -> None:
    """Run a promised task here, as a worker that is given its message."""
    named = {"schema": entry.schema_name, "entry": entry.pk, "turn": entry.attempts}
    app.tasks[entry.task].run(**entry.arguments, **named)


def test_a_report_whose_worker_is_killed_is_made_by_the_next_one_once(own_database, monkeypatch):
    app.loader.import_default_modules()
    asker, before, now = User.objects.get(email="amos@harbor.example"), files(), timezone.now()
    by = Actor("staff", str(asker.pk), asker.name)
    database = connection.settings_dict["NAME"]
    # The report reads citations, and waits for this lock in the middle of it.
    parameters = connection.get_connection_params()
    session = {key: parameters[key] for key in ("host", "port", "user", "password")}
    with psycopg.connect(**session, dbname=database) as other:
        other.execute(f"LOCK TABLE {own_database.schema_name}.enforcement_citation")
        run = reports.ask_report("citations", {}, file_format="csv", wants_mail=True, by=by, at=now)
        worker = worker_of(database)
        try:
            stage = Job.objects.filter(pk=run.job_id, state="running", attempts=1)
            until(lambda: stage.exclude(stage="").exists())
            held = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"
            until(lambda: other.execute(held, [database]).fetchone())
        finally:
            os.killpg(worker.pid, signal.SIGKILL)
            worker.wait()
        other.rollback()
    lost = Job.objects.get(pk=run.job_id)
    assert (lost.state, lost.attempts, files()) == ("running", 1, before)

    monkeypatch.setattr(tasks, "publish", run_here)
    for minutes in (2, 4, 6):
        with time_machine.travel(now + timedelta(minutes=minutes)):
            tasks.relay_outbox()
            connection.set_tenant(own_database)
    run = ReportRun.objects.select_related("job").get(pk=run.pk)
    assert (run.job.state, run.job.attempts) == ("done", 2)
    assert len(files() - before) == 1
    assert run.digest
    assert Message.objects.filter(event="report.ready", to=asker.email).count() == 1
