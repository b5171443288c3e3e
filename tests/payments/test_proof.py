"""The proof of the books: sound books have no difference, and whatever is changed by hand is found."""

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from parkops.kernel.actors import SYSTEM
from payments import operations, settlement, tasks
from payments.models import LedgerProof
from payments.queries import proof
from payments.settlement import Again
from tests.conftest import Site
from tests.factories.payments import CLERK, make_charge, pay, usd

pytestmark = pytest.mark.usefixtures("harbor")

CHANGED = [
    pytest.param(
        "UPDATE payments_ledgerentry SET amount_minor = amount_minor + 1"
        " WHERE id = (SELECT min(id) FROM payments_ledgerentry)",
        "balance",
        id="an entry",
    ),
    pytest.param(
        "UPDATE payments_ledgerentry SET posted_at = posted_at - interval '1 day'"
        " WHERE id = (SELECT min(id) FROM payments_ledgerentry)",
        "instant",
        id="an entry's day",
    ),
    pytest.param(
        "UPDATE payments_charge SET net_minor = net_minor + 5, amount_minor = amount_minor + 5"
        " WHERE settled_at IS NULL",
        "charge",
        id="what a charge comes to",
    ),
    pytest.param(
        "UPDATE payments_allocation SET released_minor = 1 WHERE released_minor = 0",
        "paid",
        id="what a payment holds",
    ),
    pytest.param(
        "UPDATE payments_payment SET credit_minor = credit_minor - 1 WHERE credit_minor > 0",
        "total",
        id="credit",
    ),
    pytest.param(
        "UPDATE payments_payment SET amount_minor = amount_minor + 7,"
        " handed_over_minor = handed_over_minor + 7",
        "taken",
        id="what was taken",
    ),
    pytest.param(
        "INSERT INTO payments_ledgerbalance (account_id, before_at, amount_minor)"
        " VALUES ('1100', now(), 1)",
        "kept",
        id="a kept balance",
    ),
    pytest.param(
        "UPDATE payments_refund SET amount_minor = amount_minor - 1", "refunded", id="a refund"
    ),
]


@pytest.fixture
def a_day(harbor, now, raising):
    """A day with one of each: owed, paid, credit, given back, bounced."""
    make_charge(at=now)
    pay(make_charge(at=now), at=now, method="cheque", amount=5_000)
    given = pay(make_charge(at=now), at=now)
    operations.refund_payment(given.number, amount=usd(500), reason="Part", by=CLERK, at=now)
    bounced = pay(make_charge(at=now), at=now, method="cheque")
    operations.bounce_payment(bounced.number, by=CLERK, at=now)


def by_hand(statement: str) -> None:
    """Change what only somebody with the database's password can."""
    connection.check_constraints()
    with connection.cursor() as cursor:
        for act in ("DISABLE", "ENABLE"):
            for table in ("ledgerentry", "refund"):
                cursor.execute(f"ALTER TABLE payments_{table} {act} TRIGGER USER")
            if act == "DISABLE":
                cursor.execute(statement)
                assert cursor.rowcount
                connection.check_constraints()


def test_sound_books_have_no_difference(a_day, now):
    proven = proof.prove(now)
    assert proven.found == []
    assert (proven.differences, proven.charges, proven.payments) == (0, 5, 3)
    assert proven.entries > 10
    assert proven.set_aside == {
        "No rule gives the amount of this citation.": 4,
        "No rule gives the amount of this fee.": 1,
    }


@pytest.mark.usefixtures("drifts")
@pytest.mark.parametrize(("statement", "check"), CHANGED)
def test_what_is_changed_by_hand_is_found(a_day, now, statement, check):
    by_hand(statement)
    assert check in {one.check for one in proof.prove(now).found}


def test_an_empty_movement_is_found(a_day, now):
    by_hand(
        "DELETE FROM payments_ledgerentry WHERE transaction_id ="
        " (SELECT max(id) FROM payments_ledgertransaction)"
    )
    assert "balance" in {one.check for one in proof.prove(now).found}


def test_a_charge_is_made_again_by_its_raiser(now, monkeypatch):
    charge = make_charge(at=now, reference="C-1", net=4_000)
    make_charge(at=now, reference="C-2", net=4_500)

    def again(references, *, at):
        return {reference: Again(usd(4_000), "Version 1 says so.") for reference in references}

    monkeypatch.setitem(settlement._raisers, charge.kind, settlement.Raiser(again=again))
    (found,) = proof.prove(now).found
    assert (found.check, found.kind, found.reference) == ("program", "citation", "C-2")
    assert (found.kept, found.again, found.text) == (4_500, 4_000, "Version 1 says so.")


def test_it_is_kept_and_shown(a_day, now, site, amos, alice):
    by_hand("UPDATE payments_refund SET amount_minor = amount_minor - 1")
    kept = operations.prove_books(by=SYSTEM, at=now)
    assert kept.differences == len(kept.found) > 0
    said = site.login_as(amos).get("/office/ledger/proof/").content.decode()
    assert "What went back of a payment must be its refunds." in said
    assert "Differences in the books" in site.login_as(alice).get("/office/").content.decode()


def test_asking_for_one_lets_a_worker_do_it(site, amos, queued):
    site.login_as(amos)
    assert "have not been proven yet" in site.get("/office/ledger/proof/").content.decode()
    assert site.post("/office/ledger/proof/").status_code == 302
    assert queued() == [("payments.prove_books", {})]
    tasks.prove_books.run(schema="t_harbor")
    assert LedgerProof.objects.count() == 1
    assert "Everything agrees." in site.get("/office/ledger/proof/").content.decode()


def test_it_is_for_those_who_read_the_ledger(site, bob):
    assert Site("harbor").get("/office/ledger/proof/").status_code == 302
    assert site.login_as(bob).get("/office/ledger/proof/").status_code == 403
    assert site.login_as(bob).post("/office/ledger/proof/").status_code == 403


class TestAtTheTerminal:
    """`manage.py ledger verify`."""

    def test_sound_books(self, a_day, capsys):
        call_command("ledger", "verify", "--tenant", "harbor")
        said = capsys.readouterr().out
        assert "5 charges and 3 payments" in said
        assert said.endswith("All agree.\n")

    def test_it_ends_with_1_where_something_differs(self, a_day, capsys):
        by_hand("UPDATE payments_refund SET amount_minor = amount_minor - 1")
        with pytest.raises(SystemExit) as left:
            call_command("ledger", "verify", "--tenant", "harbor")
        assert left.value.code == 1
        assert "$5.00 kept, $4.99 made again." in capsys.readouterr().out

    def test_a_tenant_that_is_not_there(self, harbor):
        with pytest.raises(CommandError):
            call_command("ledger", "verify", "--tenant", "nowhere")
