"""The office's pages: lists that stay fast, one citation, the queue of appeals, decisions."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from enforcement.models import Appeal, Citation
from enforcement.operations import appeals, citations
from enforcement.operations import checks as checking
from enforcement.operations.citations import Draft
from enforcement.queries.checks import Look
from parkops.kernel.actors import SYSTEM, Actor

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


def issue(plate: str = "ABC 123", by: Actor = SYSTEM, **more) -> Citation:
    given = {"violation": "NO-PERMIT", "zone": "LOT-A", "region": "", "issued_at": NOW} | more
    draft = Draft(client_id=uuid4(), plate=plate, **given)
    return citations.issue_citation(draft, by=by, at=NOW).citation


def imported(number: str) -> Citation:
    return Citation.objects.create(
        number=number,
        source="import",
        imported_batch=1,
        external_ref=number,
        agency="Elsewhere PD",
        plate_missing=True,
        place="1 Main St",
        violation_code="METER EXPIRED",
        fine_minor=3_600,
        issued_at=NOW - timedelta(days=4_000),
        issued_on=NOW.date(),
        recorded_at=NOW,
    )


def appeal(citation: Citation, by: Actor = SYSTEM) -> Appeal:
    plea = appeals.Plea("signs", "The sign was covered.", "Ada", "ada@person.test")
    return appeals.file_appeal(citation.number, plea, by=by, at=NOW)


def person(user) -> Actor:
    return Actor("staff", str(user.pk), user.name)


class TestCitationList:
    def test_lists_ours_and_imported_ones(self, site, alice):
        ours, theirs = issue(), imported("PHL-1")
        text = site.login_as(alice).get("/office/citations/").content.decode()
        assert ours.number in text
        assert theirs.number in text
        assert "no plate" in text
        only = site.get("/office/citations/?view=imported").content.decode()
        assert theirs.number in only
        assert ours.number not in only

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("q=abc-123", True),
            ("q=XYZ", False),
            ("status=issued", True),
            ("status=paid", False),
            ("status=nonsense", True),
            ("since=2026-11-10&until=2026-11-10", True),
            ("until=2026-11-09", False),
            ("violation=NO-PERMIT&zone=LOT-A", True),
            ("officer=parkops", True),
        ],
    )
    def test_filters(self, site, alice, query, found):
        number = issue().number
        text = site.login_as(alice).get(f"/office/citations/?{query}").content.decode()
        assert (number in text) is found

    def test_asks_no_more_for_twice_as_many(self, site, alice, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        site.login_as(alice)
        for n in range(4):
            issue(f"AB {n}")
        site.get("/office/citations/")
        with CaptureQueriesContext(
            connection,
        ) as few:
            site.get("/office/citations/")
        for n in range(8):
            appeal(issue(f"CD {n}"))
        with django_assert_num_queries(len(few)):
            site.get("/office/citations/")

    def test_is_for_staff_of_this_tenant(self, site, dana, other_site, charlie):
        number = issue().number
        assert site.get("/office/citations/").status_code == 302
        assert site.login_as(dana).get("/office/citations/").status_code == 403
        other_site.login_as(charlie)
        assert other_site.get(f"/office/citations/{number}/").status_code == 404


class TestCitation:
    def test_shows_everything_about_it(self, site, alice, bob):
        number = issue(by=person(bob), issued_at=NOW - timedelta(days=2)).number
        text = site.login_as(alice).get(f"/office/citations/{number}/").content.decode()
        for said in ("Bob Officer", "The zone was not enforced at that time", "50% off", "Issued"):
            assert said in text

    def test_shows_an_imported_one(self, site, alice):
        imported("PHL-1")
        text = site.login_as(alice).get("/office/citations/PHL-1/").content.decode()
        for said in ("METER EXPIRED", "Elsewhere PD", "$36.00", "Imported"):
            assert said in text

    def test_is_voided_with_a_reason_by_who_may(self, site, alice, clara):
        number = issue().number
        path = f"/office/citations/{number}/void/"
        assert site.login_as(clara).post(path, {"reason": "x"}).status_code == 403
        site.login_as(alice)
        assert site.post(path, {"reason": ""}).status_code == 422
        assert site.post(path, {"reason": "wrong plate"}).status_code == 302
        assert "wrong plate" in site.get(f"/office/citations/{number}/").content.decode()
        assert site.post(path, {"reason": "again"}).status_code == 422


class TestAppeals:
    def test_the_oldest_waits_on_top(self, site, rita):
        with time_machine.travel(NOW - timedelta(days=3), tick=False):
            first = appeal(issue("OLD 1"))
        second = appeal(issue("NEW 1"))
        Appeal.objects.filter(pk=first.pk).update(decide_on=NOW.date() - timedelta(days=3))
        text = site.login_as(rita).get("/office/appeals/").content.decode()
        assert text.index(first.number) < text.index(second.number)
        assert "3 days late" in text

    def test_a_reviewer_decides_and_the_citation_follows(self, site, rita):
        filed = appeal(issue())
        site.login_as(rita)
        page = site.get(f"/office/appeals/{filed.number}/").content.decode()
        assert "The sign was covered." in page
        body = {"outcome": "reduced", "amount": "$25.00", "reason_code": "signs", "text": "Fair."}
        done = site.post(f"/office/appeals/{filed.number}/decision/", body)
        assert done.status_code == 302, done.content
        filed.refresh_from_db()
        assert (filed.outcome, filed.amount_minor, filed.decided_by) == (
            "reduced",
            2_500,
            "Rita Reviewer",
        )
        decided = site.get("/office/appeals/?view=decided").content.decode()
        assert filed.number in decided

    @pytest.mark.parametrize(
        "change",
        [{"outcome": ""}, {"amount": ""}, {"amount": "lots"}, {"amount": "40.00"}, {"text": ""}],
    )
    def test_a_decision_that_is_not_complete_is_not_taken(self, site, rita, change):
        filed = appeal(issue())
        body = {"outcome": "reduced", "amount": "25.00", "reason_code": "signs", "text": "Fair."}
        site.login_as(rita)
        refused = site.post(f"/office/appeals/{filed.number}/decision/", body | change)
        assert refused.status_code == 422
        filed.refresh_from_db()
        assert filed.decided_at is None

    def test_nobody_decides_on_a_citation_of_their_own(self, site, alice):
        filed = appeal(issue(by=person(alice)))
        site.login_as(alice)
        assert (
            "You issued this citation"
            in site.get(f"/office/appeals/{filed.number}/").content.decode()
        )
        body = {"outcome": "dismissed", "reason_code": "other", "text": "x"}
        refused = site.post(f"/office/appeals/{filed.number}/decision/", body)
        assert refused.status_code == 422
        filed.refresh_from_db()
        assert filed.decided_at is None

    def test_a_device_names_the_officer_who_is_then_the_person(self, site, alice):
        filed = appeal(issue(by=Actor("token", "1", "Handheld"), officer="alice@harbor.example"))
        body = {"outcome": "dismissed", "reason_code": "other", "text": "x"}
        site.login_as(alice)
        assert site.post(f"/office/appeals/{filed.number}/decision/", body).status_code == 422

    def test_officers_and_auditors_do_not_decide(self, site, bob, otto):
        filed = appeal(issue())
        for user in (bob, otto):
            site.login_as(user)
            assert site.post(f"/office/appeals/{filed.number}/decision/", {}).status_code == 403
        assert site.get("/office/appeals/").status_code == 200

    def test_the_queue_asks_no_more_for_twice_as_many(self, site, rita, django_assert_num_queries):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        site.login_as(rita)
        for n in range(2):
            appeal(issue(f"AB {n}"))
        site.get("/office/appeals/")
        with CaptureQueriesContext(connection) as few:
            site.get("/office/appeals/")
        for n in range(2, 4):
            appeal(issue(f"AB {n}"))
        with django_assert_num_queries(len(few)):
            site.get("/office/appeals/")


class TestChecks:
    def test_say_who_looked_at_what(self, site, otto, bob):
        look = Look("ABC 123", "", "LOT-A", NOW)
        checking.check_plate(look, source="field", by=person(bob), at=NOW)
        site.login_as(otto)
        text = site.get("/office/plate-checks/?q=abc123").content.decode()
        assert "Bob Officer" in text
        assert "Not authorized" in text
        assert "Bob Officer" not in site.get("/office/plate-checks/?q=zzz").content.decode()
