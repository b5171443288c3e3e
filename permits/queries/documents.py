"""The documents of a permit, as its holder and the office see them."""

from dataclasses import dataclass
from uuid import UUID

from parkops.kernel.decisions import NotFound
from permits.models import Permit, PermitDocument


@dataclass(frozen=True, slots=True)
class Asked:
    """One document that the program asks for, and what has been sent for it."""

    kind: str
    sent: list[PermitDocument]


def documents_of(permit: Permit) -> list[PermitDocument]:
    """Return the documents that are still kept, the oldest first."""
    return list(permit.documents.filter(deleted_at__isnull=True).order_by("sent_at", "pk"))


def asked_of(kinds: tuple[str, ...], sent: list[PermitDocument]) -> list[Asked]:
    """Return what the program asks for, each with what was sent; one row where it names nothing."""
    return [Asked(kind, [row for row in sent if row.kind == kind]) for kind in kinds or ("",)]


def document(reference: UUID, *, permit: Permit) -> PermitDocument:
    """Return a document of this permit that is still kept.

    :raises NotFound: if there is none.
    """
    found = permit.documents.filter(reference=reference, deleted_at__isnull=True).first()
    if found is None:
        raise NotFound("There is no such document.")
    return found
