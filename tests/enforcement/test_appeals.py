"""Appeals from filing to the last level: grounds, queues, conflicts, evidence, decisions, money."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from enforcement.models import Appeal, Citation
from enforcement.operations import appeals, assigning, citations, evidence
from enforcement.operations.appeals import Plea
from enforcement.operations.citations import Draft
from enforcement.operations.evidence import Paper
from enforcement.queries import appeal_pages, precedents, reviewers
from enforcement.queries.appeals import may_appeal
from enforcement.queries.citations import standing_of
from enforcement.rules import reviewing
from enforcement.rules.reviewing import Case, Person
from parkops.kernel.actors import PUBLIC, SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging import operations as messaging
from parkops.messaging.models import Message
from payments import operations as payments
from payments import queries as charges
from payments.models import Refund

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
HARBOR = (Path(__file__).parents[1] / "programmes" / "harbor.yaml").read_text()
OWN_LISTS = (
    HARBOR
    + """
appeals:
  decide_within: 10d
  days: business
  grounds:
    - {code: receipt, name: I paid at the meter, needs: [document], asks: Send the receipt.}
    - {code: unseen, name: I did not see the sign, denied: "A sign need not be seen, {name}."}
  reasons:
    - {code: rules, name: The rules apply, outcomes: [upheld]}
    - {code: first, name: First time, outcomes: [reduced], text: "Dear {name}, {number} comes to {amount}."}
"""
)
FEES = HARBOR.replace(
    "levels: [review, hearing], pauses_clock: true}",
    'levels: [review, hearing], pauses_clock: true, next_level: {within: 10d, fee: "25.00"}}',
)


def issue(by: Actor = SYSTEM, at: datetime = NOW, plate: str = "ABC 123") -> Citation:
    draft = Draft(uuid4(), plate, "", "LOT-A", "NO-PERMIT", at)
    return citations.issue_citation(draft, by=by, at=at).citation


def file(citation: Citation, grounds: str = "other", by: Actor = PUBLIC, at=NOW, **more) -> Appeal:
    plea = Plea(grounds, "I was unloading.", "Ada", "ada@person.test")
    return appeals.file_appeal(citation.number, plea, by=by, at=at, **more)


def decide(appeal: Appeal, outcome: str = "upheld", by: Actor = SYSTEM, at=NOW, **more) -> Appeal:
    told = {"reason_code": "other", "text": "So it is."} | more
    return appeals.decide_appeal(appeal.number, outcome=outcome, by=by, at=at, **told)


def person(user) -> Actor:
    return Actor("staff", str(user.pk), user.name)


def pay(citation: Citation) -> None:
    charge = charges.charge_of("citation", citation.number, at=NOW)
    payments.take_payment(charge_ids=[charge.id], method="cash", by=SYSTEM, at=NOW)


class TestScenarios:
    def test_k11_refers_to_one_case_stops_the_fees_and_has_its_own_number(self, harbor):
        """K11: one case, within the deadline, late fees stop, own number, documents, outcome."""
        citation = issue()
        papers = [Paper("letter.pdf", b"%PDF-1.7 a letter")]
        first = file(citation, papers=papers)
        assert first.citation == citation
        assert first.number.startswith("A-2026-")
        assert [one.name for one in first.documents.all()] == ["letter.pdf"]
        late = NOW + timedelta(days=40)
        assert standing_of(citation, at=late).owed.minor == 2_000
        with pytest.raises(Conflict) as refused:
            file(citation)
        assert refused.value.code == "not_appealable"
        assert decide(first, "dismissed", at=late).outcome == "dismissed"

    @pytest.mark.parametrize(("days", "code"), [(21, ""), (22, "appeal_closed")])
    def test_k12_the_last_day_passes_and_the_day_after_fails(self, harbor, days, code):
        """K12: within the days it passes, a day later it fails."""
        now = standing_of(issue(), at=NOW + timedelta(days=days))
        assert may_appeal(now).code == code

    def test_k12_unless_staff_accept_it_late_with_a_reason(self, harbor, clara):
        """K12: staff accept a late appeal with a reason; nobody else does."""
        citation, late = issue(), NOW + timedelta(days=22)
        for told in ({"by": PUBLIC, "late_reason": "x"}, {"by": person(clara)}):
            with pytest.raises(Conflict) as refused:
                file(citation, at=late, **told)
            assert refused.value.code == "appeal_closed"
        filed = file(citation, at=late, by=person(clara), late_reason="In hospital.")
        assert filed.late_reason == "In hospital."

    def test_k13_grounds_that_the_rules_never_accept_are_denied_at_once(self, apply_programme):
        """K13: an automatic denial, with a letter, and still open to appeal."""
        apply_programme(OWN_LISTS)
        citation = issue()
        denied = file(citation, "unseen")
        assert (denied.outcome, denied.decided_by) == ("upheld", "ParkOps")
        assert denied.decision_text == "A sign need not be seen, Ada."
        assert Message.objects.filter(event="appeal.decided", to="ada@person.test").count() == 1
        assert may_appeal(standing_of(citation, at=NOW))

    def test_the_letter_of_the_decision_goes_with_the_mail(self, harbor, settings):
        settings.HAS_MAIL_SERVER = True
        appeal = decide(file(issue()), text="The sign stands at the gate.")
        told = Message.objects.get(event="appeal.decided")
        messaging.deliver(told.pk, at=NOW)
        (sent,) = mail.outbox
        ((name, content, kind),) = sent.attachments
        assert (name, kind) == (f"appeal-{appeal.number}.pdf", "application/pdf")
        text = " ".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
        assert "The sign stands at the gate." in text

    @pytest.mark.parametrize("phase", ["registered", "investigated", "decided", "executed"])
    def test_k14_a_case_is_closed_in_any_phase_and_nothing_is_issued_later(
        self, harbor, rita, phase
    ):
        """K14: cancel at any phase, then the case ends cleanly, nothing is issued later."""
        citation = issue()
        if phase == "executed":
            pay(citation)
        filed = file(citation)
        if phase == "investigated":
            evidence.add_evidence(filed.number, text="More.", by=PUBLIC, at=NOW)
        if phase == "decided":
            decide(filed)
        if phase == "executed":
            decide(filed, "dismissed")
        closed = appeals.close_appeal(filed.number, reason="Twice.", by=person(rita), at=NOW)
        told, refunds = Message.objects.count(), Refund.objects.count()
        assert closed.closed_reason == "Twice."
        assert citation.appeals.filter(decided_at__isnull=True).count() == 0
        again = appeals.close_appeal(filed.number, reason="Again.", by=person(rita), at=NOW)
        assert again.closed_reason == "Twice."
        assert (Message.objects.count(), Refund.objects.count()) == (told, refunds)
        if phase == "decided":
            assert may_appeal(standing_of(citation, at=NOW)).code == "appeal_closed"


class TestGrounds:
    def test_are_the_tenants_and_always_something_else(self, apply_programme):
        apply_programme(OWN_LISTS)
        with pytest.raises(Refused) as refused:
            file(issue(), "signs")
        assert str(refused.value) == "The grounds are one of receipt, unseen, other."
        assert file(issue(plate="XYZ 1")).grounds == "other"

    def test_say_which_evidence_is_missing(self, apply_programme):
        apply_programme(OWN_LISTS)
        citation = issue()
        with pytest.raises(Refused) as refused:
            file(citation, "receipt")
        assert refused.value.field == "documents"
        assert "a document" in str(refused.value)
        by_office = file(citation, "receipt", by=Actor("token", "1", "Handheld"))
        assert by_office.missing == ["document"]
        paper = Paper("receipt.pdf", b"%PDF-1.4 paid")
        added = evidence.add_evidence(by_office.number, papers=[paper], by=PUBLIC, at=NOW)
        assert added.missing == []

    def test_the_target_counts_business_days(self, apply_programme):
        apply_programme(OWN_LISTS)
        # Ten business days after Tuesday the 10th.
        assert file(issue()).decide_on.isoformat() == "2026-11-24"

    def test_words_of_a_reason_are_filled_in_and_fit_the_outcome(self, apply_programme):
        from parkops.kernel.money import Money

        apply_programme(OWN_LISTS)
        filed = file(issue())
        with pytest.raises(Refused) as refused:
            decide(filed, "dismissed", reason_code="first")
        assert refused.value.field == "reason_code"
        done = decide(filed, "reduced", reason_code="first", text="", amount=Money(1_500, "USD"))
        assert done.decision_text == f"Dear Ada, {filed.number} comes to $15.00."


class TestQueues:
    def test_are_given_by_load(self, harbor, rita, alice):
        filed = [file(issue(plate=f"AB {n}")) for n in range(3)]
        assert {one.reviewer for one in filed} == {"Rita Reviewer"}
        loads = {one.ref: one.open_appeals for one in reviewers.people()}
        assert loads == {str(rita.pk): 3, str(alice.pk): 0}

    def test_nobody_gets_their_own_citation_or_the_same_case_twice(self, harbor, rita, alice):
        citation = issue(by=person(rita))
        filed = file(citation)
        assert filed.reviewer_ref == str(alice.pk)
        with pytest.raises(Refused) as refused:
            assigning.assign_appeal(filed.number, to=str(rita.pk), by=person(alice), at=NOW)
        assert str(refused.value) == "Rita Reviewer cannot have it: they issued the citation."
        decide(filed, by=person(alice))
        second = file(citation)
        assert second.reviewer == ""
        with pytest.raises(Refused) as refused:
            decide(second, by=person(alice))
        assert refused.value.code == "same_reviewer"

    def test_are_moved_by_hand(self, harbor, rita, alice):
        filed = file(issue())
        moved = assigning.assign_appeal(filed.number, to=str(alice.pk), by=person(rita), at=NOW)
        assert moved.reviewer == alice.name
        out = assigning.assign_appeal(filed.number, to="", by=person(rita), at=NOW)
        assert (out.reviewer, out.assigned_at) == ("", None)
        with pytest.raises(Refused):
            assigning.assign_appeal(filed.number, to="999999", by=person(rita), at=NOW)

    def test_say_what_is_due(self, harbor):
        filed = file(issue())
        today = NOW.date()
        assert appeal_pages.due_word(filed, today).text == "Due in 14 days"
        assert appeal_pages.due_word(filed, today + timedelta(days=15)).text == "1 day late"
        due = appeal_pages.appeals("due", me="", today=today + timedelta(days=12))
        assert [one.number for one in due] == [filed.number]
        assert not appeal_pages.appeals("due", me="", today=today)

    @given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=8), st.integers(1, 8))
    def test_property_who_is_chosen_is_free_and_has_least_to_do(self, loads, officer):
        people = [
            Person(str(n), f"P{n}", is_reviewer=own, open_appeals=load)
            for n, (load, own) in enumerate(loads, 1)
        ]
        case = Case(officer_ref=str(officer))
        found = reviewing.chosen(people, case)
        free = [one for one in people if one.ref != str(officer)]
        assert (found is None) == (not free)
        if found is not None:
            rivals = [one for one in free if one.is_reviewer == found.is_reviewer]
            assert found.open_appeals == min(one.open_appeals for one in rivals)
            assert found.is_reviewer or not any(one.is_reviewer for one in free)


class TestDecisions:
    def test_what_was_paid_comes_back_when_it_is_dismissed(self, harbor):
        citation = issue()
        pay(citation)
        decide(file(citation), "dismissed")
        assert Refund.objects.get().amount_minor == 2_000
        assert charges.charge_of("citation", citation.number).balance.minor == 0

    def test_withdrawn_it_goes_on_and_the_level_may_be_asked_again(self, harbor):
        citation = issue()
        filed = file(citation)
        for _ in range(2):
            taken = appeals.withdraw_appeal(filed.number, by=PUBLIC, at=NOW)
        assert taken.outcome == "withdrawn"
        assert Message.objects.filter(event="appeal.withdrawn").count() == 1
        later = NOW + timedelta(days=15)
        assert standing_of(citation, at=later).owed.minor == 5_500
        assert file(citation).level == 1

    def test_a_fee_is_paid_before_and_given_back_after(self, apply_programme, rita):
        apply_programme(FEES)
        citation = issue()
        decide(file(citation))
        second = file(citation)
        assert (second.fee_minor, second.is_heard) == (2_500, True)
        with pytest.raises(Refused) as refused:
            decide(second)
        assert refused.value.code == "fee_owed"
        fee = charges.charge_of("fee", f"appeal:{second.number}")
        payments.take_payment(charge_ids=[fee.id], method="cash", by=SYSTEM, at=NOW)
        decide(second, "dismissed")
        assert Refund.objects.get().amount_minor == 2_500

    def test_without_its_fee_it_is_closed_after_a_week(self, apply_programme):
        apply_programme(FEES)
        citation = issue()
        decide(file(citation))
        second = file(citation)
        week = NOW + timedelta(days=7)
        assert [appeals.close_unpaid(at=at) for at in (NOW, week, week)] == [0, 1, 0]
        second.refresh_from_db()
        assert (second.outcome, second.closed_reason) == ("withdrawn", appeals.NOT_PAID)
        assert charges.charge_of("fee", f"appeal:{second.number}").balance.minor == 0

    def test_the_next_level_has_days_of_its_own(self, apply_programme):
        apply_programme(FEES)
        citation = issue()
        decide(file(citation))
        for days, code in ((10, ""), (11, "appeal_closed")):
            now = standing_of(citation, at=NOW + timedelta(days=days))
            assert may_appeal(now).code == code


class TestPrecedents:
    def test_stand_beside_and_an_unlike_decision_is_flagged(self, harbor):
        for n in range(5):
            decide(file(issue(plate=f"AB {n}"), "signs"), "dismissed")
        decide(file(issue(plate="CD 1"), "other"), "upheld")
        last = file(issue(plate="EF 1"), "signs")
        later = NOW + timedelta(minutes=1)
        found = precedents.precedents_of(last, at=later)
        assert (found.alike, found.in_zone) == (5, 5)
        assert [(one.word.text, one.count) for one in found.endings] == [("Dismissed", 5)]
        done = decide(last, "upheld", at=later)
        assert (done.like_count, done.unlike_count) == (5, 5)
        unusual = appeal_pages.appeals("unusual", me="", today=NOW.date())
        assert [one.number for one in unusual] == [last.number]

    @given(st.lists(st.sampled_from(["upheld", "reduced", "dismissed"]), max_size=12))
    def test_property_an_outcome_is_unusual_only_beside_enough_others(self, like):
        for outcome in ("upheld", "reduced", "dismissed"):
            seen = reviewing.likeness(outcome, like)
            assert seen.otherwise == len(like) - like.count(outcome)
            if seen.is_unusual:
                assert len(like) >= reviewing.LIKE_ENOUGH
                assert like.count(outcome) <= 0.3 * len(like)


class TestEvidence:
    def test_is_kept_once_and_only_while_it_is_open(self, harbor):
        filed = file(issue())
        paper = Paper("a.pdf", b"%PDF-1.4 the same")
        for _ in range(2):
            evidence.add_evidence(filed.number, papers=[paper], text="See", by=PUBLIC, at=NOW)
        assert filed.documents.count() == 1
        decide(filed)
        with pytest.raises(Conflict):
            evidence.add_evidence(filed.number, text="Late.", by=PUBLIC, at=NOW)

    @pytest.mark.parametrize(
        ("told", "code"),
        [
            ({}, "nothing"),
            ({"papers": [Paper("a.docx", b"PK\x03\x04")]}, "document"),
            ({"papers": [Paper("a.pdf", b"%PDF-" + b"x" * evidence.MOST_BYTES)]}, "too_large"),
            ({"papers": [Paper(f"{n}", b"%PDF-") for n in range(21)]}, "too_many"),
        ],
    )
    def test_what_cannot_be_taken_is_refused(self, harbor, told, code):
        with pytest.raises(Refused) as refused:
            evidence.add_evidence(file(issue()).number, by=PUBLIC, at=NOW, **told)
        assert refused.value.code == code
