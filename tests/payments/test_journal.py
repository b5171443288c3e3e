"""The journal for the institution's own ledger: each transaction once, each day balanced, files that stay."""

import csv
import io
import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django_tenants.utils import tenant_context
from hypothesis import given
from hypothesis import strategies as st

from parkops.audit.models import AuditEvent
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from payments import operations
from payments.accounts import CASH, FINE_REVENUE, PERMIT_REVENUE, RECEIVABLE
from payments.models import ExportedTransaction, LedgerExport, LedgerTransaction
from payments.queries import journal as queries
from payments.rules import journal as rules
from payments.rules.gl import Facts, Row
from payments.rules.journal import Batch, Column, Line
from tests.conftest import Site, _person
from tests.factories.payments import CLERK, make_charge, pay

OTHER = Actor("staff", "2", "Otto Other")
IN_OCTOBER = datetime(2026, 10, 20, 15, tzinfo=UTC)
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
ON = date(2026, 10, 20)


def line(account="1000", *, code="", debit=0, credit=0, on=ON, name="Cash", center=""):
    return Line(on, account, name, code, center, debit, credit)


BATCH = Batch(
    "E-2026-00001-0",
    "USD",
    [
        line(debit=5_000, code="10-1"),
        line("4000", name='Permits "all"', credit=4_600, center="CC\t7"),
        line("2000", name="Tax", credit=400),
        line("1000", debit=100, credit=100, on=date(2026, 10, 21)),
    ],
)


def read(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


class TestFiles:
    def test_csv_has_a_line_for_each_account_and_code_of_a_day(self):
        rows = read(rules.as_csv(BATCH, rules.USUAL))
        assert [row["Line"] for row in rows] == ["1", "2", "3", "1"]
        assert rows[0] == {
            "Date": "2026-10-20",
            "Journal": "E-2026-00001-0-20261020",
            "Line": "1",
            "GL code": "10-1",
            "Cost center": "",
            "Account": "1000",
            "Description": "Parking, Cash, 20 Oct 2026",
            "Debit": "50.00",
            "Credit": "",
            "Currency": "USD",
        }
        assert rows[1]["GL code"] == "4000"  # none is given: the account stands there

    def test_csv_has_the_columns_that_were_chosen(self):
        chosen = [
            Column("Entity", "fixed", "UNIV"),
            Column("Amt", "amount"),
            Column("D", "us_date"),
        ]
        assert read(rules.as_csv(BATCH, chosen))[1] == {
            "Entity": "UNIV",
            "Amt": "-46.00",
            "D": "10/20/2026",
        }

    @pytest.mark.parametrize("hostile", ["=1+1", "+1", "@SUM(A1)", "-2+3", "|cmd"])
    def test_no_text_becomes_a_formula(self, hostile):
        batch = Batch("E-1", "USD", [line(name=hostile, code=hostile, debit=1)])
        chosen = [Column(hostile, "code"), Column("b", "name"), Column("c", "fixed", hostile)]
        text = rules.as_csv(batch, chosen).decode("utf-8-sig")
        for cell in text.replace("\r\n", ",").split(","):
            assert not cell.strip('"').startswith(("=", "+", "@", "-", "|")), text

    def test_iif_has_an_entry_for_each_day(self):
        rows = [row.split("\t") for row in rules.as_iif(BATCH).decode().split("\r\n")]
        assert [row[0] for row in rows] == [
            "!TRNS",
            "!SPL",
            "!ENDTRNS",
            "TRNS",
            "SPL",
            "SPL",
            "ENDTRNS",
            "TRNS",
            "SPL",
            "ENDTRNS",
            "",
        ]
        assert rows[3][2:8] == [
            "GENERAL JOURNAL",
            "10/20/2026",
            "10-1",
            "",
            "50.00",
            "E-2026-00001-0-20261020",
        ]
        assert rows[4][5:7] == ["CC 7", "-46.00"]
        assert rows[4][8] == "Parking, Permits all"
        assert {len(row) for row in rows if row[0] in {"!TRNS", "!SPL", "TRNS", "SPL"}} == {9}

    @given(
        st.lists(
            st.tuples(st.integers(0, 3), st.integers(1, 10**9)),
            min_size=1,
            max_size=8,
        )
    )
    def test_iif_entries_add_up_to_nothing(self, moves):
        lines = [line("1000", debit=minor, on=ON + timedelta(days=day)) for day, minor in moves] + [
            line("4000", credit=minor, on=ON + timedelta(days=day)) for day, minor in moves
        ]
        batch = Batch("E-1", "USD", sorted(lines, key=lambda one: one.on))
        total = 0
        for row in rules.as_iif(batch).decode().splitlines():
            cells = row.split("\t")
            if cells[0] in {"TRNS", "SPL"}:
                total += int(cells[6].replace(".", ""))
            elif cells[0] == "ENDTRNS":
                assert total == 0
        assert total == 0


@pytest.mark.usefixtures("harbor", "raising")
class TestBatches:
    def export(self, first=FIRST, last=LAST, *, by=CLERK):
        return operations.export_journal(first, last, by=by, at=IN_OCTOBER + timedelta(days=20))

    def test_a_batch_is_the_days_by_account_and_code(self):
        row = Row(PERMIT_REVENUE, "51-A", FIRST, "CC-7", zone="LOT-A")
        operations.write_code(row, by=CLERK, at=IN_OCTOBER)
        for _ in range(2):
            pay(make_charge(at=IN_OCTOBER, kind="permit", facts=Facts("LOT-A")), at=IN_OCTOBER)
        make_charge(at=IN_OCTOBER + timedelta(days=1))
        made = self.export()
        assert (made.transactions, made.number[:7]) == (5, "E-2026-")
        lines = queries.batch_of(made).lines
        assert [(one.on.day, one.account, one.code, one.debit, one.credit) for one in lines] == [
            (20, CASH, "", 8_000, 0),
            (20, RECEIVABLE, "", 8_000, 8_000),
            (20, PERMIT_REVENUE, "51-A", 0, 8_000),
            (21, RECEIVABLE, "", 4_000, 0),
            (21, FINE_REVENUE, "", 0, 4_000),
        ]
        assert lines[2].cost_center == "CC-7"
        assert AuditEvent.objects.filter(event="ledger.exported", subject_ref=made.number).exists()

    def test_nothing_is_handed_over_twice(self):
        make_charge(at=IN_OCTOBER)
        first = self.export()
        with pytest.raises(Conflict, match="in a batch already"):
            self.export()
        make_charge(at=IN_OCTOBER, net=700)
        second = self.export(FIRST, date(2026, 11, 30))
        assert [one.debit for one in queries.batch_of(second).lines if one.debit] == [700]
        held = ExportedTransaction.objects.values_list("export_id", flat=True)
        assert sorted(held) == [first.pk, second.pk]
        assert LedgerExport.objects.count() == 2

    def test_a_batch_stays_what_it_was(self):
        make_charge(at=IN_OCTOBER)
        made = self.export()
        before = rules.as_csv(queries.batch_of(made), queries.columns())
        operations.write_code(Row(FINE_REVENUE, "9", FIRST), by=CLERK, at=IN_OCTOBER)
        again = queries.batch_of(queries.export(made.number))
        assert rules.as_csv(again, queries.columns()) == before

    def test_days_are_the_tenants(self):
        make_charge(at=datetime(2026, 11, 1, 3, 59, tzinfo=UTC))  # 23:59 on 31 October
        make_charge(at=datetime(2026, 11, 1, 4, tzinfo=UTC))
        assert {one.on for one in queries.batch_of(self.export()).lines} == {LAST}

    def test_days_in_the_wrong_order_are_refused(self):
        with pytest.raises(Refused, match="before the first"):
            self.export(LAST, FIRST)

    def test_what_no_column_can_hold_is_refused(self):
        with pytest.raises(Refused, match="No column can hold secrets"):
            operations.choose_columns([Column("x", "secrets")], by=CLERK, at=IN_OCTOBER)

    def test_a_batch_that_is_not_there(self):
        with pytest.raises(NotFound):
            queries.export("E-2026-99999-9")


def test_two_people_hand_it_over_once(own_database):
    for _ in range(3):
        make_charge(at=IN_OCTOBER)
    begin, told = threading.Barrier(2), []

    def work(by: Actor) -> None:
        with tenant_context(own_database):
            begin.wait(10)
            try:
                made = operations.export_journal(FIRST, LAST, by=by, at=IN_OCTOBER)
                told.append(made.transactions)
            except Conflict as conflict:
                told.append(conflict.code)
        connection.close()

    threads = [threading.Thread(target=work, args=[by]) for by in (CLERK, OTHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert set(told) == {3, "nothing_to_export"}
    assert ExportedTransaction.objects.count() == LedgerTransaction.objects.count() == 3


@pytest.mark.usefixtures("harbor", "raising")
class TestPages:
    URL = "/office/ledger/exports/"

    @pytest.fixture
    def amos(self, harbor):
        return Site("harbor").login_as(_person("amos@harbor.example"))

    def test_a_batch_is_made_and_its_files_taken(self, amos):
        make_charge(at=IN_OCTOBER)
        asked = {"first": "2026-10-01", "last": "2026-10-31"}
        assert amos.post(f"{self.URL}new/", asked).status_code == 302
        made = LedgerExport.objects.get()
        assert made.number in amos.get(self.URL).content.decode()
        answer = amos.get(f"{self.URL}{made.number}.csv")
        assert answer["Content-Disposition"] == f'attachment; filename="{made.number}.csv"'
        assert len(read(answer.content)) == 2
        assert amos.get(f"{self.URL}{made.number}.iif").content.startswith(b"!TRNS\t")
        assert amos.get(f"{self.URL}{made.number}.exe").status_code == 404
        again = amos.post(f"{self.URL}new/", asked)
        assert (again.status_code, "in a batch already" in again.content.decode()) == (422, True)

    def test_an_accountant_chooses_the_columns(self, amos):
        make_charge(at=IN_OCTOBER)
        chosen = {
            "form-TOTAL_FORMS": "3",
            "form-INITIAL_FORMS": "0",
            "form-0-head": "Entity",
            "form-0-what": "fixed",
            "form-0-words": "UNIV",
            "form-1-head": "",
            "form-1-what": "date",
            "form-2-head": "Amount",
            "form-2-what": "amount",
        }
        assert amos.post(f"{self.URL}columns/", chosen).status_code == 302
        assert queries.columns() == (
            Column("Entity", "fixed", "UNIV"),
            Column("Amount", "amount", ""),
        )
        wrong = amos.post(f"{self.URL}columns/", {**chosen, "form-0-what": "secrets"})
        assert wrong.status_code == 422

    def test_who_only_reads_takes_files_and_makes_none(self, harbor):
        otto = Site("harbor").login_as(_person("otto@harbor.example"))
        make_charge(at=IN_OCTOBER)
        made = operations.export_journal(FIRST, LAST, by=CLERK, at=IN_OCTOBER)
        assert otto.get(f"{self.URL}{made.number}.csv").status_code == 200
        assert otto.post(f"{self.URL}new/", {}).status_code == 403

    def test_of_another_tenant_there_is_none(self, hillside):
        make_charge(at=IN_OCTOBER)
        made = operations.export_journal(FIRST, LAST, by=CLERK, at=IN_OCTOBER)
        with tenant_context(hillside):
            charlie = _person("charlie@hillside.example")
        answer = Site("hillside").login_as(charlie).get(f"{self.URL}{made.number}.csv")
        assert answer.status_code == 404
