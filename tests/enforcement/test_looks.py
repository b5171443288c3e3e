"""Who looked at a plate (D8, D13): kept with who, why and where, told to its owner, erased in time."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from enforcement.models import Citation, PlateCheck, PlateLook
from enforcement.operations import checks, citations, forgetting, looks
from enforcement.operations.citations import Draft
from enforcement.queries import looks as queries
from enforcement.queries.checks import Look
from enforcement.rules.looks import may_be_told
from parkops.audit.models import AuditEvent
from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import NotFound, Refused
from tests.seed import PROGRAMMES

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
BOB, EVE = Actor("staff", "101", "Bob"), Actor("staff", "102", "Eve")
PLATE = "QUAHOG1"


def check(plate: str = PLATE, *, at: datetime = NOW, zone: str = "LOT-A", by: Actor = BOB):
    return checks.check_plate(Look(plate, "", zone, at), source="field", by=by, at=at).record


class TestRule:
    @pytest.mark.parametrize(
        ("is_held", "others", "covered_since", "code"),
        [
            (True, 0, NOW, ""),
            (False, 0, NOW, "not_yours"),
            (True, 1, NOW, "shared"),
            (True, 0, None, "not_proven"),
        ],
    )
    def test_only_who_holds_it_alone_with_a_permit_is_told(
        self, is_held, others, covered_since, code
    ):
        told = may_be_told(is_held=is_held, others=others, covered_since=covered_since)
        assert told.code == code


class TestSearches:
    @pytest.mark.parametrize(
        ("text", "is_kept"),
        [("abc 123", True), ("Ada Smith", False), ("ada@person.test", False),
         ("C-2026-00001-5", False), ("", False), ("a" * 60, False)],
    )  # fmt: skip
    def test_plates_are_kept_and_words_are_not(self, harbor, text, is_kept):
        kept = looks.note_search(text, place="search", by=BOB, at=NOW)
        assert (kept is not None) is is_kept
        assert PlateLook.objects.count() == is_kept

    def test_a_plate_of_letters_is_one_where_it_is_known(self, harbor):
        assert looks.note_search("NULL", place="search", by=BOB, at=NOW) is None
        draft = Draft(uuid4(), "NULL", "", "LOT-A", "NO-PERMIT", NOW)
        citations.issue_citation(draft, by=SYSTEM, at=NOW)
        assert looks.note_search("null", place="search", by=BOB, at=NOW) is not None

    def test_the_same_look_within_minutes_is_one(self, harbor):
        for minutes, by in [(0, BOB), (1, BOB), (1, EVE), (6, BOB)]:
            looks.note_search("abc 123", place="search", by=by, at=NOW + timedelta(minutes=minutes))
        assert PlateLook.objects.count() == 3

    def test_every_page_that_finds_plates_keeps_them(self, site, alice, token):
        site.login_as(alice)
        for path in (
            "/office/citations/?q=abc123",
            "/office/plate-checks/?q=abc123",
            "/office/plate-reads/?q=abc123",
            "/office/customers/?q=abc123",
            "/office/search/?q=abc123",
        ):
            assert site.get(path).status_code == 200
        header = token("enforcement:read")
        site.get("/api/v1/citations", {"plate": "abc123"}, headers=header)
        places = set(PlateLook.objects.values_list("place", flat=True))
        assert places == {"citations", "checks", "reads", "customers", "search", "api"}
        assert set(PlateLook.objects.values_list("plate_key", flat=True)) == {"ABC123"}


class TestHistory:
    def test_shows_everybody_who_looked_and_the_look_itself(self, harbor):
        check()
        looks.note_search(PLATE, place="search", by=EVE, at=NOW)
        look = looks.look_at_history(PLATE, reason="appeal", words="A-1", by=EVE, at=NOW)
        check("OTHER 1")
        rows = queries.history(look.plate_key)
        assert {(row.who, row.through) for row in rows} == {
            ("Bob", "Officer's phone"), ("Eve", "Search"), ("Eve", "Who looked at this plate"),
        }  # fmt: skip
        assert "An appeal or a complaint: A-1" in {row.why for row in rows}

    @pytest.mark.parametrize(
        ("reason", "words", "field"),
        [("", "", "reason"), ("fun", "", "reason"), ("other", " ", "words")],
    )
    def test_needs_a_reason(self, harbor, reason, words, field):
        with pytest.raises(Refused) as refused:
            looks.look_at_history(PLATE, reason=reason, words=words, by=EVE, at=NOW)
        assert refused.value.field == field
        assert PlateLook.objects.count() == 0

    def test_nobody_sees_under_anothers_reason(self, harbor):
        look = looks.look_at_history(PLATE, reason="appeal", by=EVE, at=NOW)
        assert queries.own_look(look.reference, by=EVE) == look
        with pytest.raises(NotFound):
            queries.own_look(look.reference, by=BOB)

    def test_pages(self, site, rita, clara, harbor):
        with time_machine.travel(NOW, tick=False):
            check()
            site.login_as(rita)
            assert site.post("/office/plate-looks/", {"plate": PLATE}).status_code == 422
            asked = site.post("/office/plate-looks/", {"plate": PLATE, "reason": "customer"})
            text = site.get(asked["Location"]).content.decode()
            assert "Bob" in text
            assert "The owner asks" in text
            site.login_as(clara)
            assert site.get(asked["Location"]).status_code == 404


@pytest.fixture
def quahog(harbor, dana):
    """Dana's vehicle."""
    customer = customers.customer_for_user(dana, at=NOW)
    return customers.add_vehicle(customer_id=customer.pk, plate=PLATE, by=SYSTEM, at=NOW)


class TestOwner:
    def test_is_told_nothing_before_the_plate_is_proven(self, quahog):
        check()
        shown = queries.own_page(quahog, at=NOW)
        assert shown.may_see.code == "not_proven"
        assert shown.rows == []

    def test_is_told_the_days_since_the_permit_and_no_place(self, quahog, monkeypatch):
        check(at=NOW - timedelta(days=3))
        check(at=NOW, zone="LOT-A")
        monkeypatch.setattr(queries, "covered_since", lambda *_a, **_m: NOW - timedelta(days=1))
        shown = queries.own_page(quahog, at=NOW)
        assert shown.may_see
        (row,) = shown.rows
        assert (row.on, row.kind, row.is_kept) == (NOW.date(), "officer", True)
        assert not hasattr(row, "zone")

    def test_a_plate_that_two_hold_is_told_to_neither(self, quahog, rita, monkeypatch):
        other = customers.customer_for_user(rita, at=NOW)
        customers.add_vehicle(customer_id=other.pk, plate=PLATE, by=SYSTEM, at=NOW)
        monkeypatch.setattr(queries, "covered_since", lambda *_a, **_m: NOW)
        assert queries.own_page(quahog, at=NOW).may_see.code == "shared"

    def test_page_is_the_owners_alone(self, site, dana, rita, quahog):
        path = f"/my/vehicles/{quahog.reference}/looks/"
        with time_machine.travel(NOW, tick=False):
            assert site.get(path).status_code == 302
            text = site.login_as(dana).get(path).content.decode()
            assert "once an active permit has this plate" in text
            assert "Who looked" in site.get("/my/").content.decode()
            assert site.login_as(rita).get(path).status_code == 404


class TestErasing:
    @pytest.fixture
    def timed(self, apply_programme):
        apply_programme(
            (PROGRAMMES / "harbor.yaml").read_text() + "retention: {plate_checks: 1d}\n"
        )

    def test_d8_old_ones_are_blank_young_ones_keep_their_plates(self, timed):
        old = check(zone="LOT-A", at=NOW - timedelta(days=4))
        harmless = check("QUIET 1", zone="LOT-A", at=datetime(2026, 11, 8, 15, tzinfo=UTC))
        young = check("QUIET 2", zone="LOT-A", at=NOW - timedelta(hours=2))
        assert harmless.verdict == "not_enforced"
        before = PlateCheck.objects.count()
        assert forgetting.forget_checks(at=NOW) == 1
        assert forgetting.forget_checks(at=NOW) == 0
        harmless.refresh_from_db()
        assert (harmless.plate_key, harmless.plate_text, harmless.answer) == ("", "", {})
        assert harmless.zone_code == "LOT-A"
        young.refresh_from_db()
        assert young.plate_key == "QUIET2"
        old.refresh_from_db()
        assert old.verdict == "unauthorized"
        assert old.plate_key == PLATE
        assert PlateCheck.objects.count() == before
        ran = AuditEvent.objects.filter(event="retention.ran", subject_ref="enforcement")
        assert [event.data["gone"]["plate_checks"] for event in ran.order_by("pk")] == [1, 0]

    def test_d13_a_plate_with_an_open_citation_stays_until_it_is_closed(self, timed):
        then = datetime(2026, 11, 8, 15, tzinfo=UTC)
        draft = Draft(uuid4(), "QUIET 1", "", "LOT-A", "NO-PERMIT", then)
        citations.issue_citation(draft, by=SYSTEM, at=then)
        check("QUIET 1", at=then)
        assert forgetting.forget_checks(at=NOW) == 0
        Citation.objects.update(settled_at=NOW)
        assert forgetting.forget_checks(at=NOW) == 1

    def test_without_a_word_of_the_program_they_are_kept(self, harbor):
        check("QUIET 1", at=NOW - timedelta(days=900))
        assert forgetting.forget_checks(at=NOW) == 0
        assert not AuditEvent.objects.filter(event="retention.ran").exists()
