"""What somebody who wants to break the books tries, and what then holds."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation

from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.money import Money
from parkops.programme.models import Series
from parkops.ui.speech import said
from payments import links, operations, pages, queries
from payments.accounts import BANK, CASH, GIFT_CERTIFICATES, SUSPENSE
from payments.models import BankLine, GiftCertificate, Payment, Refund
from payments.operations import Tender, gifts
from payments.queries import charge_of
from tests.factories.invoices import account_of, invoiced
from tests.factories.payments import CLERK, assert_sound, books, make_charge, owed, pay, usd
from tests.factories.statements import Entry, camt
from tests.payments.test_races import at_once
from tests.payments.test_second_person import ASKS, OTHER, paid  # noqa: F401

pytestmark = pytest.mark.usefixtures("raising")


def give_back(payment: Payment, minor: int, at, **more) -> Refund:
    more = {"owed_again": False, "reason": "Double", "by": CLERK, **more}
    return operations.refund_payment(payment.number, amount=usd(minor), at=at, **more)


class TestRefunds:
    def test_asked_twice_by_a_page_are_made_once(self, site, amos, now):
        payment = pay(make_charge(at=now), at=now)
        site.login_as(amos)
        path = f"/office/payments/{payment.number}/"
        assert 'name="left" value="40.00"' in site.get(path).content.decode()
        body = {"amount": "10.00", "reason": "Kindness", "charges": "reduced", "left": "40.00"}
        assert site.post(f"{path}refund/", body).status_code == 302
        again = site.post(f"{path}refund/", body)
        assert again.status_code == 422
        assert "gone back meanwhile: $30.00 is left" in again.content.decode()
        assert Refund.objects.count() == 1

    def test_two_at_once_of_what_both_saw_are_one(self, own_database, now):
        payment = pay(make_charge(at=now), at=now)

        def ask() -> None:
            give_back(payment, 1_000, now, seen_left=usd(4_000))

        assert at_once(own_database, ask, ask, ask) == ["done", *["refunded_meanwhile"] * 2]
        assert_sound(now)

    def test_of_a_drawers_cash_leave_the_open_drawer(self, site, amos, now):
        at = timezone.now()
        by = Actor("staff", str(amos.pk), "Amos")
        drawer = operations.open_drawer(name="One", float_=usd(10_000), by=by, at=at)
        charge = make_charge(at=at)
        payment = operations.take_payment(
            charge_ids=[charge.public_id], method="cash", drawer=drawer.public_id, by=by, at=at
        )
        site.login_as(amos)
        path = f"/office/payments/{payment.number}/refund/"
        body = {"amount": "15.00", "reason": "Kindness", "charges": "reduced"}
        assert site.post(path, body).status_code == 302
        assert queries.expected_in(drawer) == usd(12_500)
        closed = operations.close_drawer(drawer.public_id, counted=usd(12_500), by=by, at=at)
        assert closed.over_minor == 0
        refused = site.post(path, body)
        assert refused.status_code == 422
        assert "Open a drawer before you give cash back." in refused.content.decode()
        assert books(timezone.now())[CASH] == 2_500

    def test_accepted_after_the_drawer_is_closed_wait_for_another(self, paid, now):  # noqa: F811
        drawer = operations.open_drawer(name="One", float_=usd(10_000), by=ASKS, at=now)
        refund = give_back(paid, 6_000, now, drawer=drawer.public_id, by=ASKS)
        operations.close_drawer(drawer.public_id, counted=usd(10_000), by=ASKS, at=now)
        accepted = operations.accept_refund(refund.number, by=OTHER, at=now)
        assert (accepted.state, accepted.drawer) == (Refund.State.WAITING, None)
        two = operations.open_drawer(name="Two", float_=usd(10_000), by=OTHER, at=now)
        operations.pay_out_refund(refund.number, drawer=two.public_id, by=OTHER, at=now)
        assert queries.expected_in(two) == usd(4_000)
        assert_sound(now)


class TestTaking:
    def test_several_ways_clicked_twice_are_taken_once(self, own_database, now):
        charge = make_charge(at=now)

        def take() -> None:
            operations.take_tenders(
                charge_ids=[charge.public_id],
                ways=[Tender("cheque", usd(500)), Tender("terminal", usd(500), "4711")],
                request_key="counter:1",
                by=CLERK,
                at=now,
            )

        assert at_once(own_database, take, take, take) == ["done"] * 3
        assert (Payment.objects.count(), owed(charge)) == (2, 3_000)
        assert_sound(now)

    def test_a_part_clicked_twice_is_taken_once(self, own_database, now):
        charge = make_charge(at=now)

        def take() -> None:
            operations.take_payment(
                charge_ids=[charge.public_id],
                method="cheque",
                amount=usd(500),
                request_key="counter:2",
                by=CLERK,
                at=now,
            )

        assert at_once(own_database, take, take, take) == ["done"] * 3
        assert (Payment.objects.count(), owed(charge)) == (1, 3_500)

    def test_a_certificate_used_twice_at_once_pays_once(self, own_database, now):
        gift = gifts.give_gift(amount=usd(4_000), reason="A long wait", by=CLERK, at=now)

        def use(charge) -> None:
            operations.take_payment(
                charge_ids=[charge.public_id],
                method="gift",
                reference=gift.code,
                by=CLERK,
                at=now,
            )

        one, two = make_charge(at=now), make_charge(at=now)
        told = at_once(own_database, lambda: use(one), lambda: use(two))
        assert told == ["done", "gift_used"]
        assert owed(one) + owed(two) == 4_000
        assert_sound(now)


class TestGiftCertificates:
    @pytest.fixture
    def sold(self, harbor, now) -> tuple[GiftCertificate, Payment]:
        gift = gifts.sell_gift(amount=usd(5_000), by=CLERK, at=now)
        charge = charge_of(gifts.KIND, gift.number, at=now)
        paid_for = operations.take_payment(charge_ids=[charge.id], method="cash", by=CLERK, at=now)
        return gift, paid_for

    def use(self, gift: GiftCertificate, minor: int, at) -> Payment:
        charge = make_charge(at=at, net=minor)
        return operations.take_payment(
            charge_ids=[charge.public_id],
            method="gift",
            amount=usd(minor),
            reference=gift.code,
            by=CLERK,
            at=at,
        )

    def test_whose_price_went_back_pay_nothing(self, sold, now):
        gift, paid_for = sold
        give_back(paid_for, 5_000, now)
        gift.refresh_from_db()
        assert gift.left_minor == 0
        with pytest.raises(Refused, match="used up"):
            self.use(gift, 1_000, now)
        assert GIFT_CERTIFICATES not in books(now)
        assert_sound(now)

    def test_that_were_used_give_back_only_what_is_left(self, sold, now):
        gift, paid_for = sold
        self.use(gift, 2_000, now)
        with pytest.raises(Refused, match=r"\$30\.00 is left"):
            give_back(paid_for, 3_001, now)
        give_back(paid_for, 3_000, now)
        gift.refresh_from_db()
        assert gift.left_minor == 0
        assert_sound(now)

    def test_are_worth_what_their_charge_is_adjusted_to(self, sold, now):
        gift, _ = sold
        charge = charge_of(gifts.KIND, gift.number, at=now)
        for kind, minor, left in (("debit", 1_000, 6_000), ("credit", 2_500, 3_500)):
            operations.adjust_charge(
                charge.id,
                kind=kind,
                amount=usd(minor),
                reason="other",
                text="Wrong worth",
                by=CLERK,
                at=now,
            )
            gift.refresh_from_db()
            assert gift.left_minor == left
            assert_sound(now)


def test_an_adjustment_clicked_twice_is_done_once(harbor, now):
    charge = make_charge(at=now)
    asked = {"kind": "credit", "amount": usd(1_000), "reason": "goodwill", "text": "Kind"}
    operations.adjust_charge(charge.public_id, **asked, seen=0, by=CLERK, at=now)
    with pytest.raises(Conflict, match="changed meanwhile"):
        operations.adjust_charge(charge.public_id, **asked, seen=0, by=CLERK, at=now)
    assert owed(charge) == 3_000


def test_a_transfer_for_what_is_paid_already_has_a_receipt_of_its_own(harbor, now):
    charge = make_charge(at=now, net=6_000)
    invoice = invoiced(account_of(now), charge, at=now)
    pay(charge, at=now)
    told = operations.read_statement(
        camt(Entry("60.00", reference=invoice.reference), Entry("60.00", text=invoice.number)),
        name="x.xml",
        by=CLERK,
        at=now,
    )
    for line in BankLine.objects.filter(pk__in=told.new):
        operations.assign_line(line.public_id, [invoice.number], by=CLERK, at=now)
    assert Payment.objects.filter(method="bank").count() == 2
    assert not Series.objects.filter(name__startswith="R-").exists()
    assert_sound(now)


class TestBankFiles:
    @pytest.mark.parametrize(
        "told",
        [
            camt(Entry("60.00")).replace(b"60.00", b"1E+999999"),
            camt(Entry("60.00")).replace(b"60.00", b"9999999999999999999999"),
            camt(Entry("60.00")).replace(b"60.00", b"NaN"),
            camt(Entry("60.00")).replace(b"UTF-8", b"x-unknown").replace(b"utf-8", b"x-unknown"),
            camt(Entry("60.00")).replace(b"USD", b"DOLLARS"),
            camt(Entry("60.00"))[:-20],
            b"\0" + camt(Entry("60.00")),
        ],
        ids=["exponent", "huge", "nan", "encoding", "currency", "cut", "nothing"],
    )
    def test_that_are_rubbish_are_refused_in_words(self, harbor, now, told):
        with pytest.raises(Refused):
            operations.read_statement(told, name="x.xml", by=CLERK, at=now)
        assert BANK not in books(now)
        assert SUSPENSE not in books(now)


class TestTyped:
    @pytest.mark.parametrize(
        ("text", "minor"),
        [("45", 4_500), ("$1,544.00", 154_400), (" 12.5 ", 1_250), ("USD 3", 300)],
    )
    def test_amounts_are_read(self, text, minor):
        assert Money.typed(text, "USD") == usd(minor)

    @pytest.mark.parametrize("text", ["45,00", "1,5", "12,34.50", "€45", "4 5", "1e3", "0x10", ""])
    def test_what_could_mean_something_else_is_refused(self, text):
        with pytest.raises(ValueError, match="amount"):
            Money.typed(text, "USD")


def test_a_statement_is_as_old_as_the_invoice_that_was_sent(harbor, now):
    payer = account_of(now)
    invoice = invoiced(payer, make_charge(at=now, net=6_000), at=now)
    make_charge(at=now, net=1_000, customer_id=payer.customer_id)
    until = invoice.due_on + timedelta(days=5)
    told = queries.statement(
        customer_id=payer.customer_id, payer=payer, since=invoice.issued_on, until=until
    )
    assert [one.minor for one in told.ages] == [1_000, 6_000, 0, 0, 0]


def test_a_terminals_card_is_taken_at_the_counter_by_its_slip(site, clara, now):
    charge = make_charge(at=now, plate_key="SLIP1")
    site.login_as(clara)
    path = "/office/counter/?q=SLIP1"
    body = {"charge": [str(charge.public_id)], "method": "terminal", "given": ""}
    refused = site.post(path, body)
    assert "Write the number on the terminal" in refused.content.decode()
    assert site.post(path, {**body, "reference": "4711"}).status_code == 302
    assert (Payment.objects.get().method, Payment.objects.get().reference) == ("terminal", "4711")


def test_a_receipt_says_the_way_of_paying_in_the_readers_language(site, now):
    payment = pay(make_charge(at=now), at=now, amount=5_000)
    told = pages.receipt(payment.public_id)
    for language, words in (("es", "Efectivo"), ("fr", "Espèces"), ("en", "Cash")):
        with translation.override(language):
            assert said(told.way) == words
    shown = site.get(links.receipt_path(payment)).content.decode()
    assert f'<span class="nowrap">{payment.number}</span>' in shown
    assert "Change given" in shown


def test_a_check_to_deposit_is_told_by_payer_and_receipt_whatever_its_name(site, amos, now):
    charge = make_charge(at=now)
    payment = operations.take_payment(
        charge_ids=[charge.public_id], method="cheque", payer="<script>x</script>", by=CLERK, at=now
    )
    site.login_as(amos)
    shown = site.get("/office/counter/deposits/new/").content.decode()
    assert f'&lt;script&gt;x&lt;/script&gt;, <span class="nowrap">{payment.number}</span>' in shown
    assert "<script>x" not in shown


def test_a_drawer_opened_twice_at_once_is_one(own_database, now):
    def begin() -> None:
        operations.open_drawer(name="One", float_=usd(10_000), by=CLERK, at=now)

    assert at_once(own_database, begin, begin, begin) == ["done", "drawer_open", "drawer_open"]
