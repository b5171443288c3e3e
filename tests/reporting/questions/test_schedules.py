"""Kept questions that are answered by the clock: in their owner's name, with the rights of the hour."""

import csv
import io
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from parkops.accounts.models import User
from parkops.audit.models import AuditEvent
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.messaging.models import Message
from reporting.models import Question, ReportRun, SavedFilter, Schedule, ScheduledRun
from reporting.operations import schedules
from reporting.operations.schedules import Plan
from reporting.questions import answers, operations
from reporting.questions.published import BY_CODE
from reporting.rules.schedules import Every, Rhythm
from tests.reporting.due import DAILY, DUE, run_due

LIST = "/office/questions/"
SCHEDULES = "/office/reports/schedules/"
BY_ZONE = {
    "view": "citations",
    "filters": [{"column": "issued_at", "is": "in", "value": "yesterday"}],
    "groups": [{"column": "zone"}],
    "measures": [{"how": "count"}],
    "limit": 100,
}
PLATES = {"view": "citations", "columns": ["citation", "plate"], "limit": 100}
LEDGER = {"view": "ledger_entries", "columns": ["account"], "limit": 100}


@pytest.fixture
def keep(amos, now):
    """Keep a question: `keep(PLATES, is_shared=True, owner=alice)`."""

    def do(document=BY_ZONE, *, name="By zone", owner: User = amos, is_shared=False):
        by = Actor("staff", str(owner.pk), owner.name)
        return operations.keep_question(
            document, name=name, is_shared=is_shared, may=owner.may, by=by, at=now
        )

    return do


@pytest.fixture
def schedule(keep, amos, clara, now):
    """Schedule a question of amos' for himself and clara: `schedule(keep(PLATES), formats=["pdf"])`."""

    def do(question: Question | None = None, *, by: User = amos, rhythm=DAILY, **more):
        question = question or keep()
        more.setdefault("formats", ["csv"])
        more.setdefault("recipients", [amos.pk, clara.pk])
        return schedules.schedule_question(question.reference, Plan(rhythm, **more), by=by, at=now)

    return do


def lines_of(run: ReportRun) -> list[list[str]]:
    with default_storage.open(run.file_name) as stored:
        return [*csv.reader(io.StringIO(stored.read().decode("utf-8-sig")))]


def page_of(one: Schedule) -> str:
    return f"{SCHEDULES}{one.reference}/"


class TestDue:
    def test_it_is_answered_once_and_sent_to_each_as_a_link(self, schedule, cite, now, amos):
        cite("ABC 123", zone="LOT-A", at=now)
        cite("ABC 124", zone="LOT-A", at=now)
        schedule()
        assert run_due() == 1
        assert run_due() == 0
        run = ReportRun.objects.get()
        assert (run.report, run.asked_by_ref) == ("question-citations", str(amos.pk))
        assert lines_of(run)[1:] == [["LOT-A", "2"], ["Total", "2"]]
        sent = Message.objects.filter(event="report.scheduled").order_by("to")
        assert [mail.to for mail in sent] == ["amos@harbor.example", "clara@harbor.example"]
        for mail in sent:
            assert f"/office/reports/runs/{run.reference}/" in mail.text
            assert (mail.enclosed, mail.text.count("By zone")) == ("", 1)
        found = ScheduledRun.objects.get()
        assert (found.outcome, found.due_at, len(found.sent_to)) == ("sent", DUE, 2)

    def test_its_periods_are_those_of_the_day_on_which_it_was_due(self, schedule, cite, now):
        cite("ABC 123", zone="LOT-A", at=now)
        schedule(rhythm=Rhythm(Every.WEEK, 7 * 60, weekday=DUE.weekday()), formats=["csv", "json"])
        run_due(DUE + timedelta(days=3))
        run = ReportRun.objects.get(format="csv")
        assert run.parameters["day"] == "2026-11-11"
        assert lines_of(run)[1:] == [["LOT-A", "1"], ["Total", "1"]]
        with default_storage.open(ReportRun.objects.get(format="json").file_name) as stored:
            assert "11 November 2026" in stored.read().decode()

    def test_what_is_empty_is_sent_only_if_wanted(self, schedule):
        schedule(skips_empty=True)
        run_due()
        assert ScheduledRun.objects.get().outcome == "empty"
        assert not Message.objects.exists()

    def test_it_is_asked_as_it_stands_now(self, schedule, cite, now, amos):
        cite("ABC 123", zone="LOT-A", at=now)
        one = schedule()
        by = Actor("staff", str(amos.pk), amos.name)
        document = {"view": "citations", "columns": ["zone"], "limit": 1}
        operations.change_question(
            one.question.reference,
            document,
            name="Zones",
            is_shared=False,
            may=amos.may,
            by=by,
            at=now,
        )
        run_due()
        assert lines_of(ReportRun.objects.get())[1:2] == [["LOT-A"]]
        assert {mail.subject.split(":")[0] for mail in Message.objects.all()} == {"Zones"}

    def test_it_may_take_as_long_as_a_file_and_no_longer(self, schedule, cite, now, monkeypatch):
        cite("ABC 123", zone="LOT-A", at=now)
        monkeypatch.setattr("reporting.questions.report.FILE_SECONDS", 0.001)
        with connection.cursor() as cursor:
            cursor.execute("ALTER VIEW bi_citations RENAME TO slow_citations")
            cursor.execute(
                "CREATE VIEW bi_citations AS SELECT c.* FROM slow_citations c, pg_sleep(0.2)"
            )
        schedule()
        run_due()
        found = ScheduledRun.objects.get()
        assert found.outcome == "failed"
        assert "Ask for fewer days, or add a filter." in found.because
        assert not Message.objects.filter(event="report.scheduled").exists()

    def test_it_reads_as_the_role_of_questions_and_nothing_else(self, schedule, cite, now):
        cite("ABC 123", zone="LOT-A", at=now)
        names = ", ".join(
            "current_user::text AS zone" if name == "zone" else f'"{name}"'
            for name in BY_CODE["citations"].names
        )
        with connection.cursor() as cursor:
            cursor.execute("ALTER VIEW bi_citations RENAME TO true_citations")
            cursor.execute(f"CREATE VIEW bi_citations AS SELECT {names} FROM true_citations")
        schedule()
        run_due()
        role = answers.role(is_personal=False)
        assert role
        assert lines_of(ReportRun.objects.get())[1:] == [[role, "1"], ["Total", "1"]]


class TestRights:
    def test_an_owner_who_lost_the_right_runs_nothing_and_the_page_says_so(
        self, site, schedule, amos, alice, keep
    ):
        one = schedule(keep(is_shared=True))
        site.login_as(alice)
        assert "It does not run now." not in site.get(page_of(one)).content.decode()
        amos.roles = ["auditor"]
        amos.save()
        shown = site.get(page_of(one)).content.decode()
        assert "It does not run now." in shown
        assert "Amos Accountant, whose question this is, may no longer run this report." in shown
        assert "Does not run" in site.get(SCHEDULES).content.decode()
        assert run_due() == 1
        assert not ReportRun.objects.exists()
        found = ScheduledRun.objects.get()
        assert (found.outcome, found.sent_to) == ("failed", [])
        assert found.because.startswith("Amos Accountant, whose question this is, may no longer")

    def test_an_owner_who_left_runs_nothing(self, schedule, amos):
        schedule()
        amos.is_active = False
        amos.save()
        run_due()
        assert ScheduledRun.objects.get().outcome == "failed"

    def test_an_owner_who_may_see_less_than_is_asked_runs_nothing(self, schedule, keep, amos):
        """Reports as such they may still run."""
        schedule(keep(LEDGER), recipients=[amos.pk])
        amos.roles = ["clerk"]
        amos.save()
        run_due()
        assert not ReportRun.objects.exists()
        assert "may no longer run" in ScheduledRun.objects.get().because

    def test_who_may_not_see_what_is_asked_is_not_one_of_its_recipients(
        self, schedule, keep, alice, clara
    ):
        with pytest.raises(Refused, match="whose role lets them"):
            schedule(keep(LEDGER, owner=alice), by=alice, recipients=[clara.pk])
        one = schedule(keep(name="Theirs", owner=alice), by=alice, recipients=[clara.pk])
        Question.objects.update(document=LEDGER)
        run_due()
        assert ReportRun.objects.get().report.startswith("question-ledger_entries")
        assert one.runs.get().outcome == "nobody"
        assert [(mail.event, mail.to) for mail in Message.objects.all()] == [
            ("report.held_back", alice.email)
        ]

    def test_a_question_of_people_is_a_report_for_who_may_see_them(self, schedule, keep):
        schedule(keep(PLATES))
        run_due()
        assert ReportRun.objects.get().report == "question-citations-personal"

    def test_somebody_elses_is_scheduled_by_an_administrator_in_its_owners_name(
        self, site, keep, schedule, clara, alice, amos
    ):
        question = keep(is_shared=True)
        site.login_as(clara)
        assert site.get(f"{LIST}{question.reference}/schedule/").status_code == 403
        with pytest.raises(NotFound):
            schedule(question, by=clara)
        schedule(question, by=alice)
        run_due()
        assert ReportRun.objects.get().asked_by_ref == str(amos.pk)

    def test_one_that_is_nobodys_is_not_scheduled(self, schedule, alice, now):
        question = operations.keep_question(
            BY_ZONE, name="Nobody's", is_shared=True, may=lambda _: True, by=SYSTEM, at=now
        )
        with pytest.raises(Refused, match="works here no more"):
            schedule(question, by=alice)

    def test_another_tenants_is_not_there(self, other_site, charlie, schedule):
        one = schedule()
        other_site.login_as(charlie)
        assert other_site.get(page_of(one)).status_code == 404
        place = f"{LIST}{one.question.reference}/schedule/"
        assert other_site.get(place).status_code == 404
        assert other_site.post(place, {}).status_code == 404
        assert str(one.reference) not in other_site.get(SCHEDULES).content.decode()


class TestKeeping:
    def test_the_same_plan_again_is_the_one_that_there_is(self, schedule, keep):
        question = keep()
        assert schedule(question).pk == schedule(question).pk
        assert AuditEvent.objects.filter(event="report.scheduled").count() == 1
        assert AuditEvent.objects.get(event="report.scheduled").data["question"] == "By zone"

    def test_one_that_cannot_be_asked_any_more_is_not_run_and_says_so(
        self, site, amos, schedule, keep
    ):
        one = schedule()
        Question.objects.update(document={"view": "gone"})
        run_due()
        assert "It cannot be asked any more." in ScheduledRun.objects.get().because
        site.login_as(amos)
        assert "It cannot be asked any more." in site.get(page_of(one)).content.decode()
        assert site.get(SCHEDULES).status_code == 200
        with pytest.raises(Refused, match="cannot be asked any more"):
            schedule(one.question, formats=["pdf"])

    def test_what_a_schedule_runs_is_not_removed(self, schedule, amos, now):
        one = schedule()
        by = Actor("staff", str(amos.pk), amos.name)
        with pytest.raises(Conflict, match="Remove that first"):
            operations.remove_question(one.question.reference, may=amos.may, by=by, at=now)
        schedules.remove_schedule(one.reference, by=amos, at=now)
        operations.remove_question(one.question.reference, may=amos.may, by=by, at=now)
        assert not Question.objects.exists()

    def test_a_schedule_runs_one_thing(self, schedule, amos, now):
        one = schedule()
        kept = SavedFilter.objects.create(
            name="x", report="revenue", format="csv", owner=amos, created_at=now
        )
        for saved_filter, question in ((kept, one.question), (None, None)):
            with pytest.raises(IntegrityError, match="runs_one_thing"), transaction.atomic():
                Schedule.objects.update(saved_filter=saved_filter, question=question)


class TestPages:
    def test_one_is_made_changed_paused_resumed_and_removed(self, site, amos, keep):
        site.login_as(amos)
        question = keep()
        asked = {
            "every": "week",
            "weekday": "0",
            "day": "1",
            "time": "07:30",
            "formats": ["csv", "pdf"],
            "recipients": [str(amos.pk)],
        }
        place = f"{LIST}{question.reference}/"
        assert f"{place}schedule/" in site.get(place).content.decode()
        assert "By zone" in site.get(f"{place}schedule/").content.decode()
        wrong = site.post(f"{place}schedule/", asked | {"formats": []})
        assert wrong.status_code == 422
        made = site.post(f"{place}schedule/", asked)
        one = Schedule.objects.get()
        assert made["Location"] == page_of(one)
        for page in (place, SCHEDULES, page_of(one)):
            shown = site.get(page).content.decode()
            assert "Every Monday at 07:30" in shown
            assert "By zone" in shown
        site.post(page_of(one), asked | {"every": "day"})
        one.refresh_from_db()
        assert one.every == "day"
        site.post(f"{page_of(one)}pause/")
        assert "Paused" in site.get(SCHEDULES).content.decode()
        site.post(f"{page_of(one)}resumption/")
        one.refresh_from_db()
        assert one.paused_at is None
        assert site.post(f"{page_of(one)}removal/")["Location"] == place
        assert not Schedule.objects.exists()

    def test_ones_own_is_seen_by_nobody_else(self, site, clara, schedule, keep):
        one = schedule()
        site.login_as(clara)
        assert site.get(page_of(one)).status_code == 404
        assert site.get(f"{LIST}{one.question.reference}/schedule/").status_code == 404
        assert "By zone" not in site.get(SCHEDULES).content.decode()
        shared = schedule(keep(name="Ours", is_shared=True))
        assert site.get(page_of(shared)).status_code == 200
        assert "Ours" in site.get(SCHEDULES).content.decode()

    def test_a_shared_one_is_hidden_from_who_may_not_see_what_is_in_it(
        self, site, clara, alice, schedule, keep
    ):
        one = schedule(keep(LEDGER, owner=alice, is_shared=True), by=alice, recipients=[alice.pk])
        site.login_as(clara)
        assert site.get(page_of(one)).status_code == 403
        assert "By zone" not in site.get(SCHEDULES).content.decode()

    def test_lists_cost_the_same_however_many(
        self, site, amos, schedule, keep, django_assert_num_queries
    ):
        schedule(keep(name="first"))
        site.login_as(amos)
        site.get(SCHEDULES)
        with CaptureQueriesContext(connection) as captured:
            site.get(SCHEDULES)
        for n in range(4):
            schedule(keep(name=f"n{n}"))
        with django_assert_num_queries(len(captured)):
            site.get(SCHEDULES)
