"""The pages about the bank: reading files, looking at lines, saying what they are for."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from payments import operations
from payments.accounts import CASH
from payments.models import BankLine, BankStatement, Payment
from tests.factories.invoices import account_of, invoiced
from tests.factories.payments import CLERK, counted_queries, make_charge, owed
from tests.factories.statements import Entry, camt

pytestmark = pytest.mark.usefixtures("harbor", "raising")


@pytest.fixture
def moment():
    return timezone.now()


@pytest.fixture
def accountant(site, amos):
    site.login_as(amos)
    return site


def brought(moment, *entries: Entry) -> list[BankLine]:
    told = operations.read_statement(camt(*entries), name="x.xml", by=CLERK, at=moment)
    return list(BankLine.objects.filter(pk__in=told.new).order_by("pk"))


def path_of(line: BankLine) -> str:
    return reverse("office_bank:detail", args=[line.public_id])


def text_of(answer) -> str:
    return answer.content.decode()


class TestReading:
    def test_says_what_became_of_the_file(self, accountant):
        path = reverse("office_bank:statements")
        file = camt(Entry(bank_reference="1"), Entry(currency="EUR", bank_reference="2"))
        for words in ("1 new line booked, 1 refused.", "0 new lines booked, 1 known already"):
            sent = {"file": SimpleUploadedFile("november.xml", file)}
            answer = accountant.post(path, sent, follow=True)
            assert words in text_of(answer)
        assert "only USD is booked here" in text_of(accountant.get(path))

    def test_of_what_is_no_statement_is_refused_at_the_field(self, accountant):
        sent = {"file": SimpleUploadedFile("x.csv", b"a,b")}
        answer = accountant.post(reverse("office_bank:statements"), sent)
        assert (answer.status_code, "neither CAMT.053" in text_of(answer)) == (422, True)

    def test_clerks_only_look(self, site, clara, moment):
        [line] = brought(moment, Entry())
        site.login_as(clara)
        assert site.get(reverse("office_bank:list")).status_code == 200
        assert "Book it" not in text_of(site.get(path_of(line)))
        assert site.get(reverse("office_bank:statements")).status_code == 403
        assert site.post(f"{path_of(line)}aside/", {"note": "x"}).status_code == 403

    def test_by_the_command(self, tmp_path: Path):
        file, out = tmp_path / "x.xml", StringIO()
        file.write_bytes(camt(Entry()))
        call_command("bank", "read", str(file), "--tenant", "harbor", stdout=out)
        assert out.getvalue() == "1 new line booked.\n"
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("bank", "read", str(tmp_path / "none"), "--tenant", "harbor")
        file.write_bytes(b"nothing")
        with pytest.raises(CommandError, match="neither CAMT"):
            call_command("bank", "read", str(file), "--tenant", "harbor")
        assert BankStatement.objects.count() == 1


class TestLines:
    def test_that_wait_say_what_they_are_likely_for(self, accountant, moment):
        payer, charge = account_of(moment), make_charge(at=moment)
        invoice = invoiced(payer, charge, at=moment)
        [line] = brought(moment, Entry("40.00", party="Biology"))
        assert f"{invoice.number}?" in text_of(accountant.get(reverse("office_bank:list")))
        shown = text_of(accountant.get(path_of(line)))
        assert "Its amount and payer are those of this invoice." in shown
        answer = accountant.post(f"{path_of(line)}assignment/", {"numbers": "I-1"})
        assert (answer.status_code, "no charge I-1" in text_of(answer)) == (422, True)
        accountant.post(f"{path_of(line)}assignment/", {"numbers": f"{invoice.number}, "})
        assert (owed(charge), Payment.objects.get().method) == (0, "bank")
        assert Payment.objects.get().number in text_of(accountant.get(path_of(line)))

    def test_are_booked_kept_aside_sent_back_and_cancelled(self, accountant, moment):
        cash, aside, back, went = brought(
            moment, Entry("90.00"), Entry("1.00"), Entry("2.00"), Entry("-2.00")
        )
        accountant.post(f"{path_of(cash)}account/", {"account": CASH, "note": "Bag 7"})
        accountant.post(f"{path_of(aside)}aside/", {"note": "Asked"})
        accountant.post(f"{path_of(back)}back/", {"note": "Not ours"})
        assert "It takes this back" in text_of(accountant.get(path_of(went)))
        accountant.post(f"{path_of(went)}counterpart/", {"line": back.public_id})
        assert accountant.post(f"{path_of(went)}counterpart/", {"line": "x"}).status_code == 404
        told = list(BankLine.objects.order_by("pk").values_list("state", flat=True))
        assert told == ["booked", "aside", "matched", "matched"]
        answer = accountant.post(f"{path_of(cash)}account/", {"account": CASH, "note": "Again"})
        assert (answer.status_code, "is booked" in text_of(answer)) == (422, True)

    def test_are_matched_again_once_there_is_an_invoice(self, accountant, moment):
        charge = make_charge(at=moment)
        payer = account_of(moment)
        [line] = brought(moment, Entry("40.00", text="I-2026-00001"))
        invoice = invoiced(payer, charge, at=moment)
        BankLine.objects.filter(pk=line.pk).update(text=f"For {invoice.number}")
        accountant.post(reverse("office_bank:match"))
        assert owed(charge) == 0

    def test_that_more_ask_no_more_of_the_database(self, accountant, moment):
        path = reverse("office_bank:list")
        brought(moment, *(Entry(bank_reference=f"a{n}") for n in range(3)))
        accountant.get(path)
        with counted_queries() as few:
            accountant.get(path)
        brought(moment, *(Entry(bank_reference=f"b{n}") for n in range(3)))
        with counted_queries() as many:
            accountant.get(path)
        assert len(many) == len(few)

    def test_of_another_tenant_are_404(self, other_site, charlie, moment):
        [line] = brought(moment, Entry())
        other_site.login_as(charlie)
        assert other_site.get(path_of(line)).status_code == 404
