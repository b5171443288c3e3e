"""Replays in the office: asked for, watched, read, and only by who may."""

import csv
from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from parkops.jobs import operations as jobs
from parkops.programme import operations as programme
from parkops.programme import queries as programme_rows
from parkops.programme.models import Draft
from reporting.models import Replay, ReplayRow
from reporting.queries import replays
from reporting.replay import operations
from tests.reporting.test_replay import BY, NOW, cite, draft, look, park, replay, season  # noqa: F401

LIST = "/office/program/replays/"


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def tried(replay, season) -> Replay:  # noqa: F811
    """A draft that changes prices and fines, tried."""
    return replay(
        ('per_hour: "2.50"', 'per_hour: "3.00"'),
        ("enforced: Mon-Fri 07:00-17:30", "enforced: Mon-Fri 17:00-17:30"),
        ("- code: EVENING", "- code: LATE"),
    )


def path(one: Replay, rest: str = "") -> str:
    return f"{LIST}{one.reference}/{rest}"


class TestAsking:
    def test_the_open_draft_is_tried_and_its_revision_kept(self, site, alice, season):  # noqa: F811
        site.login_as(alice)
        assert "There is no draft." in site.get(LIST).content.decode()
        begun = programme.start_draft(by=BY, at=NOW)
        assert "Try it" in site.get(LIST).content.decode()
        answer = site.post(f"{LIST}new/", {"months": "3"})
        asked = Replay.objects.get()
        assert answer.headers["Location"] == path(asked)
        assert (asked.draft_id, asked.draft_revision, asked.months) == (begun.pk, 1, 3)
        waiting = site.get(path(asked)).content.decode()
        assert "Waiting for a worker" in waiting
        jobs.work(asked.job_id)
        assert "Nothing would have been different." in site.get(path(asked)).content.decode()

    def test_the_draft_s_pages_tell_what_trying_it_came_to(self, site, alice, park):  # noqa: F811
        park("CAR 001", 60)
        site.login_as(alice)
        begun = programme.start_draft(by=BY, at=NOW)
        for name in ("draft", "draft_publish"):
            assert (
                "has not been tried"
                in site.get(reverse(f"office_programme:{name}")).content.decode()
            )
        rates = begun.document["sessions"]["rates"]
        programme.change_draft(
            begun.pk,
            part="sessions",
            value={"rates": [{**rates[0], "per_hour": "3.00"}]},
            revision=1,
            by=BY,
            at=NOW,
        )
        site.post(f"{LIST}new/", {"months": "3"})
        asked = Replay.objects.get()
        assert asked.draft_revision == 2
        draft_page = reverse("office_programme:draft")
        assert "It is being tried." in site.get(draft_page).content.decode()
        jobs.work(asked.job_id)
        for name in ("draft", "draft_publish"):
            text = site.get(reverse(f"office_programme:{name}")).content.decode()
            assert "On the last 3 months:" in text
            assert "1 of 1 paid stays</a> would have cost more" in text
            assert "$0.54" in text
        programme.change_draft(
            begun.pk, part="sessions", value={"rates": rates}, revision=2, by=BY, at=NOW
        )
        assert "has not been tried" in site.get(draft_page).content.decode()

    def test_a_draft_that_is_no_program_is_refused_in_words(self, site, alice):
        site.login_as(alice)
        begun = programme.start_draft(by=BY, at=NOW)
        Draft.objects.filter(pk=begun.pk).update(document={"schema": 1})
        answer = site.post(f"{LIST}new/", {"months": "3"})
        assert answer.status_code == 422
        assert "The draft is no program yet" in answer.content.decode()

    def test_months_are_one_of_those_offered(self, site, alice):
        site.login_as(alice)
        programme.start_draft(by=BY, at=NOW)
        assert site.post(f"{LIST}new/", {"months": "99"}).status_code == 422
        assert not Replay.objects.exists()

    def test_who_may_not_edit_the_program_reads_and_does_not_ask(self, site, otto, bob, tried):
        site.login_as(otto)
        assert site.get(path(tried)).status_code == 200
        assert site.post(f"{LIST}new/", {"months": "3"}).status_code == 403
        assert site.post(path(tried, "cancellation/")).status_code == 403
        site.login_as(bob)
        assert site.get(path(tried)).status_code == 403

    def test_another_tenant_has_none_of_it(self, other_site, charlie, tried):
        other_site.login_as(charlie)
        for rest in ("", "rows/", "rows.csv"):
            assert other_site.get(path(tried, rest)).status_code == 404
        assert other_site.post(path(tried, "resumption/")).status_code == 404
        assert str(tried.reference) not in other_site.get(LIST).content.decode()


class TestReading:
    def test_the_figures_lead_to_their_rows(self, site, alice, tried):
        site.login_as(alice)
        text = site.get(path(tried)).content.decode()
        assert "<b>2</b> of 2 paid stays</a> would have cost more: " in text
        assert "permit type</td><td><b>EVENING</b>" in text
        for query, count in (("kind=visit&change=more", 2), ("kind=permit&change=not_sold", 1)):
            assert f"rows/?{query.replace('&', '&amp;')}" in text
            shown = site.get(path(tried, f"rows/?{query}")).content.decode()
            assert shown.count("<tr>") - 1 == count

    def test_every_record_is_a_link_that_opens(self, site, alice, tried):
        site.login_as(alice)
        text = site.get(path(tried, "rows/")).content.decode()
        shown = replays.shown(ReplayRow.objects.filter(replay=tried), tried)
        urls = {one.url for one in shown if one.url}
        assert {one.kind for one in shown if one.url} == {
            "Paid stay",
            "Permit",
            "Citation",
            "Plate check",
        }
        for url in urls:
            assert url in text
            assert site.get(url).status_code == 200

    def test_the_file_has_every_row_and_both_reasons(self, site, alice, tried):
        site.login_as(alice)
        answer = site.get(path(tried, "rows.csv"))
        text = answer.content.decode("utf-8-sig")
        lines = list(csv.DictReader(text.splitlines()))
        assert len(lines) == tried.rows.count() > 5
        visit = next(line for line in lines if line["kind"] == "visit")
        assert (visit["was_amount"], visit["would_amount"], visit["more"]) == (
            "4.05",
            "4.86",
            "0.81",
        )
        assert "$2.50 an hour" in visit["because_was"]
        assert "$3.00 an hour" in visit["because_would"]

    def test_twice_the_rows_ask_no_more(
        self,
        site,
        alice,
        tried,
        replay,  # noqa: F811
        park,  # noqa: F811
    ):
        site.login_as(alice)

        def asked(one: Replay) -> int:
            with CaptureQueriesContext(connection) as captured:
                site.get(path(one))
                site.get(path(one, "rows/"))
            return len(captured)

        before = asked(tried)
        for n in range(6):
            park(f"NEW {n}", hours=n % 4)
        again = replay(('per_hour: "2.50"', 'per_hour: "3.00"'), ('fine: "40.00"', 'fine: "9.00"'))
        assert asked(again) <= before

    def test_a_cancelled_one_is_gone_on_with(self, site, alice, season):  # noqa: F811
        site.login_as(alice)
        asked = operations.ask_replay(draft(), months=1, name="x", by=BY, at=NOW)
        site.post(path(asked, "cancellation/"))
        assert "Go on with it" in site.get(path(asked)).content.decode()
        site.post(path(asked, "resumption/"))
        jobs.work(asked.job_id)
        assert Replay.objects.get().stage == "over"

    def test_a_forgotten_one_says_so(self, site, alice, tried):
        site.login_as(alice)
        operations.forget_old_rows(at=NOW + timedelta(days=91))
        assert "kept for 90 days" in site.get(path(tried, "rows/?kind=visit")).content.decode()
        assert "of 2 paid stays" in site.get(path(tried)).content.decode()


class TestACheck:
    def test_its_page_says_what_was_answered(self, site, alice, look):  # noqa: F811
        site.login_as(alice)
        check = look("XYZ 999")
        text = site.get(f"/office/plate-checks/{check.reference}/").content.decode()
        assert "No permit, pass or paid session holds in LOT-A." in text
        assert "NO-PERMIT" in text

    def test_others_have_none(self, site, other_site, amos, charlie, dana, look):  # noqa: F811
        check = look("XYZ 999")
        other_site.login_as(charlie)
        assert other_site.get(f"/office/plate-checks/{check.reference}/").status_code == 404
        site.login_as(dana)
        assert site.get(f"/office/plate-checks/{check.reference}/").status_code == 403
        site.login_as(amos)
        assert site.get(f"/office/plate-checks/{uuid4()}/").status_code == 404


class TestApi:
    WHERE = "/api/v1/replays"

    def test_a_program_is_tried_watched_and_read(self, site, token, season):  # noqa: F811
        headers = token("reports:write", "reports:read")
        document = programme_rows.document(1)
        asked = site.post(
            self.WHERE,
            {"months": 3, "programme": document, "name": "As it is"},
            content_type="application/json",
            headers=headers,
        )
        assert (asked.status_code, asked.json()["status"]) == (202, "queued"), asked.content
        one = f"{self.WHERE}/{asked.json()['id']}"
        assert site.get(one, headers=headers).json()["figures"] is None
        jobs.work(Replay.objects.get().job_id)
        told = site.get(one, headers=headers).json()
        assert (told["status"], told["name"]) == ("done", "As it is")
        assert told["figures"]["records_that_differ"] == 0
        listed = site.get(self.WHERE, headers=headers).json()["items"]
        assert [row["id"] for row in listed] == [told["id"]]

    def test_figures_and_records_are_those_of_the_page(self, site, token, tried):
        headers = token("reports:read")
        one = f"{self.WHERE}/{tried.reference}"
        figures = site.get(one, headers=headers).json()["figures"]
        page_of_it = replays.figures(tried)
        assert figures["revenue"]["difference"]["amount"] == page_of_it.revenue.more.amount
        assert len(figures["changes"]) == len(page_of_it.lines)
        rows = site.get(f"{one}/records?kind=visit&limit=2", headers=headers).json()
        assert {row["kind"] for row in rows["items"]} == {"visit"}
        assert rows["items"][0]["because_would_be"]

    def test_what_is_no_program_or_no_draft_says_what_is_wrong(self, site, token, harbor):
        headers = token("reports:write")
        send = {"content_type": "application/json", "headers": headers}
        answer = site.post(self.WHERE, {"months": 3}, **send)
        assert (answer.status_code, answer.json()["code"]) == (422, "no_draft")
        answer = site.post(self.WHERE, {"months": 3, "programme": {"schema": 1}}, **send)
        assert answer.status_code == 422
        assert {row["field"] for row in answer.json()["errors"]} >= {"programme.zones"}
        document = programme_rows.document(1)
        answer = site.post(self.WHERE, {"months": 99, "programme": document}, **send)
        assert [row["field"] for row in answer.json()["errors"]] == ["months"]

    def test_one_is_cancelled_by_who_may_ask(self, site, token, season):  # noqa: F811
        asked = operations.ask_replay(draft(), months=3, name="x", by=BY, at=NOW)
        one = f"{self.WHERE}/{asked.reference}"
        assert site.delete(one, headers=token("reports:read")).status_code == 403
        answer = site.delete(one, headers=token("reports:write"))
        assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
