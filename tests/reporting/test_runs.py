"""Runs of reports: how far one is, that one is told, and what became of those that were asked for."""

import pytest
from django.utils import timezone

from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Refused
from parkops.messaging.models import Message
from reporting.datasets import Column, Dataset, Kind
from reporting.exports import WRITERS, document
from reporting.models import ReportRun
from reporting.operations import reports
from tests.reporting.conftest import BY
from tests.reporting.test_paper import TENANT

LIST = "/office/reports/"
RUNS = f"{LIST}runs/"
NEWS = f"{RUNS}news/"


def of(person) -> Actor:
    return Actor("staff", str(person.pk), person.name or person.email)


@pytest.fixture
def asked(site, amos, now):
    """Ask for a report: `asked("citations", by=of(clara))`."""

    def do(code: str = "citations", *, by: Actor | None = None, **more) -> ReportRun:
        more.setdefault("file_format", "csv")
        return reports.ask_report(code, {}, by=by or of(amos), at=now, **more)

    return do


class TestProgress:
    @pytest.mark.parametrize("form", ["csv", "json", "xlsx", "pdf"])
    def test_every_format_tells_its_rows_as_it_writes_them(self, form, monkeypatch):
        monkeypatch.setattr(document, "MOST_LAID_OUT", 10)
        rows = [(f"row {n}", n) for n in range(1_200)]
        columns = [Column("name", "Name"), Column("n", "N", Kind.COUNT, is_totalled=True)]
        heard: list[tuple[str, int, list[int]]] = []

        def begun(stage, total):
            heard.append((stage, total, []))
            return heard[-1][2].append

        found = Dataset(title="T", columns=columns, rows=rows, made_by="A", number="0")
        WRITERS[form][0](found, TENANT, begun)
        stage, total, counts = heard[0]
        assert "rows" in stage
        assert total == 1_200
        assert counts == sorted(set(counts))
        assert counts[-1] == 1_200
        if form == "pdf":
            stage, total, counts = heard[1]
            assert (stage, counts[-1]) == ("Closing pages", total)
            assert 10 < total < 60

    def test_a_paper_that_is_laid_out_claims_nothing(self):
        heard = []
        columns = [Column("name", "Name")]
        found = Dataset(title="T", columns=columns, rows=[("a",)], made_by="A", number="0")
        document.write(found, TENANT, lambda *told: heard.append(told) or (lambda _done: None))
        assert heard == [("Laying out the rows", 0)]

    def test_the_page_says_how_many_are_before_and_which_rows_are_written(self, site, amos, asked):
        site.login_as(amos)
        _, run = asked(), asked()
        page = f"{RUNS}{run.reference}/"
        assert "1 is before yours" in site.get(page).content.decode()
        lease = timezone.now() + jobs.LEASE
        Job.objects.filter(pk=run.job_id).update(
            state="running", lease_until=lease, stage="Drawing rows", rows_done=3, rows_total=4
        )
        shown = site.get(page).content.decode()
        assert "Drawing rows, 3 of 4" in shown
        assert 'max="4" value="3"' in shown
        Job.objects.filter(pk=run.job_id).update(stage="Reading the records", rows_total=None)
        shown = site.get(page).content.decode()
        assert "Reading the records" in shown
        assert "value=" not in shown.partition("<progress")[2].partition(">")[0]


class TestNews:
    def test_whoever_asked_is_told_on_any_page_once(self, site, amos):
        site.login_as(amos)
        assert "<po-news" not in site.get(LIST).content.decode()
        site.post(f"{LIST}citations/", {"format": "csv"})
        run = ReportRun.objects.get()
        assert "<po-news" in site.get("/office/payments/").content.decode()
        waiting = site.get(NEWS)
        assert (waiting.status_code, waiting["Reports-Awaited"]) == (204, "1")
        jobs.work(run.job_id)
        told = site.get(NEWS)
        assert told["Reports-Awaited"] == "0"
        assert f"{RUNS}{run.reference}/" in told.content.decode()
        assert "is ready" in told.content.decode()
        assert site.get(NEWS).status_code == 204
        assert "<po-news" not in site.get(LIST).content.decode()

    def test_who_looked_already_is_not_told_again(self, site, amos):
        site.login_as(amos)
        site.post(f"{LIST}citations/", {"format": "csv"})
        run = ReportRun.objects.get()
        jobs.work(run.job_id)
        site.get(f"{RUNS}{run.reference}/")
        assert site.get(NEWS).status_code == 204

    def test_one_that_failed_is_told_too(self, site, amos):
        site.login_as(amos)
        site.post(f"{LIST}citations/", {"format": "csv"})
        Job.objects.update(state="failed")
        assert "failed" in site.get(NEWS).content.decode()

    def test_an_officer_has_none(self, site, bob):
        assert site.login_as(bob).get(NEWS).status_code == 403


class TestMail:
    def test_is_sent_once_when_asked_for_with_a_link_and_no_file(self, site, amos):
        site.login_as(amos)
        site.post(f"{LIST}citations/", {"format": "csv", "mail": "on"})
        run = ReportRun.objects.get()
        jobs.work(run.job_id)
        jobs.work(run.job_id)
        message = Message.objects.get(event="report.ready")
        assert message.to == amos.email
        assert f"{RUNS}{run.reference}/" in message.text
        assert "/file/" not in message.text
        assert message.enclosed == ""

    def test_is_not_sent_unasked(self, site, amos):
        site.login_as(amos)
        site.post(f"{LIST}citations/", {"format": "csv"})
        jobs.work(ReportRun.objects.get().job_id)
        assert not Message.objects.filter(event__startswith="report.").exists()

    def test_says_why_there_is_no_report(self, asked, amos, monkeypatch):
        def refuses(*_args):
            raise Refused("too_long", "30,000 rows are too many for a PDF.")

        run = asked(wants_mail=True)
        monkeypatch.setattr(reports, "_write_blocks", refuses)
        monkeypatch.setattr(reports, "_write_dataset", refuses)
        jobs.work(run.job_id)
        assert "30,000 rows are too many" in Message.objects.get(event="report.failed").text

    def test_who_left_meanwhile_gets_nothing(self, asked, amos):
        run = asked(wants_mail=True)
        amos.roles = []
        amos.save()
        jobs.work(run.job_id)
        assert not Message.objects.filter(event__startswith="report.").exists()


class TestHistory:
    def test_lists_ones_own_and_everybodys(self, site, amos, clara, asked):
        mine, other = asked(), asked("permit-sales", by=of(clara))
        site.login_as(amos)
        every = site.get(RUNS).content.decode()
        assert str(mine.reference) in every
        assert str(other.reference) in every
        own = site.get(f"{RUNS}?who=mine").content.decode()
        assert str(mine.reference) in own
        assert str(other.reference) not in own

    def test_is_narrowed_to_a_report_and_a_state(self, site, amos, asked):
        one, two = asked(), asked("permit-sales")
        jobs.work(one.job_id)
        site.login_as(amos)
        for question, shown, left in (
            ("report=permit-sales", two, one),
            ("state=done", one, two),
        ):
            page = site.get(f"{RUNS}?{question}").content.decode()
            assert str(shown.reference) in page
            assert str(left.reference) not in page
        assert site.get(f"{RUNS}?state=asleep&page=900").status_code == 200

    def test_shows_rows_digest_and_the_tenants_time(self, site, amos, asked):
        run = asked()
        jobs.work(run.job_id)
        run.refresh_from_db()
        shown = site.login_as(amos).get(RUNS).content.decode()
        assert run.digest in shown
        assert "10 Nov, 10:15" in shown
        assert "10 Nov, 10:15" in site.get(LIST).content.decode()

    def test_leaves_out_what_is_not_for_ones_eyes(self, site, clara, asked):
        hidden = asked("audit-log", by=BY)
        site.login_as(clara)
        assert str(hidden.reference) not in site.get(RUNS).content.decode()
        assert str(hidden.reference) not in site.get(f"{RUNS}?report=audit-log").content.decode()

    def test_costs_the_same_however_many(self, site, amos, asked, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        asked()
        site.login_as(amos)
        site.get(RUNS)
        with CaptureQueriesContext(connection) as captured:
            site.get(RUNS)
        for _ in range(4):
            asked()
        with django_assert_num_queries(len(captured)):
            site.get(RUNS)

    def test_another_tenants_are_not_there(self, other_site, charlie, asked):
        run = asked()
        other_site.login_as(charlie)
        assert str(run.reference) not in other_site.get(RUNS).content.decode()


def test_a_file_that_a_lost_attempt_left_is_removed(asked, monkeypatch):
    from django.core.files.base import ContentFile
    from django.core.files.storage import default_storage

    run = asked()
    left = default_storage.save(reports._file_name(run, 1), ContentFile(b"half"))
    Job.objects.filter(pk=run.job_id).update(attempts=1)
    jobs.work(run.job_id)
    run.refresh_from_db()
    assert not default_storage.exists(left)
    assert run.file_name == reports._file_name(run, 2)
