"""How the chain of evidence grows: a link in the transaction that writes the record.

The lock that orders the links is held until that transaction ends, so a link is added last, and
nothing else is locked after it.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from enforcement.models import Citation, CitationPhoto, EvidenceLink, Reopening
from enforcement.operations.locks import lock
from enforcement.queries import chain
from enforcement.rules import evidence as rules
from enforcement.rules.evidence import START, Sealed

Kind = EvidenceLink.Kind


def link_citation(citation: Citation, *, at: datetime) -> None:
    """Add a citation that was written."""
    _link(Kind.CITATION, citation.number, citation.number, chain.record_of(citation), at=at)


def link_photo(photo: CitationPhoto, number: str, *, at: datetime) -> None:
    """Add a photo of the citation with this number."""
    _link(Kind.PHOTO, str(photo.reference), number, chain.photo_record(photo, number), at=at)


def link_void(citation: Citation, *, at: datetime) -> None:
    """Add that a citation was voided."""
    number = citation.number
    reference = chain.nth_reference(number, citation.reopenings.count() + 1)
    _link(Kind.VOID, reference, number, chain.void_record(citation, number), at=at)


def link_reopening(reopening: Reopening, citation: Citation, *, at: datetime) -> None:
    """Add that a void was taken back."""
    number = citation.number
    reference = chain.nth_reference(number, citation.reopenings.count())
    _link(Kind.REOPENED, reference, number, chain.reopening_record(reopening, number), at=at)


def _link(
    kind: str, reference: str, number: str, record: Mapping[str, Any], *, at: datetime
) -> None:
    lock("evidence")
    last = EvidenceLink.objects.order_by("-sequence").first()
    sequence, previous = (last.sequence + 1, last.hash) if last else (1, START)
    sealed = Sealed(sequence, kind, reference, rules.digest_of(record), at)
    EvidenceLink.objects.create(
        sequence=sequence,
        kind=kind,
        reference=reference,
        citation_number=number,
        digest=sealed.digest,
        previous=previous,
        hash=rules.hash_of(sealed, previous),
        at=at,
    )
