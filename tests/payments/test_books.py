"""The books: balances at any instant, and what each figure is made of."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import tenant_context
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from payments import acts, operations, queries
from payments.accounts import CARD_FEES, CASH, CHART, RECEIVABLE
from payments.models import LedgerBalance, LedgerEntry, LedgerTransaction
from payments.operations import ledger
from payments.operations.ledger import Leg
from payments.queries import months
from tests.conftest import Site
from tests.factories.payments import CLERK, books, make_charge, pay, usd

DAY = timedelta(days=1)
_sources = iter(range(10**9))


def post(at, minor=100, account=CASH):
    """Move something at an instant."""
    source = f"test:{next(_sources)}"
    legs = [Leg(account, minor), Leg(RECEIVABLE, -minor)]
    with transaction.atomic():
        ledger.post(source, legs, text="A test", by=CLERK, at=at)
    return LedgerTransaction.objects.get(source=source)


def summed(at):
    """Return the balances as the entries say, without what is kept."""
    found: dict[str, int] = {}
    for account, minor in LedgerEntry.objects.filter(posted_at__lte=at).values_list(
        "account_id", "amount_minor"
    ):
        found[account] = found.get(account, 0) + minor
    return {code: minor for code, minor in found.items() if minor}


@pytest.mark.usefixtures("harbor")
class TestKeptBalances:
    def test_are_of_months_and_of_the_last_day_that_is_settled(self, now):
        post(now - 70 * DAY)
        assert operations.keep_balances(at=now) == 3
        kept = set(LedgerBalance.objects.values_list("before_at", flat=True))
        # Midnights in New York: daylight saving ended on 1 November.
        assert kept == {
            datetime(2026, 10, 1, 4, tzinfo=UTC),
            datetime(2026, 11, 1, 4, tzinfo=UTC),
            datetime(2026, 11, 10, 5, tzinfo=UTC),
        }
        assert LedgerBalance.objects.count() == 3 * len(CHART)
        assert operations.keep_balances(at=now) == 0

    def test_wait_for_what_began_before_midnight(self, now):
        post(now - 5 * DAY)
        operations.keep_balances(at=datetime(2026, 11, 10, 6, 59, tzinfo=UTC))
        kept = set(LedgerBalance.objects.values_list("before_at", flat=True))
        assert kept == {datetime(2026, 11, 9, 5, tzinfo=UTC)}

    def test_are_what_is_read(self, now):
        post(now - 70 * DAY)
        operations.keep_balances(at=now)
        before = books(now)
        LedgerBalance.objects.filter(account=CARD_FEES).update(amount_minor=7)
        assert books(now) == {**before, CARD_FEES: 7}

    def test_go_when_something_is_posted_before_them(self, now):
        post(now - 70 * DAY)
        operations.keep_balances(at=now)
        post(now - 20 * DAY)
        kept = LedgerBalance.objects.values_list("before_at", flat=True).distinct()
        assert list(kept) == [datetime(2026, 10, 1, 4, tzinfo=UTC)]
        assert books(now)[CASH] == 200
        operations.keep_balances(at=now)
        assert books(now)[CASH] == 200
        assert books(now - 30 * DAY)[CASH] == 100

    def test_of_an_empty_ledger_there_are_none(self, now):
        assert operations.keep_balances(at=now) == 0
        assert books(now) == {}

    def test_an_entry_is_posted_when_its_transaction_is(self, now):
        posted = post(now)
        with pytest.raises(DatabaseError, match="when their transaction is"), transaction.atomic():
            LedgerEntry.objects.create(
                transaction=posted, account_id=CASH, amount_minor=1, posted_at=now - DAY
            )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    acts=st.lists(
        st.tuples(st.booleans(), st.integers(0, 100 * 24), st.integers(1, 10**6)), max_size=12
    ),
    asked=st.integers(0, 101 * 24),
)
def test_the_balance_at_any_instant_is_the_sum_of_its_entries(harbor, now, acts, asked):
    """Whatever is posted in whatever order, and whatever was kept between."""
    with transaction.atomic():
        for keeps, hours, minor in acts:
            post(now - timedelta(hours=hours), minor, CASH if minor % 2 else CARD_FEES)
            if keeps:
                operations.keep_balances(at=now)
        at = now - timedelta(hours=asked)
        assert books(at) == summed(at)
        assert books(now) == summed(now)
        assert queries.balance_before(CASH, at).minor == summed(at - queries.MOMENT).get(CASH, 0)
        transaction.set_rollback(True)


def test_balances_are_not_kept_while_somebody_posts_late(own_database, now):
    """What is being posted before an instant would not be in the balance that is kept of it."""
    post(now - 70 * DAY)
    posted, may_end, posts_now = threading.Event(), threading.Event(), threading.Event()

    def late() -> None:
        with tenant_context(own_database), transaction.atomic():
            post(now - 60 * DAY)
            posted.set()
            may_end.wait(10)
        connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    try:
        assert posted.wait(10)
        assert operations.keep_balances(at=now) == 0
        with transaction.atomic():
            post(datetime.now(UTC))  # what is posted now waits for neither
            posts_now.set()
    finally:
        may_end.set()
        thread.join()
    assert posts_now.is_set()
    assert operations.keep_balances(at=now) == 3
    assert books(now)[CASH] == 200


@pytest.mark.usefixtures("harbor", "raising")
class TestPages:
    @pytest.fixture
    def amos(self, harbor):
        from tests.conftest import _person

        return Site("harbor").login_as(_person("amos@harbor.example"))

    def test_the_balance_of_a_day_and_of_a_time_of_it(self, amos, now):
        charge = make_charge(at=now)
        pay(charge, at=now + timedelta(hours=1))
        answer = amos.get("/office/ledger/?on=2026-11-10&time=10:45")
        assert answer.context["balance"].total_debit == usd(4_000)
        assert {line.balance.code for line in answer.context["lines"] if line.balance.debit} == {
            RECEIVABLE
        }
        answer = amos.get("/office/ledger/?on=2026-11-10")
        debits = {line.balance.code: line.url for line in answer.context["lines"]}
        assert answer.context["balance"].is_balanced
        entries = amos.get(debits[CASH])
        assert entries.context["balance"] == usd(4_000)
        assert len(entries.context["page"].object_list) == 1

    def test_a_figure_is_its_entries_up_to_the_same_minute(self, amos, now):
        charge = make_charge(at=now)
        pay(charge, at=now + timedelta(hours=1))
        answer = amos.get("/office/ledger/?on=2026-11-10&time=10:45")
        url = next(line.url for line in answer.context["lines"] if line.balance.code == RECEIVABLE)
        assert amos.get(url).context["balance"] == usd(4_000)

    def test_what_is_no_time_is_said(self, amos):
        answer = amos.get("/office/ledger/?on=2026-11-10&time=25:99")
        assert "Give a time such as 14:30." in answer.content.decode()

    def test_a_transaction_shows_its_legs_and_its_act(self, amos, now):
        payment = pay(make_charge(at=now), at=now)
        found = LedgerTransaction.objects.get(source=f"payment:{payment.number}")
        answer = amos.get(f"/office/ledger/transactions/{found.pk}/")
        assert [leg.account[:4] for leg in answer.context["legs"]] == [CASH, RECEIVABLE]
        assert answer.context["total"] == usd(4_000)
        assert answer.context["act"].url == f"/office/payments/{payment.number}/"
        listed = amos.get(f"/office/ledger/{CASH}/").content.decode()
        assert f"/office/ledger/transactions/{found.pk}/" in listed

    def test_a_transaction_that_is_not_there(self, amos):
        assert amos.get("/office/ledger/transactions/999999/").status_code == 404

    def test_a_list_asks_no_more_for_more_entries(self, amos, now):
        def asked() -> int:
            with CaptureQueriesContext(connection) as captured:
                amos.get(f"/office/ledger/{RECEIVABLE}/")
            return len(captured)

        make_charge(at=now)
        asked()
        few = asked()
        for _ in range(5):
            make_charge(at=now)
        assert asked() == few

    def test_another_tenants_transaction_is_not_there(self, now, other_site, alice):
        found = LedgerTransaction.objects.get(pk=post(now).pk)
        assert other_site.get(f"/office/ledger/transactions/{found.pk}/").status_code in {302, 404}


@pytest.mark.usefixtures("harbor", "raising")
class TestActs:
    def test_each_source_leads_to_its_act(self, now):
        charge = make_charge(at=now)
        payment = pay(charge, at=now, method="cheque")
        refund = operations.refund_payment(
            payment.number, amount=usd(1_000), reason="Asked for", by=CLERK, at=now
        )
        drawer = operations.open_drawer(name="Till", float_=usd(0), by=CLERK, at=now)
        operations.close_drawer(drawer.public_id, counted=usd(5), by=CLERK, at=now)
        there = f"/office/payments/{payment.number}/"
        told = {row.source: acts.act_of(row.source) for row in LedgerTransaction.objects.all()}
        assert told[f"payment:{payment.number}"].url == there
        assert told[f"refund:{refund.number}"].url == there
        assert told[f"refund:{refund.number}:paid:1"].text.startswith(f"Refund {refund.number}")
        there = f"/office/counter/drawers/{drawer.public_id}/"
        assert told[f"drawer:{drawer.public_id}:closed"].url == there
        assert charge.reference in told[f"charge:{charge.public_id}:raised"].text

    @pytest.mark.parametrize(
        "source", ["charge:x:1", "refund:F-1", "dispute:dp_1", "drawer:x:1", "old", "x:1"]
    )
    def test_what_is_not_known_is_told_as_it_is(self, source):
        assert acts.act_of(source) == acts.Act(source)


def test_the_zone_of_the_books_is_the_tenants(harbor):
    assert months.zone().key == "America/New_York"
