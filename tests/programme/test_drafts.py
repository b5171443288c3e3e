"""The draft: changed part by part by several people, checked, published, put back."""

from datetime import UTC, date, datetime, timedelta

import pytest

from parkops.audit.models import AuditEvent
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.programme import load, operations, queries
from parkops.programme.models import Draft, Version

ALICE = Actor("staff", "1", "Alice Admin")
CAROL = Actor("staff", "2", "Carol Other")


@pytest.fixture
def draft(harbor, now) -> Draft:
    return operations.start_draft(by=ALICE, at=now)


def change(draft: Draft, part: str, code: str | None, value, *, revision=1, by=ALICE, at=None):
    return operations.change_draft(
        draft.pk,
        part=part,
        code=code,
        value=value,
        revision=revision,
        by=by,
        at=at or datetime(2026, 11, 10, 15, 20, tzinfo=UTC),
    )


def part_of(draft: Draft, part: str, code: str):
    draft.refresh_from_db()
    return next((thing for thing in draft.document[part] if thing["code"] == code), None)


class TestStart:
    def test_it_says_what_is_in_force(self, draft):
        assert draft.document == queries.document(1)
        assert (draft.based_on, draft.revision, draft.saved_by) == (1, 1, "Alice Admin")

    def test_only_one_is_open(self, draft, now):
        with pytest.raises(Conflict, match="Alice Admin began a draft from version 1 already"):
            operations.start_draft(by=CAROL, at=now)
        assert Draft.objects.count() == 1

    def test_an_old_version_is_put_back(self, draft, now):
        change(draft, "fees", None, {"boot": "1.00"})
        operations.publish_draft(draft.pk, revision=2, begins_on=None, by=ALICE, at=now)
        back = operations.start_draft(version=1, by=ALICE, at=now)
        done = operations.publish_draft(
            back.pk, revision=1, begins_on=None, by=ALICE, at=now + timedelta(hours=1)
        )
        assert done.number == 3
        assert queries.document(3) == queries.document(1)

    def test_a_version_that_is_not_there_is_refused(self, harbor, now):
        with pytest.raises(Refused, match="There is no program version 9"):
            operations.start_draft(version=9, by=ALICE, at=now)


class TestChange:
    def test_a_thing_is_replaced_in_its_place(self, draft):
        codes = [zone["code"] for zone in draft.document["zones"]]
        first = {**draft.document["zones"][0], "name": "Somewhere else"}
        done = change(draft, "zones", codes[0].lower(), first)
        assert (done.is_saved, done.revision) == (True, 2)
        draft.refresh_from_db()
        assert [zone["code"] for zone in draft.document["zones"]] == codes
        assert draft.document["zones"][0]["name"] == "Somewhere else"

    def test_a_thing_is_added_and_retired(self, draft):
        zone = {"code": "NEW-1", "name": "New lot", "kind": "lot"}
        change(draft, "zones", None, zone)
        assert part_of(draft, "zones", "NEW-1") == zone
        change(draft, "zones", "new-1", None, revision=2)
        assert part_of(draft, "zones", "NEW-1") is None

    def test_calendars_and_single_values(self, draft):
        change(draft, "calendars", "exams", ["2026-12-01"])
        change(draft, "fees", None, {"boot": "80.00"}, revision=2)
        change(draft, "calendars", "exams", None, revision=3)
        draft.refresh_from_db()
        assert "exams" not in draft.document.get("calendars", {})
        assert draft.document["fees"] == {"boot": "80.00"}

    def test_nothing_changed_is_no_revision(self, draft):
        assert change(draft, "zones", None, draft.document["zones"][0] | {}).faults
        same = draft.document["zones"][0]
        assert change(draft, "zones", same["code"], dict(same)).revision == 1
        assert not AuditEvent.objects.filter(event="programme.draft_changed").exists()

    @pytest.mark.parametrize(
        ("part", "code", "value", "path", "words"),
        [
            ("zones", None, {"code": "X", "name": "X"}, ("kind",), "kind is missing"),
            ("zones", None, {"code": "a b", "name": "X", "kind": "lot"}, ("code",), "not a code"),
            ("audiences", None, {"name": "X"}, ("code",), "code is missing"),
            (
                "violations",
                None,
                {"code": "V", "name": "V", "fine": "x"},
                ("fine",),
                "not an amount",
            ),
            ("fees", None, {"boot": "1.234"}, ("boot",), "decimals"),
            ("calendars", "a b", ["2026-12-01"], ("code",), "is not a code"),
            ("calendars", "exams", ["2026-13-01"], (0,), "is not a date"),
            (
                "sessions",
                None,
                {"rates": [{"zones": ["X"], "per_hour": "2"}, {"zones": []}]},
                ("rates", 1, "per_hour"),
                "per_hour is missing",
            ),
        ],
    )
    def test_a_part_with_faults_is_not_saved(self, draft, part, code, value, path, words):
        done = change(draft, part, code, value)
        assert any(f.path == path and words in f.message for f in done.faults), done.faults
        draft.refresh_from_db()
        assert (draft.revision, draft.document) == (1, queries.document(1))

    def test_a_code_that_is_taken(self, draft):
        zone = draft.document["zones"][0]
        done = change(draft, "zones", None, {**zone, "code": zone["code"].lower()})
        assert "already; write another code" in done.faults[0].message

    def test_what_names_a_part_that_is_not_there_is_saved_and_not_published(self, draft, now):
        grant = {"zones": ["NOWHERE"], "when": "always"}
        kind = {**draft.document["permit_types"][0], "grants": [grant]}
        assert change(draft, "permit_types", kind["code"], kind).is_saved
        with pytest.raises(Refused, match="there is no zone NOWHERE"):
            operations.publish_draft(draft.pk, revision=2, begins_on=None, by=ALICE, at=now)
        assert Version.objects.count() == 1


class TestTwoPeople:
    def test_the_same_part(self, draft):
        zone = draft.document["zones"][0]
        change(draft, "zones", zone["code"], {**zone, "name": "Mine"})
        with pytest.raises(Conflict, match="saved meanwhile by Alice Admin") as refused:
            change(draft, "zones", zone["code"], {**zone, "name": "Theirs"}, by=CAROL)
        assert refused.value.code == "saved_meanwhile"
        assert part_of(draft, "zones", zone["code"])["name"] == "Mine"
        change(draft, "zones", zone["code"], {**zone, "name": "Theirs"}, revision=2, by=CAROL)
        assert part_of(draft, "zones", zone["code"])["name"] == "Theirs"

    def test_different_parts(self, draft):
        change(draft, "fees", None, {"boot": "80.00"})
        assert change(draft, "calendars", "exams", ["2026-12-01"], by=CAROL).revision == 3
        draft.refresh_from_db()
        assert draft.document["fees"] == {"boot": "80.00"}

    def test_a_whole_file_over_anything(self, draft, now):
        change(draft, "fees", None, {"boot": "80.00"})
        with pytest.raises(Conflict, match="saved meanwhile"):
            operations.replace_draft(draft.pk, queries.document(1), revision=1, by=CAROL, at=now)
        operations.replace_draft(draft.pk, queries.document(1), revision=2, by=CAROL, at=now)
        with pytest.raises(Conflict, match="saved meanwhile by Carol Other"):
            change(draft, "fees", None, {"boot": "90.00"}, revision=2)

    def test_publishing_what_was_changed_since(self, draft, now):
        change(draft, "fees", None, {"boot": "80.00"}, by=CAROL)
        with pytest.raises(Conflict, match="saved meanwhile by Carol Other"):
            operations.publish_draft(draft.pk, revision=1, begins_on=None, by=ALICE, at=now)

    def test_parts_are_changed_all_or_none(self, draft, now):
        changes = [
            operations.Change("fees", None, {"boot": "80.00"}),
            operations.Change("zones", None, {"code": "X", "name": "X"}),
        ]
        done = operations.change_parts(draft.pk, changes, revision=1, by=ALICE, at=now)
        assert not done.is_saved
        draft.refresh_from_db()
        assert draft.document == queries.document(1)


class TestPublish:
    def test_on_a_day(self, draft, now):
        change(draft, "fees", None, {"boot": "80.00"})
        done = operations.publish_draft(
            draft.pk, revision=2, begins_on=date(2026, 12, 1), by=ALICE, at=now
        )
        assert (done.number, done.is_new) == (2, True)
        assert queries.version(2).begins_at == datetime(2026, 12, 1, 5, tzinfo=UTC)
        draft.refresh_from_db()
        assert (draft.state, draft.published_as) == ("published", 2)
        assert queries.open_draft() is None

    def test_its_digest_is_that_of_the_file(self, draft, now):
        change(draft, "fees", None, {"boot": "80.00"})
        operations.publish_draft(draft.pk, revision=2, begins_on=None, by=ALICE, at=now)
        again = load.load(load.to_yaml(queries.document(2)))
        assert again.digest == Version.objects.get(number=2).digest
        assert not operations.apply_version(again, begins_at=None, by=ALICE, at=now).is_new

    def test_twice_is_told(self, draft, now):
        operations.publish_draft(draft.pk, revision=1, begins_on=None, by=ALICE, at=now)
        with pytest.raises(Conflict, match="published as version 1"):
            operations.publish_draft(draft.pk, revision=1, begins_on=None, by=ALICE, at=now)


class TestDiscard:
    def test_it_is_closed_and_a_new_one_may_begin(self, draft, now):
        operations.discard_draft(draft.pk, by=ALICE, at=now)
        operations.discard_draft(draft.pk, by=ALICE, at=now)
        assert AuditEvent.objects.filter(event="programme.draft_discarded").count() == 1
        with pytest.raises(Conflict, match="was discarded"):
            change(draft, "fees", None, {"boot": "80.00"})
        assert operations.start_draft(by=CAROL, at=now).started_by == "Carol Other"

    def test_one_that_is_not_there(self, harbor, now):
        with pytest.raises(NotFound):
            operations.discard_draft(999, by=ALICE, at=now)
