"""Importing a file: refused by line, once however often, undone as one."""

import gzip
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django_tenants.utils import tenant_context

from enforcement.imports import operations
from enforcement.imports.models import ImportBatch
from enforcement.models import Appeal, Citation
from parkops.audit.models import AuditEvent
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, NotFound, Refused
from tests.enforcement.imports.conftest import HEAD, PLAIN, mapping

WITH_ID = mapping(PLAIN + "  id: id\n")
NUMBERED = mapping(PLAIN + "  id: id\nnumber_prefix: OLD-\n")
ID_HEAD = "id," + HEAD
A = "2014-07-01 10:00,METER,36.00,ABC 123,1 MAIN ST\n"
B = "2014-07-02 11:30,HYDRANT,76,,2 MAIN ST\n"


def known(outcome):
    return (outcome.imported, outcome.known, outcome.repeated, outcome.refused)


class TestImport:
    def test_keeps_what_the_file_says(self, bring, now):
        outcome, _ = bring(HEAD + A + B)
        assert known(outcome) == (2, 0, 0, 0)
        first, second = Citation.objects.order_by("issued_at")
        assert first.number == f"I-{outcome.batch}-2"
        assert (first.source, first.imported_batch) == ("import", outcome.batch)
        assert (first.violation_code, first.fine_minor) == ("METER", 3600)
        assert first.issued_at == datetime(2014, 7, 1, 14, 0, tzinfo=UTC)
        assert first.issued_on == date(2014, 7, 1)
        assert (first.plate_text, first.plate_key, first.plate_missing) == (
            "ABC 123",
            "ABC123",
            False,
        )
        assert (first.place, first.recorded_at) == ("1 MAIN ST", now)
        assert first.programme_version is None
        assert (second.plate_key, second.plate_missing) == ("", True)

    def test_is_recorded(self, bring):
        outcome, _ = bring(HEAD + A)
        event = AuditEvent.objects.get(event="import.made")
        assert (event.subject_ref, event.data["imported"]) == (str(outcome.batch), 1)
        batch = ImportBatch.objects.get()
        assert (batch.lines, batch.imported, batch.known) == (1, 1, 0)
        assert len(batch.file_sha256) == 64

    def test_reads_gzip(self, bring):
        assert bring(HEAD + A, zipped=True)[0].imported == 1

    def test_a_bad_line_is_refused_with_its_reason_and_the_rest_imported(self, bring):
        outcome, refusals = bring(
            HEAD
            + A
            + "2014-02-30 10:00,METER,36.00,,X\n"
            + "2014-07-01 10:00,METER,-36.00,,X\n"
            + "2014-07-01 10:00,METER,36.00,?!.,X\n"
            + B
            + "2014-07-01 10:00,,36,-,X\n"
            + "short\n"
        )
        assert known(outcome) == (2, 0, 0, 5)
        assert [(r.line, r.field) for r in refusals] == [
            (3, "issued"),
            (4, "fine"),
            (5, "plate"),
            (7, "violation"),
            (7, "plate"),
            (8, "line"),
        ]
        assert refusals[0].value == "2014-02-30 10:00"
        assert "does not exist" in refusals[0].reason

    def test_a_quoted_line_end_and_a_nul_byte_are_no_trouble(self, bring):
        outcome, refusals = bring(
            HEAD + '2014-07-01 10:00,METER,36,,"2 MAIN\nST, \0rear"\r\n\r\n' + A + "bad,x,1,,\n"
        )
        assert outcome.imported == 2
        assert Citation.objects.filter(place="2 MAIN ST, rear").exists()
        assert [r.line for r in refusals] == [6]

    def test_a_quote_that_is_never_closed_costs_only_what_it_swallows(self, bring):
        broken = HEAD + A + '2014-07-01 10:00,METER,36,,"open\n'
        outcome, [refusal] = bring(broken + B * 3)
        assert (outcome.imported, refusal.line) == (1, 3)
        assert "up to line 6 is lost" in refusal.reason
        outcome, refusals = bring(broken + B * 5_000)
        assert refusals[0].line == 3
        assert "not closed" in refusals[0].reason
        assert outcome.imported > 1_000

    def test_an_undoubled_quote_costs_its_line(self, bring):
        outcome, [refusal] = bring(HEAD + '2014-07-01 10:00,METER,36,,"5" pole"\n' + A)
        assert (outcome.imported, refusal.line) == (1, 2)

    def test_the_fallback_reads_bytes_that_are_not_utf_8(self, bring):
        lines = (HEAD + A).encode() + "2014-07-01 10:00,METER,36,,CAFÉ".encode("cp1252")
        outcome, refusals = bring(lines)
        assert (outcome.imported, [r.field for r in refusals]) == (1, ["place"])
        outcome, _ = bring(lines, mapping("file: {fallback: cp1252}\n" + PLAIN))
        assert (outcome.imported, outcome.known) == (1, 1)
        assert Citation.objects.filter(place="CAFÉ").exists()

    @pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
    def test_a_byte_order_mark_is_understood(self, bring, encoding):
        assert bring((HEAD + A).encode(encoding))[0].imported == 1

    def test_a_file_without_heads_takes_those_of_the_mapping(self, bring):
        told = mapping("file: {columns: [when, what, fine, plate, where]}\n" + PLAIN)
        outcome, _ = bring(A + B, told)
        assert outcome.imported == 2
        assert Citation.objects.filter(number=f"I-{outcome.batch}-1").exists()

    def test_odd_times_are_said(self, bring):
        outcome, _ = bring(
            HEAD + "2014-11-02 01:30,METER,36,,X\n" + "2014-03-09 02:30,METER,36,,X\n" + A
        )
        assert (outcome.twice, outcome.skipped) == (1, 1)
        odd = Citation.objects.get(issued_on=date(2014, 11, 2))
        assert odd.flags == ["time_twice"]
        assert "twice" in odd.because[0]

    def test_a_warning_owes_nothing(self, bring):
        bring(HEAD + "2014-07-01 10:00,METER,0,,X\n")
        assert Citation.objects.get().sanction == "warning"

    def test_hostile_texts_are_kept_as_texts(self, bring):
        bring(HEAD + '2014-07-01 10:00,=1+1,36,,"\'; DROP TABLE x; -- %s {} \\N\t"\n')
        assert Citation.objects.get().place == "'; DROP TABLE x; -- %s {} \\N"

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            (b"", "empty_file"),
            (b"when,what\n", "columns"),
            (b"when,what,fine,fine,plate,where\n", "columns"),
            (gzip.compress((HEAD + A * 50).encode(), mtime=0)[:-20], "broken_file"),
            (b"\x1f\x8bnonsense and more of it", "broken_file"),
        ],
    )
    def test_a_file_that_is_none_keeps_nothing(self, bring, content, code):
        with pytest.raises(Refused) as caught:
            bring(content)
        assert caught.value.code == code
        assert not ImportBatch.objects.exists()
        assert not Citation.objects.exists()

    def test_a_missing_column_names_the_nearest(self, bring):
        with pytest.raises(Refused, match="no column where; did you mean were"):
            bring("when,what,fine,plate,were\n")

    def test_amounts_of_another_currency_are_refused(self, bring):
        with pytest.raises(Refused, match="uses USD"):
            bring(HEAD + A, mapping("currency: EUR\n" + PLAIN))

    def test_only_heads_is_an_import_of_nothing(self, bring):
        outcome, _ = bring(HEAD)
        assert known(outcome) == (0, 0, 0, 0)


class TestTwiceIsOnce:
    def test_the_same_file_again_adds_nothing(self, bring):
        text = HEAD + A + B + A + A
        first, _ = bring(text)
        assert known(first) == (4, 0, 0, 0)
        again, _ = bring(text)
        assert known(again) == (0, 4, 0, 0)
        assert Citation.objects.count() == 4

    def test_a_longer_file_adds_what_is_new(self, bring):
        bring(HEAD + A + A)
        outcome, _ = bring(HEAD + A + B + A + A)
        assert known(outcome) == (2, 2, 0, 0)

    def test_lines_with_ids_are_told_apart_by_them(self, bring):
        text = ID_HEAD + "1," + A + "2," + A
        assert known(bring(text, WITH_ID)[0]) == (2, 0, 0, 0)
        assert known(bring(text + "3," + B, WITH_ID)[0]) == (1, 2, 0, 0)

    def test_the_same_id_again_is_a_repeat_or_refused(self, bring):
        text = ID_HEAD + "1," + A + "1," + A + "1," + B + "2," + B
        outcome, refusals = bring(text, WITH_ID)
        assert known(outcome) == (2, 0, 1, 1)
        assert [(r.line, r.field, r.value) for r in refusals] == [(4, "id", "1")]
        assert "Line 2" in refusals[0].reason

    def test_two_sources_never_meet(self, bring):
        other = mapping(PLAIN.replace("name: plain", "name: other") + "  id: id\n")
        bring(ID_HEAD + "1," + A, WITH_ID)
        assert known(bring(ID_HEAD + "1," + A, other)[0]) == (1, 0, 0, 0)

    def test_the_files_own_numbers_with_a_prefix(self, bring):
        bring(ID_HEAD + "17," + A, NUMBERED)
        assert Citation.objects.get().number == "OLD-17"
        assert known(bring(ID_HEAD + "17," + A, NUMBERED)[0]) == (0, 1, 0, 0)

    def test_a_number_that_another_citation_has_is_refused(self, bring):
        bring(ID_HEAD + "17," + A, NUMBERED)
        rival = mapping(
            PLAIN.replace("name: plain", "name: rival") + "  id: id\nnumber_prefix: OLD-\n"
        )
        outcome, refusals = bring(ID_HEAD + "17," + B + "18," + B, rival)
        assert known(outcome) == (1, 0, 0, 1)
        assert "OLD-17" in refusals[0].reason

    def test_the_database_itself_keeps_a_reference_once(self, bring):
        bring(ID_HEAD + "1," + A, WITH_ID)
        twin = Citation.objects.get()
        twin.pk, twin.number, twin.agency = None, "I-0-0", "Another"
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save()

    def test_another_tenant_has_none_of_it(self, bring, hillside):
        bring(HEAD + A)
        with tenant_context(hillside):
            assert not Citation.objects.exists()


class TestDryRun:
    def test_says_the_same_and_keeps_nothing(self, bring):
        text = HEAD + A + B + "bad,x,1,,\n"
        bring(HEAD + A)
        tried, said = bring(text, dry_run=True)
        assert tried.batch is None
        assert (Citation.objects.count(), ImportBatch.objects.count()) == (1, 1)
        done, refusals = bring(text)
        assert known(tried) == known(done) == (1, 1, 0, 1)
        assert said == refusals


class TestUndo:
    def test_removes_the_batch_and_nothing_else(self, bring, now):
        kept, _ = bring(HEAD + A)
        gone, _ = bring(HEAD + A + B)
        assert operations.undo_import(gone.batch, by=SYSTEM, at=now) == 1
        assert list(Citation.objects.values_list("imported_batch", flat=True)) == [kept.batch]
        batch = ImportBatch.objects.get(pk=gone.batch)
        assert (batch.undone_at, batch.undone_by) == (now, "ParkOps")
        assert AuditEvent.objects.filter(event="import.undone").count() == 1

    def test_the_file_can_come_again(self, bring, now):
        first, _ = bring(HEAD + A + B)
        operations.undo_import(first.batch, by=SYSTEM, at=now)
        assert known(bring(HEAD + A + B)[0]) == (2, 0, 0, 0)

    def test_a_second_time_is_refused(self, bring, now):
        outcome, _ = bring(HEAD + A)
        operations.undo_import(outcome.batch, by=SYSTEM, at=now)
        with pytest.raises(Conflict, match="was undone by ParkOps"):
            operations.undo_import(outcome.batch, by=SYSTEM, at=now)

    def test_an_unknown_one_is_not_there(self, harbor, now):
        with pytest.raises(NotFound):
            operations.undo_import(7, by=SYSTEM, at=now)

    @pytest.mark.parametrize(
        ("column", "word"),
        [("settled_at", "paid"), ("dismissed_at", "dismissed"), ("voided_at", "voided")],
    )
    def test_is_refused_once_something_was_done_with_a_citation(self, bring, now, column, word):
        outcome, _ = bring(HEAD + A + B)
        one = Citation.objects.order_by("pk").first()
        Citation.objects.filter(pk=one.pk).update(**{column: now + timedelta(days=1)})
        with pytest.raises(Conflict, match=f"1 citation of it was {word} since"):
            operations.undo_import(outcome.batch, by=SYSTEM, at=now)
        assert Citation.objects.count() == 2

    def test_is_refused_once_a_citation_is_appealed(self, bring, now):
        outcome, _ = bring(HEAD + A)
        Appeal.objects.create(
            number="A-1",
            citation=Citation.objects.get(),
            level=1,
            level_name="review",
            pauses_clock=False,
            grounds="other",
            text="Not mine.",
            name="Dana",
            email="dana@customer.example",
            filed_at=now,
            filed_on=now.date(),
        )
        with pytest.raises(Conflict, match="appealed"):
            operations.undo_import(outcome.batch, by=SYSTEM, at=now)

    def test_is_refused_once_a_citation_is_charged(self, bring, now):
        from parkops.kernel.money import Money
        from payments import operations as payments
        from payments.accounts import FINE_REVENUE

        outcome, _ = bring(HEAD + A)
        payments.raise_charge(
            kind="citation",
            reference=Citation.objects.get().number,
            text="A citation",
            net=Money(3600, "USD"),
            tax=Money(0, "USD"),
            customer_id=None,
            plate_key="",
            due_on=None,
            revenue=FINE_REVENUE,
            by=SYSTEM,
            at=now,
        )
        with pytest.raises(Conflict, match="paid or charged"):
            operations.undo_import(outcome.batch, by=SYSTEM, at=now)


def test_the_stage_is_gone_afterwards(own_database, now):
    import io

    def none(*_):
        return None

    operations.import_citations(
        io.BytesIO((HEAD + A).encode()),
        name="x",
        mapping=mapping(),
        told=none,
        refused=none,
        by=SYSTEM,
        at=now,
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('pg_temp.import_stage')")
        assert cursor.fetchone() == (None,)
