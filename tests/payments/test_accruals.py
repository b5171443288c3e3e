"""Prepaid permits: each month earns its days, whatever changes, and however often it is posted."""

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django_tenants.utils import tenant_context
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.decisions import Conflict
from payments import operations, queries, settlement
from payments.accounts import PERMIT_REVENUE, PREPAID_PERMITS
from payments.models import LedgerTransaction
from payments.operations.accruals import accrue
from payments.queries import accruals, gl
from payments.rules import accruals as rules
from payments.rules.accruals import Prepaid, Term
from payments.rules.months import Month
from tests.conftest import Site, _person
from tests.factories.payments import CLERK, books, make_charge, pay, usd

NEW_YORK = ZoneInfo("America/New_York")
OCTOBER = Month(date(2026, 10, 1), NEW_YORK)
NOVEMBER, SEPTEMBER = OCTOBER.next, Month(date(2026, 9, 1), NEW_YORK)
YEAR = Term(date(2026, 10, 1), date(2027, 10, 1))
IN_OCTOBER = datetime(2026, 10, 5, 15, tzinfo=UTC)
LATER = datetime(2026, 12, 2, 15, tzinfo=UTC)

DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))
TERMS = st.tuples(DAYS, st.integers(0, 800)).map(
    lambda told: Term(told[0], told[0] + timedelta(days=told[1]))
)


class TestRules:
    @pytest.mark.parametrize(
        ("net", "term", "on", "left"),
        [
            (36_500, YEAR, date(2026, 9, 1), 36_500),
            (36_500, YEAR, date(2026, 10, 1), 36_500),
            (36_500, YEAR, date(2026, 11, 1), 33_400),
            (36_500, YEAR, date(2027, 9, 30), 100),
            (36_500, YEAR, date(2027, 10, 1), 0),
            (36_500, YEAR, date(2028, 1, 1), 0),
            (100, Term(date(2026, 1, 1), date(2026, 1, 4)), date(2026, 1, 2), 67),
            (-100, Term(date(2026, 1, 1), date(2026, 1, 4)), date(2026, 1, 2), -67),
            (100, Term(date(2026, 1, 1), date(2026, 1, 1)), date(2026, 1, 2), 0),
            (100, Term(date(2026, 1, 1), date(2026, 1, 1)), date(2025, 12, 1), 100),
        ],
    )
    def test_what_is_left_is_by_the_days(self, net, term, on, left):
        assert rules.unearned(net, term, on) == left

    @given(net=st.integers(-(10**7), 10**7), term=TERMS)
    def test_the_months_earn_all_of_it(self, net, term):
        months = rules.by_month(net, term)
        assert sum(minor for _, minor in months) == net
        assert [month for month, _ in months] == sorted({month for month, _ in months})
        assert all(minor * net >= 0 for _, minor in months)

    @given(net=st.integers(0, 10**7), term=TERMS, on=DAYS)
    def test_the_waterfall_is_what_is_not_earned(self, net, term, on):
        month = on.replace(day=1)
        told = rules.waterfall([Prepaid(net, 0, term)], month)
        assert sum(minor for _, minor in told) == rules.unearned(net, term, month)

    @given(
        term=TERMS,
        nets=st.lists(st.integers(0, 10**6), min_size=1, max_size=14),
    )
    def test_whatever_changes_the_months_earn_what_it_came_to(self, term, nets):
        """A price that changes each month: what was earned is always the net less what is left."""
        held, on = 0, term.first.replace(day=1)
        for net in nets:
            on = Month(on, NEW_YORK).next.first
            held += Prepaid(net, held, term).moves(on, accrues=True)
            assert held == rules.unearned(net, term, on)
        assert held + Prepaid(nets[-1], held, term).moves(on, accrues=False) == 0


@pytest.fixture
def terms(monkeypatch, raising):
    """Say for what time what was charged for permits is, by the reference; an end counts once it is over."""
    known: dict[str, tuple[datetime, datetime]] = {}
    ends: dict[str, datetime] = {}

    def terms_at(references, *, at):
        found = {one: known[one] for one in references if one in known}
        ended = {one: end for one, end in ends.items() if one in found and end <= at}
        return found | {one: (known[one][0], end) for one, end in ended.items()}

    monkeypatch.setitem(settlement._raisers, "permit", settlement.Raiser(terms_at=terms_at))
    monkeypatch.setattr(sell, "ends", ends, raising=False)
    return known


def sell(terms, *, net=36_500, at=IN_OCTOBER, first=date(2026, 10, 1), days=365):
    charge = make_charge(at=at, kind="permit", net=net)
    start = Month(first, NEW_YORK).begins_at
    terms[charge.reference] = (
        start.astimezone(UTC),
        datetime.combine(first + timedelta(days=days), datetime.min.time(), NEW_YORK).astimezone(
            UTC
        ),
    )
    return charge


def earned(month):
    """Return what permits earned in a month."""
    told = gl.booked_between(month.first, month.last, kind="revenue")
    return sum(one.credit - one.debit for one in told if one.account == PERMIT_REVENUE)


@pytest.mark.usefixtures("harbor")
class TestPosting:
    @pytest.fixture(autouse=True)
    def by_days(self, harbor, terms):
        operations.accrue_from(OCTOBER.first, by=CLERK, at=IN_OCTOBER)

    def test_each_month_earns_its_days(self, terms):
        sell(terms)
        assert operations.post_accruals(at=LATER) == 2
        assert (earned(OCTOBER), earned(NOVEMBER)) == (3_100, 3_000)
        assert -books(OCTOBER.ends_at - queries.MOMENT)[PREPAID_PERMITS] == 33_400
        assert -books(LATER)[PREPAID_PERMITS] == 30_400

    def test_again_posts_nothing_and_only_what_is_over_is_posted(self, terms):
        sell(terms)
        at = NOVEMBER.ends_at + timedelta(hours=1)
        assert operations.post_accruals(at=at) == 1
        assert operations.post_accruals(at=at) == 0

    def test_what_comes_later_for_the_month_is_posted_as_a_difference(self, terms):
        charge = sell(terms)
        operations.post_accruals(at=LATER)
        operations.change_charge(
            kind="permit",
            reference=charge.reference,
            amount=usd(73_000),
            text="Dearer",
            by=CLERK,
            at=IN_OCTOBER,
        )
        assert operations.post_accruals(at=LATER) == 2
        assert (earned(OCTOBER), earned(NOVEMBER)) == (6_200, 6_000)
        sources = LedgerTransaction.objects.filter(source__startswith="accrual:")
        assert sorted(
            one.partition(":")[2][37:] for one in sources.values_list("source", flat=True)
        ) == [
            "2026-10:1",
            "2026-10:2",
            "2026-11:1",
            "2026-11:2",
        ]

    def test_a_permit_that_ends_and_is_refunded_is_earned_by_then(self, terms):
        charge = sell(terms)
        pay(charge, at=IN_OCTOBER)
        operations.post_accruals(at=NOVEMBER.begins_at + timedelta(hours=3))
        in_november = NOVEMBER.begins_at + timedelta(days=9)
        sell.ends[charge.reference] = in_november
        operations.refund_charge(
            kind="permit",
            reference=charge.reference,
            net=usd(30_000),
            tax=usd(0),
            reason="Cancelled",
            by=CLERK,
            at=in_november,
        )
        operations.post_accruals(at=LATER)
        assert PREPAID_PERMITS not in books(LATER)
        assert (earned(OCTOBER), earned(NOVEMBER)) == (3_100, 3_400)

    def test_what_begins_later_earns_nothing_yet(self, terms):
        sell(terms, first=date(2027, 1, 1))
        operations.post_accruals(at=LATER)
        assert earned(OCTOBER) == earned(NOVEMBER) == 0

    def test_what_is_for_no_term_is_earned_at_once(self, terms):
        make_charge(at=IN_OCTOBER, kind="permit", net=500)
        make_charge(at=IN_OCTOBER, net=700)
        assert operations.post_accruals(at=LATER) == 0
        assert earned(OCTOBER) == 500

    def test_what_was_sold_before_is_put_off_in_the_first_month(self, terms):
        sell(terms, at=IN_OCTOBER - timedelta(days=30))
        operations.post_accruals(at=LATER)
        assert (earned(SEPTEMBER), earned(OCTOBER), earned(NOVEMBER)) == (36_500, -33_400, 3_000)

    def test_switched_off_the_next_month_earns_what_is_left(self, terms):
        sell(terms)
        operations.post_accruals(at=NOVEMBER.begins_at + timedelta(hours=3))
        operations.accrue_from(None, by=CLERK, at=LATER)
        operations.post_accruals(at=LATER)
        assert (earned(OCTOBER), earned(NOVEMBER)) == (3_100, 33_400)
        assert PREPAID_PERMITS not in books(LATER)
        assert operations.post_accruals(at=LATER) == 0

    def test_closing_a_month_posts_what_it_earns(self, terms):
        sell(terms)
        operations.close_month(OCTOBER, by=CLERK, at=NOVEMBER.begins_at + timedelta(days=1))
        assert earned(OCTOBER) == 3_100
        with pytest.raises(Conflict, match="closed"):
            operations.accrue_from(OCTOBER.first, by=CLERK, at=LATER)
        operations.post_accruals(at=LATER)
        assert (earned(OCTOBER), earned(NOVEMBER)) == (3_100, 3_000)

    def test_what_is_charged_and_put_off_is_told_apart(self, terms):
        sell(terms)
        operations.post_accruals(at=LATER)
        october = gl.booked_between(OCTOBER.first, OCTOBER.last, kind="revenue")
        november = gl.booked_between(NOVEMBER.first, NOVEMBER.last, kind="revenue")
        assert [(one.credit, one.debit, one.put_off, one.released) for one in october] == [
            (36_500, 33_400, 33_400, 0)
        ]
        assert [(one.credit, one.debit, one.put_off, one.released) for one in november] == [
            (3_000, 0, 0, 3_000)
        ]

    def test_many_are_posted_by_few_statements(self, terms, django_assert_max_num_queries):
        for _ in range(30):
            sell(terms)
        with django_assert_max_num_queries(14):
            assert accrue(OCTOBER) == 30


def test_two_workers_post_it_once(own_database, monkeypatch):
    known: dict[str, tuple[datetime, datetime]] = {}
    raiser = settlement.Raiser(terms_at=lambda references, *, at: known)
    monkeypatch.setitem(settlement._raisers, "permit", raiser)
    operations.accrue_from(OCTOBER.first, by=CLERK, at=IN_OCTOBER)
    for _ in range(5):
        sell(known)
    begin, posted = threading.Barrier(2), []

    def work() -> None:
        with tenant_context(own_database):
            begin.wait(10)
            posted.append(accrue(OCTOBER))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(posted) == [0, 5]
    assert earned(OCTOBER) == 5 * 3_100


@pytest.mark.usefixtures("harbor")
class TestPages:
    @pytest.fixture
    def amos(self, harbor):
        return Site("harbor").login_as(_person("amos@harbor.example"))

    def test_an_accountant_sets_when_permits_are_earned(self, amos):
        there = "/office/ledger/months/earning/"
        asked = {"how": "days", "first": "2026-11-15"}
        assert amos.post(there, asked).status_code == 302
        assert accruals.accrues_from() == date(2026, 11, 1)
        assert "November 2026" in amos.get("/office/ledger/months/").content.decode()
        amos.post(there, {"how": "sale"})
        assert accruals.accrues_from() is None
        assert amos.post(there, {"how": "never"}).status_code == 422

    def test_a_charge_shows_which_months_earn_it(self, amos, terms):
        charge = sell(terms, days=61)
        answer = amos.get(f"/office/ledger/schedules/{charge.public_id}/")
        assert [(month.month, amount) for month, amount, _ in answer.context["rows"]] == [
            (10, usd(18_549)),
            (11, usd(17_951)),
        ]
        raised = LedgerTransaction.objects.get(source=f"charge:{charge.public_id}:raised")
        shown = amos.get(f"/office/ledger/transactions/{raised.pk}/").content.decode()
        assert f"/office/ledger/schedules/{charge.public_id}/" in shown
