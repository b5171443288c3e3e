"""Saved filters, and schedules that run them: once, for those who may see it, with a link and no file."""

from datetime import UTC, datetime, timedelta
from threading import Thread

import pytest
import time_machine
from django.db import connection, connections
from django.db.models import QuerySet
from django_tenants.utils import tenant_context

from parkops.accounts.models import User
from parkops.audit.models import AuditEvent
from parkops.jobs import operations as jobs
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.messaging.models import Message
from reporting import tasks
from reporting.models import ReportRun, SavedFilter, Schedule, ScheduledRun
from reporting.operations import delivery, filters, reports, schedules
from reporting.operations.schedules import Plan
from reporting.rules.schedules import Rhythm
from tests.reporting.due import AFTER, DAILY, DUE, run_due

LIST = "/office/reports/"


@pytest.fixture
def save(amos, now):
    """Save a filter: `save("Last month", period="last-month")`."""

    def do(name: str = "Monthly", *, owner: User = amos, report: str = "citations", **more):
        given = {"file_format": more.pop("form", "csv"), "is_shared": more.pop("is_shared", False)}
        return filters.save_filter(report, more, name=name, owner=owner, at=now, **given)

    return do


@pytest.fixture
def schedule(save, amos, clara, now):
    """Schedule a filter of amos' for himself and clara: `schedule(skips_empty=True)`."""

    def do(kept: SavedFilter | None = None, rhythm: Rhythm = DAILY, **more) -> Schedule:
        kept = kept or save(period="yesterday")
        more.setdefault("formats", ["csv"])
        more.setdefault("recipients", [amos.pk, clara.pk])
        return schedules.make_schedule(kept.reference, Plan(rhythm, **more), by=kept.owner, at=now)

    return do


def held_back() -> QuerySet[Message]:
    return Message.objects.filter(event="report.held_back").order_by("to")


def told_of_held_back() -> list[str]:
    """To whom it was said that nothing was sent."""
    return [mail.to for mail in held_back()]


def mails() -> list[Message]:
    return list(Message.objects.filter(event="report.scheduled").order_by("to"))


class TestFilters:
    def test_keeps_a_period_and_runs_it_as_of_today(self, save, amos, now):
        kept = save(period="last-month", by="violation")
        for month, at in ((10, now), (12, datetime(2027, 1, 5, 15, tzinfo=UTC))):
            run = filters.run_filter(kept.reference, by=amos, at=at)
            assert run.parameters["from"].startswith(f"2026-{month}-01")
            assert run.parameters["by"] == "violation"

    def test_the_same_name_again_is_changed(self, save):
        first, again = save("Mine", period="today"), save("mine", period="yesterday")
        assert first.pk == again.pk
        assert SavedFilter.objects.get().parameters == {"period": "yesterday"}
        with pytest.raises(Conflict, match="Give another name"):
            save("MINE", report="revenue")

    @pytest.mark.parametrize("given", [{"period": "soon"}, {"by": "moon"}, {"from": "today"}])
    def test_answers_that_cannot_be_are_not_kept(self, save, given):
        with pytest.raises(Refused):
            save(**given)
        assert not SavedFilter.objects.exists()

    @pytest.mark.parametrize("name", ["", "  ", "x" * 81])
    def test_a_name_is_needed(self, save, name):
        with pytest.raises(Refused, match="at most 80"):
            save(name)

    def test_ones_own_are_nobody_elses_until_shared(self, save, amos, clara, now):
        kept = save()
        with pytest.raises(NotFound):
            filters.run_filter(kept.reference, by=clara, at=now)
        filters.change_filter(kept.reference, name="All's", is_shared=True, by=amos, at=now)
        assert filters.run_filter(kept.reference, by=clara, at=now).asked_by_name == clara.name
        with pytest.raises(Refused, match="only they change it"):
            filters.change_filter(kept.reference, name="Hers", is_shared=True, by=clara, at=now)

    def test_an_administrator_changes_what_is_shared(self, save, alice, now):
        kept = save(is_shared=True)
        filters.remove_filter(kept.reference, by=alice, at=now)
        assert not SavedFilter.objects.exists()

    def test_what_a_schedule_runs_is_not_removed(self, schedule, amos, now):
        one = schedule()
        with pytest.raises(Conflict, match="Remove that first"):
            filters.remove_filter(one.saved_filter.reference, by=amos, at=now)


class TestPages:
    def test_a_filter_is_saved_listed_run_renamed_and_removed(self, site, amos):
        site.login_as(amos)
        asked = {"period": "last-month", "by": "violation", "format": "csv"}
        answer = site.post(
            f"{LIST}citations/", {**asked, "save": "1", "name": "Board", "is_shared": "on"}
        )
        kept = SavedFilter.objects.get()
        assert answer["Location"] == f"{LIST}saved/{kept.reference}/"
        assert kept.parameters == {"period": "last-month", "by": "violation"}
        for place in (LIST, f"{LIST}citations/"):
            shown = site.get(place).content.decode()
            assert "Board" in shown
            assert "last month, group by violation" in shown
        ran = site.post(f"{LIST}saved/{kept.reference}/run/")
        assert ran["Location"] == f"{LIST}runs/{ReportRun.objects.get().reference}/"
        site.post(f"{LIST}saved/{kept.reference}/", {"name": "Council"})
        kept.refresh_from_db()
        assert (kept.name, kept.is_shared) == ("Council", False)
        site.post(f"{LIST}saved/{kept.reference}/removal/")
        assert not SavedFilter.objects.exists()

    def test_without_a_name_it_says_so_and_keeps_what_was_filled_in(self, site, amos):
        site.login_as(amos)
        answer = site.post(
            f"{LIST}citations/", {"period": "last-month", "format": "xlsx", "save": "1"}
        )
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert '<details class="disclosure" open>' in shown
        assert '<option value="last-month" selected>' in shown

    def test_a_period_is_taken_over_the_days_below_it(self, site, amos):
        site.login_as(amos)
        asked = {"period": "last-year", "from": "2026-11-01", "to": "2026-11-30", "format": "csv"}
        site.post(f"{LIST}citations/", asked)
        assert ReportRun.objects.get().parameters["to"].endswith("-12-31")
        part = site.get(
            f"{LIST}citations/", {**asked, "preview": ""}, headers={"HX-Request": "true"}
        )
        assert "There is no preview" not in part.content.decode()

    def test_a_schedule_is_made_changed_paused_resumed_and_removed(self, site, amos, save):
        site.login_as(amos)
        kept = save(period="yesterday")
        asked = {
            "every": "week",
            "weekday": "0",
            "day": "1",
            "time": "07:30",
            "formats": ["csv", "pdf"],
            "recipients": [str(amos.pk)],
        }
        site.post(f"{LIST}saved/{kept.reference}/schedule/", asked)
        one = Schedule.objects.get()
        page = f"{LIST}schedules/{one.reference}/"
        assert (one.every, one.weekday, one.minute) == ("week", 0, 450)
        assert "Every Monday at 07:30" in site.get(page).content.decode()
        assert "Every Monday at 07:30" in site.get(f"{LIST}schedules/").content.decode()
        assert site.post(page, {**asked, "recipients": []}).status_code == 422
        site.post(page, {**asked, "every": "month", "day": "31"})
        assert "On the last day of each month" in site.get(page).content.decode()
        site.post(f"{page}pause/")
        assert "It is paused" in site.get(page).content.decode()
        site.post(f"{page}resumption/")
        assert "It is paused" not in site.get(page).content.decode()
        site.post(f"{page}removal/")
        assert not Schedule.objects.exists()

    def test_what_became_of_it_is_shown(self, site, amos, schedule):
        one = schedule()
        run_due()
        shown = site.login_as(amos).get(f"{LIST}schedules/{one.reference}/").content.decode()
        assert "Sent" in shown
        assert amos.email in shown
        assert f"{LIST}runs/{ReportRun.objects.get().reference}/" in shown

    def test_who_only_reads_may_look_at_schedules_and_change_none(self, site, otto, schedule):
        one = schedule()
        site.login_as(otto)
        assert site.get(f"{LIST}schedules/").status_code == 200
        assert site.get(f"{LIST}saved/{one.saved_filter.reference}/").status_code == 403
        assert site.post(f"{LIST}schedules/{one.reference}/pause/").status_code == 403

    def test_somebody_elses_is_not_there(self, site, clara, schedule):
        one = schedule()
        site.login_as(clara)
        for path in (f"saved/{one.saved_filter.reference}/", f"schedules/{one.reference}/"):
            assert site.get(f"{LIST}{path}").status_code == 404
        assert site.post(f"{LIST}schedules/{one.reference}/removal/").status_code == 404
        assert site.post(f"{LIST}saved/{one.saved_filter.reference}/removal/").status_code == 404
        assert Schedule.objects.exists()

    def test_another_tenants_is_not_there(self, other_site, charlie, schedule):
        one = schedule()
        other_site.login_as(charlie)
        for path in (f"saved/{one.saved_filter.reference}/", f"schedules/{one.reference}/"):
            assert other_site.get(f"{LIST}{path}").status_code == 404
        assert str(one.reference) not in other_site.get(f"{LIST}schedules/").content.decode()

    def test_lists_cost_the_same_however_many(
        self, site, amos, save, schedule, django_assert_num_queries
    ):
        from django.test.utils import CaptureQueriesContext

        schedule(save("one", period="today"))
        site.login_as(amos)
        for page in (LIST, f"{LIST}schedules/"):
            site.get(page)
            with CaptureQueriesContext(connection) as captured:
                site.get(page)
            for n in range(3):
                schedule(save(f"{page} {n}", period="today"))
            with django_assert_num_queries(len(captured)):
                site.get(page)


class TestApi:
    def test_lists_what_the_office_shares(self, site, token, save, schedule):
        one = schedule(save("Shared", is_shared=True, period="yesterday"))
        schedule(save("Mine", period="yesterday"))
        run_due()
        told = site.get("/api/v1/report-schedules", headers=token("reports:read")).json()["items"]
        assert [row["id"] for row in told] == [str(one.reference)]
        assert told[0]["parameters"] == {"period": "yesterday"}
        assert told[0]["when"] == "Every day at 07:00"
        assert told[0]["next_due_at"].startswith("2026-11-12T07:00:00")
        assert told[0]["last_outcome"] == "sent"

    def test_but_not_those_of_reports_with_more_in_them(self, site, token, save, alice, now):
        kept = save("Acts", owner=alice, report="audit-log", is_shared=True)
        schedules.make_schedule(kept.reference, Plan(DAILY, ["csv"], [alice.pk]), by=alice, at=now)
        path = "/api/v1/report-schedules"
        assert site.get(path, headers=token("reports:read")).json()["items"] == []
        assert len(site.get(path, headers=token("admin")).json()["items"]) == 1


class TestDue:
    def test_nothing_is_run_before_its_time(self, schedule):
        one = schedule()
        assert one.next_due_at == DUE
        assert run_due(DUE - timedelta(seconds=1)) == 0
        assert not ReportRun.objects.exists()

    def test_it_is_run_once_and_sent_to_each_as_a_link(self, schedule, amos, clara):
        one = schedule()
        assert run_due() == 1
        assert run_due() == 0
        run = ReportRun.objects.get()
        assert run.parameters["from"] == run.parameters["to"] == "2026-11-10"
        assert [mail.to for mail in mails()] == sorted([amos.email, clara.email])
        for mail in mails():
            assert f"{LIST}runs/{run.reference}/" in mail.text
            assert mail.enclosed == ""
            assert "/file/" not in mail.text
        found = ScheduledRun.objects.get()
        assert (found.outcome, found.due_at, len(found.sent_to)) == ("sent", DUE, 2)
        one.refresh_from_db()
        assert one.next_due_at == DUE + timedelta(days=1)

    def test_several_formats_are_one_message(self, schedule):
        schedule(formats=["csv", "json"])
        run_due()
        assert len(mails()) == 2
        assert mails()[0].text.count("/office/reports/runs/") == 2

    def test_after_downtime_only_the_last_is_made_up_for_as_of_its_day(self, schedule):
        schedule()
        late = DUE + timedelta(days=4, hours=9)
        assert run_due(late) == 1
        assert ReportRun.objects.get().parameters["from"] == "2026-11-14"
        assert ScheduledRun.objects.get().due_at == DUE + timedelta(days=4)
        assert Schedule.objects.get().next_due_at == DUE + timedelta(days=5)

    def test_what_is_empty_is_sent_only_if_wanted(self, save, schedule):
        schedule(save("a", period="yesterday"), skips_empty=True)
        schedule(save("b", period="yesterday"))
        run_due()
        assert sorted(ScheduledRun.objects.values_list("outcome", flat=True)) == ["empty", "sent"]
        assert {mail.subject.split(":")[0] for mail in mails()} == {"b"}

    def test_who_lost_the_role_or_left_gets_nothing(self, schedule, amos, clara):
        schedule()
        clara.roles = ["officer"]
        clara.save()
        run_due()
        assert [mail.to for mail in mails()] == [amos.email]

    def test_if_nobody_may_see_it_any_more_it_says_so(self, schedule, alice, amos, clara):
        schedule(recipients=[clara.pk])
        clara.is_active = False
        clara.save()
        run_due()
        found = ScheduledRun.objects.get()
        assert (found.outcome, found.because) == ("nobody", delivery.NOBODY_SEES)
        assert mails() == []
        assert told_of_held_back() == [alice.email, amos.email]

    def test_a_report_with_names_goes_only_to_who_may_see_them(self, save, alice, clara, now):
        kept = save("Acts", owner=alice, report="audit-log")
        able = schedules.who_may_get("audit-log")
        assert alice in able
        assert clara not in able
        with pytest.raises(Refused, match="whose role lets them"):
            schedules.make_schedule(
                kept.reference, Plan(DAILY, ["csv"], [clara.pk]), by=alice, at=now
            )

    def test_an_owner_who_may_no_longer_run_it_runs_nothing(self, schedule, amos):
        schedule()
        amos.roles = ["auditor"]
        amos.save()
        assert run_due() == 1
        assert not ReportRun.objects.exists()
        found = ScheduledRun.objects.get()
        assert found.outcome == "failed"
        assert "may no longer run" in found.because

    def test_that_is_told_once_to_the_owner_and_the_administrators(
        self, save, schedule, alice, amos
    ):
        one = schedule(save(period="yesterday", is_shared=True))
        amos.roles = ["auditor"]
        amos.save()
        for day in range(3):
            run_due(AFTER + timedelta(days=day))
        assert ScheduledRun.objects.filter(outcome="failed").count() == 3
        assert told_of_held_back() == [alice.email, amos.email]
        hers, his = (held_back().get(to=one.email).text for one in (alice, amos))
        for text in (hers, his):
            assert "Monthly (Citations; Every day at 07:00) was not sent" in text
            assert "may no longer run this report" in text
        # Only she could open its page.
        assert f"{LIST}schedules/{one.reference}/" in hers
        assert LIST not in his

    def test_it_is_told_again_once_it_ran_in_between(self, schedule, alice, amos):
        schedule()
        for day, roles in enumerate((["auditor"], ["administrator"], ["auditor"])):
            amos.roles = roles
            amos.save()
            run_due(AFTER + timedelta(days=day))
        assert told_of_held_back() == [alice.email, alice.email, amos.email, amos.email]

    def test_of_one_whose_owner_left_administrators_get_the_way_to_it(self, schedule, alice, amos):
        one = schedule()
        amos.is_active = False
        amos.save()
        run_due()
        assert told_of_held_back() == [alice.email]
        assert f"{LIST}schedules/{one.reference}/" in held_back().get().text

    def test_one_that_failed_is_told_to_its_owner(self, schedule, amos, monkeypatch):
        def refuses(*_args):
            raise Refused("too_long", "Too many rows.")

        monkeypatch.setattr(reports, "_write_dataset", refuses)
        monkeypatch.setattr(reports, "_write_blocks", refuses)
        schedule()
        run_due()
        found = ScheduledRun.objects.get()
        assert (found.outcome, found.because) == ("failed", "Too many rows.")
        assert Message.objects.get(event="report.failed").to == amos.email
        assert mails() == []

    def test_one_that_failed_is_sent_once_it_is_made_again(self, schedule, monkeypatch):
        def refuses(*_args):
            raise Refused("too_long", "Too many rows.")

        with monkeypatch.context() as broken:
            broken.setattr(reports, "_write_dataset", refuses)
            broken.setattr(reports, "_write_blocks", refuses)
            schedule()
            run_due()
        for _ in range(2):
            run = ReportRun.objects.get()
            if run.job.state == "failed":
                reports.retry_report(run.reference, by=SYSTEM, at=AFTER)
            jobs.work(run.job_id)
            assert ScheduledRun.objects.get().outcome == "sent"
            assert len(mails()) == len({mail.to for mail in mails()}) == 2

    def test_one_whose_run_was_cancelled_is_over(self, schedule):
        schedule()
        schedules.run_due_schedules(at=AFTER)
        run = ReportRun.objects.get()
        reports.cancel_report(run.reference, by=SYSTEM, at=AFTER)
        found = ScheduledRun.objects.get()
        assert (found.outcome, found.because) == ("failed", "It was cancelled.")

    def test_a_paused_one_waits_and_makes_up_for_nothing(self, schedule, amos):
        one = schedule()
        schedules.pause_schedule(one.reference, by=amos, at=DUE - timedelta(hours=1))
        assert run_due(DUE + timedelta(days=2)) == 0
        back = DUE + timedelta(days=2, hours=1)
        resumed = schedules.resume_schedule(one.reference, by=amos, at=back)
        assert resumed.next_due_at == DUE + timedelta(days=3)
        assert run_due(back) == 0

    def test_tenants_and_schedules_do_not_all_begin_at_once(self, save, schedule):
        waits = {schedules._jitter(schedule(save(f"n{n}"))).seconds for n in range(8)}
        assert len(waits) > 4
        assert max(waits) < schedules.JITTER_SECONDS

    def test_the_task_runs_it(self, schedule, harbor):
        schedule()
        with time_machine.travel(AFTER, tick=False):
            tasks.run_schedules(schema=harbor.schema_name)
            connection.set_tenant(harbor)
        assert ScheduledRun.objects.count() == 1


def test_two_dispatchers_at_once_run_it_once(own_database):
    now = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
    amos = User.objects.get(email="amos@harbor.example")
    kept = filters.save_filter(
        "citations", {}, name="x", file_format="csv", is_shared=False, owner=amos, at=now
    )
    schedules.make_schedule(kept.reference, Plan(DAILY, ["csv"], [amos.pk]), by=amos, at=now)

    def dispatch():
        with tenant_context(own_database):
            schedules.run_due_schedules(at=AFTER)
        connections.close_all()

    threads = [Thread(target=dispatch) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (ScheduledRun.objects.count(), ReportRun.objects.count()) == (1, 1)


class TestOfWhoLeft:
    """What is private to somebody who left is put away by who manages staff, and by nobody else."""

    def test_an_administrator_removes_the_schedule_and_the_filter(
        self, site, schedule, alice, amos
    ):
        one = schedule()
        kept = one.saved_filter
        filter_page, schedule_page = (
            f"{LIST}saved/{kept.reference}/",
            f"{LIST}schedules/{one.reference}/",
        )
        site.login_as(alice)
        for page in (filter_page, schedule_page):
            assert site.get(page).status_code == 404
            assert site.post(f"{page}removal/").status_code == 404
        assert kept.name not in site.get(LIST).content.decode()
        amos.is_active = False
        amos.save()
        assert "Amos Accountant, who left" in site.get(LIST).content.decode()
        assert "Amos Accountant, who left" in site.get(filter_page).content.decode()
        assert site.post(f"{filter_page}removal/").status_code == 422
        assert site.get(schedule_page).status_code == 200
        assert site.post(f"{schedule_page}removal/").status_code == 302
        assert site.post(f"{filter_page}removal/").status_code == 302
        assert not SavedFilter.objects.exists()
        removed = AuditEvent.objects.get(event="report.filter_removed")
        assert removed.actor_name == alice.name

    def test_nobody_else_finds_it(self, site, save, amos, clara):
        kept = save()
        amos.is_active = False
        amos.save()
        site.login_as(clara)
        assert site.get(f"{LIST}saved/{kept.reference}/").status_code == 404
        assert site.post(f"{LIST}saved/{kept.reference}/removal/").status_code == 404
        assert SavedFilter.objects.exists()
