"""The pages about a charge, its adjustments, and files of charges."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from payments import links, operations
from payments.models import Adjustment, BankLine, Charge, ChargeAccount, ChargeBatch
from tests.factories.payments import CLERK, make_charge, owed, pay
from tests.factories.statements import Entry, camt
from tests.seed import PROGRAMMES

pytestmark = pytest.mark.usefixtures("harbor", "raising")


@pytest.fixture
def moment():
    return timezone.now()


@pytest.fixture
def accountant(site, amos):
    site.login_as(amos)
    return site


@pytest.fixture
def charge(moment, ana) -> Charge:
    return make_charge(at=moment, kind="permit", net=10_000, tax=1_300, customer_id=ana.pk)


def path_of(charge: Charge) -> str:
    return reverse("office_charges:detail", args=[charge.public_id])


def text_of(answer) -> str:
    return answer.content.decode()


GIVEN = {"kind": "credit", "amount": "11.30", "reason": "goodwill", "text": "First time"}


class TestCharge:
    def test_shows_its_parts_with_the_rate_of_its_tax(self, accountant, charge):
        shown = text_of(accountant.get(path_of(charge)))
        for words in ("$100.00", "13%", "$13.00", "$113.00", "Ana Ruiz"):
            assert words in shown

    def test_is_adjusted_and_the_receipt_says_so(self, accountant, charge, moment):
        assert accountant.post(f"{path_of(charge)}adjustments/", GIVEN).status_code == 302
        assert owed(charge) == 10_170
        assert "Goodwill: First time" in text_of(accountant.get(path_of(charge)))
        receipt = text_of(accountant.get(links.receipt_path(pay(charge, at=moment))))
        assert "First time" in receipt
        assert "Tax included, 13%" in receipt

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({"amount": ""}, "Give an amount"),
            ({"amount": "900.00"}, "does not come to as much"),
            ({"text": ""}, "required"),
        ],
    )
    def test_wrong_input_is_said_at_the_field(self, accountant, charge, given, words):
        answer = accountant.post(f"{path_of(charge)}adjustments/", {**GIVEN, **given})
        assert (answer.status_code, Adjustment.objects.count()) == (422, 0)
        assert words in text_of(answer)

    def test_a_payment_is_moved(self, accountant, charge, moment):
        right = make_charge(at=moment, net=11_300)
        payment = pay(charge, at=moment)
        given = {"payment": payment.number, "to": right.reference, "reason": "Wrong permit"}
        path = f"{path_of(charge)}payments/"
        assert accountant.post(path, {**given, "to": "T-1"}).status_code == 422
        assert accountant.post(path, given).status_code == 302
        assert (owed(charge), owed(right)) == (11_300, 0)

    def test_clerks_look_and_other_tenants_do_not(self, site, other_site, clara, charlie, charge):
        site.login_as(clara)
        assert "Adjust…" not in text_of(site.get(path_of(charge)))
        assert site.post(f"{path_of(charge)}adjustments/", GIVEN).status_code == 403
        other_site.login_as(charlie)
        assert other_site.get(path_of(charge)).status_code == 404

    def test_a_second_person_accepts_or_not(self, site, amos, alice, charge, apply_programme):
        text = (PROGRAMMES / "harbor.yaml").read_text()
        apply_programme(text + 'refunds: {second_person: "5.00"}\n')
        site.login_as(amos)
        for amount in ("11.30", "5.65", "11.30"):
            site.post(f"{path_of(charge)}adjustments/", {**GIVEN, "amount": amount})
        path = reverse("office_charges:adjustments")
        assert "Somebody else accepts it" in text_of(site.get(path))
        one, two = Adjustment.objects.order_by("pk")
        assert site.post(f"{path}{one.public_id}/acceptance/").status_code == 422
        site.login_as(alice)
        assert site.post(f"{path}{one.public_id}/acceptance/").status_code == 302
        assert site.post(f"{path}{two.public_id}/rejection/", {"reason": "No"}).status_code == 302
        assert owed(charge) == 10_170


class TestFiles:
    def test_from_the_agreement_to_the_transfer(self, accountant, charge, moment):
        agree = {"kind": "payroll", "number": "E-77"}
        accountant.post(f"{path_of(charge)}agreement/", agree)
        new = reverse("office_charge_files:new") + "?kind=payroll"
        assert charge.reference in text_of(accountant.get(new))
        assert accountant.post(new, {"charge": charge.public_id}).status_code == 302
        path = reverse("office_charge_files:detail", args=[ChargeBatch.objects.get().number])
        file = text_of(accountant.get(f"{path}csv/"))
        assert f"E-77,Ana Ruiz,{charge.reference}" in file
        assert "113.00,USD" in file
        assert "Sent in a charge file." in text_of(accountant.get(path_of(charge)))
        wrong = SimpleUploadedFile("a.csv", b"row,state\n1,maybe")
        answer = accountant.post(path, {"file": wrong})
        assert (answer.status_code, "neither accepted" in text_of(answer)) == (422, True)
        right = SimpleUploadedFile("a.csv", b"row,state\n1,accepted")
        assert accountant.post(path, {"file": right}).status_code == 302
        assert owed(charge) == 0
        operations.import_statement(camt(Entry("113.00")), name="x", by=CLERK, at=moment)
        assert "It settles this file" in text_of(accountant.get(path))
        line = BankLine.objects.get()
        assert accountant.post(f"{path}settlement/", {"line": line.public_id}).status_code == 302
        assert "Settled" in text_of(accountant.get(reverse("office_charge_files:list")))

    def test_an_agreement_ends(self, accountant, charge):
        path = f"{path_of(charge)}agreement/"
        accountant.post(path, {"kind": "student", "number": "S-1"})
        account = ChargeAccount.objects.get()
        assert accountant.post(f"{path}end/", {"account": "0"}).status_code == 404
        assert accountant.post(f"{path}end/", {"account": account.pk}).status_code == 302
        account.refresh_from_db()
        assert account.ended_at is not None

    def test_of_no_such_kind_are_not_found(self, accountant, site, clara):
        new = reverse("office_charge_files:new") + "?kind=lottery"
        assert accountant.get(new).status_code == 404
        site.login_as(clara)
        assert site.get(reverse("office_charge_files:list")).status_code == 200
        payroll = reverse("office_charge_files:new") + "?kind=payroll"
        assert site.get(payroll).status_code == 403
