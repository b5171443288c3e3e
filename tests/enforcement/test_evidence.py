"""The chain of evidence: genuine, tampered print, tampered row, another tenant."""

import hashlib
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from io import BytesIO, StringIO
from uuid import uuid4

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection, transaction
from django.db.utils import IntegrityError
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from enforcement.models import Citation, CitationPhoto, EvidenceLink
from enforcement.operations import citations, owners
from enforcement.operations.citations import Draft
from enforcement.queries import chain
from enforcement.rules import evidence as rules
from parkops.kernel.actors import SYSTEM
from tests.conftest import Site

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
DIGESTS = st.binary(min_size=1, max_size=20).map(lambda data: hashlib.sha256(data).hexdigest())


@pytest.fixture(autouse=True)
def _at_work():
    with time_machine.travel(NOW, tick=False):
        yield


def picture(shade: int = 1) -> bytes:
    out = BytesIO()
    Image.new("RGB", (8, 6), (shade, 2, 3)).save(out, "JPEG")
    return out.getvalue()


def write(*files: bytes, plate: str = "QUAHOG 1", **more) -> Citation:
    draft = Draft(
        client_id=uuid4(), plate=plate, region="", zone="LOT-A", violation="NO-PERMIT",
        issued_at=NOW, **more,
    )  # fmt: skip
    return citations.write_citation(draft, files, by=SYSTEM, at=NOW).citation


def by_sql(statement: str, *values) -> None:
    """Change what the program would not, as somebody at the database might."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE enforcement_evidencelink DISABLE TRIGGER USER")
        cursor.execute(statement, values)
        cursor.execute("ALTER TABLE enforcement_evidencelink ENABLE TRIGGER USER")


def verify() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("evidence", "verify", tenant="harbor", files=True, stdout=out)
    except SystemExit as ended:
        return int(str(ended.code)), out.getvalue()
    return 0, out.getvalue()


class TestRules:
    def test_what_the_office_finds_out_later_of_a_vehicle_leaves_the_record_alone(self, harbor):
        citation = write(vehicle="a red car")
        owners.note_vehicle(
            citation.number, vehicle="Ford", plate_expires_on=date(2027, 3, 1), by=SYSTEM, at=NOW
        )
        citation.refresh_from_db()
        assert (citation.vehicle, citation.vehicle_seen) == ("a red car", "Ford")
        assert chain.walk().broken is None

    def test_a_record_is_written_one_way(self):
        at = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
        one = {"b": at, "a": "é", "c": None}
        other = {"a": "é", "c": None, "b": at.astimezone()}
        assert rules.canonical(one) == rules.canonical(other)
        told = '{"a":"é","b":"2026-11-10T15:15:00.000000+00:00","c":null}'
        assert rules.canonical(one).decode() == told

    @given(DIGESTS, DIGESTS)
    def test_a_code_is_that_of_its_record_however_it_is_typed(self, one, other):
        code = rules.code_of(one)
        assert len(code) == 11
        assert rules.is_code_of(code.lower().replace("-", " "), one)
        assert rules.is_code_of(code.replace("0", "O").replace("1", "l"), one)
        assert rules.is_code_of(code, other) is (one == other)
        assert not rules.is_code_of("", one)

    @given(st.integers(1, 99), st.sampled_from(["kind", "reference", "digest"]))
    def test_every_part_of_a_link_is_in_its_hash(self, sequence, name):
        sealed = rules.Sealed(sequence, "citation", "C-1", "d" * 64, NOW)
        changed = {part: getattr(sealed, part) for part in sealed.__slots__} | {name: "else"}
        assert rules.hash_of(sealed, "p") != rules.hash_of(rules.Sealed(**changed), "p")
        assert rules.hash_of(sealed, "p") != rules.hash_of(sealed, "q")


class TestChain:
    def test_grows_with_citations_photos_and_voids(self, harbor):
        first = write(picture(1), picture(2))
        second = write()
        citations.add_photos(second.number, [picture(3)], by=SYSTEM, at=NOW)
        citations.add_photos(second.number, [picture(3)], by=SYSTEM, at=NOW)
        citations.void_citation(first.number, reason="Test", by=SYSTEM, at=NOW)
        links = EvidenceLink.objects.order_by("sequence")
        assert [link.kind for link in links] == [
            "citation", "photo", "photo", "citation", "photo", "void",
        ]  # fmt: skip
        assert [link.sequence for link in links] == [1, 2, 3, 4, 5, 6]
        assert chain.walk(with_files=True) == chain.Walked(6, links[5].hash)

    def test_paying_and_appealing_do_not_break_it(self, harbor):
        citation = write()
        Citation.objects.update(settled_at=NOW, stage="collections", appealed_at=NOW)
        assert chain.walk().broken is None
        assert chain.code_of(citation)

    def test_writers_at_once_are_one_chain(self, own_database):
        def one(n: int) -> None:
            connection.set_tenant(own_database)
            try:
                write(plate=f"CAR {n}")
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(one, range(8)))
        walked = chain.walk()
        assert (walked.held, walked.broken) == (8, None)

    def test_the_database_refuses_changes(self, harbor):
        write()
        for act in (
            lambda: EvidenceLink.objects.update(digest="x"),
            lambda: EvidenceLink.objects.all().delete(),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()

    @pytest.mark.parametrize(
        ("statement", "told"),
        [
            ("UPDATE enforcement_citation SET fine_minor = 100 WHERE number = %s",
             "Broken at 3: citation {number}: its record was changed."),
            ("UPDATE enforcement_citation SET plate_text = 'X', plate_key = 'X' WHERE number = %s",
             "Broken at 3: citation {number}: its record was changed."),
            ("DELETE FROM enforcement_evidencelink WHERE sequence = 3 AND reference = %s",
             "link 3 is missing."),
            ("UPDATE enforcement_evidencelink SET digest = repeat('0', 64) WHERE reference = %s",
             "the link itself was changed."),
            ("UPDATE enforcement_evidencelink SET previous = repeat('1', 64) WHERE reference = %s",
             "it does not follow the link before it."),
            ("DELETE FROM enforcement_evidencelink WHERE sequence >= 3 OR reference = %s",
             "Broken at 3: citation {number}: it has no link."),
        ],
    )  # fmt: skip
    def test_the_first_broken_link_is_named(self, harbor, statement, told):
        write(picture())
        changed = write()
        write()
        assert verify()[0] == 0
        by_sql(statement, changed.number)
        code, said = verify()
        assert code == 1
        assert told.format(number=changed.number) in said

    def test_a_picture_that_was_exchanged_is_found(self, harbor):
        write(picture())
        photo = CitationPhoto.objects.get()
        default_storage.delete(photo.shown)
        default_storage.save(photo.shown, BytesIO(picture(9)))
        assert "its picture was changed" in verify()[1]
        default_storage.delete(photo.shown)
        assert "its picture is gone" in verify()[1]
        assert chain.walk().broken is None


def ask(site: Site, number: str, code: str):
    return site.get("/citations/verify/", {"number": number, "code": code})


class TestPublicPage:
    def test_a_genuine_one_is_shown_as_it_was_written(self, site, harbor):
        citation = write(public_note="On the crossing")
        for code in (chain.code_of(citation), citation.pin):
            answer = ask(site, citation.number, code)
            text = answer.content.decode()
            assert answer.status_code == 200
            assert "is genuine" in text
            assert "QUAHOG 1" in text
            assert "On the crossing" in text
            assert (
                citation.officer not in text.partition("What was written")[2].partition("</main")[0]
            )
            assert answer["Cache-Control"] == "no-store"

    def test_a_tampered_print_is_refused_and_tells_nothing(self, site, harbor):
        one, other = write(), write(plate="OTHER 1")
        for number, code in [
            (one.number, chain.code_of(other)),
            (one.number, "00000-00000"),
            (one.number, ""),
            ("C-2026-00099-1", chain.code_of(one)),
        ]:
            answer = ask(site, number, code)
            assert answer.status_code == 422
            assert "QUAHOG" not in answer.content.decode()
            assert "OTHER 1" not in answer.content.decode()

    def test_a_tampered_row_is_not_shown_as_genuine(self, site, harbor):
        citation = write()
        code = chain.code_of(citation)
        by_sql("UPDATE enforcement_citation SET fine_minor = 1 WHERE number = %s", citation.number)
        text = ask(site, citation.number, code).content.decode()
        assert "was changed" in text
        assert "QUAHOG" not in text

    def test_another_tenant_knows_nothing_of_it(self, site, other_site, harbor):
        citation = write()
        code = chain.code_of(citation)
        assert ask(other_site, citation.number, code).status_code == 422
        assert ask(site, citation.number, code).status_code == 200

    def test_is_not_tried_without_end(self, site, harbor):
        citation = write()
        # An hour in which no other test asks.
        with time_machine.travel(NOW + timedelta(hours=3), tick=False):
            answers = [ask(site, citation.number, "00000-00000").status_code for _ in range(12)]
        assert answers.count(429) == 2

    def test_imported_ones_have_no_code(self, site, harbor):
        assert ask(site, "PHL-1", "").status_code == 422


class TestOffice:
    def test_shows_the_links_of_a_citation_and_which_is_broken(self, site, alice):
        citation = write(picture())
        site.login_as(alice)
        path = f"/office/citations/{citation.number}/"
        text = site.get(path).content.decode()
        assert chain.code_of(citation) in text
        assert "Link broken" not in text
        by_sql(
            "UPDATE enforcement_citation SET public_note = 'x' WHERE number = %s", citation.number
        )
        assert "Link broken" in site.get(path).content.decode()
