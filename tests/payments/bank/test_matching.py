"""Transfers pay invoices by themselves where it is sure; the rest waits for a person."""

import pytest

from parkops.kernel.decisions import Conflict, Decision, NotFound, Refused
from payments import operations, queries
from payments.accounts import BANK, CUSTOMER_CREDIT, FINE_REVENUE, RECEIVABLE, SUSPENSE
from payments.models import BankLine, Charge, Payment, Refund
from tests.factories.invoices import account_of, invoiced
from tests.factories.payments import CLERK, assert_sound, books, make_charge, owed, usd
from tests.factories.statements import Entry, camt

pytestmark = pytest.mark.usefixtures("harbor", "raising")


@pytest.fixture
def payer(now):
    return account_of(now)


@pytest.fixture
def charge(now):
    return make_charge(at=now, net=6_000)


@pytest.fixture
def invoice(now, payer, charge):
    return invoiced(payer, charge, at=now)


def read(now, *entries: Entry) -> list[BankLine]:
    told = operations.read_statement(camt(*entries), name="x.xml", by=CLERK, at=now)
    return list(BankLine.objects.filter(pk__in=told.new).order_by("pk"))


class TestByItself:
    def test_by_the_reference_pays_the_invoice(self, now, invoice, charge, raising):
        [line] = read(now, Entry("60.00", reference=invoice.reference))
        assert (line.state, line.payment.method, line.payment.payer) == (
            "matched",
            "bank",
            "Ana Ruiz",
        )
        assert owed(charge) == 0
        assert raising.told[-1] == ("settled", charge.reference)
        assert books(now) == {BANK: 6_000, FINE_REVENUE: -6_000}
        assert_sound(now)

    def test_j9_a_unit_short_is_not_paid_and_a_unit_over_is_to_return(self, now, payer, raising):
        short, over = (make_charge(at=now, net=6_000) for _ in range(2))
        one, two = invoiced(payer, short, at=now), invoiced(payer, over, at=now)
        read(now, Entry("59.00", text=one.number), Entry("61.00", text=two.number))
        assert (owed(short), owed(over)) == (100, 0)
        assert ("settled", short.reference) not in raising.told
        assert queries.credit_of(payer.customer_id) == usd(100)
        assert books(now)[CUSTOMER_CREDIT] == -100
        assert_sound(now)

    def test_one_transfer_pays_several_invoices(self, now, payer):
        one, two = make_charge(at=now), make_charge(at=now)
        names = " ".join(invoiced(payer, charge, at=now).number for charge in (one, two))
        [line] = read(now, Entry("80.00", text=f"Invoices {names}"))
        assert (line.state, owed(one), owed(two)) == ("matched", 0, 0)

    def test_the_same_file_twice_pays_once(self, now, invoice):
        entry = Entry("60.00", reference=invoice.reference, bank_reference="B1")
        read(now, entry)
        assert read(now, entry) == []
        assert Payment.objects.count() == 1

    def test_in_parts_settles_with_the_last(self, now, invoice, charge):
        read(now, Entry("20.00", reference=invoice.reference, bank_reference="1"))
        assert owed(charge) == 4_000
        read(now, Entry("40.00", reference=invoice.reference, bank_reference="2"))
        assert owed(charge) == 0

    def test_what_is_only_likely_waits(self, now, invoice, charge):
        [line] = read(now, Entry("60.00", party="Biology"))
        assert (line.state, owed(charge)) == ("open", 6_000)
        assert books(now)[SUSPENSE] == -6_000

    def test_what_a_raiser_does_not_let_be_paid_waits_with_the_reason(
        self, now, invoice, charge, raising
    ):
        raising.may = Decision("hold_over", "The hold has ended.")
        [line] = read(now, Entry("60.00", reference=invoice.reference))
        assert (line.state, line.note) == ("open", "The hold has ended.")
        assert owed(charge) == 6_000
        raising.may = Decision()
        assert operations.match_lines(by=CLERK, at=now) == 1
        assert_sound(now)

    def test_a_returned_transfer_is_owed_again(self, now, invoice, charge, raising):
        came = Entry("60.00", reference=invoice.reference, end_to_end="E1", bank_reference="1")
        read(now, came)
        went = Entry("-60.00", end_to_end="E1", is_return=True, bank_reference="2")
        [line] = read(now, went)
        assert (line.state, line.counterpart.payment.state) == ("matched", "bounced")
        assert owed(charge) == 6_000
        assert raising.told[-1] == ("unsettled", charge.reference)
        assert not Charge.objects.filter(kind="fee").exists()
        assert books(now) == {RECEIVABLE: 6_000, FINE_REVENUE: -6_000}
        assert_sound(now)


class TestByHand:
    def test_a_line_is_assigned_to_an_invoice_or_a_charge(self, now, invoice, charge):
        plain = make_charge(at=now)
        first, second = read(now, Entry("60.00"), Entry("40.00"))
        operations.assign_line(first.public_id, [invoice.number], by=CLERK, at=now)
        operations.assign_line(second.public_id, [plain.reference], by=CLERK, at=now)
        assert (owed(charge), owed(plain)) == (0, 0)
        with pytest.raises(Conflict, match="is matched"):
            operations.assign_line(first.public_id, [invoice.number], by=CLERK, at=now)
        assert_sound(now)

    def test_what_is_paid_already_is_credit_of_the_payer(self, now, invoice, payer, charge):
        first, second = read(now, Entry("60.00"), Entry("60.00"))
        for line in (first, second):
            operations.assign_line(line.public_id, [invoice.number], by=CLERK, at=now)
        assert queries.credit_of(payer.customer_id) == usd(6_000)
        assert_sound(now)

    @pytest.mark.parametrize(
        ("names", "error", "words"),
        [([], Refused, "Name an invoice"), ([" "], Refused, "Name"), (["I-1"], NotFound, "I-1")],
    )
    def test_on_nothing_known_is_refused(self, now, names, error, words):
        [line] = read(now, Entry())
        with pytest.raises(error, match=words):
            operations.assign_line(line.public_id, names, by=CLERK, at=now)

    def test_kept_aside_it_can_be_assigned_later(self, now, invoice):
        [line] = read(now, Entry("60.00"))
        with pytest.raises(Refused, match="Say why"):
            operations.keep_aside(line.public_id, note=" ", by=CLERK, at=now)
        operations.keep_aside(line.public_id, note="Asked the payer", by=CLERK, at=now)
        assert books(now)[SUSPENSE] == -6_000
        operations.assign_line(line.public_id, [invoice.number], by=CLERK, at=now)
        assert SUSPENSE not in books(now)

    def test_sent_back_it_has_gone_once_the_bank_shows_it(self, now):
        [came] = read(now, Entry("60.00", bank_reference="1"))
        operations.send_back(came.public_id, note="Not ours", by=CLERK, at=now)
        [went] = read(now, Entry("-60.00", bank_reference="2"))
        operations.take_back(went.public_id, came.public_id, by=CLERK, at=now)
        assert books(now) == {}
        came.refresh_from_db()
        assert (came.state, came.counterpart) == ("matched", went)

    def test_lines_of_other_amounts_do_not_cancel(self, now):
        came, went = read(now, Entry("60.00"), Entry("-59.00"))
        with pytest.raises(Conflict, match="same amount"):
            operations.take_back(went.public_id, came.public_id, by=CLERK, at=now)
        for act in (operations.send_back,):
            with pytest.raises(Refused, match="This money went"):
                act(went.public_id, note="x", by=CLERK, at=now)
        with pytest.raises(Refused, match="This money went"):
            operations.assign_line(went.public_id, ["x"], by=CLERK, at=now)


class TestRefunds:
    @pytest.fixture
    def refund(self, now, invoice) -> Refund:
        [line] = read(now, Entry("60.00", reference=invoice.reference, bank_reference="1"))
        return operations.refund_payment(
            line.payment.number,
            amount=usd(6_000),
            reason="Double",
            owed_again=False,
            by=CLERK,
            at=now,
        )

    def test_of_a_transfer_waits_until_the_bank_shows_it(self, now, refund):
        assert refund.state == "waiting"
        [line] = read(now, Entry("-60.00", text=f"Refund {refund.number}", bank_reference="2"))
        refund.refresh_from_db()
        assert (line.state, line.refund, refund.state) == ("matched", refund, "succeeded")
        assert books(now) == {}
        assert_sound(now)

    def test_is_said_by_hand_where_the_bank_names_none(self, now, refund):
        [line] = read(now, Entry("-60.00", bank_reference="2"))
        assert [one.pk for one in queries.refunds_by_transfer(line)] == [refund.pk]
        operations.assign_refund(line.public_id, refund.number, by=CLERK, at=now)
        [again] = read(now, Entry("-60.00", bank_reference="3"))
        with pytest.raises(Conflict, match="has gone"):
            operations.assign_refund(again.public_id, refund.number, by=CLERK, at=now)
        assert_sound(now)
