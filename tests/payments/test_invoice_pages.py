"""The pages about invoices, payers and statements: who may see and do what."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from payments import links, operations
from payments.models import AccountPayer, Charge, Invoice
from tests.factories.invoices import account_of, invoiced, on_account
from tests.factories.payments import CLERK, counted_queries, make_charge, pay

pytestmark = pytest.mark.usefixtures("harbor", "raising")


@pytest.fixture
def moment():
    return timezone.now()


@pytest.fixture
def payer(moment) -> AccountPayer:
    return account_of(moment)


@pytest.fixture
def invoice(moment, payer, ana) -> Invoice:
    return invoiced(payer, make_charge(at=moment, customer_id=ana.pk), at=moment)


@pytest.fixture
def accountant(site, amos):
    site.login_as(amos)
    return site


@pytest.fixture
def clerk(site, clara):
    site.login_as(clara)
    return site


def text_of(answer) -> str:
    return answer.content.decode()


class TestPayers:
    def test_an_account_is_opened_and_changed(self, accountant):
        given = {
            "kind": "employer",
            "name": "Acme",
            "email": "acme@example.test",
            "address": "1 Main St",
            "po_number": "PO-1",
            "terms_days": "45",
            "is_monthly": "on",
        }
        answer = accountant.post(reverse("office_payers:new"), given)
        payer = AccountPayer.objects.get()
        assert answer["Location"] == reverse("office_payers:detail", args=[payer.public_id])
        assert "pays within 45 days" in text_of(accountant.get(answer["Location"]))
        path = reverse("office_payers:change", args=[payer.public_id])
        assert "1 Main St" in text_of(accountant.get(path))
        accountant.post(path, {**given, "po_number": "PO-2", "terms_days": ""})
        payer.refresh_from_db()
        assert (payer.po_number, payer.terms_days) == ("PO-2", None)

    def test_a_second_of_the_name_is_refused_at_the_field(self, accountant, payer):
        given = {"kind": "other", "name": "biology", "email": "x@example.test"}
        answer = accountant.post(reverse("office_payers:new"), given)
        assert (answer.status_code, "There is an account" in text_of(answer)) == (422, True)

    def test_a_charge_goes_on_and_off_and_is_invoiced(self, accountant, payer, moment):
        charge = make_charge(at=moment)
        path = reverse("office_payers:detail", args=[payer.public_id])
        answer = accountant.post(f"{path}charges/", {"reference": "T-1"})
        assert (answer.status_code, "Nothing is owed under" in text_of(answer)) == (422, True)
        accountant.post(f"{path}charges/", {"reference": charge.reference})
        assert charge.reference in text_of(accountant.get(path))
        off = {"charge": charge.public_id, "reason": "Hers"}
        accountant.post(f"{path}charges/off/", off)
        assert Charge.objects.get().payer is None
        accountant.post(f"{path}charges/", {"reference": charge.reference})
        answer = accountant.post(f"{path}invoices/", {"charge": charge.public_id})
        assert Invoice.objects.get().number in answer["Location"]
        assert accountant.post(f"{path}close/").status_code == 302

    def test_a_clerk_sees_but_does_not_change(self, clerk, payer):
        path = reverse("office_payers:detail", args=[payer.public_id])
        assert "Put a charge" not in text_of(clerk.get(path))
        assert clerk.get(reverse("office_payers:new")).status_code == 403
        assert clerk.post(f"{path}close/").status_code == 403

    def test_more_of_them_ask_no_more_of_the_database(self, accountant, moment):
        def fill(first: int, last: int) -> None:
            for n in range(first, last):
                payer = account_of(moment, name=f"P{n}", email=f"p{n}@example.test")
                invoiced(payer, make_charge(at=moment), at=moment)

        fill(0, 3)
        for name in ("office_payers:list", "office_invoices:list"):
            accountant.get(reverse(name))
        with counted_queries() as few:
            accountant.get(reverse("office_payers:list"))
            accountant.get(reverse("office_invoices:list"))
        fill(3, 6)
        with counted_queries() as many:
            accountant.get(reverse("office_payers:list"))
            accountant.get(reverse("office_invoices:list"))
        assert len(many) == len(few)


class TestInvoices:
    def test_are_listed_by_state_and_found_by_reference(self, accountant, invoice):
        path = reverse("office_invoices:list")
        assert invoice.number in text_of(accountant.get(path))
        assert invoice.number not in text_of(accountant.get(f"{path}?state=paid"))
        for words in (invoice.number, invoice.reference, "bio"):
            found = accountant.get(path, {"state": "all", "q": words})
            assert invoice.number in text_of(found)

    def test_are_sent_held_released_and_voided(self, accountant, invoice):
        path = reverse("office_invoices:detail", args=[invoice.number])
        accountant.post(f"{path}sending/")
        accountant.post(f"{path}hold/", {"reason": "Disputed"})
        assert "Nobody is reminded." in text_of(accountant.get(path))
        accountant.post(f"{path}release/")
        assert accountant.post(f"{path}void/", {"reason": ""}).status_code == 422
        accountant.post(f"{path}void/", {"reason": "Wrong order"})
        shown = text_of(accountant.get(path))
        assert "This invoice is void." in shown
        assert "Wrong order" in shown
        assert accountant.get(f"{path}pdf/").content.startswith(b"%PDF")

    def test_a_clerk_sees_but_does_not_void(self, clerk, invoice):
        path = reverse("office_invoices:detail", args=[invoice.number])
        assert clerk.get(path).status_code == 200
        assert clerk.post(f"{path}void/", {"reason": "No"}).status_code == 403

    def test_the_run_says_what_it_would_make_and_makes_it(self, accountant, payer, moment):
        earlier = moment - timedelta(days=32)
        on_account(payer, make_charge(at=earlier), at=moment)
        path = reverse("office_invoices:run")
        month = f"{earlier:%Y-%m}"
        assert "To be made" in text_of(accountant.get(path, {"month": month}))
        assert accountant.post(path, {"month": month}).status_code == 302
        assert accountant.post(path, {"month": f"{moment:%Y-%m}"}).status_code == 422
        assert accountant.get(path, {"month": "soon"}).status_code == 422


class TestStatements:
    def test_show_what_moved_as_page_and_paper(self, accountant, ana, moment):
        charge = make_charge(at=moment, customer_id=ana.pk)
        pay(charge, at=moment, amount=1_000)
        path = reverse("office_statements:customer", args=[ana.reference])
        shown = text_of(accountant.get(path))
        assert "$30.00" in shown
        assert charge.reference in shown
        days = {"since": "2020-01-01", "until": "2020-01-31"}
        assert charge.reference not in text_of(accountant.get(path, days))
        assert accountant.get(f"{path}pdf/").content.startswith(b"%PDF")


class TestThePayersPages:
    def test_show_the_invoice_and_both_ways_to_pay(self, site, takes_cards, invoice):
        shown = text_of(site.get(links.invoice_path(invoice)))
        assert "$40.00" in shown
        assert "Pay by card" in shown
        assert "Ana Ruiz" in shown
        assert site.get(links.invoice_pdf_path(invoice)).content.startswith(b"%PDF")

    def test_say_that_it_is_paid_or_void(self, site, invoice, moment):
        pay(Charge.objects.get(), at=moment)
        assert "Paid. Thank you." in text_of(site.get(links.invoice_path(invoice)))

    def test_list_all_of_a_payers_invoices_with_the_balance(self, site, payer, invoice):
        path = links.account_path(payer)
        shown = text_of(site.get(path))
        assert invoice.number in shown
        assert "$40.00" in shown
        assert site.get(f"{path}pdf/").content.startswith(b"%PDF")

    def test_of_a_void_one_ask_for_nothing(self, site, takes_cards, invoice, moment):
        operations.void_invoice(invoice.number, reason="Wrong", by=CLERK, at=moment)
        shown = text_of(site.get(links.invoice_path(invoice)))
        assert "you need not pay it" in shown
        assert "Pay by card" not in shown

    def test_are_good_in_this_tenant_only(self, site, other_site, payer, invoice):
        for path in (links.invoice_path(invoice), links.account_path(payer)):
            assert other_site.get(path).status_code == 404
            assert site.get(path.replace("/invoices/", "/invoices/x")).status_code == 404
