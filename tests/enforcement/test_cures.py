"""A proof that cures a citation: shown in time, by picture or at the counter, it is dismissed."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.files.storage import default_storage
from PIL import Image

from enforcement.models import Citation, CureProof
from enforcement.operations import citations, cures
from enforcement.operations.citations import Draft
from enforcement.queries import citations as citing
from enforcement.rules import cures as rules
from enforcement.rules.standing import Status
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.dates import Duration
from parkops.kernel.decisions import Conflict, Refused
from parkops.messaging.models import Message
from parkops.programme.violation_schema import Cure
from payments import operations as payments
from payments import queries as charges
from tests.seed import PROGRAMMES

# A Tuesday, 10:15 in New York.
NOW = datetime(2026, 11, 10, 15, 15, tzinfo=UTC)
CLARA, BOB = Actor("staff", "101", "Clara"), Actor("staff", "102", "Bob")
PLACARD = Cure.model_construct(proof="Placard", within=Duration(days=3), result="dismissed")
PERMIT = Cure.model_construct(proof="Permit", within=None, result="dismissed")


def picture() -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (8, 6), "teal").save(out, "JPEG")
    out.seek(0)
    out.name = "placard.jpg"
    return out


@pytest.fixture
def curable(apply_programme):
    """Where NO-PERMIT is cured by a placard within three days."""
    text = (PROGRAMMES / "harbor.yaml").read_text()
    head, mark, rest = text.partition("code: NO-PERMIT\n")
    assert mark
    indent = " " * (len(rest) - len(rest.lstrip(" ")))
    apply_programme(
        f"{head}{mark}{indent}cure: {{proof: Valid placard, within: 72h, result: dismissed}}\n{rest}"
    )


def issue(by: Actor = SYSTEM) -> Citation:
    draft = Draft(uuid4(), "ABC 123", "", "LOT-A", "NO-PERMIT", NOW)
    return citations.issue_citation(draft, by=by, at=NOW).citation


def send(citation: Citation, at: datetime = NOW) -> CureProof:
    return cures.file_proof(citation.number, name="Ada", picture=picture().read(), by=SYSTEM, at=at)


class TestRules:
    def test_every_violation_has_to_be_cured_by_the_same(self):
        assert rules.cure_of([PLACARD]) is PLACARD
        assert rules.cure_of([PLACARD, PLACARD]) is PLACARD
        assert rules.cure_of([PLACARD, None]) is None
        assert rules.cure_of([PLACARD, PERMIT]) is None
        assert rules.cure_of([None]) is None

    @pytest.mark.parametrize(
        ("cure", "status", "waits", "after", "code"),
        [
            (PLACARD, Status.ISSUED, False, 1, ""),
            (PLACARD, Status.PAID, False, 1, ""),
            (PLACARD, Status.ISSUED, False, 72, "too_late"),
            (PERMIT, Status.COLLECTIONS, False, 999, ""),
            (PLACARD, Status.ISSUED, True, 1, "waits"),
            (PLACARD, Status.ON_APPEAL, False, 1, "on_appeal"),
            (PLACARD, Status.VOIDED, False, 1, "over"),
            (None, Status.ISSUED, False, 1, "no_cure"),
        ],
    )
    def test_when_it_may_be_shown(self, cure, status, waits, after, code):
        until = rules.last_moment(cure, NOW, ZoneInfo("America/New_York")) if cure else None
        at = NOW + timedelta(hours=after)
        assert rules.may_show(cure, status=status, until=until, waits=waits, at=at).code == code


class TestProofs:
    def test_accepted_the_citation_is_dismissed_and_nothing_owed(self, curable):
        citation = issue()
        proof = send(citation)
        cures.decide_proof(proof.reference, is_accepted=True, answer="", by=CLARA, at=NOW)
        citation.refresh_from_db()
        now = citing.standing_of(citation, at=NOW)
        assert (now.status, now.owed.minor) == ("dismissed", 0)
        charge = charges.charge_of("citation", citation.number)
        assert charge is not None
        assert charge.balance.minor == 0
        with pytest.raises(Conflict):
            cures.decide_proof(proof.reference, is_accepted=True, answer="", by=CLARA, at=NOW)

    def test_what_was_paid_comes_back(self, curable):
        citation = issue()
        charge = charges.charge_of("citation", citation.number)
        assert charge is not None
        payments.take_payment(charge_ids=[charge.id], method="cash", by=SYSTEM, at=NOW)
        proof = send(citation)
        cures.decide_proof(proof.reference, is_accepted=True, answer="", by=CLARA, at=NOW)
        citation.refresh_from_db()
        assert citing.standing_of(citation, at=NOW).status == "dismissed"

    @pytest.mark.parametrize(
        ("is_accepted", "language", "subject", "words"),
        [
            (True, "en", "is dismissed", "Nothing is owed"),
            (False, "en", "was not accepted", "It is unreadable"),
        ],
    )
    def test_who_showed_it_is_told_what_was_decided(
        self, curable, is_accepted, language, subject, words
    ):
        proof = cures.file_proof(
            issue().number,
            name="Ada",
            email="ada@person.test",
            picture=picture().read(),
            language=language,
            by=SYSTEM,
            at=NOW,
        )
        cures.decide_proof(
            proof.reference, is_accepted=is_accepted, answer="It is unreadable.", by=CLARA, at=NOW
        )
        message = Message.objects.get(event="citation.proof_decided")
        assert message.to == "ada@person.test"
        assert subject in message.subject
        assert words in message.text

    def test_not_accepted_it_stands_with_the_reason(self, curable):
        citation = issue(by=BOB)
        proof = send(citation)
        with pytest.raises(Refused, match="why"):
            cures.decide_proof(proof.reference, is_accepted=False, answer=" ", by=CLARA, at=NOW)
        with pytest.raises(Refused, match="somebody else"):
            cures.decide_proof(proof.reference, is_accepted=True, answer="", by=BOB, at=NOW)
        cures.decide_proof(proof.reference, is_accepted=False, answer="Expired", by=CLARA, at=NOW)
        assert citing.standing_of(citation, at=NOW).status == "issued"
        assert send(citation).decided_at is None

    def test_one_at_a_time_and_in_time(self, curable):
        citation = issue()
        send(citation)
        for at, code in [(NOW, "waits"), (NOW + timedelta(days=4), "waits")]:
            with pytest.raises(Conflict) as refused:
                send(citation, at)
            assert refused.value.code == code
        with pytest.raises(Conflict) as refused:
            send(issue(), NOW + timedelta(days=4))
        assert refused.value.code == "too_late"

    def test_at_the_counter(self, curable):
        citation = issue()
        with pytest.raises(Refused, match="what you saw"):
            cures.see_proof(citation.number, note=" ", by=CLARA, at=NOW)
        proof = cures.see_proof(citation.number, note="Placard 4711", by=CLARA, at=NOW)
        assert (proof.is_accepted, proof.shown) == (True, "")
        citation.refresh_from_db()
        assert citation.dismissed_at == NOW

    def test_its_picture_is_deleted_in_time(self, curable, django_capture_on_commit_callbacks):
        proof = send(issue())
        cures.decide_proof(proof.reference, is_accepted=True, answer="", by=CLARA, at=NOW)
        assert cures.forget_pictures(at=NOW + timedelta(days=29)) == 0
        with django_capture_on_commit_callbacks(execute=True):
            assert cures.forget_pictures(at=NOW + timedelta(days=31)) == 1
        assert not default_storage.exists(proof.shown)
        assert CureProof.objects.get().shown == ""


def test_without_a_cure_nothing_is_asked(harbor):
    with pytest.raises(Conflict) as refused:
        send(issue())
    assert refused.value.code == "no_cure"


def test_pages(site, clara, bob, curable):
    citation = issue()
    with time_machine.travel(NOW, tick=False):
        path = f"/citations/{citation.number}/"
        assert site.get(f"{path}proof/").status_code == 302
        site.post("/citations/", {"number": citation.number, "fact": citation.pin})
        assert "Valid placard" in site.get(path).content.decode()
        assert site.post(f"{path}proof/", {"name": "Ada"}).status_code == 422
        sent = site.post(f"{path}proof/", {"name": "Ada", "picture": picture()})
        assert sent["Location"] == path
        assert "being looked at" in site.get(path).content.decode()
        office = f"/office/citations/{citation.number}/"
        proof = CureProof.objects.get()
        decide = f"/office/citations/proofs/{proof.reference}/decision/"
        site.login_as(bob)
        assert site.post(decide, {"act": "accept"}).status_code == 403
        site.login_as(clara)
        assert citation.number in site.get("/office/citations/?view=proofs").content.decode()
        assert "A proof to look at" in site.get(office).content.decode()
        shown = site.get(f"/office/citations/proofs/{proof.reference}/picture/")
        assert shown["Content-Type"] == "image/jpeg"
        assert site.post(decide, {"act": "reject"}).status_code == 422
        assert site.post(decide, {"act": "accept"}).status_code == 302
        citation.refresh_from_db()
        assert citation.dismissed_at is not None
