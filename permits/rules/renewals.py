"""Whether a permit may be renewed now."""

from datetime import datetime
from zoneinfo import ZoneInfo

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import say, word
from parkops.programme.permit_schema import PermitType
from permits.rules.status import Status
from permits.rules.terms import clock_text


def may_renew(
    kind: PermitType,
    *,
    status: Status,
    ends_at: datetime,
    is_renewed: bool,
    by_staff: bool = False,
    zone: ZoneInfo,
    at: datetime,
) -> Decision:
    """Decide whether a permit of `status` that ends at `ends_at` (excluded) may be renewed at `at`.

    Staff need not wait until renewal opens.
    """
    if kind.renewal is None:
        return Decision(
            "not_renewable", say("{kind} is not renewed: buy a new one.", kind=kind.name)
        )
    if is_renewed:
        return Decision("already_renewed", "This permit has been renewed already.")
    if status not in (Status.ACTIVE, Status.SCHEDULED):
        return Decision(
            f"permit_{status}",
            say("A permit that is {status} is not renewed.", status=word(str(status))),
        )
    if kind.renewal.opens is not None and not by_staff:
        opens = kind.renewal.opens.before(ends_at, zone)
        if at < opens:
            return Decision("too_early", say("Renewal opens {when}.", when=clock_text(opens, zone)))
    return ALLOWED
