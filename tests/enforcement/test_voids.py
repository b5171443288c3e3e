"""A void beyond the program's amount waits for a second person; a voided number stays used (K19)."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine

from enforcement.models import Citation, VoidRequest
from enforcement.operations import citations, holds, voiding, write_offs
from enforcement.operations.citations import Draft
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound, Refused
from parkops.tallies import operations
from payments import operations as payments
from payments import queries as charges
from tests.seed import PROGRAMMES

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
RITA, EVE = Actor("staff", "101", "Rita"), Actor("staff", "102", "Eve")


@pytest.fixture
def limited(apply_programme):
    """Where one person voids up to 5.00."""
    text = (PROGRAMMES / "harbor.yaml").read_text()
    apply_programme(text + 'refunds: {void_above: "5.00"}\n')


def issue(by: Actor = SYSTEM, **more) -> Citation:
    draft = Draft(uuid4(), "ABC 123", "", "LOT-A", "NO-PERMIT", NOW, **more)
    return citations.issue_citation(draft, by=by, at=NOW).citation


def ask(citation: Citation, by: Actor = RITA, reason: str = "Wrong car"):
    return voiding.ask_to_void(citation.number, reason=reason, by=by, at=NOW)


def test_without_a_limit_one_person_voids(harbor):
    citation = issue()
    assert ask(citation) is None
    citation.refresh_from_db()
    assert citation.voided_at == NOW


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (citations.void_citation, "voided"),
        (voiding.ask_to_void, "voided"),
        (write_offs.write_off, "nothing_owed"),
    ],
)
def test_who_began_earlier_and_waited_sees_that_it_was_voided(harbor, act, code):
    number = issue().number
    citations.void_citation(number, reason="Wrong car", by=RITA, at=NOW + timedelta(seconds=1))
    with pytest.raises(Conflict) as late:
        act(number, reason="Wrong car", by=EVE, at=NOW)
    assert late.value.code == code
    assert operations.check(at=NOW).drifts == []


def test_who_began_earlier_and_waited_sees_that_it_was_paid(harbor):
    number = issue().number
    payments.take_payment(
        charge_ids=[charges.charge_of("citation", number).id],
        method="cash",
        by=RITA,
        at=NOW + timedelta(seconds=1),
    )
    with pytest.raises(Conflict) as late:
        citations.void_citation(number, reason="Wrong car", by=EVE, at=NOW)
    assert late.value.code == "paid"


def test_beyond_the_limit_somebody_else_accepts(limited):
    citation = issue()
    waiting = ask(citation)
    assert ask(citation) == waiting
    citation.refresh_from_db()
    assert citation.voided_at is None
    with pytest.raises(Conflict) as own:
        voiding.accept_void(citation.number, by=RITA, at=NOW)
    assert own.value.code == "own_void"
    assert voiding.accept_void(citation.number, by=EVE, at=NOW).void_reason == "Wrong car"
    with pytest.raises(NotFound):
        voiding.accept_void(citation.number, by=EVE, at=NOW)
    assert VoidRequest.objects.get().decided_by_name == "Eve"


def test_a_citation_that_is_held_is_voided_by_two_as_well(limited):
    citation = issue()
    held = holds.hold(citation, kind="number", because="The paper is torn.", by=SYSTEM, at=NOW)

    def decide(by: Actor) -> str:
        told = {"outcome": "voided", "reason": "Torn"}
        return holds.decide_hold(held.pk, **told, by=by, at=NOW).outcome

    assert (decide(RITA), decide(RITA)) == ("", "")
    citation.refresh_from_db()
    assert citation.voided_at is None
    with pytest.raises(Conflict, match="you may accept it"):
        decide(EVE)
    voiding.accept_void(citation.number, by=EVE, at=NOW)
    assert decide(EVE) == "voided"


def test_what_is_not_accepted_stands_and_may_be_asked_again(limited):
    citation = issue()
    ask(citation)
    with pytest.raises(Refused, match="why the citation stands"):
        voiding.reject_void(citation.number, answer=" ", by=EVE, at=NOW)
    voiding.reject_void(citation.number, answer="The plate is right", by=EVE, at=NOW)
    citation.refresh_from_db()
    assert citation.voided_at is None
    assert ask(citation) is not None


def test_two_do_not_ask_at_once(limited):
    citation = issue()
    ask(citation)
    with pytest.raises(Conflict) as refused:
        ask(citation, by=EVE)
    assert refused.value.code == "void_asked"


def test_a_warning_and_a_token_need_nobody_else(limited):
    assert ask(issue(warning=True)) is None
    assert ask(issue(), by=Actor("token", "1", "Handheld")) is None


def test_k19_an_officers_own_within_ten_minutes_needs_a_reason_and_nobody_else(limited):
    citation = issue(by=RITA)
    with pytest.raises(Refused):
        citations.take_back_citation(citation.number, reason=" ", by=RITA, at=NOW)
    taken = citations.take_back_citation(citation.number, reason="Typed twice", by=RITA, at=NOW)
    assert taken.voided_at == NOW
    assert issue().number != citation.number
    assert Citation.objects.filter(number=citation.number).exists()


def test_pages(site, alice, rita, limited):
    citation = issue()
    path = f"/office/citations/{citation.number}/"
    with time_machine.travel(NOW, tick=False):
        site.login_as(rita)
        site.post(f"{path}void/", {"reason": "Wrong car"})
        assert "Somebody else with the right to void" in site.get(path).content.decode()
        assert site.post(f"{path}void/decision/", {"act": "accept"}).status_code == 422
        site.login_as(alice)
        assert citation.number in site.get("/office/citations/?view=voids").content.decode()
        assert "Let it stand" in site.get(path).content.decode()
        site.post(f"{path}void/decision/", {"act": "accept"})
        assert "Voided because" in site.get(path).content.decode()
        assert citation.number not in site.get("/office/citations/?view=voids").content.decode()
