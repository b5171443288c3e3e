"""What collectors were paid comes back: each payment once, and what does not fit is told."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from enforcement.models import Citation, HandOver
from enforcement.operations import advance, citations, collected, hand_overs
from enforcement.operations.citations import Draft
from enforcement.queries import citations as citing
from enforcement.rules.collected import read_payments
from parkops.kernel.actors import SYSTEM
from parkops.kernel.money import Money
from payments.models import Payment
from tests.enforcement.conftest import NOW

HEAD = "citation,paid_on,amount,reference\n"
LATER = NOW + timedelta(days=90)


class TestRules:
    @pytest.mark.parametrize(
        ("line", "told"),
        [
            ("C-1,2026-11-20,40.00,R1", ""),
            ("C-1,20 Nov,40.00,R1", "A date is written"),
            ("C-1,2026-11-20,40.001,R1", "decimals"),
            ("C-1,2026-11-23,40.00,R1", "has not come yet"),
            ("C-1,0001-01-01,40.00,R1", "a year from 1900"),
            ("C-1,2026-11-20,0.00,R1", "is no payment"),
            ("C-1,2026-11-20,-4.00,R1", "is no payment"),
            ("C-1,2026-11-20,40.00,", "reference is empty"),
        ],
    )
    def test_a_line(self, line, told):
        text = HEAD + line
        rows, faults = read_payments(text.encode(), currency="USD", today=date(2026, 11, 22))
        if told:
            assert (rows, faults[0].line) == ([], 2)
            assert told in faults[0].text
        else:
            assert (rows[0].amount, faults) == (Money(4_000, "USD"), [])

    def test_a_file_without_its_columns_is_told(self):
        _, faults = read_payments(b"citation,amount\n", currency="USD", today=date(2026, 11, 22))
        assert faults[0].text == "The head line lacks paid_on, reference."


@pytest.fixture
def out(harbor) -> Citation:
    """A citation that is with the collector: it owes 110.00."""
    draft = Draft(None, "ABC 123", "", "LOT-A", "NO-PERMIT", NOW)
    citation = citations.issue_citation(draft, by=SYSTEM, at=NOW).citation
    advance.advance_citations(at=LATER)
    hand_overs.hand_over("collections", by=SYSTEM, at=LATER)
    return citation


def bring(*lines: str) -> collected.Taken:
    content = (HEAD + "\n".join(lines)).encode()
    return collected.bring_payments(content, by=SYSTEM, at=LATER)


class TestBringing:
    def test_parts_are_taken_once_and_the_last_settles_it_and_takes_it_back(self, out):
        first = f"{out.number},2027-02-01,10.00,R1"
        assert (bring(first).new, bring(first).known) == (1, 1)
        assert citing.standing_of(out, at=LATER).owed == Money(10_000, "USD")
        done = bring(first, f"{out.number},2027-02-03,100.00,R2")
        assert (done.new, done.known, done.faults) == (1, 1, ())
        out.refresh_from_db()
        assert citing.standing_of(out, at=LATER).status == "paid"
        assert HandOver.objects.get().released_because == "It was paid."
        assert sorted(Payment.objects.values_list("payer", flat=True)) == [
            "Collector, R1",
            "Collector, R2",
        ]

    def test_what_does_not_fit_is_told_and_the_rest_counts(self, out):
        draft = Draft(None, "XYZ 9", "", "LOT-A", "NO-PERMIT", NOW)
        here = citations.issue_citation(draft, by=SYSTEM, at=NOW).citation
        done = bring(
            f"{out.number},2027-02-01,110.01,R1",
            f"{here.number},2027-02-01,10.00,R1",
            "C-1999-00001-1,2027-02-01,10.00,R1",
            f"{out.number},2027-02-01,10.00,R2",
        )
        assert done.new == 1
        assert [fault.line for fault in done.faults] == [2, 3, 4]
        assert "$110.00" in done.faults[0].text
        assert "was not handed over" in done.faults[1].text


class TestPages:
    def file(self, *lines: str) -> SimpleUploadedFile:
        return SimpleUploadedFile("paid.csv", (HEAD + "\n".join(lines)).encode())

    def test_the_office_brings_it_and_sees_it(self, site, alice, amos, out):
        path = "/office/escalation/collected/"
        with time_machine.travel(LATER, tick=False):
            site.login_as(alice)
            assert "No payment yet" in site.get(path).content.decode()
            line = f"{out.number},2027-02-01,10.00,R1"
            done = site.post(path, {"file": self.file(line)}, follow=True).content.decode()
            assert "1 payments are new" in done
            assert "R1" in done
            wrong = site.post(path, {"file": self.file("C-0,2027-02-01,10.00,R9")})
            assert wrong.status_code == 422
            assert "Line 2" in wrong.content.decode()
            assert site.post(path, {}).status_code == 422

    def test_who_may_not_manage_may_not_bring(self, site, bob, out):
        site.login_as(bob)
        answer = site.post("/office/escalation/collected/", {"file": self.file()})
        assert answer.status_code == 403

    def test_another_tenants_citation_is_none_here(self, hillside, out):
        from django_tenants.utils import tenant_context

        with tenant_context(hillside):
            done = bring(f"{out.number},2027-02-01,10.00,R1")
        assert (done.new, len(done.faults)) == (0, 1)
