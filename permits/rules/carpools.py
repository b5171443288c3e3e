"""Who may share a permit, and what follows when too few do."""

from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import say, say_n
from parkops.programme.permit_schema import Carpool, PermitType
from permits.rules.status import Status

STANDING = frozenset({Status.SCHEDULED, Status.ACTIVE, Status.SUSPENDED, Status.PENDING})
"""The statuses in which a carpool may still change."""


def may_invite(
    kind: PermitType, *, status: Status, email: str, holder: str, invited: Collection[str]
) -> Decision:
    """Decide whether a holder may ask `email` to join; `invited` are the addresses of the members
    and of those who were asked already."""
    if kind.carpool is None:
        return Decision("no_carpool", say("{kind} is not shared.", kind=kind.name))
    if status not in STANDING:
        return Decision("carpool_over", "This carpool is not in force.")
    key = email.casefold()
    if key == holder.casefold():
        return Decision("own_address", "This is your own address.", field="email")
    if key in {known.casefold() for known in invited}:
        return Decision("already_invited", "This address has been invited already.", field="email")
    if len(invited) + 1 >= kind.carpool.most:
        return Decision(
            "carpool_full",
            say(
                "A carpool has at most {most} people, you and those invited counted.",
                most=kind.carpool.most,
            ),
        )
    return ALLOWED


def may_join(kind: PermitType, *, status: Status, plates: int) -> Decision:
    """Decide whether somebody who was invited may join with one more plate beside `plates`."""
    if status not in STANDING:
        return Decision("carpool_over", "This carpool is not in force.")
    if plates >= kind.vehicles.max:
        return Decision(
            "too_many_vehicles",
            say_n(
                "The permit takes {n} plate, and it has it already. Ask who invited you.",
                "The permit takes {n} plates, and it has them already. Ask who invited you.",
                kind.vehicles.max,
            ),
            field="plate",
        )
    return ALLOWED


def is_short(rule: Carpool, *, members: int) -> bool:
    """Return whether a holder with `members` others is too few."""
    return members + 1 < rule.least


def deadline(
    rule: Carpool, *, fell_short_at: datetime, starts_at: datetime, zone: ZoneInfo
) -> datetime:
    """Return until when a carpool may have too few; before its start the time does not run."""
    return rule.mend.after(max(fell_short_at, starts_at), zone)
