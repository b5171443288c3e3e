"""Charges on account, and the invoices that ask for them."""

from datetime import date, timedelta

import pytest
from django.db import connection

from parkops.customers.models import Customer
from parkops.jobs import operations as jobs
from parkops.jobs.models import Job
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.messaging.models import Message
from payments import invoice_pages, operations, queries
from payments.bank.references import reference_of
from payments.models import Charge, Invoice, InvoiceLine
from payments.operations import invoice_runs
from tests.factories.invoices import account_of, invoiced, on_account
from tests.factories.payments import CLERK, assert_sound, make_charge, owed, pay, usd
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.usefixtures("harbor", "raising")


class TestOpeningAnAccount:
    def test_makes_its_customer_and_keeps_one_that_is_there(self, now, ana):
        new = account_of(now, name="Biology", email="bio@example.test")
        assert new.customer.email == "bio@example.test"
        known = account_of(now, name="Ruiz & Co", email=ana.email)
        assert (known.customer, Customer.objects.filter(email=ana.email).count()) == (ana, 1)

    @pytest.mark.parametrize("given", [{"name": "biology"}, {"email": "bio@example.test"}])
    def test_twice_is_refused(self, now, given):
        account_of(now, name="Biology", email="bio@example.test")
        with pytest.raises(Conflict, match="There is an account"):
            account_of(now, **{"name": "Other", "email": "other@example.test", **given})

    def test_without_a_name_is_refused(self, now):
        with pytest.raises(Refused, match="Say who pays"):
            account_of(now, name=" ")

    def test_closed_takes_nothing_more(self, now):
        payer = account_of(now)
        operations.close_payer(payer.public_id, by=CLERK, at=now)
        operations.close_payer(payer.public_id, by=CLERK, at=now)
        with pytest.raises(Conflict, match="is closed"):
            on_account(payer, make_charge(at=now), at=now)


class TestOnAccount:
    def test_the_holder_is_asked_no_more(self, now, ana, raising):
        payer, charge = account_of(now), make_charge(at=now, customer_id=ana.pk)
        on_account(payer, charge, at=now)
        assert queries.open_charges(customer_id=ana.pk, at=now) == []
        assert queries.open_charges(plate_keys=["ABC123"], at=now) == []
        assert [one.pk for one in queries.to_invoice(payer)] == [charge.pk]

    def test_taken_off_the_holder_is_asked_again(self, now, ana):
        payer, charge = account_of(now), make_charge(at=now, customer_id=ana.pk)
        on_account(payer, charge, at=now)
        operations.take_off_account(charge.public_id, reason="Hers", by=CLERK, at=now)
        assert len(queries.open_charges(customer_id=ana.pk, at=now)) == 1

    def test_what_is_paid_or_unknown_is_refused(self, now):
        payer, charge = account_of(now), make_charge(at=now)
        pay(charge, at=now)
        with pytest.raises(Conflict, match="Nothing is owed"):
            on_account(payer, charge, at=now)
        with pytest.raises(NotFound):
            operations.put_on_account([payer.public_id], payer=payer.public_id, by=CLERK, at=now)
        with pytest.raises(NotFound):
            operations.take_off_account(charge.public_id, reason="", by=CLERK, at=now)

    def test_what_is_on_an_invoice_stays_with_its_payer(self, now):
        payer, charge = account_of(now), make_charge(at=now)
        invoiced(payer, charge, at=now)
        other = account_of(now, name="Other", email="other@example.test")
        for act in (
            lambda: on_account(other, charge, at=now),
            lambda: operations.take_off_account(charge.public_id, reason="", by=CLERK, at=now),
        ):
            with pytest.raises(Conflict, match="Void it first"):
                act()


class TestInvoice:
    def test_asks_for_its_charges_with_their_taxes(self, now, ana):
        payer = account_of(now, po_number="PO-7", terms_days=14)
        taxed = make_charge(at=now, kind="permit", net=10_000, tax=1_300, customer_id=ana.pk)
        plain = make_charge(at=now)
        invoice = invoiced(payer, taxed, plain, at=now)
        assert (invoice.net_minor, invoice.tax_minor, invoice.due_minor) == (14_000, 1_300, 15_300)
        assert (invoice.issued_on, invoice.due_on) == (date(2026, 11, 10), date(2026, 11, 24))
        assert invoice.reference == reference_of(invoice.number)
        told = [
            (line.holder, line.tax_rate_ppm, line.gross_minor)
            for line in invoice.lines.order_by("place")
        ]
        assert told == [("Ana Ruiz", 130_000, 11_300), ("ABC123", 0, 4_000)]
        shown = invoice_pages.invoice_page(queries.invoice(invoice.number), at=now)
        assert [(part.rate, part.tax) for part in shown.taxes] == [
            ("0%", usd(0)),
            ("13%", usd(1_300)),
        ]

    def test_less_what_was_paid_before(self, now):
        payer, charge = account_of(now), make_charge(at=now)
        pay(charge, at=now, amount=1_500)
        assert invoiced(payer, charge, at=now).due_minor == 2_500

    def test_numbers_have_no_gap_when_one_fails(self, now):
        payer = account_of(now)
        first = invoiced(payer, make_charge(at=now), at=now)
        with pytest.raises(Conflict, match="Nothing of"):
            operations.make_invoice(payer.public_id, by=CLERK, at=now)
        second = invoiced(payer, make_charge(at=now), at=now)
        assert [one.number[:12] for one in (first, second)] == ["I-2026-00001", "I-2026-00002"]

    def test_of_the_same_charge_twice_is_refused(self, now):
        payer, charge = account_of(now), make_charge(at=now)
        invoiced(payer, charge, at=now)
        with pytest.raises(Conflict, match="on an invoice already"):
            operations.make_invoice(payer.public_id, [charge.public_id], by=CLERK, at=now)
        assert Invoice.objects.count() == 1

    def test_is_paid_in_parts_and_knows_how_it_stands(self, now):
        payer, charge = account_of(now), make_charge(at=now)
        invoice = invoiced(payer, charge, at=now)

        def state(today: date) -> str:
            row = queries.invoice(invoice.number)
            return invoice_pages.invoice_line(row, today=today).state

        assert state(invoice.due_on) == "Open"
        pay(charge, at=now, amount=1_000)
        assert state(invoice.due_on) == "Part paid"
        assert state(invoice.due_on + timedelta(days=1)) == "Overdue"
        pay(charge, at=now)
        assert state(invoice.due_on + timedelta(days=1)) == "Paid"
        assert_sound(now)

    def test_void_by_a_credit_note_frees_its_charges(self, now):
        payer, charge = account_of(now), make_charge(at=now)
        invoice = invoiced(payer, charge, at=now)
        with pytest.raises(Refused, match="Say why"):
            operations.void_invoice(invoice.number, reason=" ", by=CLERK, at=now)
        operations.void_invoice(invoice.number, reason="Wrong order", by=CLERK, at=now)
        void = Invoice.objects.get()
        assert void.credit_note.startswith("IC-2026-00001-")
        assert owed(charge) == 4_000
        with pytest.raises(Conflict, match="void already"):
            operations.void_invoice(invoice.number, reason="Again", by=CLERK, at=now)
        again = operations.make_invoice(payer.public_id, by=CLERK, at=now)
        assert [line.charge_id for line in again.lines.all()] == [charge.pk]
        assert InvoiceLine.objects.filter(charge=charge, is_live=True).count() == 1

    def test_that_is_paid_is_not_voided(self, now):
        payer, charge = account_of(now), make_charge(at=now)
        invoice = invoiced(payer, charge, at=now)
        pay(charge, at=now)
        with pytest.raises(Conflict, match="is paid"):
            operations.void_invoice(invoice.number, reason="No", by=CLERK, at=now)

    def test_goes_out_with_its_paper_once_a_day(self, now):
        invoice = invoiced(account_of(now), make_charge(at=now), at=now)
        for _ in range(2):
            operations.send_invoice(invoice.number, by=CLERK, at=now)
        [message] = Message.objects.filter(event="invoice.sent")
        assert (message.to, message.enclosed) == (
            "biology@example.test",
            f"invoice:{invoice.number}",
        )
        assert "$40.00" in message.text
        assert invoice_pages.enclosed(invoice.number, now).content.startswith(b"%PDF")


class TestMonthlyRun:
    def test_invoices_everybody_once(self, now):
        one = account_of(now)
        other = account_of(now, name="Chemistry", email="chem@example.test")
        by_hand = account_of(now, name="By hand", email="hand@example.test", is_monthly=False)
        for payer in (one, one, other, by_hand):
            on_account(payer, make_charge(at=now), at=now)
        later = now + timedelta(days=30)
        on_account(one, make_charge(at=later), at=later)
        planned = invoice_runs.plan(date(2026, 11, 1), at=later)
        assert [(row.payer.name, row.charges, row.amount) for row in planned] == [
            ("Biology", 2, usd(8_000)),
            ("Chemistry", 1, usd(4_000)),
        ]
        assert Invoice.objects.count() == 0
        for _ in range(2):
            job = invoice_runs.ask_run(date(2026, 11, 1), by=CLERK, at=later)
            jobs.work(job.pk)
            assert Job.objects.get(pk=job.pk).state == Job.State.DONE
        assert sorted(Invoice.objects.values_list("name", "run")) == [
            ("Biology", "2026-11"),
            ("Chemistry", "2026-11"),
        ]
        assert Message.objects.filter(event="invoice.sent").count() == 2
        assert [row.done != "" for row in invoice_runs.plan(date(2026, 11, 1), at=later)] == [
            True,
            True,
        ]

    def test_of_a_month_that_is_not_over_is_refused(self, now):
        with pytest.raises(Refused, match="month that is over"):
            invoice_runs.ask_run(date(2026, 11, 1), by=CLERK, at=now)


class TestReminders:
    @pytest.fixture
    def invoice(self, now, apply_programme):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        steps = '[{after: 7d}, {after: 21d, fee: "15.00"}]'
        apply_programme(f"{text}invoices: {{reminders: {steps}}}\n")
        return invoiced(account_of(now, terms_days=10), make_charge(at=now), at=now)

    def days(self, now, many: int):
        return now + timedelta(days=10 + many)

    def test_go_out_level_by_level_once_with_the_fee(self, now, invoice):
        assert operations.send_reminders(at=self.days(now, 6)) == 0
        assert operations.send_reminders(at=self.days(now, 7)) == 1
        assert operations.send_reminders(at=self.days(now, 20)) == 0
        assert operations.send_reminders(at=self.days(now, 21)) == 1
        assert operations.send_reminders(at=self.days(now, 30)) == 0
        first, second = Message.objects.filter(event="invoice.reminder").order_by("pk")
        assert ("fee" in first.text, "fee of $15.00" in second.text) == (False, True)
        fee = Charge.objects.get(reference=f"{invoice.number}-M2")
        assert (fee.amount_minor, fee.payer) == (1_500, invoice.payer)
        assert_sound(self.days(now, 30))

    def test_who_was_not_reminded_for_long_gets_one_letter(self, now, invoice):
        assert operations.send_reminders(at=self.days(now, 40)) == 1
        assert [one.level for one in invoice.reminders.all()] == [2]

    def test_stop_at_payment_void_and_dispute(self, now, invoice):
        operations.hold_invoice(invoice.number, reason="Disputed", by=CLERK, at=now)
        assert operations.send_reminders(at=self.days(now, 7)) == 0
        operations.release_invoice(invoice.number, by=CLERK, at=now)
        pay(Charge.objects.get(kind="citation"), at=now)
        assert operations.send_reminders(at=self.days(now, 7)) == 0

    def test_none_goes_out_where_the_program_names_none(self, now):
        invoiced(account_of(now, terms_days=1), make_charge(at=now), at=now)
        assert operations.send_reminders(at=now + timedelta(days=90)) == 0


class TestStatement:
    def test_adds_up_from_opening_to_closing_with_ages(self, now, ana):
        later = now + timedelta(days=40)
        old = make_charge(at=now, customer_id=ana.pk, due_on=date(2026, 11, 20))
        new = make_charge(at=later, customer_id=ana.pk, net=1_000, due_on=date(2026, 12, 30))
        pay(old, at=later, amount=1_500)
        told = queries.statement(
            customer_id=ana.pk, since=date(2026, 12, 1), until=date(2026, 12, 31)
        )
        assert (told.opening, told.closing) == (4_000, 3_500)
        assert [one.minor for one in told.movements] == [1_000, -1_500]
        assert [age.minor for age in told.ages] == [0, 1_000, 2_500, 0, 0]
        assert told.opening + sum(one.minor for one in told.movements) == told.closing
        assert told.movements[-1].balance == told.closing
        assert new.reference == told.movements[0].reference

    def test_of_a_payer_has_what_others_put_on_it_and_theirs_has_not(self, now, ana):
        payer = account_of(now)
        charge = make_charge(at=now, customer_id=ana.pk)
        on_account(payer, charge, at=now)
        days = {"since": date(2026, 11, 1), "until": date(2026, 11, 30)}
        theirs = queries.statement(customer_id=ana.pk, **days)
        assert (theirs.movements, theirs.closing) == ((), 0)
        its = queries.statement(customer_id=payer.customer_id, payer=payer, **days)
        assert its.closing == 4_000

    def test_too_much_paid_is_a_balance_below_zero(self, now, ana):
        pay(make_charge(at=now, customer_id=ana.pk), at=now, method="cheque", amount=5_000)
        told = queries.statement(
            customer_id=ana.pk, since=date(2026, 11, 1), until=date(2026, 11, 30)
        )
        assert (told.closing, told.credit) == (-1_000, 1_000)


def test_nothing_of_another_tenant_is_invoiced(now, hillside):
    invoice = invoiced(account_of(now), make_charge(at=now), at=now)
    connection.set_tenant(hillside)
    with pytest.raises(NotFound):
        operations.send_invoice(invoice.number, by=CLERK, at=now)
    with pytest.raises(NotFound):
        operations.make_invoice(invoice.payer.public_id, by=CLERK, at=now)
