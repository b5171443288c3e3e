"""How a proof is shown for a citation, and how staff decide about it."""

from datetime import datetime
from uuid import UUID

from django.core.files.storage import default_storage
from django.db import transaction

from enforcement.models import Citation, CureProof
from enforcement.operations import hand_overs, pictures, tallying
from enforcement.operations.citations import locked
from enforcement.operations.lowering import lower_charge
from enforcement.operations.releases import follow_debts
from enforcement.queries import citations as citing
from enforcement.queries import cures as queries
from enforcement.queries.citations import KIND
from enforcement.rules import cures as rules
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import Conflict, Refused
from parkops.kernel.money import Money
from parkops.kernel.texts import LongDay, say
from parkops.messaging import operations as messaging
from payments import queries as charges
from permits.operations.rights_changes import plates_changed


@transaction.atomic
def file_proof(
    number: str,
    *,
    name: str,
    email: str = "",
    text: str = "",
    picture: bytes,
    language: str = "",
    by: Actor,
    at: datetime,
) -> CureProof:
    """Send a picture of the proof; a person looks at it, and what they decide is told to `email`.

    :raises NotFound: if there is no such citation.
    :raises Conflict: if no proof may be shown (any more), or one waits already.
    :raises Refused: if the file is no picture, or too large.
    """
    taken = pictures.take_in(picture, zone=citing.tenant_zone(), field="picture")
    try:
        citation, words = _curable(number, at=at)
    except Refused:
        pictures.forget(taken)
        raise
    proof = CureProof.objects.create(
        citation=citation,
        proof=words,
        text=text.strip(),
        name=name.strip(),
        email=email.strip(),
        language=language[:12],
        filed_at=at,
        shown=taken.shown,
        original=taken.original,
        original_sha256=taken.original_sha256,
    )
    tallying.count_proof(proof)
    audit.record("cure.filed", subject=(KIND, citation.number), actor=by, at=at)
    return proof


@transaction.atomic
def see_proof(number: str, *, note: str, by: Actor, at: datetime) -> CureProof:
    """Note that somebody showed the proof at the counter: the citation is dismissed.

    :raises NotFound: if there is no such citation.
    :raises Conflict: if no proof may be shown (any more), or one waits already.
    :raises Refused: without a word of what was seen.
    """
    if not note.strip():
        raise Refused("note", "Say what you saw, such as the placard's number.", field="note")
    citation, words = _curable(number, at=at)
    proof = CureProof.objects.create(
        citation=citation, proof=words, name=by.name, text=note.strip(), filed_at=at
    )
    tallying.count_proof(proof)
    return _decide(proof, citation, is_accepted=True, answer="", by=by, at=at)


@transaction.atomic
def decide_proof(
    reference: UUID, *, is_accepted: bool, answer: str, by: Actor, at: datetime
) -> CureProof:
    """Accept a proof, which dismisses the citation and gives back what was paid, or not.

    :raises NotFound: if there is no such proof.
    :raises Conflict: if it is decided already.
    :raises Refused: if it is not accepted without a reason, or by the officer who wrote the citation.
    """
    citation = locked(queries.proof(reference).citation.number)
    proof = CureProof.objects.select_for_update().get(reference=reference)
    if proof.decided_at is not None:
        raise Conflict("decided", "This proof is decided already.")
    if by.kind == "staff" and by.ref == citation.officer_ref:
        raise Refused("own_citation", "You wrote this citation: somebody else looks at the proof.")
    if not is_accepted and not answer.strip():
        raise Refused("answer", "Say why it is not accepted.", field="answer")
    return _decide(proof, citation, is_accepted=is_accepted, answer=answer.strip(), by=by, at=at)


@transaction.atomic
def forget_pictures(*, at: datetime) -> int:
    """Delete the pictures of proofs decided long enough ago; that a proof was shown stays."""
    rows = CureProof.objects.filter(decided_at__lt=at - rules.PICTURE_KEPT).exclude(shown="")
    found = list(rows.select_for_update(skip_locked=True).order_by("pk")[:500])
    files = [name for proof in found for name in (proof.shown, proof.original)]
    CureProof.objects.filter(pk__in=[proof.pk for proof in found]).update(shown="", original="")

    def delete() -> None:
        for name in files:
            default_storage.delete(name)

    transaction.on_commit(delete)
    return len(found)


def _curable(number: str, *, at: datetime) -> tuple[Citation, str]:
    citation = locked(number)
    found = queries.curing(citing.standing_of(citation, at=at))
    if not found.may_show or found.cure is None:
        raise Conflict(found.may_show.code, found.may_show.reason)
    return citation, found.cure.proof


def _decide(
    proof: CureProof,
    citation: Citation,
    *,
    is_accepted: bool,
    answer: str,
    by: Actor,
    at: datetime,
) -> CureProof:
    with tallying.tallied_proof(proof):
        proof.decided_at, proof.is_accepted = at, is_accepted
    proof.decided_by_name, proof.decided_by_ref = by.name, by.ref
    proof.answer = answer
    proof.save()
    if is_accepted:
        with tallying.tallied(citation):
            citation.dismissed_at = at
        citation.save(update_fields=["dismissed_at"])
        charge = charges.charge_of(KIND, citation.number)
        if charge is not None:
            nothing = Money.zero(charge.amount.currency)
            text = str(say("Proof accepted: {proof}", proof=proof.proof))
            lower_charge(citation, charge, nothing, text=text, by=by, at=at)
        plates_changed([citation.plate_key])
        hand_overs.take_back(citation, because="The proof was accepted.", at=at)
        follow_debts(citation.plate_key, by=by, at=at)
    audit.record(
        "cure.decided",
        subject=(KIND, citation.number),
        actor=by,
        at=at,
        reason=proof.answer or proof.text,
        accepted=is_accepted,
    )
    if proof.email:
        _tell(proof, citation, at=at)
    return proof


def _tell(proof: CureProof, citation: Citation, *, at: datetime) -> None:
    """Say what was decided, in the language that the proof was sent in."""
    now = citing.standing_of(citation, at=at)
    messaging.send_once(
        event="citation.proof_decided",
        key=f"cure:{proof.reference}:decided",
        to=proof.email,
        language=proof.language,
        context={
            "name": proof.name,
            "number": citation.number,
            "proof": proof.proof,
            "is_accepted": proof.is_accepted,
            "answer": proof.answer,
            "owed": now.owed,
            "due_on": say("{day}", day=LongDay(now.due_on)) if now.due_on else "",
        },
        at=at,
    )
