"""Whoever holds a report finds out that it was made here; a long CSV is written row by row."""

import hashlib
import io
import time
from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import DataError

from parkops.jobs import operations as jobs
from reporting import sql
from reporting.catalogue import REPORTS
from reporting.datasets import Column
from reporting.exports import delimited
from reporting.models import ReportRun
from reporting.operations import reports
from reporting.queries import runs
from tests.reporting.conftest import BY, read_json, read_pdf
from tests.reporting.test_every_report import answers, asked


@pytest.fixture
def made(busy, now):
    """Make a report: `made("voids", "pdf")` gives its run and its file."""
    at = now + timedelta(hours=1)

    def do(code: str, file_format: str):
        run = reports.ask_report(
            code, {"from": "2026-09-01"}, file_format=file_format, by=BY, at=at
        )
        jobs.work(run.job_id)
        run = ReportRun.objects.select_related("job").get(pk=run.pk)
        assert run.job.state == "done", run.job.error
        with default_storage.open(runs.file_of(run, at=at)[0]) as stored:
            return run, stored.read()

    return do


class TestDigests:
    def test_those_of_the_csv_are_those_of_its_file_and_its_last_line(self, made):
        run, content = made("citations-by-place", "csv")
        assert run.digest == run.file_sha256 == hashlib.sha256(content).hexdigest()
        last = content.rstrip().split(b"\r\n")[-1]
        assert last.startswith(b"Total,")
        assert run.totals_digest == hashlib.sha256(last).hexdigest()

    def test_they_are_the_same_in_every_format(self, made):
        found = {
            form: made("citations-by-place", form)[0] for form in ("csv", "json", "xlsx", "pdf")
        }
        assert len({(run.digest, run.totals_digest, run.rows) for run in found.values()}) == 1
        assert len({run.number for run in found.values()}) == 4

    def test_they_stand_on_the_paper_and_in_the_json(self, made):
        run, paper = made("citations-by-place", "pdf")
        text = read_pdf(paper).replace(" ", "")
        for told in (run.digest, run.totals_digest, f"/reports/{run.number}/verify/"):
            assert told in text
        run, content = made("citations-by-place", "json")
        told = read_json(content)
        assert told["number"] == run.number
        assert told["proof"]["rows_sha256"] == run.digest
        assert told["proof"]["url"].endswith(f"/reports/{run.number}/verify/")


class TestPage:
    def test_anybody_reads_what_was_made_and_no_figure(self, site, made):
        run, _ = made("citations-by-place", "csv")
        for number in (run.number, run.number.lower(), run.number.replace("-", "")):
            answer = site.get(f"/reports/{number}/verify/")
            shown = answer.content.decode()
            assert REPORTS[run.report].name in shown
            assert run.digest in shown
            assert run.totals_digest in shown
            assert run.asked_by_name not in shown
            assert answer["Cache-Control"] == "no-store"

    def test_it_stays_when_the_file_is_gone(self, site, made):
        run, _ = made("citations-by-place", "csv")
        reports.forget_expired_files(at=run.expires_at)
        assert run.digest in site.get(f"/reports/{run.number}/verify/").content.decode()

    def test_an_unknown_number_and_one_not_made_are_not_there(self, site, made, now):
        waiting = reports.ask_report("voids", {}, file_format="csv", by=BY, at=now)
        for number in ("0000-0000-0000", "x", "%", "3F2A", waiting.number):
            assert site.get(f"/reports/{number}/verify/").status_code == 404

    def test_that_of_another_tenant_is_not_there(self, other_site, made):
        run, _ = made("citations-by-place", "csv")
        assert other_site.get(f"/reports/{run.number}/verify/").status_code == 404

    def test_is_not_asked_without_end(self, site, made, monkeypatch):
        run, _ = made("citations-by-place", "csv")
        monkeypatch.setattr("reporting.views.proofs.TRIES_A_MINUTE", 0)
        assert site.get(f"/reports/{run.number}/verify/").status_code == 422


class TestLines:
    def test_every_report_of_one_statement_writes_the_same_row_by_row(self, busy, now, monkeypatch):
        monkeypatch.setattr(sql, "AT_ONCE", 2)
        monkeypatch.setattr(delimited, "AT_ONCE", 3)
        streamed = [code for code, report in REPORTS.items() if report.blocks]
        assert len(streamed) > 50
        for code in streamed:
            dataset = asked(code, now)
            store = io.BytesIO()
            blocks = reports.blocks_of(code, answers(code), at=now)
            written = delimited.write_blocks(store, dataset.columns, blocks, currency="USD")
            assert store.getvalue() == delimited.write(dataset, None), code
            assert written.rows == len(dataset.rows)

    def test_outside_a_transaction_rows_come_by_a_connection_of_their_own(self, own_database):
        """The tenant's rows and no other's, while this connection goes on telling how far the work is."""
        query = "SELECT generate_series(1, %(last)s), current_schema(), pg_backend_pid()"
        [(mine,)] = sql.rows("SELECT pg_backend_pid()")
        seen = []
        for some in sql.each(query, last=4_500):
            seen += some
            assert sql.row("SELECT current_schema()") == (own_database.schema_name,)
        assert [n for n, _, _ in seen] == [*range(1, 4_501)]
        assert {schema for _, schema, _ in seen} == {own_database.schema_name}
        [theirs] = {pid for _, _, pid in seen}
        assert theirs != mine
        gone = sql.each(query, last=10**9)
        next(gone)
        gone.close()
        left = "SELECT count(*) FROM pg_stat_activity WHERE query LIKE %(what)s AND pid <> %(me)s"
        for _ in range(50):
            if sql.row(left, what="SELECT generate_series(1, 1000000000)%", me=mine) == (0,):
                break
            time.sleep(0.1)
        else:
            pytest.fail("the statement goes on though nobody reads it")
        with pytest.raises(DataError):
            list(sql.each("SELECT 1 / (n - %(last)s) FROM generate_series(1, 3000) n", last=2_500))

    def test_not_more_than_a_block_is_held_at_once(self):
        store, ahead = io.BytesIO(), []

        def coming():
            for number in range(7):
                ahead.append(number - store.getvalue().count(b"row"))
                yield [[f"row {number}"]]

        written = delimited.write_blocks(store, [Column("name", "Name")], coming(), currency="USD")
        assert written.rows == store.getvalue().count(b"row") == 7
        assert max(ahead) == 0
