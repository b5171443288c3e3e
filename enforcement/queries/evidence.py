"""The pictures of citations and appeals."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from uuid import UUID

from enforcement.models import (
    Appeal,
    AppealDocument,
    AppealPicture,
    Citation,
    CitationPhoto,
)
from parkops.kernel.decisions import NotFound


def photos_of(citation: Citation) -> list[CitationPhoto]:
    """Return the photos of a citation, the first first."""
    return photos_by_citation([citation])[citation.pk]


def photos_by_citation(citations: Sequence[Citation]) -> Mapping[int, list[CitationPhoto]]:
    """Return the photos of these citations, by the citation's id."""
    found: dict[int, list[CitationPhoto]] = defaultdict(list)
    rows = CitationPhoto.objects.filter(citation_id__in=[c.pk for c in citations])
    for photo in rows.order_by("citation_id", "pk"):
        found[photo.citation_id].append(photo)
    return found


def photo(reference: UUID, *, citation: Citation | None = None) -> CitationPhoto:
    """Return a photo, if given of this citation.

    :raises NotFound: if there is none.
    """
    rows = CitationPhoto.objects.filter(reference=reference)
    found = (rows if citation is None else rows.filter(citation=citation)).first()
    if found is None:
        raise NotFound("There is no such photo.")
    return found


def pictures_of(appeals: Sequence[Appeal]) -> Mapping[int, list[AppealPicture]]:
    """Return the pictures of these appeals, by the appeal's id."""
    found: dict[int, list[AppealPicture]] = defaultdict(list)
    rows = AppealPicture.objects.filter(appeal_id__in=[appeal.pk for appeal in appeals])
    for picture in rows.order_by("appeal_id", "pk"):
        found[picture.appeal_id].append(picture)
    return found


def picture(reference: UUID, *, appeal: Appeal | None = None) -> AppealPicture:
    """Return a picture of an appeal, if given of this one.

    :raises NotFound: if there is none.
    """
    rows = AppealPicture.objects.filter(reference=reference)
    found = (rows if appeal is None else rows.filter(appeal=appeal)).first()
    if found is None:
        raise NotFound("There is no such picture.")
    return found


def document(reference: UUID, *, appeal: Appeal | None = None) -> AppealDocument:
    """Return a document of an appeal, if given of this one.

    :raises NotFound: if there is none.
    """
    rows = AppealDocument.objects.filter(reference=reference)
    found = (rows if appeal is None else rows.filter(appeal=appeal)).first()
    if found is None:
        raise NotFound("There is no such document.")
    return found
