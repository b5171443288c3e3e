"""The pages of one's own questions."""

import csv
import io
import json
import re
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context

from enforcement.models import Citation
from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.programme import queries as programme
from reporting.models import Question, ReportRun
from reporting.operations.reports import dataset_of
from reporting.questions import answers, operations, rules
from reporting.views import questions as views

LIST = "/office/questions/"
BY_ZONE = {
    "view": "citations",
    "groups": [{"column": "zone"}],
    "measures": [{"how": "count"}, {"how": "sum", "column": "fine_minor"}],
    "sort": {"by": "count", "descending": True},
    "limit": 100,
    "chart": "bars",
}
PLATES = {"view": "citations", "columns": ["citation", "plate"], "limit": 100}


@pytest.fixture
def kept(harbor, alice, now):
    """A question kept by the administrator: `kept()`, `kept(PLATES, is_shared=True)`."""

    def do(document=BY_ZONE, *, name="By zone", is_shared=False, by=alice):
        return operations.keep_question(
            document,
            name=name,
            is_shared=is_shared,
            may=by.may,
            by=Actor("staff", str(by.pk), by.name),
            at=now,
        )

    return do


def page_of(question: Question) -> str:
    return f"{LIST}{question.reference}/"


class TestAsking:
    def test_the_list_offers_what_may_be_asked_about(self, site, amos):
        site.login_as(amos)
        shown = site.get(LIST).content.decode()
        assert "Citations" in shown
        assert "Shifts" not in shown  # an accountant does not see dispatch

    def test_officers_ask_nothing(self, site, bob):
        site.login_as(bob)
        assert site.get(LIST).status_code == 403
        assert site.get(f"{LIST}new/").status_code == 403

    def test_an_auditor_reads_what_is_shared_and_builds_nothing(self, site, otto, kept):
        question = kept(is_shared=True)
        site.login_as(otto)
        assert site.get(page_of(question)).status_code == 200
        assert site.get(f"{LIST}new/").status_code == 403

    def test_the_answer_stands_beside_the_form_and_leads_to_the_record(self, site, alice, cite):
        citation = cite("ABC 123")
        site.login_as(alice)
        shown = site.get(f"{LIST}new/?view=citations").content.decode()
        assert f"/office/citations/{citation.number}/" in shown

    def test_groups_are_counted_charted_and_summed(self, site, alice, cite):
        cite("ABC 123", zone="LOT-A")
        cite("ABC 124", zone="LOT-B")
        cite("ABC 125", zone="LOT-B")
        site.login_as(alice)
        shown = site.get(
            f"{LIST}new/?view=citations&g0=zone&m0=count&m1=sum&m1of=fine_minor&sort=-count&chart=bars"
        ).content.decode()
        assert "Citations, by zone: count and sum of fine" in shown
        assert "<svg" in shown
        assert shown.index(">LOT-B<") < shown.index(">LOT-A<")

    def test_one_with_parts_that_are_null_can_be_changed(self, site, alice, kept):
        nulls = dict.fromkeys(("filters", "groups", "measures", "sort", "limit", "chart"))
        question = kept({"view": "citations", "columns": ["citation"], **nulls})
        site.login_as(alice)
        shown = site.get(f"{page_of(question)}edit/")
        assert shown.status_code == 200
        assert "Only where" in shown.content.decode()

    def test_one_whose_view_is_gone_is_the_beginning_of_another(self, site, alice, kept):
        where = [{"column": "zone", "is": "is", "value": "LOT-A"}]
        question = kept({**BY_ZONE, "filters": where})
        Question.objects.update(document={**question.document, "view": "gone"})
        site.login_as(alice)
        shown = site.get(f"{page_of(question)}edit/")
        assert shown.status_code == 200
        assert "Only where" in shown.content.decode()

    def test_instants_are_written_as_on_every_page(self, site, alice, cite, now):
        cite("ABC 123")
        site.login_as(alice)
        shown = site.get(f"{LIST}new/?view=citations&columns=issued_at").content.decode()
        zone = programme.in_force(now).programme.tz
        issued = Citation.objects.get().issued_at.astimezone(zone)
        assert f">{issued:%-d %b %Y, %H:%M}</time>" in shown
        assert f"{issued:%Y-%m-%d %H:%M}" not in shown

    def test_days_of_the_week_are_short_under_a_chart_and_in_their_order(self, site, alice, cite):
        cite("ABC 123")
        site.login_as(alice)
        asked = "view=citations&g0=zone&g1=issued_at&g1by=weekday&m0=count&chart=heat"
        shown = site.get(f"{LIST}new/?{asked}").content.decode()
        issued = Citation.objects.get().issued_at
        assert f"<span>{issued:%a}</span>" in shown
        assert f"{issued:%A}: 1" in shown

    def test_htmx_gets_the_builder_alone(self, site, alice):
        site.login_as(alice)
        part = site.get(f"{LIST}new/?view=citations", headers={"hx-request": "true"})
        assert part.content.decode().lstrip().startswith('<div class="asking"')

    def test_what_is_wrong_is_said_at_its_field(self, site, alice):
        site.login_as(alice)
        asked = "view=citations&f0=fine_minor&f0is=at_least&f0v=dear"
        shown = site.get(f"{LIST}new/?{asked}").content.decode()
        assert "is not an amount such as" in shown
        assert 'id="id_f0v-error"' in shown

    @pytest.mark.parametrize(
        "query",
        [
            "view=nothing",
            "view=citations&columns=pin&limit=-1&chart=pie&sort=x",
            "view=citations&limit=" + "9" * 40,
            "view=citations&g0=zone&g1=zone",
            "view=citations&f0=zone&f0is=contains&f0v=%27%3B--",
            "view=citations&f0=issued_at&f0is=between&f0v=2026-01-01&f0to=2025-01-01",
            "view=citations&f0=zone&f0is=is&f0v=%00",
        ],
    )
    def test_no_query_breaks_the_page(self, site, alice, query):
        site.login_as(alice)
        assert site.get(f"{LIST}new/?{query}").status_code == 200

    def test_a_person_is_not_shown_to_who_may_not_see_customers(self, site, alice, cite, now, kept):
        cite("QUAHOG1")
        site.login_as(alice)
        assert "QUAHOG1" in site.get(f"{LIST}new/?view=citations&columns=plate").content.decode()
        alice.roles = ["auditor"]

        def may(one):
            return one.value != "customer.view"

        with pytest.raises(Refused) as refusal:
            operations.keep_question(
                PLATES, name="x", is_shared=False, may=may, by=Actor("staff", "9", "E"), at=now
            )
        assert refusal.value.field == "view"

    def test_another_tenants_rows_never_appear(self, harbor, hillside, cite, now):
        cite("ABC 123")
        asked = rules.read({"view": "citations", "measures": [{"how": "count"}]}, currency="USD")
        here = answers.answer(asked, programme.in_force(now).programme, at=now)
        assert here.dataset.rows == [[1]]
        with tenant_context(hillside):
            there = answers.answer(asked, programme.in_force(now).programme, at=now)
            assert there.dataset.rows == [[0]]

    def test_what_takes_too_long_is_refused_in_words(self, harbor, cite, now):
        cite("ABC 123")
        asked = rules.read({"view": "zone_days", "measures": [{"how": "count"}]}, currency="USD")
        slow = answers.statement

        def statement(question, **given):
            text, values = slow(question, **given)
            return text.replace("count(*)", "count(*), pg_sleep(2)"), values

        answers.statement = statement
        try:
            with pytest.raises(Refused, match="Ask for fewer days"):
                answers.answer(asked, programme.in_force(now).programme, at=now, seconds=0.05)
        finally:
            answers.statement = slow
        assert Question.objects.count() == 0  # the connection is as it was

    def test_a_long_answer_is_read_page_by_page(self, site, alice, cite, kept, monkeypatch):
        monkeypatch.setattr(views, "PER_PAGE", 2)
        numbers = {cite(f"ABC {n}").number for n in range(3)}
        places = [
            page_of(kept(PLATES)),
            f"{LIST}new/?view=citations&columns=citation&columns=plate&limit=100",
        ]
        site.login_as(alice)
        for place in places:
            first = site.get(place).content.decode()
            way = re.search(r'rel="next" href="([^"]*)"', first)[1].replace("&amp;", "&")
            second = site.get(place.partition("?")[0] + way).content.decode()
            told = [{number for number in numbers if number in text} for text in (first, second)]
            assert [len(one) for one in told] == [2, 1]
            assert told[0] | told[1] == numbers

    def test_rows_beyond_the_limit_are_told_of(self, harbor, cite, now):
        cite("ABC 123")
        cite("ABC 124")
        asked = rules.read({**PLATES, "limit": 1}, currency="USD")
        found = answers.answer(asked, programme.in_force(now).programme, at=now)
        assert found.is_cut
        assert found.dataset.notes == ["Only the first 1 rows; there are more."]


class TestKeeping:
    def test_is_kept_shown_changed_and_removed(self, site, alice, cite):
        cite("ABC 123")
        site.login_as(alice)
        sent = {"document": json.dumps(BY_ZONE), "name": "By zone"}
        answer = site.post(f"{LIST}new/", sent)
        question = Question.objects.get()
        assert answer["Location"] == page_of(question)
        assert "Citations, by zone" in site.get(page_of(question)).content.decode()
        assert site.get(f"{page_of(question)}edit/").status_code == 200
        sent = {"document": json.dumps(PLATES), "name": "Plates", "is_shared": "on"}
        assert site.post(f"{page_of(question)}edit/", sent).status_code == 302
        question.refresh_from_db()
        assert (question.name, question.document, question.is_shared) == ("Plates", PLATES, True)
        assert site.post(f"{page_of(question)}removal/").status_code == 302
        assert site.get(page_of(question)).status_code == 404

    def test_a_name_is_taken_once(self, site, alice, kept):
        kept()
        site.login_as(alice)
        sent = {"document": json.dumps(PLATES), "name": "By zone"}
        answer = site.post(f"{LIST}new/", sent)
        assert answer.status_code == 422
        assert "There is a question By zone already." in answer.content.decode()
        with pytest.raises(Conflict):
            kept()

    @pytest.mark.parametrize("document", ["", "[1]", "{", '{"view": "pg_class"}'])
    def test_what_is_no_question_is_refused(self, site, alice, document):
        site.login_as(alice)
        assert site.post(f"{LIST}new/", {"document": document, "name": "x"}).status_code == 422
        assert (
            site.post(f"{LIST}files/", {"document": document, "format": "csv"}).status_code == 422
        )
        assert not Question.objects.exists()
        assert not ReportRun.objects.exists()

    def test_ones_own_is_seen_by_nobody_else(self, site, amos, kept):
        question = kept()
        site.login_as(amos)
        assert site.get(page_of(question)).status_code == 404
        assert "By zone" not in site.get(LIST).content.decode()

    def test_one_of_who_left_is_removed_by_an_administrator(
        self, site, alice, amos, clara, kept, otto
    ):
        mine = kept(by=amos)
        page = page_of(mine)
        assert site.login_as(alice).get(page).status_code == 404
        amos.is_active = False
        amos.save()
        assert "Amos Accountant, who left" in site.get(page).content.decode()
        for other in (clara, otto):
            assert site.login_as(other).get(page).status_code == 404
        site.login_as(clara)
        assert site.post(f"{page}removal/").status_code == 404
        site.login_as(alice)
        assert site.post(f"{page}removal/").status_code == 302
        assert not Question.objects.exists()

    def test_a_shared_one_is_read_and_begun_with_but_not_changed(self, site, amos, kept):
        question = kept(is_shared=True)
        site.login_as(amos)
        assert "By zone" in site.get(LIST).content.decode()
        assert "Begin with it" in site.get(page_of(question)).content.decode()
        sent = {"document": json.dumps(PLATES), "name": "Mine now"}
        assert site.post(f"{page_of(question)}edit/", sent).status_code == 302
        question.refresh_from_db()
        assert question.name == "By zone"
        assert Question.objects.get(name="Mine now").owner_ref == str(amos.pk)
        assert site.post(f"{page_of(question)}removal/").status_code == 404

    def test_a_shared_one_is_closed_to_who_may_not_see_what_is_in_it(self, site, clara, kept):
        shared = kept(
            {"view": "ledger_entries", "columns": ["account"], "limit": 100}, is_shared=True
        )
        site.login_as(clara)
        assert site.get(page_of(shared)).status_code == 404

    def test_another_tenant_finds_nothing(self, other_site, charlie, kept):
        question = kept(is_shared=True)
        other_site.login_as(charlie)
        assert other_site.get(page_of(question)).status_code == 404

    def test_changing_it_to_the_same_records_nothing(self, alice, kept, now):
        question = kept()
        given = {"name": "By zone", "is_shared": False, "may": alice.may}
        by = Actor("staff", str(alice.pk), alice.name)
        later = now + timedelta(hours=1)
        same = operations.change_question(question.reference, BY_ZONE, **given, by=by, at=later)
        assert same.changed_at == now
        with pytest.raises(NotFound):
            operations.remove_question(
                question.reference, may=lambda _: True, by=Actor("staff", "0", "E"), at=later
            )

    def test_twice_as_many_are_as_many_statements(self, site, alice, kept):
        site.login_as(alice)
        kept(name="1")
        site.get(LIST)
        with CaptureQueriesContext(
            connection,
        ) as one:
            site.get(LIST)
        for n in range(2, 6):
            kept(name=str(n))
        with CaptureQueriesContext(connection) as many:
            site.get(LIST)
        assert len(many) <= len(one)


class TestFiles:
    def test_bars_are_drawn_on_paper_too(self, harbor, cite, now):
        cite("ABC 123", zone="LOT-A")
        found = dataset_of(
            "question-citations", {"question": json.dumps(BY_ZONE), "name": "By zone"}, at=now
        )
        assert found.chart == [("LOT-A", 1.0)]
        assert found.chart_title == "Count by zone"
        assert found.title == "By zone"

    @pytest.mark.parametrize("file_format", ["csv", "json", "xlsx", "pdf"])
    def test_a_file_is_a_report_like_any_other(self, site, alice, cite, file_format):
        cite("ABC 123", zone="LOT-A")
        cite("ABC 124", zone="LOT-B")
        site.login_as(alice)
        sent = {"document": json.dumps(BY_ZONE), "name": "By zone", "format": file_format}
        assert site.post(f"{LIST}files/", sent).status_code == 302
        run = ReportRun.objects.get()
        jobs.work(run.job_id)
        run = ReportRun.objects.select_related("job").get()
        assert run.job.state == "done", run.job.error
        assert run.rows == 2
        assert run.digest
        assert "By zone" in site.get("/office/reports/").content.decode()
        if file_format == "csv":
            with default_storage.open(run.file_name) as stored:
                lines = [*csv.reader(io.StringIO(stored.read().decode("utf-8-sig")))]
            assert lines[0] == ["Zone", "Count", "Sum of fine"] or "zone" in lines[0]
            assert lines[-1][1] == "2"

    def test_who_may_not_see_people_does_not_see_the_run(self, site, alice, cite):
        cite("ABC 123")
        site.login_as(alice)
        site.post(f"{LIST}files/", {"document": json.dumps(PLATES), "format": "csv"})
        assert ReportRun.objects.get().report == "question-citations-personal"

    def test_a_report_of_one_kind_does_not_answer_a_question_of_another(self, site, alice, token):
        """The code says what is needed to see it; the question in it must not say more."""
        headers = token("reports:read", "enforcement:read")
        body = {
            "report": "question-citations",
            "parameters": {"question": json.dumps(PLATES)},
            "format": "csv",
        }
        answer = site.post(
            "/api/v1/report-runs", body, content_type="application/json", headers=headers
        )
        assert answer.status_code == 202
        run = ReportRun.objects.select_related("job").get()
        jobs.work(run.job_id)
        run.job.refresh_from_db()
        assert run.job.state != "done"

    def test_programs_need_the_scope_of_what_is_in_it(self, site, token):
        body = {
            "report": "question-citations-personal",
            "parameters": {"question": json.dumps(PLATES)},
            "format": "csv",
        }
        headers = token("reports:read", "enforcement:read")
        answer = site.post(
            "/api/v1/report-runs", body, content_type="application/json", headers=headers
        )
        assert answer.status_code == 403

    def test_one_that_failed_leads_back_to_its_question(self, site, alice, cite):
        cite("ABC 123", zone="LOT-A")
        site.login_as(alice)
        sent = {"document": json.dumps(BY_ZONE), "name": "By zone", "format": "csv"}
        page = site.post(f"{LIST}files/", sent)["Location"]
        Job.objects.update(state="failed", error="It took too long.")
        shown = site.get(page).content.decode()
        assert "It took too long." in shown
        asked = re.search(r'href="([^"]*)"[^>]*>Ask for something else', shown)[1]
        assert asked.startswith(f"{LIST}new/?")
        again = site.get(asked.replace("&amp;", "&"))
        assert json.loads(again.context["document"])["measures"] == BY_ZONE["measures"]
        ReportRun.objects.update(parameters={"question": "{", "name": "x"})
        shown = site.get(page).content.decode()
        assert f'href="{LIST}"' in shown
