"""Months of the books: closed once, in order, for good, and opened again by two people only."""

import threading
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django_tenants.utils import tenant_context

from parkops.audit.models import AuditEvent
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from payments import operations
from payments.accounts import CASH, RECEIVABLE, SUSPENSE
from payments.models import Charge, LedgerEntry, LedgerMonth, LedgerTransaction, Payment
from payments.operations import ledger
from payments.operations.ledger import Leg
from payments.queries import months as queries
from payments.rules import months as rules
from payments.rules.months import Month
from tests.conftest import Site, _person
from tests.factories.payments import CLERK, books, make_charge, pay, usd

NEW_YORK = ZoneInfo("America/New_York")
SEPTEMBER, OCTOBER, NOVEMBER = (Month(date(2026, month, 1), NEW_YORK) for month in (9, 10, 11))
OTHER = Actor("staff", "2", "Otto Other")
IN_OCTOBER = datetime(2026, 10, 20, 15, tzinfo=UTC)
STARTS_NOVEMBER = datetime(2026, 11, 1, 4, tzinfo=UTC)


class TestRules:
    def test_a_month_is_the_calendars(self):
        assert OCTOBER.begins_at == datetime(2026, 10, 1, 4, tzinfo=UTC)
        assert OCTOBER.ends_at == STARTS_NOVEMBER
        assert NOVEMBER.ends_at == datetime(2026, 12, 1, 5, tzinfo=UTC)
        assert (OCTOBER.last, str(OCTOBER)) == (date(2026, 10, 31), "October 2026")
        assert Month.at(STARTS_NOVEMBER, NEW_YORK) == NOVEMBER
        assert Month.at(STARTS_NOVEMBER - timedelta(seconds=1), NEW_YORK) == OCTOBER

    @pytest.mark.parametrize(
        ("month", "closed", "hours", "code"),
        [
            (OCTOBER, None, 2, ""),
            (OCTOBER, SEPTEMBER, 2, ""),
            (OCTOBER, SEPTEMBER, 1.99, "month_runs"),
            (OCTOBER, OCTOBER, 2, "month_closed"),
            (SEPTEMBER, OCTOBER, 2, "month_closed"),
            (NOVEMBER, SEPTEMBER, 2000, "month_order"),
        ],
    )
    def test_which_may_be_closed(self, month, closed, hours, code):
        at = OCTOBER.ends_at + timedelta(hours=hours)
        assert rules.may_close(month, closed=closed, at=at).code == code

    @pytest.mark.parametrize(
        ("month", "closed", "is_asked", "reason", "code"),
        [
            (OCTOBER, OCTOBER, False, "Wrong float", ""),
            (OCTOBER, None, False, "x", "month_open"),
            (NOVEMBER, OCTOBER, False, "x", "month_open"),
            (SEPTEMBER, OCTOBER, False, "x", "month_order"),
            (OCTOBER, OCTOBER, True, "x", "reopening_asked"),
            (OCTOBER, OCTOBER, False, "  ", "reason"),
        ],
    )
    def test_which_may_be_opened_again(self, month, closed, is_asked, reason, code):
        told = rules.may_ask_reopening(month, closed=closed, is_asked=is_asked, reason=reason)
        assert told.code == code


@pytest.mark.usefixtures("harbor", "raising")
class TestClosing:
    def close(self, month=OCTOBER, *, at=None, by=CLERK):
        return operations.close_month(month, by=by, at=at or month.ends_at + timedelta(hours=9))

    def test_locks_the_month_and_keeps_who_did_it(self):
        make_charge(at=IN_OCTOBER)
        row = self.close()
        assert (row.first_on, row.closed_by_name, row.notes) == (date(2026, 10, 1), CLERK.name, [])
        assert queries.open_from() == OCTOBER.ends_at
        event = AuditEvent.objects.get(event="ledger.month_closed")
        assert event.subject_ref == "2026-10"

    def test_twice_is_once(self):
        make_charge(at=IN_OCTOBER)
        first = self.close()
        again = self.close(by=OTHER, at=OCTOBER.ends_at + timedelta(days=9))
        assert (again.pk, again.closed_by_name) == (first.pk, CLERK.name)
        assert AuditEvent.objects.filter(event="ledger.month_closed").count() == 1

    def test_goes_in_order_and_not_before_its_end(self):
        self.close(SEPTEMBER)
        with pytest.raises(Conflict, match="October 2026 is closed first"):
            self.close(NOVEMBER)
        with pytest.raises(Conflict, match="two hours after its end"):
            self.close(at=OCTOBER.ends_at + timedelta(hours=1))

    def test_an_open_drawer_stops_it_with_its_name(self):
        drawer = operations.open_drawer(name="Till 2", float_=usd(0), by=CLERK, at=IN_OCTOBER)
        with pytest.raises(Conflict, match="Till 2") as refused:
            self.close()
        assert refused.value.code == "month_unready"
        operations.close_drawer(drawer.public_id, counted=usd(0), by=CLERK, at=STARTS_NOVEMBER)
        assert self.close().notes == ["1 drawer is counted and not signed off yet."]

    def test_a_drawer_of_the_next_month_does_not(self):
        operations.open_drawer(name="Till 2", float_=usd(0), by=CLERK, at=STARTS_NOVEMBER)
        assert self.close().closed_at

    @pytest.mark.usefixtures("drifts")
    def test_money_that_nobody_looked_at_stops_it(self):
        payment = pay(make_charge(at=IN_OCTOBER), at=IN_OCTOBER)
        Payment.objects.filter(pk=payment.pk).update(state="needs_review")
        with pytest.raises(Conflict, match="1 payment needs a look"):
            self.close()

    def test_refunds_under_way_and_what_stands_aside_are_only_said(self, raising):
        payment = pay(make_charge(at=IN_OCTOBER), at=IN_OCTOBER, method="cheque")
        buyer = Actor("customer", "7", "Cora Customer")
        operations.refund_payment(
            payment.number, amount=usd(1_000), reason="Asked for", by=buyer, at=IN_OCTOBER
        )
        legs = [Leg(CASH, 250), Leg(SUSPENSE, -250)]
        with transaction.atomic():
            ledger.post("test:aside", legs, text="Found", by=CLERK, at=IN_OCTOBER)
        assert self.close().notes == [
            "$2.50 stand on 2900, to be looked into.",
            "Refunds of $10.00 are under way.",
        ]

    def test_what_comes_later_for_it_is_posted_in_the_next_with_its_day(self):
        make_charge(at=IN_OCTOBER)
        self.close()
        before = books(OCTOBER.ends_at - timedelta(seconds=1))
        pay(Charge.objects.get(), at=IN_OCTOBER)
        assert books(OCTOBER.ends_at - timedelta(seconds=1)) == before
        late = LedgerTransaction.objects.latest("pk")
        assert late.posted_at == OCTOBER.ends_at
        assert late.text.endswith("(of 20 October 2026, posted after the month was closed)")
        assert set(late.entries.values_list("posted_at", flat=True)) == {OCTOBER.ends_at}
        assert RECEIVABLE not in books(OCTOBER.ends_at)

    def test_the_database_refuses_entries_in_it(self):
        make_charge(at=IN_OCTOBER)
        self.close()
        with pytest.raises(DatabaseError, match="the books are closed"), transaction.atomic():
            self.write(IN_OCTOBER)

    def write(self, at):
        row = LedgerTransaction.objects.create(source="x", text="", posted_at=at, posted_by="")
        LedgerEntry.objects.create(transaction=row, account_id=CASH, amount_minor=1, posted_at=at)

    def test_the_first_instant_that_is_open_is_not_late(self):
        self.close()
        for nth, at in enumerate((OCTOBER.ends_at - timedelta(microseconds=1), OCTOBER.ends_at)):
            with transaction.atomic():
                legs = [Leg(CASH, 1), Leg(SUSPENSE, -1)]
                ledger.post(f"test:{nth}", legs, text="Found", by=CLERK, at=at)
        told = LedgerTransaction.objects.order_by("source").values_list("posted_at", "text")
        assert [posted_at for posted_at, _ in told] == [OCTOBER.ends_at, OCTOBER.ends_at]
        assert ["late" if "posted after" in text else "then" for _, text in told] == [
            "late",
            "then",
        ]

    def test_a_close_that_was_not_seen_is_told_in_words(self, monkeypatch):
        self.close()
        before = ledger._POST.replace("WHERE closed_at IS NOT NULL", "WHERE false")
        assert before != ledger._POST
        monkeypatch.setattr(ledger, "_POST", before)
        with pytest.raises(Conflict, match="Do it once more"), transaction.atomic():
            make_charge(at=IN_OCTOBER)


@pytest.mark.usefixtures("harbor", "raising")
class TestReopening:
    @pytest.fixture
    def closed(self):
        make_charge(at=IN_OCTOBER)
        return operations.close_month(OCTOBER, by=CLERK, at=STARTS_NOVEMBER + timedelta(days=1))

    def test_takes_two_people_and_a_reason(self, closed, now):
        with pytest.raises(Refused, match="Say why"):
            operations.ask_reopening(OCTOBER, reason=" ", by=CLERK, at=now)
        operations.ask_reopening(OCTOBER, reason="A float was wrong", by=CLERK, at=now)
        with pytest.raises(Conflict, match="somebody else"):
            operations.decide_reopening(OCTOBER, accept=True, by=CLERK, at=now)
        assert queries.open_from() == OCTOBER.ends_at
        operations.decide_reopening(OCTOBER, accept=True, by=OTHER, at=now)
        assert queries.open_from() is None
        event = AuditEvent.objects.get(event="ledger.month_reopened")
        assert (event.actor_name, event.reason) == (OTHER.name, "A float was wrong")
        assert event.data["asked_by"] == CLERK.name
        pay(Charge.objects.get(), at=IN_OCTOBER)
        assert LedgerTransaction.objects.latest("pk").posted_at == IN_OCTOBER
        again = operations.close_month(OCTOBER, by=OTHER, at=now)
        assert (again.pk, again.closed_by_name) == (closed.pk, OTHER.name)

    def test_may_be_refused(self, closed, now):
        operations.ask_reopening(OCTOBER, reason="A float was wrong", by=CLERK, at=now)
        operations.decide_reopening(OCTOBER, accept=False, by=OTHER, at=now)
        assert queries.open_from() == OCTOBER.ends_at
        with pytest.raises(Conflict, match="Nobody waits"):
            operations.decide_reopening(OCTOBER, accept=True, by=OTHER, at=now)

    def test_is_of_the_last_closed_month_only(self, closed, now):
        with pytest.raises(Conflict, match="October 2026 is opened again first"):
            operations.ask_reopening(SEPTEMBER, reason="x", by=CLERK, at=now)
        with pytest.raises(Conflict, match="November 2026 is open"):
            operations.ask_reopening(NOVEMBER, reason="x", by=CLERK, at=now)


def test_two_people_close_a_month_once(own_database):
    make_charge(at=IN_OCTOBER)
    begin, made = threading.Barrier(2), []

    def close(by: Actor) -> None:
        with tenant_context(own_database):
            begin.wait(10)
            row = operations.close_month(OCTOBER, by=by, at=STARTS_NOVEMBER + timedelta(days=1))
            made.append(row.closed_by_name)
        connection.close()

    threads = [threading.Thread(target=close, args=[by]) for by in (CLERK, OTHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(made) == 2
    assert len(set(made)) == 1
    assert AuditEvent.objects.filter(event="ledger.month_closed").count() == 1


def test_who_posts_late_while_a_month_is_closed_is_before_it_or_after(own_database):
    """A posting under way is waited for: it is in the month, and in the balance that is kept."""
    make_charge(at=IN_OCTOBER)
    posted, may_end = threading.Event(), threading.Event()

    def late() -> None:
        with tenant_context(own_database), transaction.atomic():
            make_charge(at=IN_OCTOBER)
            posted.set()
            may_end.wait(10)
        connection.close()

    thread = threading.Thread(target=late)
    thread.start()
    assert posted.wait(10)
    threading.Timer(0.3, may_end.set).start()
    operations.close_month(OCTOBER, by=CLERK, at=STARTS_NOVEMBER + timedelta(days=1))
    thread.join()
    assert books(OCTOBER.ends_at - timedelta(seconds=1))[RECEIVABLE] == 8_000


@pytest.mark.usefixtures("harbor", "raising")
class TestPages:
    @pytest.fixture
    def amos(self, harbor):
        return Site("harbor").login_as(_person("amos@harbor.example"))

    @pytest.fixture
    def admin(self, alice):
        return Site("harbor").login_as(alice)

    def test_a_month_is_closed_and_opened_again(self, amos, admin):
        make_charge(at=IN_OCTOBER)
        listed = amos.get("/office/ledger/months/")
        assert "Can be closed" in listed.content.decode()
        assert "Nothing stands open" in amos.get("/office/ledger/months/2026-10/").content.decode()
        assert amos.post("/office/ledger/months/2026-10/close/").status_code == 302
        assert LedgerMonth.objects.get().closed_by_name == "Amos Accountant"
        asked = {"reason": "A float was wrong"}
        assert amos.post("/office/ledger/months/2026-10/reopening/", asked).status_code == 302
        own = amos.post("/office/ledger/months/2026-10/decision/", {"act": "accept"})
        assert (own.status_code, "somebody else" in own.content.decode()) == (422, True)
        assert "A float was wrong" in admin.get("/office/ledger/months/2026-10/").content.decode()
        admin.post("/office/ledger/months/2026-10/decision/", {"act": "accept"})
        assert LedgerMonth.objects.get().closed_at is None

    def test_says_what_has_to_be_done_first(self, amos):
        operations.open_drawer(name="Till 2", float_=usd(0), by=CLERK, at=IN_OCTOBER)
        told = amos.get("/office/ledger/months/2026-10/").content.decode()
        assert "Till 2" in told
        assert "Has to be done first" in told
        refused = amos.post("/office/ledger/months/2026-10/close/")
        assert (refused.status_code, "Till 2" in refused.content.decode()) == (422, True)

    @pytest.mark.parametrize("month", ["2026-13", "x", "20261"])
    def test_what_is_no_month_is_not_there(self, amos, month):
        assert amos.get(f"/office/ledger/months/{month}/").status_code == 404
        with pytest.raises(NotFound):
            queries.month_of(month)

    def test_who_only_reads_closes_nothing(self, harbor):
        otto = Site("harbor").login_as(_person("otto@harbor.example"))
        assert otto.get("/office/ledger/months/2026-10/").status_code == 200
        assert otto.post("/office/ledger/months/2026-10/close/").status_code == 403
        assert not LedgerMonth.objects.exists()


@pytest.mark.usefixtures("harbor", "raising")
class TestTheTerminal:
    def test_tells_the_balances_of_a_day(self, capsys):
        make_charge(at=IN_OCTOBER)
        call_command("ledger", "trial-balance", "--tenant", "harbor", "--at", "2026-10-31")
        told = capsys.readouterr().out.splitlines()
        assert next(line.split() for line in told if line.startswith("1100"))[-1] == "40.00"
        assert told[-1].split() == ["Total", "40.00", "40.00"]
        with pytest.raises(CommandError, match="is no day"):
            call_command("ledger", "trial-balance", "--tenant", "harbor", "--at", "yesterday")

    def test_closes_a_month_or_says_why_not(self, capsys):
        with time_machine.travel(STARTS_NOVEMBER + timedelta(days=3)):
            call_command("ledger", "close", "2026-10", "--tenant", "harbor")
        assert "October 2026 is closed." in capsys.readouterr().out
        with pytest.raises(CommandError, match="There is no month"):
            call_command("ledger", "close", "October", "--tenant", "harbor")
        with (
            time_machine.travel(STARTS_NOVEMBER + timedelta(days=3)),
            pytest.raises(CommandError, match="two hours after its end"),
        ):
            call_command("ledger", "close", "2026-11", "--tenant", "harbor")
