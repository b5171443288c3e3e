"""An accountant's month: sold, written, paid, refunded; closed, in balance, and the reports agree to the cent."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from enforcement.operations import citations as issuing
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict
from parkops.kernel.money import Money
from parkops.programme import queries as programme
from payments import operations as payments
from payments.accounts import (
    CASH,
    FINE_REVENUE,
    PERMIT_REVENUE,
    PREPAID_PERMITS,
    RECEIVABLE,
    TAX_PAYABLE,
)
from payments.models import Charge, LedgerExport, LedgerMonth
from payments.queries import gl, proof
from payments.queries import journal as journals
from payments.queries import ledger as balances
from payments.rules.gl import Row
from permits.operations.ending import cancel_permit
from reporting.catalogue import REPORTS
from reporting.catalogue.base import Asking
from tests.conftest import Site, _person
from tests.factories.payments import CLERK, books
from tests.permits.conftest import hold, pay, person, sell  # noqa: F401  fixtures

OCTOBER = ("2026-10-01", "2026-10-31")
IN_OCTOBER = datetime(2026, 10, 6, 15, 15, tzinfo=UTC)
FIFTH = datetime(2026, 11, 5, 15, tzinfo=UTC)
END = datetime(2026, 11, 1, 3, 59, 59, 999_999, tzinfo=UTC)


@pytest.fixture
def month(harbor, person, sell):  # noqa: F811
    """October: three permits sold, one given back; three citations written, one voided, one paid."""
    payments.accrue_from(date(2026, 10, 1), by=CLERK, at=IN_OCTOBER)
    ana, ben, cy = person("ana", "STAFF"), person("ben"), person("cy")
    staff = sell(ana, "STAFF-YEAR", "ANA 1", at=IN_OCTOBER)
    sell(ben, "MONTH", "BEN 1", at=IN_OCTOBER)
    given_up = sell(cy, "MONTH", "CY 1", at=IN_OCTOBER)
    cancel_permit(given_up.number, reason="Moved away", by=CLERK, at=IN_OCTOBER + timedelta(days=1))
    written = [
        issuing.issue_citation(
            issuing.Draft(None, plate, "", zone, violation, IN_OCTOBER), by=SYSTEM, at=IN_OCTOBER
        ).citation
        for plate, zone, violation in [
            ("BAD 1", "LOT-A", "NO-PERMIT"),
            ("BAD 2", "LOT-B", "FIRE-LANE"),
            ("BAD 3", "LOT-A", "NO-PERMIT"),
        ]
    ]
    issuing.void_citation(written[2].number, reason="A mistake", by=CLERK, at=IN_OCTOBER)
    paid = Charge.objects.get(kind="citation", reference=written[1].number)
    payments.take_payment(charge_ids=[paid.public_id], method="cash", by=CLERK, at=IN_OCTOBER)
    return staff


def report(code, **answers):
    """Return a report of October."""
    asked = REPORTS[code].answers(
        {"from": OCTOBER[0], "to": OCTOBER[1], **answers}, today=FIFTH.date()
    )
    rules = programme.in_force(FIFTH).programme
    return REPORTS[code].build(Asking(asked, rules, FIFTH, lambda share, text: None))


def total(dataset, key, where=lambda row: True):
    """Return what a column of a report comes to, of the rows that are meant."""
    keys = [column.key for column in dataset.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in dataset.rows]
    return sum((row[key] for row in rows if where(row)), Money(0, "USD"))


@pytest.mark.django_db
def test_an_accountants_month(month):
    amos = Site("harbor").login_as(_person("amos@harbor.example"))
    with time_machine.travel(FIFTH, tick=False):
        # Where each is booked: staff permits of LOT-A apart, with a cost center.
        for row in (
            Row(PERMIT_REVENUE, "4-PERMITS", date(2026, 10, 1)),
            Row(
                PERMIT_REVENUE, "4-STAFF", date(2026, 10, 1), "CC-7", "LOT-A", "STAFF-YEAR", "STAFF"
            ),
            Row(FINE_REVENUE, "4-FINES", date(2026, 10, 1)),
        ):
            payments.write_code(row, by=CLERK, at=FIFTH)
        why = amos.get(
            "/office/ledger/codes/?try=1&account=4000&item=STAFF-YEAR&zone=LOT-A&audience=STAFF"
        )
        assert why.context["booked"].code == "4-STAFF"
        uncoded = {one.account for one in gl.unmapped(date(2026, 10, 1), date(2026, 10, 31))}
        assert uncoded >= {CASH, RECEIVABLE, TAX_PAYABLE}

        # The month is closed; what is prepaid is posted first.
        assert amos.post("/office/ledger/months/2026-10/close/").status_code == 302
        closed = LedgerMonth.objects.get()
        assert closed.closed_at == FIFTH
        with pytest.raises(Conflict):
            payments.accrue_from(date(2026, 10, 1), by=CLERK, at=FIFTH)

        # Both sides are equal, at its end and now.
        for asked in ("?on=2026-10-31", "?on=2026-11-05", ""):
            balance = amos.get(f"/office/ledger/{asked}").context["balance"]
            assert balance.is_balanced
            assert balance.total_debit

    # Revenue by code agrees with the reports of permits and of citations, to the cent.
    by_code = report("booked-revenue")
    of_permits = lambda row: row["account"] == PERMIT_REVENUE  # noqa: E731
    of_fines = lambda row: row["account"] == FINE_REVENUE  # noqa: E731
    sales, citations = report("permit-sales"), report("citations", by="violation")
    assert total(by_code, "charged", of_permits) == total(sales, "net")
    assert total(by_code, "charged", of_fines) == total(citations, "fines")
    standing = total(by_code, "charged", of_fines) - total(by_code, "taken_off", of_fines)
    assert standing == total(citations, "standing")
    assert total(by_code, "charged").minor == 33_000 + 2 * 5_000 + 2 * 4_000 + 12_000
    codes = {row[0]: row[4:7] for row in by_code.rows if row[2] == PERMIT_REVENUE}
    assert codes["4-STAFF"] == ["STAFF-YEAR", "LOT-A", "STAFF"]

    # What the months to come earn stands on the account of prepaid permits.
    put_off = total(by_code, "put_off")
    assert put_off.minor == -books(END)[PREPAID_PERMITS] > 0
    ahead = REPORTS["prepaid-permits"]
    asking = Asking({"to": date(2026, 11, 1)}, programme.in_force(FIFTH).programme, FIFTH, _quiet)
    waterfall = ahead.build(asking)
    assert total(waterfall, "earned") == put_off
    revenue = -sum(
        minor for code, minor in books(END).items() if code in {PERMIT_REVENUE, FINE_REVENUE}
    )
    shown = total(by_code, "revenue", lambda row: of_permits(row) or of_fines(row))
    assert shown.minor == revenue

    # The journal says the same, once.
    made = payments.export_journal(date(2026, 10, 1), date(2026, 10, 31), by=CLERK, at=FIFTH)
    lines = journals.batch_of(made).lines
    assert sum(one.debit - one.credit for one in lines) == 0
    for account, minor in books(END).items():
        moved = sum(one.debit - one.credit for one in lines if one.account == account)
        assert moved == minor, account
    with pytest.raises(Conflict):
        payments.export_journal(date(2026, 10, 1), date(2026, 10, 31), by=CLERK, at=FIFTH)
    assert LedgerExport.objects.count() == 1

    # Each figure leads to what it is made of, and the books prove themselves.
    with time_machine.travel(FIFTH, tick=False):
        for line in amos.get("/office/ledger/?on=2026-10-31").context["lines"]:
            shown = amos.get(line.url).context["balance"]
            assert shown == line.balance.debit - line.balance.credit
    assert balances.trial_balance(FIFTH).is_balanced
    assert proof.prove(FIFTH).found == []


def _quiet(_share: float, _text: str) -> None:
    return None
