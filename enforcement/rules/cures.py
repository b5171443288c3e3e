"""What a person may show to have a citation dismissed, and until when."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from enforcement.rules.standing import Status
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import say
from parkops.programme.violation_schema import Cure

PICTURE_KEPT = timedelta(days=30)
"""How long after the decision the picture of a proof, which may tell of somebody's health, is kept."""

_OPEN = (Status.ISSUED, Status.ON_PLAN, Status.COLLECTIONS, Status.PAID)


def cure_of(cures: Sequence[Cure | None]) -> Cure | None:
    """Return what cures a citation whose violations have these: the same for all of them, or none."""
    first = cures[0]
    if first is None or any(cure is None or cure.proof != first.proof for cure in cures):
        return None
    return first


def last_moment(cure: Cure, issued_at: datetime, zone: ZoneInfo) -> datetime | None:
    """Return until when the proof may be shown; None where there is no end."""
    return cure.within.after(issued_at, zone) if cure.within else None


def may_show(
    cure: Cure | None, *, status: Status, until: datetime | None, waits: bool, at: datetime
) -> Decision:
    """Decide whether a proof may be shown now."""
    if cure is None:
        return Decision("no_cure", say("No proof cures this citation; you may appeal it."))
    if status is Status.ON_APPEAL:
        return Decision("on_appeal", say("This citation is on appeal; send the proof with it."))
    if status not in _OPEN:
        return Decision("over", say("Nothing is owed on this citation."))
    if waits:
        return Decision("waits", say("Your proof is being looked at."))
    if until is not None and at >= until:
        return Decision("too_late", say("The time to show the proof has passed; you may appeal."))
    return ALLOWED
