"""What is written once, in order and by one person, also when two act at the same time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from enforcement.models import Appeal, BootNotice, Citation, CitationOwner, Letter, PlateCheck
from enforcement.operations import (
    advance,
    appeals,
    checks,
    citations,
    letters,
    notices,
    settling,
)
from enforcement.operations.citations import Draft
from enforcement.queries import boots
from enforcement.queries.checks import Look
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict
from payments import operations as payments
from payments import queries as charges

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
PLEA = appeals.Plea("other", "I was unloading.", "Ada", "ada@person.test")


def draft(client_id: UUID | None = None, plate: str = "ABC 123", **more) -> Draft:
    given = {"violation": "NO-PERMIT", "zone": "LOT-A", "region": "", "issued_at": NOW} | more
    return Draft(client_id=client_id or uuid4(), plate=plate, **given)


def issue(**more) -> Citation:
    return citations.issue_citation(draft(**more), by=SYSTEM, at=NOW).citation


def at_once(tenant, *acts):
    """Run the acts in threads at the same time; returns what each returned or raised."""

    def run(act):
        connection.set_tenant(tenant)
        try:
            return act()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return [future.result() for future in [pool.submit(run, act) for act in acts]]


class TestAtTheSameTime:
    def test_one_client_id_is_one_citation_and_one_charge(self, own_database):
        same = draft(uuid4())

        def write():
            return citations.issue_citation(same, by=SYSTEM, at=NOW)

        issued = at_once(own_database, *[write] * 4)
        assert sorted(one.is_new for one in issued) == [False, False, False, True]
        assert len({one.citation.number for one in issued}) == 1
        assert Citation.objects.count() == 1

    def test_two_citations_of_a_plate_are_counted_one_after_the_other(self, own_database):
        def write():
            return citations.issue_citation(draft(), by=SYSTEM, at=NOW).citation.nth

        assert sorted(at_once(own_database, *[write] * 4)) == [1, 2, 3, 4]

    def test_two_reviewers_decide_once(self, own_database):
        appeal = appeals.file_appeal(issue().number, PLEA, by=SYSTEM, at=NOW)

        def decide(outcome: str):
            return lambda: appeals.decide_appeal(
                appeal.number,
                outcome=outcome,
                reason_code="other",
                text="x",
                by=Actor("staff", outcome, outcome),
                at=NOW,
            )

        results = at_once(own_database, decide("upheld"), decide("dismissed"))
        refused = [result for result in results if isinstance(result, Conflict)]
        assert [error.code for error in refused] == ["decided"]
        assert len([result for result in results if isinstance(result, Appeal)]) == 1

    def test_two_appeals_are_one(self, own_database):
        number = issue().number

        def file():
            return appeals.file_appeal(number, PLEA, by=SYSTEM, at=NOW)

        results = at_once(own_database, file, file)
        assert len([result for result in results if isinstance(result, Appeal)]) == 1


class TestPlateCheck:
    def test_is_kept_as_it_was_and_may_only_be_forgotten(self, harbor):
        checks.check_plate(Look("ABC 123", "", "LOT-A", NOW), source="api", by=SYSTEM, at=NOW)
        kept = PlateCheck.objects.all()
        with pytest.raises(IntegrityError), transaction.atomic():
            kept.update(verdict="authorized")
        with pytest.raises(IntegrityError), transaction.atomic():
            kept.update(plate_text="", plate_key="", region="", answer={}, actor_name="Nobody")
        assert kept.update(plate_text="", plate_key="", region="", answer={}) == 1

    def test_a_region_left_out_matches_and_another_does_not(self, harbor):
        issue(region="WA")

        def unpaid(region: str) -> int:
            look = Look("ABC 123", region, "LOT-A", NOW)
            return len(checks.check_plate(look, source="api", by=SYSTEM, at=NOW).answer.unpaid)

        assert [unpaid("WA"), unpaid(""), unpaid("OR")] == [1, 1, 0]

    def test_a_missing_plate_is_nobody_s(self, harbor):
        Citation.objects.create(
            number="X-1",
            source="import",
            imported_batch=1,
            plate_missing=True,
            violation_code="X",
            fine_minor=100,
            issued_at=NOW,
            issued_on=NOW.date(),
            recorded_at=NOW,
        )
        look = Look("NULL", "", "LOT-A", NOW)
        answer = checks.check_plate(look, source="api", by=SYSTEM, at=NOW).answer
        assert answer.unpaid == ()


class TestSettling:
    def test_a_payment_settles_and_a_bounce_owes_again(self, harbor):
        citation = issue()
        charge = charges.charge_of("citation", citation.number)
        payment = payments.take_payment(
            charge_ids=[charge.id], method="cheque", amount=None, by=SYSTEM, at=NOW
        )
        citation.refresh_from_db()
        assert citation.settled_at == NOW
        from payments.operations.refunds import bounce_payment

        bounce_payment(payment.number, by=SYSTEM, at=NOW + timedelta(days=2))
        citation.refresh_from_db()
        assert citation.settled_at is None

    def test_a_voided_citation_refuses_money(self, harbor):
        citation = issue()
        citations.void_citation(citation.number, reason="x", by=SYSTEM, at=NOW)
        assert settling.settled(citation.number, by=SYSTEM, at=NOW).code == "voided"
        assert settling.may_pay(citation.number, at=NOW).code == "voided"

    def test_a_pause_keeps_a_charge_from_being_overdue(self, harbor):
        number = issue().number
        later = NOW + timedelta(days=40)
        assert charges.overdue(plate_keys=["ABC123"], at=later)
        appeals.file_appeal(number, PLEA, by=SYSTEM, at=NOW)
        assert not charges.overdue(plate_keys=["ABC123"], at=later)

    def test_the_ledger_follows_the_steps_and_stays_equal(self, harbor):
        issue()
        for days in (0, 8, 15, 29, 61):
            advance.advance_citations(at=NOW + timedelta(days=days))
        balance = charges.trial_balance(NOW + timedelta(days=61))
        assert balance.total_debit == balance.total_credit


class TestAdvance:
    def test_changes_what_has_changed_and_nothing_twice(self, harbor):
        number = issue().number
        assert advance.advance_citations(at=NOW) == 0
        assert advance.advance_citations(at=NOW + timedelta(days=8)) == 1
        assert charges.charge_of("citation", number).amount.minor == 4_000
        later = NOW + timedelta(days=61)
        assert [advance.advance_citations(at=later) for _ in range(2)] == [1, 0]
        assert Citation.objects.get().stage == "collections"
        assert Citation.objects.standing("collections").count() == 1

    def test_leaves_imported_ones_alone(self, harbor):
        Citation.objects.create(
            number="X-1",
            source="import",
            imported_batch=1,
            plate_missing=True,
            violation_code="X",
            fine_minor=100,
            issued_at=NOW - timedelta(days=900),
            issued_on=NOW.date(),
            recorded_at=NOW,
        )
        assert advance.advance_citations(at=NOW) == 0


class TestBootNotices:
    def owing(self) -> None:
        for days in (6, 5, 4):
            issue(issued_at=NOW - timedelta(days=days))

    def test_go_once_to_the_known_holder(self, harbor):
        from parkops.customers import operations as customers
        from parkops.messaging.models import Message

        customer = customers.register_customer(
            email="ada@person.test", name="Ada", by=SYSTEM, at=NOW
        )
        customers.add_vehicle(customer_id=customer.pk, plate="ABC123", by=SYSTEM, at=NOW)
        self.owing()
        assert [notices.send_boot_notices(at=NOW) for _ in range(2)] == [1, 0]
        assert BootNotice.objects.get().sent_to == "ada@person.test"
        assert Message.objects.get().event == "citation.boot_notice"

    def test_go_by_letter_to_an_owner_who_was_looked_up_and_run_from_when_it_is_sent(self, harbor):
        self.owing()
        cited = Citation.objects.latest("pk")
        CitationOwner.objects.create(
            citation=cited, name="Ben", address="1 Elm St", found_at=NOW, found_by="Clara"
        )
        assert [notices.send_boot_notices(at=NOW) for _ in range(2)] == [1, 0]
        letter = Letter.objects.get()
        assert (letter.name, letter.stage, letter.said["count"]) == ("Ben", "boot-notice", 3)
        assert not BootNotice.objects.exists()
        batch = letters.make_letter_batch(by=SYSTEM, at=NOW)
        sent_at = NOW + timedelta(days=2)
        letters.mark_sent(batch.number, by=SYSTEM, at=sent_at)
        letters.mark_sent(batch.number, by=SYSTEM, at=sent_at + timedelta(days=1))
        notice = BootNotice.objects.get()
        assert (notice.plate_key, notice.sent_at) == ("ABC123", sent_at)
        assert notice.sent_to == f"Ben, letter {batch.number}"
        # Ten days later it may be booted, and nobody is told once more.
        assert not boots.bootable(at=NOW + timedelta(days=11))
        (row,) = boots.bootable(at=NOW + timedelta(days=12))
        assert row.plate_key == "ABC123"
        assert notices.send_boot_notices(at=NOW + timedelta(days=12)) == 0

    def test_go_by_mail_to_an_owner_who_was_looked_up_with_an_address(self, harbor):
        self.owing()
        CitationOwner.objects.create(
            citation=Citation.objects.latest("pk"),
            name="Ben",
            email="ben@person.test",
            found_at=NOW,
            found_by="Clara",
        )
        assert notices.send_boot_notices(at=NOW) == 1
        assert BootNotice.objects.get().sent_to == "ben@person.test"

    def test_do_not_go_to_nobody(self, harbor):
        self.owing()
        assert notices.send_boot_notices(at=NOW) == 0


class TestOfCustomers:
    def test_the_time_line_and_the_search_know_citations(self, harbor):
        from enforcement.queries import customers
        from parkops.customers.timeline import Subject

        citation = issue()
        appeal = appeals.file_appeal(citation.number, PLEA, by=SYSTEM, at=NOW)
        checks.check_plate(Look("ABC123", "", "LOT-A", NOW), source="api", by=SYSTEM, at=NOW)
        told = customers.moments(Subject(1, ("ABC123",)), limit=10)
        assert {moment.title for moment in told} == {
            "Plate checked in LOT-A: not authorized",
            f"Citation {citation.number}",
            f"Appeal {appeal.number} filed",
        }
        assert customers.moments(Subject(1, ()), limit=10) == []
        assert [hit.exact for hit in customers.hits(citation.number, limit=5)] == [True]
        assert [hit.title for hit in customers.hits("abc-123", limit=5)] == [citation.number]
        assert [hit.title for hit in customers.hits(appeal.number.lower(), limit=5)] == [
            appeal.number
        ]
