"""What payments asks about a citation's charge, and what follows once it is paid."""

from collections.abc import Sequence
from datetime import datetime

from django.urls import reverse

from enforcement.models import BootCase, Citation
from enforcement.operations import hand_overs, planning, tallying
from enforcement.operations.releases import follow_debts
from enforcement.queries import again
from enforcement.queries import citations as citing
from enforcement.queries.boot_cases import BOOT
from enforcement.queries.citations import KIND
from enforcement.rules import owed
from parkops.audit import operations as audit
from parkops.kernel.actors import Actor
from parkops.kernel.decisions import ALLOWED, Decision
from payments.settlement import Due, Raiser, Subject
from permits.operations.rights_changes import plates_changed


def lock(reference: str) -> None:
    """Lock the citation before payments locks its charge."""
    Citation.objects.select_for_update().filter(number=reference).first()


def followers(references: Sequence[str]) -> list[tuple[str, str]]:
    """Return the cases of booted or towed vehicles that go once these citations are paid."""
    plates = Citation.objects.filter(number__in=references).exclude(plate_key="")
    cases = BootCase.objects.open().filter(plate_key__in=plates.values("plate_key"))
    return [(BOOT, number) for number in cases.order_by("number").values_list("number", flat=True)]


def settled(reference: str, *, by: Actor, at: datetime) -> Decision:
    """Mark the citation as paid; one that owes nothing any more refuses the money."""
    citation = Citation.objects.select_for_update().get(number=reference)
    refused = _owes(citation)
    if not refused:
        return refused
    if citation.settled_at is None:
        with tallying.tallied(citation):
            citation.settled_at = at
        citation.save(update_fields=["settled_at"])
        plates_changed([citation.plate_key])
        audit.record("citation.paid", subject=(KIND, reference), actor=by, at=at)
        hand_overs.take_back(citation, because="It was paid.", at=at)
        follow_debts(citation.plate_key, by=by, at=at)
    return ALLOWED


def unsettled(reference: str, *, by: Actor, at: datetime) -> None:
    """Let the citation be owed again: a check bounced, a card payment was taken back."""
    citation = Citation.objects.select_for_update().get(number=reference)
    if citation.settled_at is not None:
        with tallying.tallied(citation):
            citation.settled_at = None
        citation.save(update_fields=["settled_at"])
        plates_changed([citation.plate_key])
        audit.record("citation.owed_again", subject=(KIND, reference), actor=by, at=at)


def amount_at(reference: str, *, at: datetime) -> Due | None:
    """Return what the citation comes to at `at`, before payments."""
    return amounts_at([reference], at=at).get(reference)


def amounts_at(references: Sequence[str], *, at: datetime) -> dict[str, Due]:
    """Return what these citations come to at `at`, before payments, by number; in two queries."""
    citations = list(Citation.objects.filter(number__in=references).order_by("pk"))
    appeals = citing.appeals_of(citations)
    today = at.astimezone(citing.tenant_zone()).date()
    found = {}
    for citation in citations:
        if citation.voided_at is not None and citation.voided_at <= at:
            continue
        case = citing.case_of(citation, appeals[citation.pk])
        reasons = [step.text for step in owed.steps(case, today) if step.from_on <= today]
        found[citation.number] = Due(
            amount=owed.owing_on(case, today).amount,
            due_on=owed.due_on(case, today),
            text=reasons[-1] if reasons else "",
        )
    return found


def may_pay(reference: str, *, at: datetime) -> Decision:
    """Return whether money may be taken for the citation."""
    return _owes(Citation.objects.get(number=reference))


def describe(reference: str) -> Subject:
    """Return the citation in words, with its page; staff are led on from there to the office's."""
    citation = Citation.objects.filter(number=reference).first()
    if citation is None:
        return Subject(f"Citation {reference}, whose import was undone", "")
    url = reverse("portal_citations:detail", args=[citation.number])
    office = reverse("office_citations:detail", args=[citation.number])
    return Subject(f"Citation {citation.number}: {citation.violation_name}", url, office)


def evidence(reference: str) -> list[str]:
    """Return what a bank may be told of a citation: when, where, for what, and who was cited."""
    citation = Citation.objects.get(number=reference)
    told = [
        f"Citation {citation.number} was issued {citation.issued_on} for {citation.violation_name} to the "
        f"vehicle {citation.plate_text} {citation.region}".rstrip()
        + f" in {citation.zone_code}.",
    ]
    photos = citation.photos.count()
    if photos:
        told.append(
            f"{photos} photo{'' if photos == 1 else 's'} of the vehicle at that time are kept."
        )
    if citation.public_note:
        told.append(f"The officer wrote: {citation.public_note}")
    return told


def _owes(citation: Citation) -> Decision:
    if citation.voided_at is not None:
        return Decision("voided", f"Citation {citation.number} was voided; nothing is owed.")
    if citation.dismissed_at is not None:
        return Decision("dismissed", f"Citation {citation.number} was dismissed; nothing is owed.")
    return ALLOWED


RAISER = Raiser(
    settled=settled,
    unsettled=unsettled,
    lock=lock,
    amount_at=amount_at,
    amounts_at=amounts_at,
    may_pay=may_pay,
    describe=describe,
    evidence=evidence,
    plannable=planning.plannable,
    plan_began=planning.plan_began,
    plan_ended=planning.plan_ended,
    followers=followers,
    again=again.of_citations,
)
