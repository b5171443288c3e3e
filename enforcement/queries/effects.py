"""Whom a new version of the programme touches: the citations that are open."""

from collections.abc import Iterator
from datetime import datetime

from enforcement.models import Citation
from parkops.programme.schema import Programme


def on_citations(before: Programme, after: Programme, at: datetime) -> Iterator[str]:
    """Yield what becomes of the citations that are not settled."""
    if before.violations == after.violations:
        return
    open_ones = Citation.objects.filter(
        settled_at__isnull=True,
        dismissed_at__isnull=True,
        voided_at__isnull=True,
        issued_at__lte=at,
    )
    many = open_ones.count()
    if many == 1:
        yield "1 open citation keeps its fine and steps."
    elif many:
        yield f"{many:,} open citations keep their fines and steps."
