"""A bank's file comes into the books: each entry once."""

from threading import Barrier, Thread

import pytest
from django.db import connection, connections
from django_tenants.utils import tenant_context

from parkops.kernel.decisions import Conflict, NotFound, Refused
from payments import operations
from payments.accounts import BANK, CARD_CLEARING, RECEIVABLE, SUSPENSE
from payments.models import BankLine, BankStatement
from tests.factories.payments import CLERK, assert_sound, books
from tests.factories.statements import Entry, camt, ofx
from tests.seed import PROGRAMMES


def bring(file: bytes, now, name: str = "november.xml"):
    return operations.import_statement(file, name=name, by=CLERK, at=now)


@pytest.mark.usefixtures("harbor")
class TestImport:
    def test_books_what_came_and_what_went(self, now):
        told = bring(
            camt(
                Entry("40.00", bank_reference="1"),
                Entry("-7.50", party="Bank", bank_reference="2"),
            ),
            now,
        )
        assert [line.amount_minor for line in BankLine.objects.order_by("pk")] == [4_000, -750]
        assert books(now) == {BANK: 3_250, SUSPENSE: -3_250}
        [statement] = told.statements
        assert (statement.new_lines, statement.known_lines) == (2, 0)
        assert_sound(now)

    def test_of_the_same_file_twice_is_once(self, now):
        file = ofx(Entry(bank_reference="1"), Entry(bank_reference="2"))
        bring(file, now)
        again = bring(file, now)
        assert (again.new, again.statements[0].known_lines) == ([], 2)
        assert (BankLine.objects.count(), books(now)[BANK]) == (2, 8_000)

    def test_of_overlapping_files_books_only_what_is_new(self, now):
        bring(camt(Entry(bank_reference="1")), now)
        told = bring(camt(Entry(bank_reference="1"), Entry(bank_reference="2")), now)
        assert (told.statements[0].new_lines, told.statements[0].known_lines) == (1, 1)
        bring(camt(Entry(bank_reference="1"), account="FR7630006000011234567890189"), now)
        assert BankLine.objects.count() == 3

    def test_of_another_currency_is_refused_in_words(self, now):
        told = bring(camt(Entry(currency="EUR", bank_reference="1"), Entry()), now)
        assert told.statements[0].refused == [
            "2026-11-10: Ana Ruiz is in EUR; only USD is booked here."
        ]
        assert BankLine.objects.count() == 1

    @pytest.mark.parametrize(
        ("ours", "is_read"),
        [("DE89 3704 0044 0532 0130 00", True), ("0532013000", True), ("DE11 1111", False)],
    )
    def test_of_another_account_than_the_programs_is_refused(
        self, now, apply_programme, ours, is_read
    ):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        apply_programme(f'{text}invoices: {{bank: {{name: Harbor, account: "{ours}"}}}}\n')
        if is_read:
            assert len(bring(camt(Entry()), now).new) == 1
        else:
            with pytest.raises(Refused, match="ours is DE11 1111"):
                bring(camt(Entry()), now)

    def test_of_what_is_no_statement_books_nothing(self, now):
        with pytest.raises(Refused, match="neither CAMT"):
            bring(b"nothing", now)
        assert BankStatement.objects.count() == 0


@pytest.mark.usefixtures("harbor")
class TestBookingALine:
    @pytest.fixture
    def line(self, now):
        bring(camt(Entry("96.80", party="Stripe")), now)
        return BankLine.objects.get()

    def test_moves_it_to_its_account_once(self, now, line):
        book = {"account": CARD_CLEARING, "note": "Payout po_1", "by": CLERK, "at": now}
        operations.book_line(line.public_id, **book)
        assert books(now) == {BANK: 9_680, CARD_CLEARING: -9_680}
        with pytest.raises(Conflict, match="booked"):
            operations.book_line(line.public_id, **book)
        assert BankLine.objects.get().booked_to == CARD_CLEARING

    @pytest.mark.parametrize("account", [BANK, SUSPENSE, RECEIVABLE, "9999"])
    def test_on_no_account_of_ours_is_refused(self, now, line, account):
        with pytest.raises(Refused, match="Choose an account"):
            operations.book_line(line.public_id, account=account, note="", by=CLERK, at=now)

    def test_that_is_unknown_is_not_found(self, now, line):
        unknown = line.statement.public_id
        with pytest.raises(NotFound):
            operations.book_line(unknown, account=CARD_CLEARING, note="", by=CLERK, at=now)


def test_two_clerks_read_the_same_file_at_once_and_it_is_booked_once(own_database, now):
    file = camt(*(Entry(bank_reference=str(one)) for one in range(20)))
    together, told = Barrier(2), []

    def read() -> None:
        with tenant_context(own_database):
            together.wait()
            told.append(bring(file, now).statements[0].new_lines)
        connections.close_all()

    threads = [Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    connection.set_tenant(own_database)
    assert sorted(told) == [0, 20]
    assert (BankLine.objects.count(), books(now)[BANK]) == (20, 80_000)
