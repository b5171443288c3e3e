"""How owners are told of a stage: by e-mail where it is known, else by a letter for the post room."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from enforcement.models import Citation, Letter, LetterBatch
from enforcement.operations.locks import lock
from enforcement.operations.notices import note_boot_notice
from enforcement.queries import citations as citing
from enforcement.queries import escalation, owners
from enforcement.queries.citations import KIND, Standing
from enforcement.queries.owners import Owner
from enforcement.rules import notices
from parkops.audit import operations as audit
from parkops.kernel.actors import SYSTEM, Actor
from parkops.kernel.decisions import Conflict, NotFound
from parkops.kernel.texts import LongDay, say
from parkops.messaging import operations as messaging
from parkops.programme import numbering
from payments import links
from payments import queries as charges

BATCH = "letter_batch"
PAUSED = ("on_appeal", "on_plan")
"""How a citation stands while nothing is sent about it."""
MOST = 100
"""So many letters are printed together: a stack that one person folds."""


def tell_owner(citation: Citation, *, at: datetime) -> None:
    """Tell the owner of a locked citation how it stands, once for each stage; in the caller's transaction.

    By e-mail where the address is known, else by letter; where neither is, nobody can be told yet. While
    a doubt about the citation is open, nothing is sent.
    """
    now = citing.standing_of(citation, at=at)
    if now.is_over or now.status in PAUSED or not now.owed.minor:
        return
    if citation.holds.filter(decided_at__isnull=True).exists():
        return
    stage = now.stage if notices.is_told(now.stage) else notices.OWNER if now.stage else ""
    owner = owners.owner_of(citation) if stage else None
    if owner is None:
        return
    if owner.email:
        _write(now, stage, owner)
    elif owner.address:
        letter, is_new = Letter.objects.get_or_create(
            citation=citation,
            stage=stage,
            defaults={
                "name": owner.name,
                "address": owner.address,
                "said": said_of(now, stage),
                "made_at": at,
            },
        )
        if is_new:
            audit.record(
                "citation.letter", subject=(KIND, citation.number), actor=SYSTEM, at=at, stage=stage
            )


def said_of(now: Standing, stage: str) -> dict[str, str]:
    """Return what a letter says, as it was when it was written."""
    later = [step for step in now.steps if step.from_on > now.today]
    said = {
        "kind": notices.kind_of(stage),
        "on": now.today.isoformat(),
        "owed": now.owed.amount,
        "currency": now.owed.currency,
        "fine": now.case.fine.amount,
        "next": str(later[0].text) if later else "",
        "next_on": later[0].from_on.isoformat() if later else "",
        "next_owed": later[0].owed.amount if later else "",
    }
    charge = charges.charge_of(KIND, now.citation.number)
    if charge is not None:
        said["pay"] = links.pay_url([charge.id])
    return said


@transaction.atomic
def make_letter_batch(*, by: Actor, at: datetime) -> LetterBatch:
    """Put the letters that wait, the oldest first and 100 at most, into a batch to print.

    A letter whose citation owes nothing any more is dropped. Each letter is in one batch.

    :raises Conflict: if no letter waits.
    """
    lock("letters")
    letters = list(escalation.waiting_letters()[: MOST * 2])
    standings = citing.standings_of([letter.citation for letter in letters], at=at)
    print_: list[Letter] = []
    for letter, now in zip(letters, standings, strict=True):
        if now.owed.minor and now.status not in PAUSED:
            print_.append(letter)
        else:
            letter.dropped_at = at
            letter.save(update_fields=["dropped_at"])
    if not print_:
        raise Conflict("no_letters", "No letter waits to be printed.")
    batch = LetterBatch.objects.create(
        number=numbering.next_number("L", at=at, zone=citing.tenant_zone()),
        made_at=at,
        made_by=by.name,
    )
    for letter in print_[:MOST]:
        letter.batch = batch
        letter.save(update_fields=["batch"])
    audit.record("letter_batch.made", subject=(BATCH, batch.number), actor=by, at=at)
    return batch


@transaction.atomic
def mark_sent(number: str, *, by: Actor, at: datetime) -> LetterBatch:
    """Note that the post room has sent a batch; a second time changes nothing.

    :raises NotFound: if there is no such batch.
    """
    batch = LetterBatch.objects.select_for_update().filter(number=citing.number_of(number)).first()
    if batch is None:
        raise NotFound("There is no such batch of letters.")
    if batch.sent_at is not None:
        return batch
    batch.sent_at, batch.sent_by = at, by.name
    batch.save(update_fields=["sent_at", "sent_by"])
    audit.record("letter_batch.sent", subject=(BATCH, batch.number), actor=by, at=at)
    numbers: Sequence[tuple[str, str]] = list(
        batch.letters.order_by("pk").values_list("citation__number", "stage")
    )
    for citation, stage in numbers:
        audit.record(
            "citation.letter_sent",
            subject=(KIND, citation),
            actor=by,
            at=at,
            stage=stage,
            batch=batch.number,
        )
    for letter in batch.letters.filter(stage=notices.BOOT, said__kind=notices.BOOT).order_by("pk"):
        told = letter.citation
        told_to = f"{letter.name}, letter {batch.number}"
        note_boot_notice(told.plate_key, told.region, sent_to=told_to, at=at)
    return batch


def _write(now: Standing, stage: str, owner: Owner) -> None:
    citation = now.citation
    later = [step for step in now.steps if step.from_on > now.today]
    messaging.send_once(
        event="citation.stage",
        key=f"citation:{citation.number}:stage:{stage}",
        to=owner.email,
        customer_id=owner.customer_id,
        language=owner.language,
        context={
            "name": owner.name,
            "number": citation.number,
            "plate": citation.plate_text,
            "violation": citation.violation_name,
            "kind": notices.kind_of(stage),
            "owed": now.owed,
            "next": later[0].text if later else "",
            "next_on": say("{day}", day=LongDay(later[0].from_on)) if later else "",
            "next_owed": later[0].owed if later else "",
        },
        at=now.at,
    )
