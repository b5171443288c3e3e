"""Customers promise to pay by bank transfer: the money comes in time, late, in parts, twice, or goes back."""

from datetime import date, timedelta
from itertools import count
from threading import Barrier, Thread

import pytest
from django.db import connection, connections
from django_tenants.utils import tenant_context

from parkops.kernel.actors import PUBLIC
from parkops.kernel.decisions import Conflict, Decision, Refused
from parkops.kernel.money import Money
from parkops.programme.invoice_schema import Transfers
from payments import links, operations, place, queries
from payments.accounts import BANK, CUSTOMER_CREDIT, FINE_REVENUE, RECEIVABLE, REFUNDS_PAYABLE
from payments.models import BankLine, Discrepancy, Payment, Refund, Transfer
from payments.rules.transfers import may_transfer
from payments.settlement import Due
from tests.factories.payments import CLERK, assert_sound, books, make_charge, owed, pay, usd
from tests.factories.statements import Entry, camt
from tests.seed import PROGRAMMES

TERMS = Transfers.model_validate({"charges": ["citation", "permit"], "due": "10d"})
BANKED = """invoices:
  bank: {name: Harbor Parking, account: DE89 3704 0044 0532 0130 00, bank: First Bank}
  transfers: {charges: [citation, permit], least: "10.00", due: 10d, grace: 3d}
"""
_numbers = count(1)


@pytest.fixture
def banked(apply_programme, raising):
    apply_programme(f"{(PROGRAMMES / 'harbor.yaml').read_text()}{BANKED}")
    return raising


def promise(*charges, at, **more) -> Payment:
    return operations.start_transfer(
        charge_ids=[charge.public_id for charge in charges],
        return_path="",
        email="ana@example.test",
        by=PUBLIC,
        at=at,
        **more,
    )


def come(payment, amount: str, at, **more) -> BankLine:
    """Let the bank's statement tell of money with the payment's reference."""
    asked = queries.transfer_of(payment.session_id)
    entry = Entry(
        amount,
        reference=asked.reference,
        bank_reference=f"B{next(_numbers)}",
        on=place.local_date(at).isoformat(),
        **more,
    )
    operations.read_statement(camt(entry), name="x.xml", by=CLERK, at=at)
    payment.refresh_from_db()
    return BankLine.objects.get(bank_reference=entry.bank_reference)


class TestWhoMay:
    @pytest.mark.parametrize(
        ("change", "asked", "code"),
        [
            ({}, {}, ""),
            ({"charges": ()}, {"kinds": {"session"}}, ""),
            ({"audience": ("STAFF",)}, {"audiences": ["staff"]}, ""),
            ({"audience": ("STAFF",)}, {"audiences": ["STUDENT"]}, "not_eligible"),
            ({"audience": ("STAFF",)}, {}, "not_eligible"),
            ({}, {"kinds": {"citation", "session"}}, "not_by_transfer"),
            ({"least": usd(1_000)}, {"amount": usd(999)}, "least"),
            ({"least": usd(1_000)}, {}, ""),
        ],
    )
    def test_by_the_program(self, change, asked, code):
        given = {"kinds": {"citation"}, "audiences": [], "amount": usd(1_000)} | asked
        told = may_transfer(TERMS.model_copy(update=change), **given)
        assert (bool(told), "" if told else told.code) == (not code, code)

    def test_nobody_where_the_program_says_nothing(self):
        told = may_transfer(None, kinds={"citation"}, audiences=[], amount=Money(5_000, "USD"))
        assert told.code == "no_transfers"

    def test_an_audience_of_the_customers(self, banked, apply_programme, now, ana):
        for_staff = BANKED.replace("least:", "audience: [STAFF], least:")
        apply_programme(f"{(PROGRAMMES / 'harbor.yaml').read_text()}{for_staff}")
        charge = make_charge(at=now, customer_id=ana.pk)
        with pytest.raises(Refused, match="some customers only"):
            promise(charge, at=now)
        ana.audiences = ["STAFF"]
        ana.save()
        assert promise(charge, at=now).state == Payment.State.OPEN

    def test_without_an_account_the_program_is_refused(self, apply_programme, banked):
        with pytest.raises(Exception, match="need an account"):
            apply_programme(
                f"{(PROGRAMMES / 'harbor.yaml').read_text()}invoices: {{transfers: {{}}}}\n"
            )


class TestPromise:
    def test_waits_and_holds_until_the_program_gives_it_up(self, banked, now):
        charge = make_charge(at=now, kind="permit", net=6_000)
        payment = promise(charge, at=now)
        assert (payment.state, payment.method, payment.account) == ("open", "bank", "")
        assert payment.expires_at == place.day_end(date(2026, 11, 23))
        [(_, _, until)] = banked.told
        assert until == payment.expires_at + timedelta(minutes=5)
        assert operations.settle_open_checkouts(at=now + timedelta(days=12)) == 0
        assert promise(charge, at=now + timedelta(days=1)).number == payment.number

    def test_all_of_it_pays(self, banked, now):
        charge = make_charge(at=now, net=6_000)
        payment = promise(charge, at=now)
        line = come(payment, "60.00", now + timedelta(days=2))
        assert (payment.state, payment.payer, line.payment) == ("succeeded", "Ana Ruiz", payment)
        assert (payment.fee_minor, owed(charge)) == (0, 0)
        assert banked.told[-1][0] in ("settled", "closed")
        assert banked.was_told("settled") == 1
        assert books(now + timedelta(days=2)) == {BANK: 6_000, FINE_REVENUE: -6_000}
        assert_sound(now + timedelta(days=2))

    def test_what_was_due_at_the_promise_is_due_when_it_comes(self, banked, now):
        charge = make_charge(at=now, net=6_000)
        late = now + timedelta(days=4)
        banked.due = lambda _ref, at: Due(usd(7_500), None, "Late") if at >= late else None
        payment = promise(charge, at=now)
        come(payment, "60.00", now + timedelta(days=9))
        assert owed(charge, at=now + timedelta(days=9)) == 0

    def test_too_little_waits_for_the_rest(self, banked, now):
        charge = make_charge(at=now, net=6_000)
        payment = promise(charge, at=now)
        come(payment, "20.00", now)
        assert (payment.state, owed(charge)) == ("open", 6_000)
        come(payment, "40.00", now + timedelta(days=1))
        assert (payment.state, payment.amount_minor, owed(charge)) == ("succeeded", 6_000, 0)
        assert_sound(now + timedelta(days=1))

    def test_too_little_counts_in_part_when_its_time_is_over(self, banked, now):
        charge = make_charge(at=now, net=6_000)
        payment = promise(charge, at=now)
        come(payment, "20.00", now)
        over = now + timedelta(days=14)
        assert operations.settle_open_checkouts(at=over) == 1
        payment.refresh_from_db()
        assert (payment.state, payment.amount_minor, owed(charge)) == ("succeeded", 2_000, 4_000)
        assert banked.was_told("settled") == 0
        come(payment, "40.00", over)
        assert (owed(charge), Payment.objects.count()) == (0, 2)
        assert_sound(over)

    def test_too_much_is_credit_of_the_payer(self, banked, now, ana):
        charge = make_charge(at=now, net=6_000, customer_id=ana.pk)
        payment = promise(charge, at=now)
        come(payment, "61.50", now)
        assert (payment.credit_minor, payment.amount_minor, owed(charge)) == (150, 6_150, 0)
        assert queries.credit_of(ana.pk) == usd(150)
        assert not Refund.objects.exists()
        assert_sound(now)

    def test_nothing_by_its_time_ends_it(self, banked, now):
        charge = make_charge(at=now, net=6_000)
        payment = promise(charge, at=now)
        operations.settle_open_checkouts(at=now + timedelta(days=14))
        payment.refresh_from_db()
        assert (payment.state, banked.told[-1]) == ("expired", ("closed", charge.reference))

    def test_late_pays_what_is_owed_then(self, banked, now):
        charge = make_charge(at=now, net=6_000)
        late = now + timedelta(days=4)
        banked.due = lambda _ref, at: Due(usd(7_500), None, "Late") if at >= late else None
        payment = promise(charge, at=now)
        after = now + timedelta(days=20)
        operations.settle_open_checkouts(at=after)
        come(payment, "60.00", after)
        assert (payment.state, owed(charge, at=after)) == ("succeeded", 1_500)
        assert_sound(after)

    def test_late_for_what_cannot_be_had_goes_back_by_hand(self, banked, now):
        charge = make_charge(at=now, kind="permit", net=6_000)
        payment = promise(charge, at=now)
        after = now + timedelta(days=20)
        operations.settle_open_checkouts(at=after)
        banked.answer = Decision("sold_out", "No place is free any more.")
        come(payment, "60.00", after)
        refund = Refund.objects.get()
        assert (refund.state, refund.amount_minor) == ("waiting", 6_000)
        assert books(after)[REFUNDS_PAYABLE] == -6_000
        went = Entry("-60.00", text=f"Refund {refund.number}", bank_reference="W1")
        operations.read_statement(camt(went), name="y.xml", by=CLERK, at=after)
        refund.refresh_from_db()
        assert (refund.state, books(after)) == ("succeeded", {})
        assert_sound(after)

    def test_twice_is_credit_the_second_time(self, banked, now, ana):
        charge = make_charge(at=now, net=6_000, customer_id=ana.pk)
        payment = promise(charge, at=now)
        come(payment, "60.00", now)
        line = come(payment, "60.00", now)
        assert (line.state, line.payment.credit_minor) == ("matched", 6_000)
        assert line.payment_id != payment.pk
        assert books(now)[CUSTOMER_CREDIT] == -6_000
        assert_sound(now)

    def test_twice_by_a_guest_waits_for_a_person(self, banked, now):
        payment = promise(make_charge(at=now, net=6_000), at=now)
        come(payment, "60.00", now)
        line = come(payment, "60.00", now)
        assert (line.state, "nobody is known" in line.note) == ("open", True)
        assert_sound(now)

    def test_paid_at_the_counter_meanwhile_goes_back(self, banked, now):
        charge = make_charge(at=now, net=6_000)
        payment = promise(charge, at=now)
        pay(charge, at=now)
        come(payment, "60.00", now)
        assert (payment.refunded_minor, Refund.objects.get().state) == (6_000, "waiting")
        assert_sound(now)

    def test_given_up_and_sent_after_all_counts(self, banked, now):
        charge = make_charge(at=now, net=6_000)
        payment = promise(charge, at=now)
        operations.cancel_checkout(payment.pk, at=now)
        come(payment, "60.00", now)
        assert (payment.state, owed(charge)) == ("succeeded", 0)

    def test_returned_is_owed_again(self, banked, now):
        charge = make_charge(at=now, net=6_000)
        payment = promise(charge, at=now)
        come(payment, "60.00", now, end_to_end="E1")
        come(payment, "-60.00", now, end_to_end="E1", is_return=True)
        assert (payment.state, owed(charge)) == ("bounced", 6_000)
        assert books(now) == {RECEIVABLE: 6_000, FINE_REVENUE: -6_000}
        assert_sound(now)

    def test_a_part_returned_before_the_rest_came_does_not_count(self, banked, now):
        charge = make_charge(at=now, net=6_000)
        payment = promise(charge, at=now)
        come(payment, "20.00", now, end_to_end="E1")
        come(payment, "-20.00", now, end_to_end="E1", is_return=True)
        come(payment, "40.00", now)
        assert (payment.state, owed(charge)) == ("open", 6_000)

    def test_a_part_returned_later_leaves_the_other_to_be_used(self, banked, now):
        charge = make_charge(at=now, net=6_000)
        payment = promise(charge, at=now)
        come(payment, "20.00", now, end_to_end="E1")
        kept = come(payment, "40.00", now)
        come(payment, "-20.00", now, end_to_end="E1", is_return=True)
        kept.refresh_from_db()
        assert (payment.state, kept.state, owed(charge)) == ("bounced", "open", 6_000)
        operations.match_lines(by=CLERK, at=now)
        assert owed(charge) == 2_000
        assert_sound(now)

    def test_a_card_takes_the_place_of_a_promise(self, banked, takes_cards, moment, queued):
        charge = make_charge(at=moment, net=6_000)
        first = promise(charge, at=moment)
        operations.start_card_payment(
            charge_ids=[charge.public_id], return_path="", email="", by=PUBLIC, at=moment
        )
        assert ("payments.close_checkout", {"payment": first.pk}) in queued()

    def test_refund_of_it_waits_for_the_bank(self, banked, now):
        payment = promise(make_charge(at=now, net=6_000), at=now)
        come(payment, "60.00", now)
        refund = operations.refund_payment(
            payment.number, amount=usd(1_000), reason="Kind", by=CLERK, at=now
        )
        assert refund.state == Refund.State.WAITING
        with pytest.raises(Conflict, match="left to refund"):
            operations.refund_payment(
                payment.number, amount=usd(5_001), reason="More", by=CLERK, at=now
            )


class TestReconciliation:
    def test_what_the_bank_shows_agrees(self, banked, now):
        payment = promise(make_charge(at=now, net=6_000), at=now)
        come(payment, "60.00", now)
        told = operations.reconcile(since=now - timedelta(days=3), at=now)
        assert (told.movements, told.failure) == (1, "")
        assert not Discrepancy.objects.exists()

    def test_a_refund_that_the_bank_does_not_show_is_a_difference(self, banked, now):
        payment = promise(make_charge(at=now, net=6_000), at=now)
        come(payment, "60.00", now)
        refund = operations.refund_payment(
            payment.number, amount=usd(1_000), reason="Kind", by=CLERK, at=now
        )
        operations.pay_out_refund(refund.number, by=CLERK, at=now)
        since = now - timedelta(days=3)
        operations.reconcile(since=since, at=now + timedelta(days=1))
        assert not Discrepancy.objects.exists()
        operations.reconcile(since=since, at=now + timedelta(days=6))
        assert Discrepancy.objects.get().kind == "refund_missing"


class TestPages:
    def test_the_pay_page_offers_it_and_shows_what_to_send(self, site, other_site, banked, moment):
        charge = make_charge(at=moment, net=6_000)
        path = links.pay_path([charge.public_id])
        assert "Pay by bank transfer" in site.get(path).content.decode()
        step = site.post(path, {"email": "", "way": "bank"})
        payment = Payment.objects.get()
        assert step["Location"] == payment.redirect_url
        back = f"/pay/return/{payment.return_token}/"
        told = site.get(back).content.decode()
        assert "DE89 3704 0044 0532 0130 00" in told
        assert " ".join(_groups(Transfer.objects.get().reference)) in told
        assert other_site.get(back).status_code == 404
        come(payment, "60.00", moment)
        assert "/pay/receipts/" in site.get(back)["Location"]

    def test_it_can_be_given_up(self, site, banked, moment):
        payment = promise(make_charge(at=moment, net=6_000), at=moment)
        site.post(f"/pay/cancelled/{payment.return_token}/")
        payment.refresh_from_db()
        assert payment.state == Payment.State.CANCELLED

    def test_who_may_not_is_not_offered_it_and_refused(self, site, harbor, raising, moment):
        charge = make_charge(at=moment, net=6_000)
        path = links.pay_path([charge.public_id])
        assert "Pay by bank transfer" not in site.get(path).content.decode()
        assert site.post(path, {"email": "", "way": "bank"}).status_code == 422
        assert not Payment.objects.exists()


def test_its_end_and_its_money_at_once_lose_nothing(own_database, now, raising, monkeypatch):
    from parkops.programme import load
    from parkops.programme import operations as programme

    text = f"{(PROGRAMMES / 'harbor.yaml').read_text()}{BANKED}"
    programme.apply_version(load.load(text, "x.yaml"), begins_at=now, by=CLERK, at=now)
    charge = make_charge(at=now, net=6_000)
    payment = promise(charge, at=now)
    over = now + timedelta(days=14)
    together = Barrier(2)

    def alone(act) -> None:
        with tenant_context(own_database):
            together.wait()
            act()
        connections.close_all()

    acts = [
        lambda: operations.settle_open_checkouts(at=over),
        lambda: come(payment, "60.00", over),
    ]
    threads = [Thread(target=alone, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.set_tenant(own_database)
    operations.settle_open_checkouts(at=over)
    payment.refresh_from_db()
    assert (payment.state, payment.amount_minor, owed(charge)) == ("succeeded", 6_000, 0)
    assert_sound(over)


def _groups(text: str) -> list[str]:
    return [text[at : at + 4] for at in range(0, len(text), 4)]
