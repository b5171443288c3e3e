"""The pages of the reports."""

import re
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.utils import timezone

from parkops.audit.models import AuditEvent
from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from reporting.catalogue import REPORTS
from reporting.models import ReportRun, SavedFilter
from reporting.operations import filters, reports
from reporting.queries import previews
from tests.reporting.conftest import BY

LIST = "/office/reports/"
ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def run(site, amos):
    """A run asked for on its page by the accountant."""
    site.login_as(amos)
    answer = site.post(f"{LIST}citations/", {"from": "2026-11-01", "format": "csv"})
    assert answer.status_code == 302
    return ReportRun.objects.get()


def page_of(run: ReportRun) -> str:
    return f"{LIST}runs/{run.reference}/"


def test_the_catalogue_lists_reports_and_runs(site, run):
    shown = site.get(LIST).content.decode()
    for name in ("Permit sales", "Citations", "Revenue and ledger"):
        assert name in shown
    assert page_of(run) in shown


def test_a_wrong_answer_comes_back_beside_its_field(site, amos):
    site.login_as(amos)
    answer = site.post(
        f"{LIST}citations/", {"from": "2026-11-02", "to": "2026-11-01", "format": "csv"}
    )
    assert answer.status_code == 422
    assert "must not be before the first" in answer.content.decode()
    assert not ReportRun.objects.exists()


def test_a_run_shows_its_progress_until_it_is_done(site, run):
    assert 'hx-trigger="every 1s"' in site.get(page_of(run)).content.decode()
    assert site.get(f"{page_of(run)}file/").status_code == 422
    jobs.work(run.job_id)
    shown = site.get(page_of(run)).content.decode()
    assert "The report is ready" in shown
    assert "every 1s" not in shown
    part = site.get(page_of(run), headers={"hx-request": "true"}).content.decode()
    assert part.lstrip().startswith("<section")
    file = site.get(f"{page_of(run)}file/")
    assert file.status_code == 200
    assert file["Cache-Control"] == "private, no-store"


def test_who_took_a_file_is_recorded(site, otto, run):
    jobs.work(run.job_id)
    assert not AuditEvent.objects.filter(event="report.taken").exists()
    site.login_as(otto)
    site.get(page_of(run))
    site.get(f"{page_of(run)}file/")
    taken = AuditEvent.objects.get(event="report.taken")
    assert (taken.subject_ref, taken.actor_name) == (str(run.reference), otto.name)
    assert taken.data == {"report": run.report, "format": run.format}


@pytest.mark.parametrize(
    ("code", "key", "known"),
    [
        ("permits-ending", "type", "MONTH"),
        ("stays", "in_zone", "LOT-A"),
        ("citations", "violation", "NO-PERMIT"),
    ],
)
def test_a_question_for_a_code_offers_those_there_are(site, amos, code, key, known):
    site.login_as(amos)
    shown = site.get(f"{LIST}{code}/").content.decode()
    assert f'list="codes-{key}"' in shown
    offered = re.search(rf'<datalist id="codes-{key}">(.*?)</datalist>', shown)[1]
    assert f'<option value="{known}">' in offered
    assert "codes-" not in site.get(f"{LIST}revenue/").content.decode()


def test_days_that_were_left_out_are_those_of_the_day_it_was_asked(site, amos):
    """So that the history says of what it is, and a worker of tomorrow makes the same."""
    site.login_as(amos)
    site.post(f"{LIST}citations/", {"period": "", "from": "", "to": "", "format": "csv"})
    run = ReportRun.objects.get()
    assert run.parameters["from"].endswith("-01")
    assert run.parameters["to"] == f"{run.created_at.astimezone(ZONE):%Y-%m-%d}"
    assert "from 1 " in site.get(f"{LIST}runs/").content.decode()


def test_only_who_asked_or_an_administrator_cancels(site, run, alice, clara):
    for person, status in ((clara, 403), (alice, 302)):
        site.login_as(person)
        shown = site.get(page_of(run)).content.decode()
        assert ("Cancel the report" in shown) is (status == 302)
        assert site.post(f"{page_of(run)}cancellation/").status_code == status
    assert Job.objects.get().state == "cancelled"


def test_what_is_made_is_not_said_to_be_cancelled(site, run):
    jobs.work(run.job_id)
    shown = site.post(f"{page_of(run)}cancellation/", follow=True).content.decode()
    assert "It was over before it could be cancelled" in shown
    assert "The report is ready" in shown
    assert "is cancelled" not in shown


def test_one_tried_again_late_keeps_its_file_from_then_on(site, run, amos):
    ReportRun.objects.update(expires_at=run.created_at - reports.KEPT)
    Job.objects.update(state="failed")
    site.post(f"{page_of(run)}retry/")
    jobs.work(run.job_id)
    assert site.get(f"{page_of(run)}file/").status_code == 200


def test_a_run_is_cancelled_and_tried_again(site, run):
    assert site.post(f"{page_of(run)}cancellation/").status_code == 302
    assert "was cancelled" in site.get(page_of(run)).content.decode()
    Job.objects.update(state="failed", error="ValueError: <b>broken</b>")
    shown = site.get(page_of(run)).content.decode()
    assert "&lt;b&gt;broken" in shown
    assert ReportRun.objects.get().number in shown
    asked = re.search(r'href="([^"]*)"[^>]*>Ask for something else', shown)[1].replace("&amp;", "&")
    again = site.get(asked)
    assert again.status_code == 200
    assert again.context["form"]["format"].value() == ReportRun.objects.get().format
    assert site.post(f"{page_of(run)}retry/").status_code == 302
    assert Job.objects.get().state == "queued"


def test_a_file_past_its_time_is_gone(site, run):
    jobs.work(run.job_id)
    late = timezone.now() + reports.KEPT + reports.KEPT
    assert reports.forget_expired_files(at=late) == 1
    assert reports.forget_expired_files(at=late) == 0
    assert "The file is gone" in site.get(page_of(run)).content.decode()
    assert site.get(f"{page_of(run)}file/").status_code == 422


def test_an_auditor_takes_files_and_makes_none(site, otto, run):
    jobs.work(run.job_id)
    site.login_as(otto)
    assert site.get(LIST).status_code == 200
    assert site.get(f"{page_of(run)}file/").status_code == 200
    assert site.post(f"{page_of(run)}cancellation/").status_code == 403


class TestWhoReadsAndMakesNoFiles:
    PART = {"HX-Request": "true"}
    ASKED = {"from": "2026-09-01", "to": "2026-11-30", "by": "officer"}

    def test_reads_the_rows_with_their_totals(self, site, otto, busy):
        answer = site.login_as(otto).get(f"{LIST}citations/", self.ASKED)
        shown = answer.content.decode()
        assert answer.status_code == 200
        assert "reads the rows of reports" in shown
        assert "Bob" in shown
        assert "Total" in shown
        assert "Make the report" not in shown
        assert 'name="format"' not in shown
        part = site.get(f"{LIST}citations/", self.ASKED, headers=self.PART).content.decode()
        assert part.lstrip().startswith("<section")
        assert "Bob" in part
        assert "hx-include" not in part

    def test_sees_the_same_rows_as_who_makes_them(self, site, otto, amos, busy):
        read = site.login_as(otto).get(f"{LIST}citations/", self.ASKED).context["shown"]
        site.login_as(amos)
        made = site.get(f"{LIST}citations/", self.ASKED, headers=self.PART).context["shown"]
        assert read.rows == made.rows
        assert read.totals == made.totals

    def test_makes_nothing_and_saves_nothing(self, site, otto, busy):
        site.login_as(otto)
        for given in ({"format": "csv"}, {"format": "csv", "save": "1", "name": "Mine"}):
            answer = site.post(f"{LIST}citations/", {**self.ASKED, **given})
            assert answer.status_code == 403
            assert "makes no files" in answer.content.decode()
        assert not ReportRun.objects.exists()
        assert not SavedFilter.objects.exists()

    def test_is_not_led_to_what_it_may_not_do(self, site, otto, amos, run, now):
        filters.save_filter(
            "citations", {}, name="Council", file_format="csv", is_shared=True, owner=amos, at=now
        )
        Job.objects.update(state="failed", error="broken")
        site.login_as(otto)
        assert "Council" not in site.get(f"{LIST}citations/").content.decode()
        shown = site.get(page_of(run)).content.decode()
        assert f"{page_of(run)}retry/" not in shown
        assert f"{LIST}citations/?" in shown

    def test_reads_every_report_that_the_catalog_offers(self, site, otto, busy):
        listed = site.login_as(otto).get(LIST).content.decode()
        codes = [code for code in REPORTS if f"{LIST}{code}/" in listed]
        assert len(codes) > 60
        for code in codes:
            assert site.get(f"{LIST}{code}/").status_code == 200, code
        for code in REPORTS.keys() - set(codes):
            assert site.get(f"{LIST}{code}/").status_code == 403, code

    def test_what_is_asked_wrongly_is_said(self, site, otto):
        asked = {"from": "2026-11-30", "to": "2026-09-01"}
        shown = site.login_as(otto).get(f"{LIST}citations/", asked).content.decode()
        assert "must not be before the first" in shown

    def test_all_rows_are_reached_page_by_page(self, site, otto, cite, now):
        for n in range(previews.ROWS + 3):
            cite(f"ROW {n}", officer=f"Officer {n:02}")
        site.login_as(otto)
        first = site.get(f"{LIST}citations/", self.ASKED)
        found = [row[0].value for row in first.context["shown"].rows]
        assert f"{previews.ROWS + 3} rows, and the totals of all" in first.content.decode()
        way = re.search(r'rel="next" href="([^"]*)"', first.content.decode())[1]
        query = way.replace("&amp;", "&")
        for asked in ({}, self.PART):
            second = site.get(f"{LIST}citations/{query}", headers=asked).context["shown"]
            assert second.totals == first.context["shown"].totals
            rest = [row[0].value for row in second.rows]
            assert len(found) == previews.ROWS
            assert sorted(found + rest) == [f"Officer {n:02}" for n in range(previews.ROWS + 3)]

    @pytest.mark.parametrize("number", ["0", "-1", "99", "x", "\x00"])
    def test_a_page_that_there_is_not_is_the_nearest(self, site, otto, busy, number):
        asked = {**self.ASKED, "page": number}
        answer = site.login_as(otto).get(f"{LIST}citations/", asked)
        assert answer.context["shown"].rows


def test_an_officer_sees_none_of_it(site, bob, run):
    site.login_as(bob)
    for path in (LIST, page_of(run), f"{page_of(run)}file/"):
        assert site.get(path).status_code == 403


def test_another_tenants_run_is_not_there(other_site, charlie, run):
    jobs.work(run.job_id)
    other_site.login_as(charlie)
    for path in (page_of(run), f"{page_of(run)}file/"):
        assert other_site.get(path).status_code == 404
    assert other_site.post(f"{page_of(run)}cancellation/").status_code == 404


def test_an_unknown_report_is_not_there(site, amos):
    assert site.login_as(amos).get(f"{LIST}horoscope/").status_code == 404


def test_the_list_costs_the_same_however_many_runs(site, run, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    site.get(LIST)
    with CaptureQueriesContext(connection) as captured:
        site.get(LIST)
    few = len(captured)
    for _ in range(4):
        site.post(f"{LIST}citations/", {"format": "csv"})
    with django_assert_num_queries(few):
        site.get(LIST)


def test_the_list_says_what_was_asked(site, amos):
    site.login_as(amos)
    site.post(
        f"{LIST}citations/",
        {"from": "2014-07-01", "to": "2014-07-31", "by": "violation", "format": "csv"},
    )
    shown = site.get(LIST).content.decode()
    assert "from 1 Jul 2014 to 31 Jul 2014, group by violation" in shown


def test_a_usual_period_is_filled_in(site, amos):
    page = site.login_as(amos).get(f"{LIST}citations/?from=2014-07-01&to=2014-07-31")
    assert 'value="2014-07-01"' in page.content.decode()
    assert site.get(f"{LIST}citations/?from=%3Cscript%3E").status_code == 200


class TestWhatIsInIt:
    """The clerk runs reports and is not allowed to see what staff did."""

    def test_who_may_not_see_it_is_not_offered_it(self, site, clara, alice, now):
        reports.ask_report("audit-log", {}, file_format="csv", by=BY, at=now)
        site.login_as(clara)
        shown = site.get(LIST).content.decode()
        assert "Audit log" not in shown
        assert "Permit holders" in shown
        site.login_as(alice)
        assert site.get(LIST).content.decode().count("Audit log") == 2

    def test_nor_asks_for_it_nor_opens_its_file(self, site, clara, now):
        run = reports.ask_report("audit-log", {}, file_format="csv", by=BY, at=now)
        jobs.work(run.job_id)
        site.login_as(clara)
        assert site.get(f"{LIST}audit-log/").status_code == 403
        assert site.post(f"{LIST}audit-log/", {"format": "csv"}).status_code == 403
        assert site.get(page_of(run)).status_code == 403
        assert site.get(f"{page_of(run)}file/").status_code == 403
        assert site.post(f"{page_of(run)}cancellation/").status_code == 403
        assert site.post(f"{page_of(run)}retry/").status_code == 403


class TestPreview:
    PART = {"HX-Request": "true"}

    def test_shows_the_first_rows_and_the_totals_of_all(self, site, amos, busy):
        site.login_as(amos)
        asked = {"preview": "", "from": "2026-09-01", "to": "2026-11-30", "by": "officer"}
        part = site.get(f"{LIST}citations/", asked, headers=self.PART)
        shown = part.content.decode()
        assert part.status_code == 200
        assert "<html" not in shown
        assert "Total" in shown
        assert "Bob" in shown

    def test_says_what_is_wrong_with_the_question(self, site, amos):
        site.login_as(amos)
        asked = {"preview": "", "from": "2026-11-30", "to": "2026-09-01"}
        shown = site.get(f"{LIST}citations/", asked, headers=self.PART).content.decode()
        assert "must not be before the first" in shown

    def test_is_given_up_when_it_takes_too_long(self, site, amos, monkeypatch):
        def slow(_asking):
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(3)")

        monkeypatch.setattr(previews, "SECONDS", 0.1)
        monkeypatch.setitem(REPORTS, "citations", replace(REPORTS["citations"], build=slow))
        site.login_as(amos)
        shown = site.get(f"{LIST}citations/", {"preview": ""}, headers=self.PART).content.decode()
        assert "longer than a preview may" in shown
        assert site.get(LIST).status_code == 200
