"""Ours against the provider's and the bank's: a month with faults, each difference explained."""

import io
from datetime import UTC, datetime, timedelta

import pypdf
import pytest
from django.core.management import call_command

from parkops.kernel.actors import PUBLIC
from parkops.kernel.decisions import Conflict, Refused
from payments import operations, queries
from payments.accounts import BANK, CARD_CLEARING, IN_TRANSIT, SUSPENSE
from payments.gateways.base import GatewayUnavailable
from payments.models import Comparison, Discrepancy, GatewayEvent, Payment, Payout, Refund
from tests.factories.payments import CLERK, assert_sound, books, make_charge, pay, usd
from tests.factories.statements import Entry, camt

pytestmark = pytest.mark.usefixtures("raising")
DAY = 86_400
HOUR = timedelta(hours=1)


@pytest.fixture
def month(takes_cards, remote, account):
    """A month at the counter of cards: `sale()` pays one, a day later each; `now()` is its clock."""
    return Month(remote, account)


class Month:
    def __init__(self, remote, account):
        self.remote, self.account = remote, account
        self.begins = datetime.now(UTC)
        self.gone = timedelta()

    def now(self):
        return self.begins + self.gone

    def go_on(self, days=1):
        self.remote.advance(days * DAY)
        self.gone += timedelta(days=days)

    def act(self, act, what, **more):
        return self.remote.act(self.account, act, what, **more)

    def sale(self, net=4_000, *, is_noted=True):
        self.go_on()
        charge = make_charge(at=self.now(), net=net)
        payment = operations.start_card_payment(
            charge_ids=[charge.public_id],
            return_path="",
            email="",
            by=PUBLIC,
            at=self.now(),
        )
        self.act("pay", payment.session_id)
        if is_noted:
            return operations.settle_checkout(payment.pk, at=self.now())
        return payment

    def charge_of(self, payment):
        from payments import gateways, place

        gateway = gateways.for_tenant(place.tenant())
        return gateway.look_up(payment.session_id).charge_id

    def reconcile(self):
        since = self.begins - HOUR
        return operations.reconcile(since=since, at=self.now() + HOUR)


def kinds():
    rows = Discrepancy.objects.filter(state="open").order_by("happened_at", "pk")
    return [row.kind for row in rows]


def settle(month):
    for one in Discrepancy.objects.filter(state="open").order_by("happened_at"):
        operations.settle_discrepancy(one.public_id, by=CLERK, at=month.now() + HOUR)


def test_a_month_with_faults_is_explained_to_the_last_cent(month):
    month.sale()
    dropped = month.sale(2_500, is_noted=False)  # the provider took it, nobody told us
    refunded = month.sale(3_000)
    month.act("refund", month.charge_of(refunded))  # in the provider's own dashboard
    month.remote.fault("fee-later", path="/v1/checkout/sessions/")
    fee_later = month.sale(1_700)
    disputed = month.sale(6_000)
    month.act("dispute", month.charge_of(disputed))
    month.go_on()
    month.act("sell", "1234")  # taken by somebody else, and paid out with ours
    month.go_on()
    payout = month.act("pay-out", "usd")

    told = month.reconcile()
    assert kinds() == [
        "charge_not_noted",
        "refund_unknown",
        "fee_unknown",
        "dispute_unknown",
        "charge_unknown",
    ]
    assert (told.unexplained_minor, told.failure, told.found) == (0, "", 5)
    assert told.theirs_minor == 0
    foreign = Discrepancy.objects.get(kind="charge_unknown")
    assert payout["id"] in foreign.text
    assert Payout.objects.get().posted_minor == payout["amount"]
    for one in Discrepancy.objects.filter(state="open"):
        assert one.text
        assert one.act

    settle(month)
    again = month.reconcile()
    assert kinds() == []
    assert (again.found, again.unexplained_minor) == (0, 0)
    assert again.ours_minor == again.theirs_minor == 0
    states = {row.pk: row.state for row in Payment.objects.all()}
    assert states[dropped.pk] == Payment.State.SUCCEEDED
    assert Payment.objects.get(pk=fee_later.pk).fee_minor
    assert Refund.objects.get(payment=refunded).state == Refund.State.SUCCEEDED
    told_books = books(month.now() + HOUR)
    assert told_books[SUSPENSE] == -1_234
    assert told_books[IN_TRANSIT] == payout["amount"]
    assert CARD_CLEARING not in told_books
    assert_sound(month.now() + HOUR)


class TestDifferences:
    def test_go_by_themselves_when_both_say_the_same(self, month):
        payment = month.sale(is_noted=False)
        month.reconcile()
        assert kinds() == ["charge_not_noted"]
        operations.settle_checkout(payment.pk, at=month.now())
        month.reconcile()
        [gone] = Discrepancy.objects.all()
        assert (gone.state, gone.reason) == ("resolved", "Both say the same now.")

    def test_too_young_are_left_to_the_notices(self, month):
        month.sale(is_noted=False)
        operations.reconcile(since=month.begins - HOUR, at=month.now())
        assert kinds() == []

    def test_stay_accepted_with_a_reason_until_their_amounts_change(self, month):
        month.go_on()
        month.act("sell", "500")
        month.reconcile()
        one = Discrepancy.objects.get()
        with pytest.raises(Refused, match="Say why"):
            operations.accept_discrepancy(one.public_id, reason=" ", by=CLERK, at=month.now())
        operations.accept_discrepancy(
            one.public_id, reason="The café's own", by=CLERK, at=month.now()
        )
        assert month.reconcile().unexplained_minor == 0
        one.refresh_from_db()
        assert (one.state, one.reason) == ("accepted", "The café's own")
        Discrepancy.objects.update(theirs_minor=1)
        month.reconcile()
        one.refresh_from_db()
        assert (one.state, one.reason) == ("open", "")

    def test_nothing_is_done_twice(self, month):
        month.go_on()
        month.act("sell", "500")
        month.reconcile()
        one = Discrepancy.objects.get()
        operations.settle_discrepancy(one.public_id, by=CLERK, at=month.now())
        with pytest.raises(Conflict, match="resolved"):
            operations.settle_discrepancy(one.public_id, by=CLERK, at=month.now())
        assert books(month.now())[SUSPENSE] == -500

    def test_of_the_balance_show_once_they_last(self, month):
        month.sale()
        Payment.objects.update(fee_minor=1)  # a fault of ours: the books have another fee
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(queries, "at_the_provider", lambda: 999)
            month.reconcile()
            assert "balance" not in kinds()
            month.reconcile()
        assert "balance" in kinds()
        month.reconcile()
        assert "balance" not in kinds()

    def test_are_kept_when_the_provider_is_silent(self, month, monkeypatch):
        month.sale(is_noted=False)
        month.reconcile()

        def silent(*_args, **_named):
            raise GatewayUnavailable("The card provider does not answer right now.")

        monkeypatch.setattr("payments.gateways.stripe.StripeGateway.list_payouts", silent)
        told = month.reconcile()
        assert "does not answer" in told.failure
        assert kinds() == ["charge_not_noted"]

    def test_tell_that_the_account_was_disconnected(self, month):
        month.act("disconnect", month.account)
        told = month.reconcile()
        assert kinds() == ["account_disconnected"]
        assert "no longer lets us act" in told.failure
        month.act("connect", month.account)
        month.reconcile()
        assert kinds() == []


class TestPayouts:
    def test_are_on_their_way_to_the_bank_and_come_back(self, month):
        payment = month.sale()
        payout = month.act("pay-out", "usd")
        for _ in range(2):
            month.reconcile()
        net = payment.amount_minor - Payment.objects.get().fee_minor
        assert books(month.now() + HOUR)[IN_TRANSIT] == net
        month.act("fail-payout", payout["id"])
        month.reconcile()
        [failed] = Payout.objects.all()
        assert (failed.status, failed.posted_minor) == ("failed", 0)
        assert failed.failure == "The bank account has been closed"
        told = books(month.now() + HOUR)
        assert (told.get(IN_TRANSIT, 0), told[CARD_CLEARING]) == (0, net)
        assert kinds() == []

    def test_are_checked_against_their_parts(self, month, monkeypatch):
        first = month.sale()
        month.sale(2_500)
        payout = month.act("pay-out", "usd")
        month.reconcile()
        assert kinds() == []

        from payments.gateways.stripe import StripeGateway

        real = StripeGateway.list_movements

        def without_the_first(self, *, since=None, payout=""):
            rows = real(self, since=since, payout=payout)
            lost = str(first.public_id) if payout else None
            return [one for one in rows if one.client_reference != lost]

        monkeypatch.setattr(StripeGateway, "list_movements", without_the_first)
        month.reconcile()
        [found] = Discrepancy.objects.filter(state="open")
        assert (found.kind, found.theirs_minor) == ("payout_differs", payout["amount"])
        net = first.amount_minor - Payment.objects.get(pk=first.pk).fee_minor
        assert found.ours_minor == payout["amount"] - net
        assert payout["id"] in found.text
        monkeypatch.undo()
        month.reconcile()
        assert kinds() == []


class TestNotices:
    """What the provider's notices lead to; they only make us ask."""

    def notice(self, month, kind, object_id):
        event = GatewayEvent.objects.create(
            provider="stripe",
            event_id=f"evt_{kind}",
            type=kind,
            object_id=object_id,
            received_at=month.now(),
        )
        operations.apply_event(event.pk, at=month.now())
        event.refresh_from_db()
        return event.outcome

    def test_of_payouts(self, month):
        month.sale()
        payout = month.act("pay-out", "usd")
        assert "paid" in self.notice(month, "payout.paid", payout["id"])
        month.act("fail-payout", payout["id"])
        assert "failed" in self.notice(month, "payout.failed", payout["id"])
        assert Payout.objects.get().posted_minor == 0

    def test_of_a_charge_refunded_in_the_dashboard(self, month):
        payment = month.sale()
        charge = month.charge_of(payment)
        month.act("refund", charge)
        assert "made at the provider" in self.notice(month, "charge.refunded", charge)
        assert Refund.objects.get().amount_minor == 4_000


class TestTheBank:
    @pytest.fixture
    def deposit(self, harbor, now):
        cheque = pay(make_charge(at=now), at=now, method="cheque")
        return operations.make_deposit(payments=[cheque.pk], counted=usd(0), by=CLERK, at=now)

    def read(self, at, *entries):
        return operations.import_statement(camt(*entries), name="camt.xml", by=CLERK, at=at)

    def test_nothing_is_asked_where_no_statement_is_read(self, deposit, now):
        operations.reconcile(since=now - HOUR, at=now + timedelta(days=30))
        assert kinds() == []

    def test_a_deposit_that_came_is_booked_with_one_click(self, deposit, now):
        later = now + timedelta(days=1)
        self.read(later, Entry("40.00", party="Deposit"))
        operations.reconcile(since=now - HOUR, at=later)
        [one] = Discrepancy.objects.all()
        assert (one.kind, one.act, one.ours_minor, one.theirs_minor) == (
            "not_at_bank",
            "arrive",
            4_000,
            4_000,
        )
        operations.settle_discrepancy(one.public_id, by=CLERK, at=later)
        told = books(later)
        assert (told.get(IN_TRANSIT, 0), told.get(SUSPENSE, 0), told[BANK]) == (0, 0, 4_000)
        operations.reconcile(since=now - HOUR, at=later + timedelta(days=30))
        assert kinds() == []

    def test_a_deposit_that_does_not_come_and_a_line_that_nobody_knows(self, deposit, now):
        self.read(now, Entry("12.00", party="A stranger"))
        operations.reconcile(since=now - HOUR, at=now)
        assert kinds() == []
        operations.reconcile(since=now - HOUR, at=now + timedelta(days=6))
        assert sorted(kinds()) == ["bank_line", "not_at_bank"]
        shown = Discrepancy.objects.get(kind="bank_line")
        assert "A stranger" in shown.text


class TestPages:
    HOME = "/office/reconciliation/"

    @pytest.fixture
    def desk(self, site, amos):
        return site.login_as(amos)

    @pytest.fixture
    def row(self, month):
        month.go_on()
        month.act("sell", "500")
        month.reconcile()
        return Discrepancy.objects.get()

    def test_lists_settles_and_accepts(self, desk, row):
        shown = desk.get(self.HOME).content.decode()
        assert "Put it into the books" in shown
        assert "$5.00" in shown
        assert desk.post(f"{self.HOME}{row.public_id}/accept/", {"reason": ""}).status_code == 422
        assert desk.post(f"{self.HOME}{row.public_id}/settle/").status_code == 302
        assert "Both say the same" in desk.get(self.HOME).content.decode()
        assert "Settled." in desk.get(f"{self.HOME}?state=resolved").content.decode()
        assert "No payout yet" in desk.get(f"{self.HOME}payouts/").content.decode()
        assert desk.post(f"{self.HOME}compare/").status_code == 302

    def test_is_counted_on_the_dashboard_and_linked(self, desk, row):
        shown = desk.get("/office/").content.decode()
        assert "Differences with the card provider or the bank" in shown
        assert self.HOME in shown

    def test_clerks_look_and_do_not_touch(self, site, clara, row):
        site.login_as(clara)
        assert "Put it into the books" in site.get(self.HOME).content.decode()
        assert site.post(f"{self.HOME}{row.public_id}/settle/").status_code == 403

    def test_of_another_tenant_are_404(self, other_site, charlie, row):
        other_site.login_as(charlie)
        assert "$5.00" not in other_site.get(self.HOME).content.decode()
        for act in ("settle", "accept"):
            path = f"{self.HOME}{row.public_id}/{act}/"
            assert other_site.post(path, {"reason": "x"}).status_code == 404

    def test_the_command_prints_the_table(self, row, capsys):
        with pytest.raises(SystemExit) as ended:
            call_command("ledger", "reconcile", tenant="harbor", days=40)
        assert ended.value.code == 1
        told = capsys.readouterr().out
        assert "Charge not ours" in told
        assert "[Put it into the books]" in told

    def test_the_command_says_when_nothing_differs(self, harbor, capsys):
        call_command("ledger", "reconcile", tenant="harbor")
        assert "Both say the same." in capsys.readouterr().out
        assert Comparison.objects.count() == 1


class TestCloseOfDay:
    def test_documents_and_ledger_agree(self, site, amos, now):
        drawer = operations.open_drawer(name="Desk", float_=usd(5_000), by=CLERK, at=now)
        charge = make_charge(at=now)
        taken = operations.take_payment(
            charge_ids=[charge.public_id],
            method="cash",
            drawer=drawer.public_id,
            by=CLERK,
            at=now,
        )
        operations.refund_payment(
            taken.number,
            amount=usd(1_000),
            reason="Kind",
            drawer=drawer.public_id,
            by=CLERK,
            at=now,
        )
        cheque = pay(make_charge(at=now, net=2_500), at=now, method="cheque")
        operations.close_drawer(drawer.public_id, counted=usd(7_900), by=CLERK, at=now)
        operations.make_deposit(payments=[cheque.pk], counted=usd(0), by=CLERK, at=now)
        site.login_as(amos)
        path = f"/office/reconciliation/day/?on={now:%Y-%m-%d}"
        shown = site.get(path).content.decode()
        for text in ("$40.00", "$25.00", "$10.00", "−$1.00", "Clara Clerk, cash"):
            assert text in shown, text
        assert "Differs" not in shown
        assert shown.count("Agrees") == 5
        paper = site.get(path.replace("day/", "day/pdf/"))
        assert paper["Content-Type"] == "application/pdf"
        assert "agrees" in pypdf.PdfReader(io.BytesIO(paper.content)).pages[0].extract_text()

    def test_of_an_empty_day_says_so(self, site, amos):
        site.login_as(amos)
        shown = site.get("/office/reconciliation/day/?on=2026-01-01").content.decode()
        assert "Nothing was taken." in shown
