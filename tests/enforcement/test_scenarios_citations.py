"""Scenarios K of the product's list that are about citations themselves."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from enforcement.models import Citation
from enforcement.operations import appeals, citations
from enforcement.operations.citations import Draft
from enforcement.queries import citations as citing
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.money import Money
from payments import operations as payments
from payments import queries as charges
from tests.seed import PROGRAMMES

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
JUNE = datetime(2026, 6, 1, 18, 0, tzinfo=UTC)


def issue(at: datetime = NOW) -> Citation:
    draft = Draft(uuid4(), "ABC 123", "", "LOT-A", "NO-PERMIT", at)
    return citations.issue_citation(draft, by=SYSTEM, at=at).citation


def owed(citation: Citation, at: datetime) -> Money:
    return citing.standing_of(citation, at=at).owed


def test_k1_the_early_price_holds_through_the_seventh_day(harbor):
    citation = issue(JUNE)
    assert citation.fine_minor == 4_000
    assert owed(citation, datetime(2026, 6, 8, 18, tzinfo=UTC)) == Money(2_000, "USD")
    assert owed(citation, datetime(2026, 6, 9, 18, tzinfo=UTC)) == Money(4_000, "USD")


def test_k2_what_was_issued_keeps_its_amount_text_and_steps(harbor, apply_programme):
    citation = issue()
    before = citing.standing_of(citation, at=NOW + timedelta(days=40))
    text = (PROGRAMMES / "harbor.yaml").read_text()
    changed = text.replace("No valid permit", "Parked without a permit")
    changed = changed.replace('fine: "40.00"', 'fine: "90.00"').replace(
        "{after: 28d, times: 2}", "{after: 28d, times: 3}"
    )
    assert changed != text
    apply_programme(changed, at=NOW + timedelta(days=1))
    citation.refresh_from_db()
    after = citing.standing_of(citation, at=NOW + timedelta(days=40))
    assert (citation.violation_name, citation.fine_minor) == ("No valid permit", 4_000)
    assert (after.owed, after.steps) == (before.owed, before.steps)
    assert issue(NOW + timedelta(days=2)).violation_name == "Parked without a permit"


def test_k5_what_is_over_is_locked(harbor):
    paid, voided = issue(), issue()
    charge = charges.charge_of("citation", paid.number)
    assert charge is not None
    payments.take_payment(charge_ids=[charge.id], method="cash", by=SYSTEM, at=NOW)
    citations.void_citation(voided.number, reason="Test", by=SYSTEM, at=NOW)
    plea = appeals.Plea("other", "I was unloading.", "Ada", "ada@person.test")
    for citation in (paid, voided):
        with pytest.raises(Conflict):
            citations.void_citation(citation.number, reason="Again", by=SYSTEM, at=NOW)
    with pytest.raises(Refused):
        appeals.file_appeal(voided.number, plea, by=SYSTEM, at=NOW)


def test_k20_parts_are_taken_until_it_is_paid_and_no_more(harbor):
    citation, later = issue(), NOW + timedelta(days=8)
    charge = charges.charge_of("citation", citation.number)
    assert charge is not None

    def pay(minor: int) -> None:
        payments.take_payment(
            charge_ids=[charge.id],
            method="cash",
            amount=Money(minor, "USD"),
            by=SYSTEM,
            at=later,
        )

    pay(1_500)
    assert citing.standing_of(citation, at=later).status == "issued"
    pay(2_500)
    citation.refresh_from_db()
    assert citing.standing_of(citation, at=later).status == "paid"
    with pytest.raises(Refused):
        pay(500)
