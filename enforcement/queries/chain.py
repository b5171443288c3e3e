"""The chain of evidence: what its links are over, and whether they hold."""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage

from enforcement.models import Citation, CitationPhoto, EvidenceLink, Reopening
from enforcement.rules import evidence as rules
from enforcement.rules.evidence import START, Sealed

Kind = EvidenceLink.Kind
_AT_ONCE = 500

_CITATION = (
    "number",
    "pin",
    "client_id",
    "plate_missing",
    "plate_text",
    "plate_key",
    "region",
    "vehicle",
    "vin",
    "zone_code",
    "lat",
    "lon",
    "violation_code",
    "violation_name",
    "fine_minor",
    "several",
    "nth",
    "sanction",
    "programme_version",
    "issued_at",
    "issued_on",
    "recorded_at",
    "officer",
    "officer_ref",
    "public_note",
    "because",
)
_PHOTO = (
    "reference",
    "original_sha256",
    "shown_sha256",
    "original_type",
    "width",
    "height",
    "taken_at",
    "added_at",
    "added_by",
)


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link that does not hold, and why."""

    sequence: int
    kind: str
    reference: str
    why: str


@dataclass(frozen=True, slots=True)
class Walked:
    """What came of walking the chain: how many links hold, and the first that does not."""

    held: int
    last_hash: str
    broken: Broken | None = None


def record_of(citation: Citation) -> dict[str, Any]:
    """Return what was written down of a citation, and never changes."""
    return {name: getattr(citation, name) for name in _CITATION}


def photo_record(photo: CitationPhoto, number: str) -> dict[str, Any]:
    """Return what was written down of a photo of the citation with this number."""
    return {"citation": number} | {name: getattr(photo, name) for name in _PHOTO}


def void_record(citation: Citation | Reopening, number: str) -> dict[str, Any]:
    """Return what was written down when the citation with this number was voided: of the void that
    holds, or of one that was taken back."""
    voided_at, reason = citation.voided_at, citation.void_reason
    return {"number": number, "voided_at": voided_at, "void_reason": reason}


def reopening_record(reopening: Reopening, number: str) -> dict[str, Any]:
    """Return what was written down when a void of the citation with this number was taken back."""
    return {
        "number": number,
        "reopened_at": reopening.reopened_at,
        "reopened_by": reopening.reopened_by_name,
        "reason": reopening.reason,
    }


def nth_reference(number: str, n: int) -> str:
    """Return under which name the `n`th void or reopening of a citation is linked."""
    return number if n == 1 else f"{number}#{n}"


def links_of(number: str) -> list[EvidenceLink]:
    """Return the links of a citation, the first first."""
    return list(EvidenceLink.objects.filter(citation_number=number).order_by("sequence"))


def link_of(citation: Citation) -> EvidenceLink | None:
    """Return the link over a citation's own record; None for what was never in the chain."""
    return EvidenceLink.objects.filter(kind=Kind.CITATION, reference=citation.number).first()


def code_of(citation: Citation) -> str:
    """Return the short code that is printed on a citation, empty for what is not in the chain."""
    link = link_of(citation)
    return rules.code_of(link.digest) if link else ""


def holds(link: EvidenceLink, *, with_files: bool = False) -> str:
    """Return why a link does not hold by itself, empty where it does: its hash is that of its fields,
    and the record is as it was written."""
    return why_broken([link], with_files=with_files).get(link.sequence, "")


def walk(*, with_files: bool = False) -> Walked:
    """Walk the whole chain, and stop at the first link that does not hold; with files, the pictures
    are read too. At the end nothing may be missing: every citation since the first link has one."""
    before, held = START, 0
    for links in _in_order():
        wrong = why_broken(links, with_files=with_files)
        for link in links:
            why = wrong.get(link.sequence, "")
            if link.sequence != held + 1:
                why = f"link {held + 1} is missing"
            elif link.previous != before:
                why = "it does not follow the link before it"
            if why:
                broken = Broken(link.sequence, link.kind, link.reference, why)
                return Walked(held, before, broken)
            before, held = link.hash, held + 1
    return Walked(held, before, _left_out(held))


def why_broken(links: Sequence[EvidenceLink], *, with_files: bool = False) -> dict[int, str]:
    """Return why links do not hold by themselves, by sequence, in three queries."""
    numbers = {link.citation_number for link in links}
    photos = [link.reference for link in links if link.kind == Kind.PHOTO]
    cited = {c.number: c for c in Citation.objects.filter(number__in=numbers)}
    taken = {str(p.reference): p for p in CitationPhoto.objects.filter(reference__in=photos)}
    opened: dict[int, list[Reopening]] = defaultdict(list)
    for row in Reopening.objects.filter(citation__in=cited.values()).order_by("pk"):
        opened[row.citation_id].append(row)
    found = {}
    for link in links:
        citation, photo = cited.get(link.citation_number), taken.get(link.reference)
        why = _why(link, citation, photo, opened[citation.pk] if citation else ())
        if not why and photo is not None and with_files:
            why = _why_file(photo)
        if why:
            found[link.sequence] = why
    return found


def _why(
    link: EvidenceLink,
    citation: Citation | None,
    photo: CitationPhoto | None,
    opened: Sequence[Reopening],
) -> str:
    sealed = Sealed(link.sequence, link.kind, link.reference, link.digest, link.at)
    if rules.hash_of(sealed, link.previous) != link.hash:
        return "the link itself was changed"
    if citation is None:
        return "its citation is gone"
    if link.kind == Kind.PHOTO and photo is None:
        return "its photo is gone"
    record = (
        photo_record(photo, link.citation_number)
        if photo is not None
        else record_of(citation)
        if link.kind == Kind.CITATION
        else _nth_record(link, citation, opened)
    )
    if record is None:
        return "its record is gone"
    return "" if rules.digest_of(record) == link.digest else "its record was changed"


def _nth_record(
    link: EvidenceLink, citation: Citation, opened: Sequence[Reopening]
) -> dict[str, Any] | None:
    """The record of a void, or of its being taken back; of several the one that the link names."""
    number, _, later = link.reference.partition("#")
    before = int(later or 1) - 1
    taken_back = opened[before] if before < len(opened) else None
    if link.kind == Kind.VOID:
        return void_record(taken_back or citation, number)
    return reopening_record(taken_back, number) if taken_back else None


def _why_file(photo: CitationPhoto) -> str:
    for name, wanted in (
        (photo.shown, photo.shown_sha256),
        (photo.original, photo.original_sha256),
    ):
        try:
            with default_storage.open(name) as file:
                if hashlib.sha256(file.read()).hexdigest() != wanted:
                    return "its picture was changed"
        except OSError:
            return "its picture is gone"
    return ""


def _in_order() -> Iterator[list[EvidenceLink]]:
    last = 0
    while links := list(
        EvidenceLink.objects.filter(sequence__gt=last).order_by("sequence")[:_AT_ONCE]
    ):
        yield links
        last = links[-1].sequence


def _left_out(held: int) -> Broken | None:
    """A citation written since the chain began that has no link: its link was cut off at the end."""
    first = EvidenceLink.objects.order_by("sequence").first()
    if first is None:
        return None
    linked = EvidenceLink.objects.filter(kind=Kind.CITATION).values("reference")
    rows = Citation.objects.filter(source=Citation.Source.OURS, recorded_at__gte=first.at)
    missing = rows.exclude(number__in=linked).order_by("recorded_at", "pk").first()
    if missing is None:
        return None
    return Broken(held + 1, Kind.CITATION, missing.number, "it has no link")
