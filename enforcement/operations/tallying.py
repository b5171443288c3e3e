"""How the figures follow the acts on citations and appeals; part of the acts that call this."""

from contextlib import AbstractContextManager

from enforcement.models import Appeal, Citation
from enforcement.rules import counting
from parkops.kernel.tallies import Steps
from parkops.tallies import operations as tallies


def count(citation: Citation) -> None:
    """Count a citation that was just written."""
    tallies.add(_of(citation))


def tallied(citation: Citation) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked citation."""
    return tallies.following(lambda: _of(citation))


def count_appeal(appeal: Appeal) -> None:
    """Count an appeal that was just filed."""
    tallies.add(_of_appeal(appeal))


def tallied_appeal(appeal: Appeal) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked appeal."""
    return tallies.following(lambda: _of_appeal(appeal))


def _of(citation: Citation) -> Steps:
    ends = (
        citation.settled_at,
        citation.dismissed_at,
        citation.voided_at,
        citation.written_off_at,
    )
    return counting.citation(
        is_ours=citation.source == Citation.Source.OURS,
        issued_at=citation.issued_at,
        fine_minor=citation.fine_minor,
        is_over=any(end is not None for end in ends),
    )


def _of_appeal(appeal: Appeal) -> Steps:
    return counting.appeal(
        is_decided=appeal.decided_at is not None,
        reviewer_ref=appeal.reviewer_ref,
        is_heard=appeal.is_heard,
        decide_on=appeal.decide_on,
    )
