"""How open citations follow the calendar."""

from datetime import datetime

from enforcement.models import Citation
from enforcement.operations.citations import bring_citation_up_to_date
from enforcement.queries import citations as citing
from enforcement.queries.citations import KIND
from payments import queries as charges

BATCH = 500


def advance_citations(*, at: datetime) -> int:
    """Bring every open citation whose stage, amount or due date has changed up to date.

    Each is a transaction of its own. Returns how many had changed.
    """
    changed, last = 0, 0
    while True:
        rows = Citation.objects.unpaid().filter(source=Citation.Source.OURS, pk__gt=last)
        batch = list(rows.order_by("pk")[:BATCH])
        if not batch:
            return changed
        last = batch[-1].pk
        kept = charges.charges_of(KIND, [citation.number for citation in batch])
        for now in citing.standings_of(batch, at=at):
            charge = kept.get(now.citation.number)
            is_same = charge is None or (now.amount, now.due_on) == (charge.amount, charge.due_on)
            if now.is_over or (is_same and now.stage == now.citation.stage):
                continue
            bring_citation_up_to_date(now.citation.number, at=at)
            changed += 1
