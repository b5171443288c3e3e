"""How unpaid citations go on by themselves: steps, notices, owners, handing over, writing off."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enforcement.models import (
    Citation,
    CitationHold,
    CitationOwner,
    HandOver,
    Letter,
    OwnerBatch,
    OwnerRequest,
)
from enforcement.operations import advance, citations, hand_overs, letters, owners, write_offs
from enforcement.operations.citations import Draft
from enforcement.queries import chain, escalation
from enforcement.queries import citations as citing
from enforcement.queries import owners as asking
from enforcement.rules.standing import Status
from parkops.audit import queries as audit
from parkops.customers import operations as customers
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from payments import operations as payments
from payments import queries as charges
from payments.models import LedgerEntry, Payment
from tests.enforcement.conftest import NOW
from tests.enforcement.test_operations import at_once
from tests.seed import PROGRAMMES

CLERK = Actor("staff", "7", "Clara Clerk")
OTHER = Actor("staff", "8", "Amos Accountant")
STEPS = (
    "[{after: 14d, stage: reminder}, {after: 30d, times: '1.5'}, {after: 60d, stage: collections}]"
)
LOOK_UP = (
    "[{after: 5d, stage: owner-lookup}, {after: 30d, stage: second-notice}, "
    "{after: 60d, stage: collections}, {after: 70d, stage: registration-hold}]"
)
WAS = (
    '[{within: 7d, discount: "50%"}, {after: 14d, add: "15.00"}, '
    "{after: 28d, times: 2}, {after: 60d, stage: collections}]"
)


@pytest.fixture
def steps(harbor, apply_programme):
    """Let NO-PERMIT have these steps: `steps(STEPS)`."""

    def change(schedule: str, more: str = "") -> None:
        text = (PROGRAMMES / "harbor.yaml").read_text()
        assert WAS in text
        apply_programme(text.replace(WAS, schedule) + more)

    return change


def issue(plate: str = "ABC 123", at=NOW, **more) -> Citation:
    given_ = {"violation": "NO-PERMIT", "zone": "LOT-A", "region": "", "issued_at": at} | more
    draft = Draft(client_id=uuid4(), plate=plate, **given_)
    return citations.issue_citation(draft, by=SYSTEM, at=at).citation


def run(days: float) -> None:
    advance.advance_citations(at=NOW + timedelta(days=days))


def pay(citation: Citation, minor: int | None = None, *, days: float = 0, method: str = "cash"):
    charge = charges.charge_of("citation", citation.number)
    amount = None if minor is None else charge.amount.__class__(minor, "USD")
    return payments.take_payment(
        charge_ids=[charge.id],
        method=method,
        amount=amount,
        by=SYSTEM,
        at=NOW + timedelta(days=days),
    )


def events(citation: Citation) -> list[str]:
    return [event.event for event in audit.events_of("citation", citation.number)][::-1]


def amount(citation: Citation) -> str:
    return charges.charge_of("citation", citation.number).amount.amount


class TestSteps:
    @settings(
        max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(st.lists(st.integers(0, 100), min_size=1, max_size=8))
    def test_k17_however_often_the_job_runs(self, steps_once, days):
        """K17: 40.00 becomes 60.00 once, 30 days on, and the late fee is booked once."""
        with transaction.atomic():
            citation = issue()
            for day in [*sorted(days), max(days), max(days)]:
                run(day)
            late = LedgerEntry.objects.filter(account_id="4110", charge__reference=citation.number)
            booked = -sum(entry.amount_minor for entry in late)
            is_late = max(days) > 30
            assert (amount(citation), booked) == (("60.00", 2_000) if is_late else ("40.00", 0))
            citation.refresh_from_db()
            stages = [event for event in events(citation) if event == "citation.stage"]
            assert len(stages) <= 2
            expected = "collections" if max(days) > 60 else "reminder" if max(days) > 14 else ""
            assert citation.stage == expected
            transaction.set_rollback(True)

    @pytest.fixture
    def steps_once(self, steps):
        steps(STEPS)

    def test_each_step_is_on_record_with_its_reason(self, steps):
        steps(STEPS)
        citation = issue()
        for day in (15, 31, 31, 61):
            run(day)
        assert events(citation) == [
            "citation.issued",
            "citation.stage",
            "citation.step",
            "citation.stage",
        ]
        step = audit.events_of("citation", citation.number)[1]
        assert step.data["amount"] == "60.00"
        assert step.reason == "Multiplied by 1.5 after 30 days."

    def test_k20_partial_payments(self, steps):
        """K20: 15 and 25 on 40 settle it; a third of 5 is not taken, or is credit of who sent it."""
        steps(STEPS)
        citation = issue()
        pay(citation, 1_500)
        assert citing.standing_of(citation, at=NOW).owed.amount == "25.00"
        pay(citation, 2_500)
        citation.refresh_from_db()
        assert citing.standing_of(citation, at=NOW).status is Status.PAID
        with pytest.raises(Conflict) as refused:
            pay(citation, 500)
        assert refused.value.code == "nothing_owed"
        assert Payment.objects.count() == 2
        other = issue("XYZ 9")
        assert pay(other, 4_500, method="other").credit_minor == 500


class TestNotices:
    def owner(self, dana, *, address: str = "") -> None:
        before = NOW - timedelta(days=90)
        owner = customers.customer_for_user(dana, at=before)
        customers.add_vehicle(customer_id=owner.pk, plate="ABC 123", by=SYSTEM, at=before)

    def test_a_known_owner_is_written_to_once_a_stage(self, steps, dana):
        steps(STEPS)
        self.owner(dana)
        issue()
        for day in (15, 16, 61, 62):
            run(day)
        told = Message.objects.filter(event="citation.stage").order_by("pk")
        assert [message.key.rpartition(":")[2] for message in told] == ["reminder", "collections"]
        assert "Multiplied by 1.5 after 30 days." in told[0].text
        assert "collection agency" in told[1].text
        assert not Letter.objects.exists()

    def test_an_owner_with_an_address_only_gets_letters_printed_once(self, steps):
        steps(STEPS)
        citation = issue()
        owners.name_owner(
            citation.number, name="Ada", address="1 Main St\nSpringfield", by=CLERK, at=NOW
        )
        assert not Letter.objects.exists()
        run(15)
        run(16)
        (letter,) = Letter.objects.all()
        assert (letter.stage, letter.said["owed"], letter.said["next_owed"]) == (
            "reminder",
            "40.00",
            "60.00",
        )
        at = NOW + timedelta(days=16)
        batch = letters.make_letter_batch(by=CLERK, at=at)
        with pytest.raises(Conflict, match="No letter waits"):
            letters.make_letter_batch(by=CLERK, at=at)
        sent = letters.mark_sent(batch.number, by=CLERK, at=at)
        again = letters.mark_sent(batch.number, by=OTHER, at=at + timedelta(days=1))
        assert (again.sent_at, again.sent_by) == (sent.sent_at, CLERK.name)
        assert events(citation).count("citation.letter_sent") == 1

    def test_paid_before_it_is_printed_a_letter_is_dropped(self, steps):
        steps(STEPS)
        paid, owed = issue(), issue("XYZ 9")
        for citation in (paid, owed):
            owners.name_owner(citation.number, name="A", address="1 St", by=CLERK, at=NOW)
        run(15)
        pay(paid, days=15)
        batch = letters.make_letter_batch(by=CLERK, at=NOW + timedelta(days=16))
        assert [letter.citation for letter in batch.letters.all()] == [owed]
        assert Letter.objects.get(citation=paid).dropped_at

    def test_nothing_is_sent_while_a_doubt_is_open(self, steps, dana):
        steps(STEPS)
        self.owner(dana)
        citation = issue()
        CitationHold.objects.create(
            citation=citation, kind="right_existed", because="A session had begun.", raised_at=NOW
        )
        run(15)
        assert not Message.objects.filter(event="citation.stage").exists()


class TestOwnerBatches:
    @pytest.fixture(autouse=True)
    def _steps(self, steps):
        steps(LOOK_UP)

    def sent(self, *cited: Citation) -> OwnerBatch:
        batch = owners.make_owner_batch([c.number for c in cited], by=CLERK, at=NOW)
        return owners.lock_batch(batch.number, by=CLERK, at=NOW)

    def answer(self, batch: OwnerBatch, *lines: str) -> owners.Brought:
        head = "plate,record_on,name,address,make,plate_expires_on"
        content = "\n".join([head, *lines]).encode()
        return owners.bring_answers(batch.number, content, by=CLERK, at=NOW)

    def test_who_is_looked_up(self, dana):
        before = NOW - timedelta(days=90)
        owner = customers.customer_for_user(dana, at=before)
        customers.add_vehicle(customer_id=owner.pk, plate="DANA 1", by=SYSTEM, at=before)
        stranger, _known, paid = issue(), issue("DANA 1"), issue("PAID 1")
        assert not asking.without_owner().exists()
        pay(paid)
        run(6)
        assert list(asking.without_owner()) == [stranger]

    def test_a_missing_plate_is_nobody_s(self):
        plain = Citation.objects.create(
            number="X-1",
            source="import",
            imported_batch=1,
            plate_missing=True,
            violation_code="X",
            fine_minor=100,
            issued_at=NOW,
            issued_on=NOW.date(),
            recorded_at=NOW,
            stage="owner-lookup",
        )
        assert not asking.without_owner().exists()
        with pytest.raises(Conflict, match="X-1: It has no plate"):
            owners.make_owner_batch([plain.number], by=CLERK, at=NOW)
        assert not OwnerBatch.objects.exists()

    def test_k8_a_locked_batch_takes_no_more(self):
        """K8: locked and sent, it takes no plate; what is in it stays."""
        first, second = issue(), issue("XYZ 9")
        batch = self.sent(first)
        with pytest.raises(Conflict, match="locked and sent"):
            owners.add_to_batch(batch.number, second.number, by=CLERK, at=NOW)
        with pytest.raises(Conflict, match="locked and sent"):
            owners.take_from_batch(batch.number, first.number, by=CLERK, at=NOW)
        assert batch.requests.count() == 1

    def test_k9_a_citation_is_in_one_open_batch(self):
        """K9: already in a batch, it is refused in another, and nothing at all has changed."""
        citation, other = issue(), issue("XYZ 9")
        batch = owners.make_owner_batch([citation.number], by=CLERK, at=NOW)
        before = events(citation), events(other)
        with pytest.raises(Conflict, match=f"in batch {batch.number} already"):
            owners.make_owner_batch([other.number, citation.number], by=CLERK, at=NOW)
        assert OwnerBatch.objects.count() == OwnerRequest.objects.count() == 1
        assert (events(citation), events(other)) == before
        again = owners.add_to_batch(batch.number, citation.number, by=CLERK, at=NOW)
        assert again.batch == batch

    def test_k6_k7_what_matches_is_taken_together_and_the_rest_by_a_person(self):
        """K6, K7: the first record on or after is proposed; what differs waits for a person."""
        sure, differs, unknown = issue(), issue("XYZ 9"), issue("OLD 1")
        Citation.objects.filter(pk__in=[sure.pk, differs.pk]).update(
            vehicle="blue Toyota", plate_expires_on=date(2027, 3, 1)
        )
        batch = self.sent(sure, differs, unknown)
        brought = self.answer(
            batch,
            "ABC123,2026-11-01,Too Old,1 Main St,Toyota,2027-03",
            "ABC123,2026-11-20,Ada,1 Main St,Toyota,2027-03",
            "ABC123,2026-12-10,Later,1 Main St,Toyota,2027-03",
            "XYZ9,2026-11-20,Bo,2 Main St,Honda,2027-03",
            "OLD1,2026-11-01,Cy,3 Main St,Ford,",
            "NOT 1,2026-11-20,Di,4 Main St,,",
            "XYZ9,soon,Bo,2 Main St,,",
        )
        assert brought.new == 5
        assert [(f.line, f.text.partition(" ")[0]) for f in brought.faults] == [
            (7, "NOT"),
            (8, "Invalid"),
        ]
        rows = {row.request.citation.plate_key: row for row in asking.rows(batch)}
        assert rows["ABC123"].record.name == "Ada"
        assert rows["XYZ9"].differs == ("Make: blue Toyota on the citation, Honda on record.",)
        assert rows["OLD1"].differs == ("No record on or after the day of the offense.",)
        taken = [owners.accept_matching(batch.number, by=CLERK, at=NOW) for _ in range(2)]
        assert taken == [1, 0]
        assert CitationOwner.objects.get().name == "Ada"
        row = rows["XYZ9"]
        owners.accept_owner(row.request.pk, row.record.pk, by=CLERK, at=NOW)
        owners.accept_owner(row.request.pk, row.record.pk, by=CLERK, at=NOW)
        owners.note_no_owner(rows["OLD1"].request.pk, by=CLERK, at=NOW)
        with pytest.raises(Conflict, match="An owner was taken"):
            owners.note_no_owner(row.request.pk, by=CLERK, at=NOW)
        assert not batch.requests.filter(resolved_at=None).exists()

    def test_the_same_file_again_brings_nothing_new(self):
        batch = self.sent(issue())
        line = "ABC123,2026-11-20,Ada,1 Main St,Toyota,2027-03"
        assert [self.answer(batch, line).new for _ in range(2)] == [1, 0]

    def test_answers_come_after_sending(self):
        batch = owners.make_owner_batch([issue().number], by=CLERK, at=NOW)
        with pytest.raises(Conflict, match="Lock and send"):
            self.answer(batch, "ABC123,2026-11-20,Ada,1 Main St,,")

    def test_the_owner_found_is_written_to(self):
        citation = issue()
        run(6)
        batch = self.sent(citation)
        self.answer(batch, "ABC123,2026-11-20,Ada,1 Main St,,")
        (row,) = asking.rows(batch)
        owners.accept_owner(row.request.pk, row.record.pk, by=CLERK, at=NOW + timedelta(days=9))
        (letter,) = Letter.objects.all()
        assert (letter.name, letter.stage) == ("Ada", "owner")

    def test_k10_the_file_is_also_readable(self):
        """K10: what is sent is a file; the report beside it is in tests of the pages."""
        batch = self.sent(issue())
        head, line = asking.request_lines(asking.rows(batch))
        assert dict(zip(head, line, strict=True))["plate"] == "ABC 123"


def test_k9_at_the_same_time(own_database):
    citation = issue()

    def make():
        return owners.make_owner_batch([citation.number], by=CLERK, at=NOW)

    results = at_once(own_database, make, make, make)
    assert len([one for one in results if isinstance(one, OwnerBatch)]) == 1
    assert OwnerRequest.objects.count() == 1


class TestHandOvers:
    @pytest.fixture(autouse=True)
    def _steps(self, steps):
        steps(LOOK_UP)

    def at(self, days: float):
        return NOW + timedelta(days=days)

    def test_goes_out_once_and_comes_back_when_it_is_paid(self):
        citation = issue()
        run(61)
        batch = hand_overs.hand_over("collections", by=CLERK, at=self.at(61))
        with pytest.raises(Conflict, match="No citation waits"):
            hand_overs.hand_over("collections", by=CLERK, at=self.at(62))
        (head, line) = escalation.hand_over_lines(escalation.hand_over_batch(batch.number))
        assert dict(zip(head, line, strict=True))["amount"] == "40.00"
        with pytest.raises(Conflict, match="Nothing is to be taken back"):
            hand_overs.tell_releases("collections", by=CLERK, at=self.at(62))
        pay(citation, days=63)
        told = hand_overs.tell_releases("collections", by=CLERK, at=self.at(64))
        (head, line) = escalation.hand_over_lines(escalation.hand_over_batch(told.number))
        assert dict(zip(head, line, strict=True))["because"] == "It was paid."
        with pytest.raises(Conflict):
            hand_overs.tell_releases("collections", by=CLERK, at=self.at(65))

    def test_a_hold_of_the_registration_is_its_own(self):
        citation = issue()
        run(71)
        hand_overs.hand_over("registration-hold", by=CLERK, at=self.at(71))
        assert HandOver.objects.get().kind == "registration-hold"
        citations.void_citation(citation.number, reason="wrong", by=SYSTEM, at=self.at(72))
        assert HandOver.objects.get().released_because == "It was voided."

    def test_a_check_that_bounces_lets_it_go_out_again(self):
        citation = issue()
        run(61)
        hand_overs.hand_over("collections", by=CLERK, at=self.at(61))
        paid = pay(citation, days=62, method="cheque")
        payments.bounce_payment(paid.number, by=SYSTEM, at=self.at(63))
        hand_overs.hand_over("collections", by=CLERK, at=self.at(64))
        assert HandOver.objects.count() == 2

    def test_what_is_in_doubt_or_of_no_kind_stays_here(self):
        citation = issue()
        run(61)
        CitationHold.objects.create(
            citation=citation, kind="right_existed", because="x", raised_at=NOW
        )
        assert not escalation.may_be_handed_over("collections").exists()
        with pytest.raises(Refused, match="one of collections"):
            hand_overs.hand_over("anywhere", by=CLERK, at=self.at(61))


class TestWriteOffs:
    def debt(self) -> int:
        rows = LedgerEntry.objects.filter(account_id="5200")
        return sum(entry.amount_minor for entry in rows)

    def test_what_is_owed_is_a_bad_debt_and_can_be_owed_again(self, steps):
        steps(LOOK_UP)
        citation = issue()
        pay(citation, 1_000)
        done = write_offs.write_off(citation.number, reason="moved away", by=CLERK, at=NOW)
        citation.refresh_from_db()
        now = citing.standing_of(citation, at=NOW)
        assert (now.status, now.owed.minor) == (Status.WRITTEN_OFF, 0)
        assert (done.amount_minor, self.debt()) == (3_000, 3_000)
        assert list(Citation.objects.standing("written_off")) == [citation]
        assert not Citation.objects.unpaid().exists()
        with pytest.raises(Conflict, match="is written off"):
            write_offs.write_off(citation.number, reason="x", by=CLERK, at=NOW)
        with pytest.raises(Conflict):
            pay(citation)
        with pytest.raises(Conflict, match="written off; take that back"):
            citations.void_citation(citation.number, reason="x", by=CLERK, at=NOW)
        run(80)
        assert self.debt() == 3_000
        write_offs.take_back_write_off(citation.number, by=CLERK, at=NOW + timedelta(days=81))
        assert self.debt() == 0
        pay(citation, days=81)
        citation.refresh_from_db()
        assert citing.standing_of(citation, at=NOW + timedelta(days=82)).status is Status.PAID
        trial = charges.trial_balance(at=NOW + timedelta(days=90))
        assert trial.total_debit == trial.total_credit

    def test_above_the_limit_somebody_else_accepts_it(self, steps):
        steps(LOOK_UP, '\nrefunds: {write_off: "30.00"}\n')
        citation = issue()
        asked = write_offs.write_off(citation.number, reason="moved away", by=CLERK, at=NOW)
        assert (asked.decided_at, self.debt()) == (None, 0)
        with pytest.raises(Conflict, match="somebody else"):
            write_offs.decide_write_off(citation.number, accept=True, by=CLERK, at=NOW)
        write_offs.decide_write_off(citation.number, accept=True, by=OTHER, at=NOW)
        assert self.debt() == 4_000
        other = issue("XYZ 9")
        write_offs.write_off(other.number, reason="moved away", by=CLERK, at=NOW)
        write_offs.decide_write_off(other.number, accept=False, by=OTHER, at=NOW)
        other.refresh_from_db()
        assert other.written_off_at is None
        assert self.debt() == 4_000

    def test_it_comes_back_from_the_collector(self, steps):
        steps(LOOK_UP)
        citation = issue()
        run(61)
        at = NOW + timedelta(days=61)
        hand_overs.hand_over("collections", by=CLERK, at=at)
        write_offs.write_off(citation.number, reason="bankrupt", by=CLERK, at=at)
        assert HandOver.objects.get().released_because == "It was written off."


class TestOverview:
    def test_counts_stages_and_says_what_comes_next(self, steps):
        steps(STEPS)
        issue()
        issue("XYZ 9", at=NOW - timedelta(days=20))
        run(0)
        assert {row.stage: row.count for row in escalation.stages()} == {"": 1, "reminder": 1}
        assert [(s.text, s.count) for s in escalation.next_steps(at=NOW + timedelta(days=10))] == [
            ("Multiplied by 1.5 after 30 days.", 1),
            ("Stage reminder after 14 days.", 1),
        ]


class TestPages:
    @pytest.fixture(autouse=True)
    def _steps(self, steps):
        steps(LOOK_UP)
        with time_machine.travel(NOW + timedelta(days=75), tick=False):
            yield

    def test_from_look_up_to_letter_to_collector_and_back(self, site, alice):
        site.login_as(alice)
        citation = issue()
        run(75)
        base = "/office/escalation/"
        assert b"Owners to look up" in site.get(base).content
        assert citation.number.encode() in site.get(f"{base}?stage=registration-hold").content
        made = site.post(f"{base}owners/", {"citation": [citation.number]})
        early = site.post(
            made.url, {"act": "bring:", "file": answers("ABC123,2026-11-20,Ada,1 St,,")}
        )
        assert b"Lock and send" in early.content
        site.post(made.url, {"act": "lock:"})
        assert b"ABC 123" in site.get(f"{made.url}file/").content
        assert site.get(f"{made.url}report/")["Content-Type"] == "application/pdf"
        wrong = site.post(made.url, {"act": "bring:", "file": answers("ABC123,soon,Ada,1 St,,")})
        assert b"Line 2" in wrong.content
        site.post(made.url, {"act": "bring:", "file": answers("ABC123,2026-11-20,Ada,1 St,,")})
        assert b"No make was written on the citation." in site.get(made.url).content
        row = asking.rows(OwnerBatch.objects.get())[0]
        site.post(made.url, {"act": f"accept:{row.request.pk}-{row.record.pk}"})
        assert b"Ada" in site.get(f"{base}letters/").content
        site.post(f"{base}letters/", {"act": "make"})
        batch = Letter.objects.get().batch
        paper = site.get(f"{base}letters/{batch.number}/")
        assert paper.content.startswith(b"%PDF")
        site.post(f"{base}letters/", {"act": f"sent:{batch.number}"})
        site.post(f"{base}hand-overs/", {"act": "place:registration-hold"})
        out = HandOver.objects.get().batch
        assert b"Ada" in site.get(f"{base}hand-overs/{out.number}/file/").content
        assert site.get(f"{base}hand-overs/{out.number}/report/").content.startswith(b"%PDF")
        path = f"{base}citations/{citation.number}/"
        site.post(path, {"act": "write_off", "reason": "moved away"})
        assert b"Take the write-off back" in site.get(path).content
        site.post(f"{base}hand-overs/", {"act": "release:registration-hold"})
        assert HandOver.objects.get().release_batch is not None
        site.post(path, {"act": "take_back"})
        shown = site.get(f"/office/citations/{citation.number}/").content.decode()
        for words in ("Owner known", "Letter sent", "Handed over", "Written off", "Stage reached"):
            assert words in shown

    def test_the_owner_named_by_hand_and_the_second_person(self, site, alice, amos, steps):
        steps(LOOK_UP, '\nrefunds: {write_off: "30.00"}\n')
        citation = issue(at=NOW + timedelta(days=1))
        path = f"/office/escalation/citations/{citation.number}/"
        site.login_as(alice)
        site.post(
            path, {"act": "vehicle", "vehicle": "blue Ford", "plate_expires_on": "2027-03-01"}
        )
        citation.refresh_from_db()
        assert (citation.vehicle_seen, citation.plate_expires_on) == ("blue Ford", date(2027, 3, 1))
        # What the officer wrote is evidence, and is as it was.
        assert citation.vehicle == ""
        assert chain.walk().broken is None
        assert site.post(path, {"act": "owner", "name": "Ada"}).status_code == 422
        site.post(path, {"act": "owner", "name": "Ada", "address": "1 Main St"})
        assert CitationOwner.objects.get().found_by == alice.name
        site.post(path, {"act": "write_off", "reason": "moved away"})
        accept = {"act": f"accept:{citation.number}"}
        assert site.post("/office/escalation/write-offs/", accept).status_code == 422
        site.login_as(amos).post("/office/escalation/write-offs/", accept)
        citation.refresh_from_db()
        assert citation.written_off_at

    def test_roles_do_their_own(self, site, bob, clara, otto):
        citation = issue()
        path = f"/office/escalation/citations/{citation.number}/"
        give = {"act": "write_off", "reason": "x"}
        assert site.login_as(bob).get(path).status_code == 403
        assert site.login_as(clara).post(path, give).status_code == 403
        site.login_as(otto)
        assert site.get(path).status_code == 200
        for page in ("letters/", "hand-overs/", "owners/"):
            assert site.post(f"/office/escalation/{page}", {}).status_code == 403

    def test_lists_ask_no_more_for_more_rows(self, site, alice):
        site.login_as(alice)

        def asked() -> list[int]:
            counted = []
            for page in ("", "?stage=registration-hold", "letters/", "hand-overs/", "owners/"):
                with CaptureQueriesContext(connection) as queries:
                    site.get(f"/office/escalation/{page}")
                counted.append(len(queries))
            return counted

        def more(*plates: str) -> None:
            for plate in plates:
                cited = issue(plate)
                run(75)
                if plate.startswith("L"):
                    owners.name_owner(cited.number, name="A", address="1 St", by=CLERK, at=NOW)

        more("ABC 1", "LMN 1")
        asked()
        before = asked()
        more("ABC 2", "ABC 3", "LMN 2", "LMN 3")
        assert asked() == before


def answers(*lines: str) -> SimpleUploadedFile:
    head = "plate,record_on,name,address,make,plate_expires_on"
    return SimpleUploadedFile("answers.csv", "\n".join([head, *lines]).encode())
