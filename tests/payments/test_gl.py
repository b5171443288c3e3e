"""Codes of the institution's own ledger: who says most wins, from a day on, and closed months keep theirs."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.audit.models import AuditEvent
from parkops.kernel.decisions import Refused
from payments import operations
from payments.accounts import CASH, FINE_REVENUE, PERMIT_REVENUE, RECEIVABLE
from payments.models import GlCode
from payments.queries import closing, gl
from payments.rules import gl as rules
from payments.rules.gl import Facts, Row
from payments.rules.months import Month
from tests.conftest import Site, _person
from tests.factories.payments import CLERK, make_charge, pay, usd

EVER = date(2026, 1, 1)
STAFF_IN_A = Facts("LOT-A", "STAFF-YEAR", "STAFF")
PLAIN = Row(PERMIT_REVENUE, "51-000", EVER)
BY_ZONE = Row(PERMIT_REVENUE, "51-A", EVER, zone="lot-a")
BY_TYPE = Row(PERMIT_REVENUE, "51-STAFF", EVER, "CC-7", item="STAFF-YEAR")
BY_TWO = Row(PERMIT_REVENUE, "51-A-S", EVER, zone="LOT-A", audience="STAFF")
BY_ALL = Row(PERMIT_REVENUE, "51-ALL", EVER, zone="LOT-A", item="STAFF-YEAR", audience="STAFF")
OCTOBER = Month(date(2026, 10, 1), ZoneInfo("America/New_York"))
IN_OCTOBER = datetime(2026, 10, 20, 15, tzinfo=UTC)


class TestRules:
    @pytest.mark.parametrize(
        ("rows", "facts", "code"),
        [
            ([], STAFF_IN_A, ""),
            ([PLAIN], STAFF_IN_A, "51-000"),
            ([PLAIN, BY_ZONE], STAFF_IN_A, "51-A"),
            ([PLAIN, BY_ZONE], Facts("LOT-B", "STAFF-YEAR"), "51-000"),
            ([BY_TYPE, BY_ZONE], STAFF_IN_A, "51-STAFF"),
            ([BY_TWO, BY_TYPE], STAFF_IN_A, "51-A-S"),
            ([BY_TWO, BY_TYPE], Facts("LOT-A", "STAFF-YEAR"), "51-STAFF"),
            ([BY_ALL, BY_TWO, PLAIN], STAFF_IN_A, "51-ALL"),
            ([BY_ALL], Facts(), ""),
            ([Row(RECEIVABLE, "12", EVER)], STAFF_IN_A, ""),
        ],
    )
    def test_the_row_that_says_most_wins(self, rows, facts, code):
        assert rules.booked(rows, PERMIT_REVENUE, facts).code == code

    def test_says_why(self):
        told = rules.booked([BY_TYPE, PLAIN], PERMIT_REVENUE, STAFF_IN_A)
        assert told.cost_center == "CC-7"
        assert told.because == (
            "account 4000: 51-000",
            "account 4000, type STAFF-YEAR: 51-STAFF, cost center CC-7",
        )
        assert rules.booked([], CASH, Facts()).because == ("No row is about account 1000.",)

    def test_a_row_holds_from_its_day_until_the_next_of_its_name(self):
        later = Row(PERMIT_REVENUE, "52-000", date(2026, 7, 1))
        ended = Row(PERMIT_REVENUE, "", date(2026, 9, 1))
        rows = [later, ended, PLAIN]
        assert rules.in_force(rows, date(2025, 12, 31)) == []
        assert rules.in_force(rows, date(2026, 6, 30)) == [PLAIN]
        assert rules.in_force(rows, date(2026, 7, 1)) == [later]
        assert rules.in_force(rows, date(2026, 9, 1)) == []

    @given(
        days=st.lists(st.integers(0, 60), max_size=6),
        first=st.integers(0, 60),
        more=st.integers(0, 60),
    )
    def test_spans_are_all_days_once_and_one_mapping_holds_in_each(self, days, first, more):
        rows = [Row(CASH, str(n), EVER + timedelta(days=day)) for n, day in enumerate(days)]
        begins, ends = EVER + timedelta(days=first), EVER + timedelta(days=first + more)
        spans = rules.spans(rows, begins, ends)
        covered = [
            one + timedelta(days=n) for one, last in spans for n in range((last - one).days + 1)
        ]
        assert covered == [begins + timedelta(days=n) for n in range(more + 1)]
        for one, last in spans:
            assert rules.in_force(rows, one) == rules.in_force(rows, last)

    @given(st.permutations([PLAIN, BY_ZONE, BY_TYPE, BY_TWO, BY_ALL]))
    def test_the_order_of_rows_is_of_no_matter(self, rows):
        assert rules.booked(rows, PERMIT_REVENUE, STAFF_IN_A).code == "51-ALL"


@pytest.mark.usefixtures("harbor", "raising")
class TestTheMapping:
    def write(self, row, *, at=IN_OCTOBER):
        return operations.write_code(row, by=CLERK, at=at)

    def test_a_charge_keeps_its_facts_and_is_booked_by_them(self):
        self.write(PLAIN)
        self.write(BY_TYPE)
        charge = make_charge(at=IN_OCTOBER, kind="permit", facts=STAFF_IN_A, tax=240)
        make_charge(at=IN_OCTOBER, kind="permit", net=1_000)
        assert (charge.zone_code, charge.item_code, charge.audience) == (
            "LOT-A",
            "STAFF-YEAR",
            "STAFF",
        )
        told = gl.booked_between(date(2026, 10, 1), date(2026, 10, 31), kind="revenue")
        assert {one.booked.code: one.credit for one in told} == {"51-STAFF": 4_000, "51-000": 1_000}

    def test_each_day_goes_by_the_rows_of_its_day(self):
        self.write(PLAIN)
        self.write(Row(PERMIT_REVENUE, "52-000", date(2026, 10, 21)))
        make_charge(at=IN_OCTOBER, kind="permit", net=100)
        make_charge(at=IN_OCTOBER + timedelta(days=1), kind="permit", net=20)
        make_charge(at=IN_OCTOBER + timedelta(days=2), kind="permit", net=3)
        told = gl.booked_between(date(2026, 10, 1), date(2026, 10, 31), kind="revenue")
        assert {one.booked.code: one.credit for one in told} == {"51-000": 100, "52-000": 23}

    def test_what_is_closed_keeps_its_codes(self):
        self.write(PLAIN)
        make_charge(at=IN_OCTOBER, kind="permit")
        operations.close_month(OCTOBER, by=CLERK, at=OCTOBER.ends_at + timedelta(days=1))
        with pytest.raises(Refused, match="Write 1 November 2026 or later") as refused:
            self.write(Row(PERMIT_REVENUE, "52-000", date(2026, 10, 31)))
        assert refused.value.field == "begins_on"
        self.write(Row(PERMIT_REVENUE, "52-000", date(2026, 11, 1)))
        told = gl.booked_between(date(2026, 10, 1), date(2026, 11, 30), kind="revenue")
        assert [one.booked.code for one in told] == ["51-000"]

    def test_writing_again_replaces_the_row_of_the_day(self):
        self.write(PLAIN)
        self.write(Row(PERMIT_REVENUE, "51-001", EVER))
        assert [row.code for row in gl.rows()] == ["51-001"]
        event = AuditEvent.objects.filter(event="ledger.code_written").latest("pk")
        assert event.data["before"] == "account 4000: 51-000"

    def test_an_empty_code_ends_what_held_and_nothing_else(self):
        with pytest.raises(Refused, match="Write the code"):
            self.write(Row(PERMIT_REVENUE, " ", EVER))
        self.write(PLAIN)
        self.write(Row(PERMIT_REVENUE, "", date(2026, 7, 1)))
        assert rules.in_force(gl.rows(), date(2026, 7, 1)) == []

    def test_an_account_that_is_not_there(self):
        with pytest.raises(Refused, match="There is no account 9999"):
            self.write(Row("9999", "1", EVER))

    def test_the_close_says_how_much_has_no_code(self):
        pay(make_charge(at=IN_OCTOBER), at=IN_OCTOBER)
        assert closing.findings(OCTOBER) == []
        self.write(PLAIN)
        told = closing.findings(OCTOBER)
        assert [one.text for one in told] == [
            "3 kinds of movements have no code of your own ledger."
        ]
        assert not told[0].stops
        for account in (CASH, RECEIVABLE, FINE_REVENUE):
            self.write(Row(account, f"x{account}", EVER))
        assert closing.findings(OCTOBER) == []


@pytest.mark.usefixtures("harbor", "raising")
class TestPage:
    URL = "/office/ledger/codes/"

    @pytest.fixture
    def amos(self, harbor):
        return Site("harbor").login_as(_person("amos@harbor.example"))

    def asked(self, **more):
        return {
            "account": PERMIT_REVENUE,
            "item": "MONTH",
            "code": "51-100",
            "begins_on": "2026-11-01",
            **more,
        }

    def test_a_row_is_written_and_tried(self, amos, now):
        assert amos.post(self.URL, self.asked()).status_code == 302
        assert str(GlCode.objects.get()) == "4000  MONTH : 51-100"
        tried = amos.get(self.URL, {"try": 1, "account": PERMIT_REVENUE, "item": "MONTH"})
        text = tried.content.decode()
        assert "booked under <b>51-100</b>" in text
        assert "account 4000, type MONTH: 51-100" in text

    def test_what_has_no_code_is_listed_with_its_amount(self, amos):
        from django.utils import timezone

        make_charge(at=timezone.now(), kind="permit", facts=Facts("LOT-A", "MONTH"))
        answer = amos.get(self.URL)
        lines = answer.context["unmapped"]
        assert {line.moved.account: line.amount for line in lines} == {
            RECEIVABLE: usd(4_000),
            PERMIT_REVENUE: usd(-4_000),
        }
        there = next(line.url for line in lines if line.moved.account == PERMIT_REVENUE)
        assert amos.get(there.partition("#")[0]).context["form"]["item"].value() == "MONTH"

    def test_what_the_program_has_not_is_refused_in_words(self, amos):
        answer = amos.post(self.URL, self.asked(item="NOWHERE"))
        assert answer.status_code == 422
        assert not GlCode.objects.exists()

    def test_who_only_reads_writes_nothing(self, harbor):
        otto = Site("harbor").login_as(_person("otto@harbor.example"))
        assert otto.get(self.URL).status_code == 200
        assert otto.post(self.URL, self.asked()).status_code == 403
