"""Scenario G16 of the product's list: other papers first, a permit for a while, and the proof in time."""

from datetime import timedelta

import pytest
import time_machine

from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from permits import operations
from permits.rules.status import Status
from tests.permits.test_documents import PDF
from tests.permits.test_rules_prices import programme
from tests.seed import PROGRAMMES

DAY = timedelta(days=1)
CLERK = Actor("staff", "1", "Clara Clerk")
INSTEAD = "    documents: [Housing contract]\n    provisional: {documents: [Moving contract], lasts: 14d}\n"


@pytest.fixture
def pending(apply_programme, person, sell):
    """A permit that waits for approval, where a moving contract may be sent first."""
    text = (PROGRAMMES / "harbor.yaml").read_text()
    apply_programme(text.replace("    documents: [Housing contract]\n", INSTEAD))
    return sell(person("ana", "STUDENT"), "RESIDENT", "ABC 123")


def send(permit, kind, at):
    return operations.send_document(
        permit.number, kind=kind, name="a.pdf", data=PDF, by=SYSTEM, at=at
    )


def status(permit, at) -> Status:
    permit.refresh_from_db()
    return permit.status_at(at)


@pytest.mark.django_db
class TestForAWhile:
    def test_g16_other_papers_give_fourteen_days(self, pending, now):
        send(pending, "Moving contract", now)
        for _ in range(2):
            operations.approve_for_a_while(pending.number, by=CLERK, at=now)
        assert status(pending, now) is Status.ACTIVE
        assert (pending.proof_due_by - now).days == 14
        told = Message.objects.get(event="permit.approved_for_a_while")
        assert "It ends unless your proof has come by 24 Nov 2026" in told.text

    def test_g16_without_proof_it_lapses(self, pending, now):
        operations.approve_for_a_while(pending.number, by=CLERK, at=now)
        due = pending.__class__.objects.get().proof_due_by
        assert operations.end_unproven(at=due - timedelta(seconds=1)) == 0
        assert [operations.end_unproven(at=due) for _ in range(2)] == [1, 0]
        assert status(pending, due) is Status.CANCELLED
        assert pending.cancel_reason == "The proof did not come in time."

    def test_g16_with_the_proof_it_is_good_for_its_term(self, pending, now):
        operations.approve_for_a_while(pending.number, by=CLERK, at=now)
        send(pending, "Housing contract", now + DAY)
        for _ in range(2):
            operations.accept_proof(pending.number, by=CLERK, at=now + 2 * DAY)
        assert operations.end_unproven(at=now + 30 * DAY) == 0
        assert status(pending, now + 30 * DAY) is Status.ACTIVE
        assert Message.objects.filter(event="permit.approved").count() == 1
        with pytest.raises(Refused):
            send(pending, "Housing contract", now + 3 * DAY)

    def test_what_was_sent_is_kept_until_the_proof_is_accepted(self, pending, now):
        send(pending, "Moving contract", now)
        operations.approve_for_a_while(pending.number, by=CLERK, at=now)
        assert operations.forget_documents(at=now + 31 * DAY) == 0
        operations.accept_proof(pending.number, by=CLERK, at=now + 2 * DAY)
        assert operations.forget_documents(at=now + 31 * DAY) == 1

    def test_a_type_without_it_is_approved_or_not(self, person, sell, now):
        permit = sell(person("ana", "STUDENT"), "RESIDENT", "ABC 123")
        with pytest.raises(Refused) as refusal:
            operations.approve_for_a_while(permit.number, by=CLERK, at=now)
        assert refusal.value.code == "not_provisional"
        with pytest.raises(Refused, match="Choose what the document shows"):
            send(permit, "Moving contract", now)

    def test_what_waits_for_nothing_is_not_approved_for_a_while(self, pending, now):
        operations.approve_permit(pending.number, by=CLERK, at=now)
        with pytest.raises(Conflict):
            operations.approve_for_a_while(pending.number, by=CLERK, at=now)


@pytest.mark.django_db
def test_g16_on_screen(pending, site, clara, bob, now):
    path = f"/office/permits/{pending.number}/"
    with time_machine.travel(now, tick=False):
        site.login_as(bob)
        assert site.post(f"{path}provisional/").status_code == 403
        site.login_as(clara)
        assert "Approve for a while" in site.get(path).content.decode()
        asked = site.get(f"{path}provisional/").content.decode()
        assert "You have seen: Moving contract. The proof has to come within 14 days." in asked
        site.post(f"{path}provisional/")
        assert "Approved for a while." in site.get(path).content.decode()
        listed = site.get("/office/permits/?view=approval").content.decode()
        assert pending.number in listed
        assert "Housing contract" in site.get(f"{path}proof/").content.decode()
        site.post(f"{path}proof/")
        assert "Approved for a while." not in site.get(path).content.decode()
    pending.refresh_from_db()
    assert (pending.proof_due_by, pending.approved_at) == (None, now)


def test_something_instead_needs_something_asked_for():
    with pytest.raises(ValueError, match="write approval: documents"):
        programme({"base": "1.00"}, provisional={"documents": ["X"]})
