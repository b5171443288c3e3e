"""How the figures follow the acts on what they count; part of the acts that call this."""

from contextlib import AbstractContextManager

from enforcement.models import Appeal, Call, Citation, CureProof, Hearing, Shift, VoidRequest
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


def count_call(call: Call) -> None:
    """Count a call that was just taken."""
    tallies.add(_of_call(call))


def tallied_call(call: Call) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked call."""
    return tallies.following(lambda: _of_call(call))


def count_proof(proof: CureProof) -> None:
    """Count a proof that was just shown."""
    tallies.add(_of_proof(proof))


def tallied_proof(proof: CureProof) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked proof."""
    return tallies.following(lambda: _of_proof(proof))


def count_void_request(request: VoidRequest) -> None:
    """Count a void that somebody just asked for."""
    tallies.add(_of_void_request(request))


def tallied_void_request(request: VoidRequest) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked request to void."""
    return tallies.following(lambda: _of_void_request(request))


def count_hearing(hearing: Hearing) -> None:
    """Count a hearing that was just booked."""
    tallies.add(_of_hearing(hearing))


def tallied_hearing(hearing: Hearing) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a hearing of a locked appeal."""
    return tallies.following(lambda: _of_hearing(hearing))


def count_shift(shift: Shift) -> None:
    """Count a shift that just began."""
    tallies.add(_of_shift(shift))


def tallied_shift(shift: Shift) -> AbstractContextManager[None]:
    """Let the figures follow what the block changes of a locked shift."""
    return tallies.following(lambda: _of_shift(shift))


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
        zone_code=citation.zone_code,
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


def _of_call(call: Call) -> Steps:
    return counting.call(
        is_over=call.done_at is not None, state=call.state, answer_by=call.answer_by
    )


def _of_proof(proof: CureProof) -> Steps:
    return counting.proof(is_decided=proof.decided_at is not None)


def _of_void_request(request: VoidRequest) -> Steps:
    return counting.void_request(is_decided=request.decided_at is not None)


def _of_hearing(hearing: Hearing) -> Steps:
    return counting.hearing(
        is_released=hearing.released_at is not None, starts_at=hearing.slot.starts_at
    )


def _of_shift(shift: Shift) -> Steps:
    return counting.shift(has_ended=shift.ended_at is not None)
