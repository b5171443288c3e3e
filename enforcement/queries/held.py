"""Whether a person has to decide about a citation first."""

from django.db.models import Exists, OuterRef

from enforcement.models import CitationHold


def is_held() -> Exists:
    """Return the condition that a citation is held: nothing about it is sent out, nobody is booted for it."""
    return Exists(CitationHold.objects.filter(citation=OuterRef("pk"), decided_at=None))
