"""The counter: who is found by what is typed or scanned, the receipt, the next customer."""

from uuid import uuid4

import pytest

from parkops.kernel import numbers
from parkops.messaging.models import Message
from parkops.tenancy import hosts
from payments import links, queries
from payments.models import Payment
from tests.factories.invoices import account_of, invoiced
from tests.factories.payments import CLERK, make_charge, pay

pytestmark = pytest.mark.usefixtures("harbor", "raising")
HOME = "/office/counter/"


@pytest.fixture
def desk(site, clara):
    """Clara's browser, with a drawer of 100 open."""
    site.login_as(clara)
    site.post(f"{HOME}drawers/new/", {"name": "Desk", "float_minor": "100.00"})
    return site


@pytest.fixture
def charge(now, ana):
    return make_charge(
        at=now, customer_id=ana.pk, reference=numbers.make_number("C", 2026, 417), plate_key=""
    )


def found_by(text, now):
    return [row.id for row in queries.find_payer(text, at=now).charges]


class TestInvoices:
    def test_are_found_by_their_number_and_their_address(self, now, ana, raising):
        first, second = (make_charge(at=now, customer_id=ana.pk) for _ in range(2))
        made = invoiced(account_of(now), first, at=now)
        for text in (made.number, made.number.lower().replace("-", " "), links.invoice_url(made)):
            found = queries.find_payer(text, at=now)
            assert (found.invoice, found.payer, found.is_one) == (made.number, "Biology", True)
            assert [row.id for row in found.charges] == [first.public_id]
        pay(first, at=now)
        assert queries.find_payer(made.number, at=now).charges == ()

    def test_are_paid_at_the_counter(self, desk, now, raising):
        made = invoiced(account_of(now), make_charge(at=now), at=now)
        shown = desk.get(HOME, {"q": made.number}).content.decode()
        assert f"Invoice {made.number}" in shown
        assert "Biology" in shown
        [row] = queries.find_payer(made.number, at=now).charges
        answer = desk.post(
            f"{HOME}?q={made.number}", {"charge": [str(row.id)], "method": "cheque", "given": ""}
        )
        assert answer.status_code == 302
        assert queries.find_payer(made.number, at=now).charges == ()


class TestScanned:
    def test_the_square_of_a_citation_holds_its_number(self, charge, now):
        site = "https://harbor.example"
        text = f"{site}/citations/verify/?number={charge.reference}&code=7XQ2"
        assert found_by(text, now) == [charge.public_id]
        assert found_by(text.lower(), now) == [charge.public_id]

    def test_the_squares_to_pay_and_of_receipts_hold_tokens(self, charge, now, ana):
        assert found_by(links.pay_url([charge.public_id]), now) == [charge.public_id]
        paid = pay(make_charge(at=now, customer_id=ana.pk), at=now)
        assert found_by(links.receipt_url(paid), now) == [charge.public_id]

    def test_the_square_of_a_permit_is_read_by_who_raised_its_charge(self, now, raising, ana):
        charge = make_charge(at=now, kind="permit", customer_id=ana.pk, plate_key="")
        raising.squares["abc:def"] = charge.reference
        text = f"{hosts.current_site_url()}/permits/verify/abc:def/"
        assert found_by(text, now) == [charge.public_id]

    @pytest.mark.parametrize("text", ["https://elsewhere.example/x/", "/", "http://[", "a/b/c"])
    def test_what_was_made_elsewhere_finds_nobody(self, now, text):
        found = queries.find_payer(text, at=now)
        assert not found.is_one
        assert found.people == ()


def test_permits_read_their_own_squares(harbor):
    from parkops.tenancy import signing
    from permits.operations.notices import VERIFY, number_scanned

    assert number_scanned(signing.sign("P-2026-00001-1", purpose=VERIFY)) == "P-2026-00001-1"
    assert number_scanned(signing.sign("P-2026-00001-1", purpose="pay")) == ""


class TestSale:
    def test_offers_what_people_hand_over_and_says_the_change_in_pieces(self, desk, charge):
        shown = desk.get(HOME, {"q": charge.reference}).content.decode()
        assert 'value="50.00"' in shown
        assert 'data-key="c"' in shown
        body = {"charge": [str(charge.public_id)], "method": "cash", "quick": "50.00"}
        answer = desk.post(f"{HOME}?q={charge.reference}", body)
        taken = desk.get(answer["Location"]).content.decode()
        assert "$10.00" in taken
        assert "1 × $10" in taken
        assert "Last receipt" in desk.get(HOME).content.decode()

    def test_clicked_twice_is_taken_once(self, desk, charge):
        body = {
            "charge": [str(charge.public_id)],
            "method": "cash",
            "given": "10.00",
            "once": str(uuid4()),
        }
        path = f"{HOME}?q={charge.reference}"
        first, second = desk.post(path, body), desk.post(path, body)
        assert first["Location"] == second["Location"]
        assert Payment.objects.count() == 1

    def test_the_receipt_goes_to_an_address_once(self, desk, charge, now):
        payment = pay(charge, at=now)
        path = f"{HOME}taken/{payment.number}/"
        assert 'value="ana@example.test"' in desk.get(path).content.decode()
        for _ in range(2):
            assert desk.post(f"{path}mail/", {"email": "ana@example.test"}).status_code == 302
        [message] = Message.objects.filter(event="payment.receipt")
        assert (message.to, payment.number in message.text) == ("ana@example.test", True)
        desk.post(f"{path}mail/", {"email": "nobody"})
        assert "Give an e-mail address" in desk.get(path).content.decode()
        assert Message.objects.filter(event="payment.receipt").count() == 1

    def test_the_receipt_of_another_tenant_is_404(self, other_site, charlie, charge, now):
        payment = pay(charge, at=now)
        other_site.login_as(charlie)
        path = f"{HOME}taken/{payment.number}/"
        assert other_site.get(path).status_code == 404
        assert other_site.post(f"{path}mail/", {"email": "a@b.example"}).status_code == 404

    def test_no_receipt_without_money(self, desk, charge, now):
        from payments import operations

        payment = pay(charge, at=now, method="cheque")
        operations.bounce_payment(payment.number, by=CLERK, at=now)
        answer = desk.post(f"{HOME}taken/{payment.number}/mail/", {"email": "a@b.example"})
        assert answer.status_code == 422
