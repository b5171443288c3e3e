"""Charges go out to payroll in a file, and the answer pays them or says why not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parkops.kernel.decisions import Conflict, NotFound, Refused
from payments import charge_pages, operations, queries
from payments.accounts import BANK, DEPARTMENT_ACCOUNTS, FINE_REVENUE
from payments.models import BankLine, ChargeAccount, ChargeBatch, ChargeBatchRow
from payments.rules.charge_files import COLUMNS, read_answers, read_columns, shown_columns
from tests.factories.payments import CLERK, assert_sound, books, make_charge, owed, pay, usd
from tests.factories.statements import Entry, camt

pytestmark = pytest.mark.usefixtures("harbor", "raising")


@pytest.fixture
def account(now, ana) -> ChargeAccount:
    return operations.agree_to_charges(ana.pk, kind="payroll", number="E-77", by=CLERK, at=now)


@pytest.fixture
def charges(now, ana):
    return [make_charge(at=now, customer_id=ana.pk, net=net) for net in (4_000, 1_000, 2_000)]


@pytest.fixture
def batch(now, account, charges) -> ChargeBatch:
    ids = [charge.public_id for charge in charges]
    return operations.make_batch("payroll", ids, by=CLERK, at=now)


def answer(batch: ChargeBatch, now, *lines: str):
    file = "\n".join(["row,state,amount,reason", *lines]).encode()
    return operations.read_answer(batch.number, file, by=CLERK, at=now)


class TestSending:
    def test_names_each_charge_with_the_account_that_was_agreed_to(self, batch, charges):
        rows = batch.rows.order_by("place")
        assert [(row.place, row.account_number, row.name, row.asked_minor) for row in rows] == [
            (1, "E-77", "Ana Ruiz", 4_000),
            (2, "E-77", "Ana Ruiz", 1_000),
            (3, "E-77", "Ana Ruiz", 2_000),
        ]

    def test_of_somebody_who_has_not_agreed_is_refused(self, now, account):
        with pytest.raises(Conflict, match="has not agreed"):
            operations.make_batch("payroll", [make_charge(at=now).public_id], by=CLERK, at=now)
        assert ChargeBatch.objects.count() == 0

    def test_once_agreement_has_ended_is_refused(self, now, account, charges):
        operations.end_charge_account(account.pk, by=CLERK, at=now)
        with pytest.raises(Conflict, match="has not agreed"):
            operations.make_batch("payroll", [charges[0].public_id], by=CLERK, at=now)

    def test_what_waits_for_an_answer_is_not_sent_twice(self, now, batch, charges):
        with pytest.raises(Conflict, match="answer of another file"):
            operations.make_batch("payroll", [charges[0].public_id], by=CLERK, at=now)

    def test_of_what_is_paid_is_refused(self, now, account, charges):
        pay(charges[0], at=now)
        for ids in ([charges[0].public_id], []):
            with pytest.raises(Conflict, match="Tick charges"):
                operations.make_batch("payroll", ids, by=CLERK, at=now)

    def test_agreeing_again_is_once_and_another_number_ends_the_first(self, now, ana, account):
        same = operations.agree_to_charges(ana.pk, kind="payroll", number="E-77", by=CLERK, at=now)
        assert same == account
        operations.agree_to_charges(ana.pk, kind="payroll", number="E-78", by=CLERK, at=now)
        account.refresh_from_db()
        assert account.ended_at == now
        with pytest.raises(Refused, match="number"):
            operations.agree_to_charges(ana.pk, kind="payroll", number=" ", by=CLERK, at=now)


class TestAnswering:
    def test_accepted_refused_and_in_part(self, now, batch, charges, raising):
        told = answer(batch, now, "1,accepted,,", "2,Refused,,No longer employed", "3,OK,5.00,")
        assert (told.taken, told.known, told.faults) == (3, 0, [])
        assert [owed(charge) for charge in charges] == [0, 1_000, 1_500]
        rows = batch.rows.order_by("place")
        assert [(row.state, row.accepted_minor, row.reason) for row in rows] == [
            ("accepted", 4_000, ""),
            ("refused", 0, "No longer employed"),
            ("partial", 500, ""),
        ]
        assert rows[0].payment.method == "account"
        assert books(now)[DEPARTMENT_ACCOUNTS] == 4_500
        assert ("settled", charges[0].reference) in raising.told
        batch.refresh_from_db()
        assert batch.answered_at == now
        assert_sound(now)

    def test_the_same_file_twice_is_once(self, now, batch):
        answer(batch, now, "1,accepted,,")
        told = answer(batch, now, "1,accepted,,", "2,refused,,No")
        assert (told.taken, told.known) == (1, 1)
        assert books(now)[DEPARTMENT_ACCOUNTS] == 4_000

    def test_wrong_lines_are_told_and_the_others_taken(self, now, batch, charges):
        told = answer(batch, now, "9,accepted,,", "x,accepted,,", "1,maybe,,", "2,accepted,50.00,",
                      "3,accepted,,")  # fmt: skip
        assert told.taken == 1
        assert [fault.split(":")[0] for fault in told.faults] == [
            "Line 3",
            "Line 4",
            "Line 2",
            "Line 5",
        ]
        assert [owed(charge) for charge in charges] == [4_000, 1_000, 0]

    def test_what_was_paid_meanwhile_is_credit(self, now, batch, charges, ana):
        pay(charges[0], at=now)
        answer(batch, now, "1,accepted,,")
        assert queries.credit_of(ana.pk) == usd(4_000)
        assert_sound(now)

    @pytest.mark.parametrize("file", [b"", b"a,b\n1,2", b"\xff\xfe\x00"])
    def test_what_is_no_answer_is_refused(self, now, batch, file):
        with pytest.raises(Refused, match=r"columns row and state|no CSV"):
            operations.read_answer(batch.number, file, by=CLERK, at=now)

    def test_of_an_unknown_file_is_not_found(self, now):
        with pytest.raises(NotFound):
            operations.read_answer("B-1", b"row,state", by=CLERK, at=now)

    @given(st.text(max_size=80))
    def test_any_text_is_read_or_refused(self, text):
        try:
            answers, faults = read_answers(f"row;state\n{text}".encode(), currency="USD")
        except Refused:
            return
        assert all(one.row >= 0 for one in answers)
        assert all(fault.startswith("Line ") for fault in faults)


class TestSettling:
    def transfer(self, now, amount: str) -> BankLine:
        operations.import_statement(camt(Entry(amount)), name="x", by=CLERK, at=now)
        return BankLine.objects.latest("pk")

    def test_one_transfer_clears_what_payroll_owes(self, now, batch):
        answer(batch, now, "1,accepted,,", "2,refused,,", "3,accepted,,")
        line = self.transfer(now, "60.00")
        operations.settle_batch(batch.number, line.public_id, by=CLERK, at=now)
        told = books(now)
        assert DEPARTMENT_ACCOUNTS not in told
        assert (told[BANK], told[FINE_REVENUE]) == (6_000, -7_000)
        with pytest.raises(Conflict, match="is settled"):
            operations.settle_batch(batch.number, line.public_id, by=CLERK, at=now)
        assert_sound(now)

    def test_of_another_amount_or_before_the_answer_is_refused(self, now, batch):
        line = self.transfer(now, "60.00")
        with pytest.raises(Conflict, match="wait for their answer"):
            operations.settle_batch(batch.number, line.public_id, by=CLERK, at=now)
        answer(batch, now, "1,accepted,,", "2,refused,,", "3,refused,,")
        with pytest.raises(Conflict, match="40.00 was accepted|40.00"):
            operations.settle_batch(batch.number, line.public_id, by=CLERK, at=now)
        assert ChargeBatchRow.objects.filter(state="refused").count() == 2


class TestColumns:
    SENT = "row = Seq\naccount = Employee ID\namount = Deduction\n\nfile"
    ANSWERED = "row = Seq\nstate = Result\namount = Deduction"

    @pytest.fixture
    def chosen(self, now):
        operations.choose_file_columns(
            "payroll", sent=self.SENT, answered=self.ANSWERED, by=CLERK, at=now
        )

    def test_go_out_and_come_back_as_they_are_set(self, now, chosen, batch, charges):
        file = charge_pages.written(queries.batch(batch.number))
        first, *rows = file.splitlines()
        assert first == "Seq,Employee ID,Deduction,file"
        assert rows[0] == f"1,E-77,40.00,{batch.number}"
        back = "\n".join(
            [
                first + ",Result",
                *(f"{row},{word}" for row, word in zip(rows, ("ok", "no", "ok"), strict=True)),
            ]
        )
        told = operations.read_answer(batch.number, back.encode(), by=CLERK, at=now)
        assert (told.taken, told.faults) == (3, [])
        assert [owed(one) for one in charges] == [0, 1_000, 0]
        assert_sound(now)

    def test_the_usual_names_are_not_read_then(self, now, chosen, batch):
        with pytest.raises(Refused, match="columns Seq and Result"):
            answer(batch, now, "1,accepted,40.00,")

    def test_are_of_one_kind_of_account_and_nothing_written_is_the_usual(self, now, chosen, batch):
        assert queries.charge_file_columns("student").sent == ()
        operations.choose_file_columns("payroll", sent="", answered="", by=CLERK, at=now)
        assert answer(batch, now, "1,accepted,40.00,").taken == 1

    @pytest.mark.parametrize(
        ("sent", "answered", "told"),
        [
            ("row\naccount\namount\nsalary", "", "No column can hold salary"),
            ("row\naccount", "", "amount is needed"),
            ("row\naccount = X\namount = x", "", "Two columns are called x"),
            ("row\naccount = " + "X" * 61 + "\namount", "", "at most 60"),
            ("", "row = Seq", "state is needed"),
            ("", "row\nstate\nfile", "No column can hold file"),
        ],
    )
    def test_what_no_file_can_have_is_refused(self, now, sent, answered, told):
        with pytest.raises(Refused, match=told):
            operations.choose_file_columns(
                "payroll", sent=sent, answered=answered, by=CLERK, at=now
            )

    @given(st.text(max_size=200))
    def test_any_text_is_read_or_refused_and_is_shown_as_it_is_read(self, text):
        try:
            found = read_columns(text, known=COLUMNS, needed=(), field="sent")
        except Refused:
            return
        assert read_columns(shown_columns(found), known=COLUMNS, needed=(), field="sent") == found

    def test_are_set_on_the_page(self, site, amos):
        site.login_as(amos)
        page = "/office/charge-files/"
        body = {"kind": "payroll", "sent": self.SENT, "answered": "row"}
        refused = site.post(page + "columns/", body)
        assert (refused.status_code, "state is needed" in refused.content.decode()) == (422, True)
        assert site.post(page + "columns/", body | {"answered": ""}).status_code == 302
        assert "account = Employee ID" in site.get(page).content.decode()

    def test_are_not_set_by_who_may_not(self, site, clara):
        site.login_as(clara)
        answer = site.post("/office/charge-files/columns/", {"kind": "payroll"})
        assert answer.status_code == 403
