"""Which documents a permit takes, and how long they are kept."""

from datetime import timedelta

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import say
from parkops.programme.permit_schema import PermitType
from permits.rules.status import Status

MOST_DOCUMENTS = 12
KEPT_AFTER_DECISION = timedelta(days=30)
"""A document is deleted this long after the permit was approved, refused or given up."""

WAITING = frozenset({Status.HELD, Status.PENDING})


def may_send(*, approval: str, status: Status, sent: int, is_proof_due: bool = False) -> Decision:
    """Decide whether a document may be sent for a permit whose type asks for this `approval`; one
    approved for a while takes its proof."""
    if approval == "none":
        return Decision("no_documents", "This permit needs no documents.")
    if status not in WAITING and not is_proof_due:
        return Decision("decided", "This permit does not wait for approval any more.")
    if sent >= MOST_DOCUMENTS:
        return Decision("too_many", say("At most {most} documents a permit.", most=MOST_DOCUMENTS))
    return ALLOWED


def may_approve_for_a_while(kind: PermitType) -> Decision:
    """Decide whether a permit of this type may be approved until its proof comes."""
    if kind.provisional is not None:
        return ALLOWED
    return Decision(
        "not_provisional",
        f"{kind.name} is not approved for a while: the program names nothing instead.",
    )


def is_kind(kinds: tuple[str, ...], kind: str) -> bool:
    """Return whether the type asks for a document of this kind; one that names none takes any."""
    return kind in kinds if kinds else kind == ""
