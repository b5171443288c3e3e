"""A void is taken back within three days, with a reason (K5); the chain of evidence holds all along."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from enforcement.models import Citation, EvidenceLink, Reopening
from enforcement.operations import appeals, citations, reopening
from enforcement.operations.citations import Draft
from enforcement.queries import chain
from enforcement.queries import citations as citing
from parkops.kernel.actors import SYSTEM
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.kernel.money import Money
from payments import queries as charges

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)


def later(**after) -> datetime:
    return NOW + timedelta(**after)


@pytest.fixture
def voided(harbor) -> Citation:
    draft = Draft(uuid4(), "ABC 123", "", "LOT-A", "NO-PERMIT", NOW)
    citation = citations.issue_citation(draft, by=SYSTEM, at=NOW).citation
    return citations.void_citation(citation.number, reason="Wrong car", by=SYSTEM, at=NOW)


def reopen(citation: Citation, at: datetime, reason: str = "It was the right car") -> Citation:
    return reopening.reopen_citation(citation.number, reason=reason, by=SYSTEM, at=at)


def test_k5_within_three_days_it_is_owed_again_and_its_void_stays_on_record(voided):
    reopen(voided, later(days=2))
    voided.refresh_from_db()
    now = citing.standing_of(voided, at=later(days=2))
    assert (now.status, now.owed) == ("issued", Money(2_000, "USD"))
    charge = charges.charge_of("citation", voided.number)
    assert charge is not None
    assert charge.balance == Money(2_000, "USD")
    kept = Reopening.objects.get()
    assert (kept.voided_at, kept.void_reason) == (NOW, "Wrong car")


def test_k5_after_three_days_it_is_locked_and_without_a_reason_it_stays(voided):
    with pytest.raises(Conflict, match="Three days have passed"):
        reopen(voided, later(days=3))
    with pytest.raises(Refused, match="Say why"):
        reopen(voided, later(days=1), reason=" ")
    reopen(voided, later(days=3) - timedelta(seconds=1))
    with pytest.raises(Conflict, match="not voided"):
        reopen(voided, later(days=3))
    with pytest.raises(NotFound):
        reopening.reopen_citation("C-1999-00001-1", reason="x", by=SYSTEM, at=NOW)


def test_an_appeal_that_ended_with_the_void_is_open_again(harbor):
    draft = Draft(uuid4(), "ABC 123", "", "LOT-A", "NO-PERMIT", NOW)
    citation = citations.issue_citation(draft, by=SYSTEM, at=NOW).citation
    plea = appeals.Plea("other", "I was unloading.", "Ada", "ada@person.test")
    appeal = appeals.file_appeal(citation.number, plea, by=SYSTEM, at=NOW)
    citations.void_citation(citation.number, reason="Wrong car", by=SYSTEM, at=later(hours=1))
    reopened = reopen(citation, later(hours=2))
    appeal.refresh_from_db()
    assert (appeal.decided_at, appeal.outcome) == (None, "")
    assert citing.standing_of(reopened, at=later(hours=2)).status == "on_appeal"


def test_the_chain_holds_through_two_voids_and_tells_a_changed_one(voided):
    reopen(voided, later(hours=1))
    citations.void_citation(voided.number, reason="Wrong again", by=SYSTEM, at=later(hours=2))
    reopen(voided, later(hours=3), reason="Twice")
    walked = chain.walk()
    assert (walked.held, walked.broken) == (5, None)
    assert list(EvidenceLink.objects.order_by("sequence").values_list("kind", flat=True)) == [
        "citation",
        "void",
        "reopened",
        "void",
        "reopened",
    ]
    Reopening.objects.filter(void_reason="Wrong again").update(void_reason="Something else")
    broken = chain.walk().broken
    assert broken is not None
    assert (broken.sequence, broken.why) == (4, "its record was changed")


class TestPages:
    def test_the_office_takes_it_back_and_others_may_not(self, site, alice, bob, voided, time_at):
        address = f"/office/citations/{voided.number}/"
        with time_at(days=1):
            site.login_as(alice)
            assert "Take the void back" in site.get(address).content.decode()
            assert site.post(f"{address}reopening/", {"reason": ""}).status_code == 422
            done = site.post(f"{address}reopening/", {"reason": "Right car"}, follow=True)
            assert "is open again" in done.content.decode()
            assert site.post(f"{address}reopening/", {"reason": "Again"}).status_code == 422
            site.login_as(bob)
            assert site.post(f"{address}reopening/", {"reason": "Mine"}).status_code == 403

    def test_another_tenant_knows_nothing_of_it(self, other_site, charlie, voided):
        other_site.login_as(charlie)
        path = f"/office/citations/{voided.number}/reopening/"
        assert other_site.post(path, {"reason": "Mine"}).status_code == 404

    def test_a_program_may(self, site, token, voided, time_at):
        with time_at(hours=5):
            answer = site.post(
                f"/api/v1/citations/{voided.number}/reopening",
                {"reason": "Right car"},
                headers=token("enforcement:write"),
                content_type="application/json",
            )
        assert answer.json()["status"] == "issued"
