"""When a permit that renews by itself is announced, charged, and tried again."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from parkops.kernel.dates import Duration
from parkops.kernel.decisions import ALLOWED, Decision
from parkops.kernel.texts import say, word
from parkops.programme.permit_schema import PermitType, Renewal
from permits.rules.status import Status

VERSION = "1"
"""Of the words of the consent; another number for other words."""
AGAIN_AFTER = (timedelta(days=1), timedelta(days=3), timedelta(days=5))
"""How long after each declined try the next one is; after the last the holder pays."""
OPENS = Duration(days=7)
LEAST_BEFORE_END = timedelta(days=1)


def consent_text(kind: PermitType, *, tenant: str, number: str) -> str:
    """Return what a holder agrees to."""
    notice = kind.renewal.notice.text if kind.renewal else ""
    return say(
        "I agree that {tenant} renews permit {number}, {kind}, each time it ends, and takes its "
        "price at that time from the card that I save. I am told the price and the day {notice} "
        "before. I can stop this at any time, here, in one step.",
        tenant=tenant,
        number=number,
        kind=kind.name,
        notice=notice,
    )


def may_agree(kind: PermitType, *, status: Status, takes_cards: bool) -> Decision:
    """Decide whether a permit of this type and status may renew by itself."""
    if kind.renewal is None or not kind.renewal.automatic:
        return Decision(
            "not_automatic", say("{kind} is not renewed automatically.", kind=kind.name)
        )
    if not takes_cards:
        return Decision("cards_not_set_up", say("Card payments are not set up here."))
    if status not in (Status.ACTIVE, Status.SCHEDULED):
        return Decision(
            f"permit_{status}",
            say("A permit that is {status} is not renewed.", status=word(str(status))),
        )
    return ALLOWED


def charge_from(rule: Renewal, ends_at: datetime, zone: ZoneInfo) -> datetime:
    """Return when renewal opens, which is when the card is charged."""
    return (rule.opens or OPENS).before(ends_at, zone)


def notice_from(rule: Renewal, ends_at: datetime, zone: ZoneInfo) -> datetime:
    """Return from when the price and the day are told."""
    return rule.notice.before(charge_from(rule, ends_at, zone), zone)


def charge_at(
    rule: Renewal, *, noticed_at: datetime, ends_at: datetime, zone: ZoneInfo
) -> datetime:
    """Return when the card is charged: when renewal opens, but the whole notice after it was told,
    or if that is too late a day before the end."""
    told = min(rule.notice.after(noticed_at, zone), ends_at - LEAST_BEFORE_END)
    return max(charge_from(rule, ends_at, zone), told)


def is_in_time(ends_at: datetime, *, at: datetime) -> bool:
    """Return whether what is told at `at` may still be charged before a permit ends."""
    return at < ends_at - LEAST_BEFORE_END


def may_charge_from(
    rule: Renewal,
    *,
    noticed_at: datetime | None,
    told: int | None,
    price: int,
    ends_at: datetime,
    zone: ZoneInfo,
) -> datetime | None:
    """Return from when a card may be charged `price`; None unless as much was told, with the day."""
    if noticed_at is None or told is None or price > told:
        return None
    return charge_at(rule, noticed_at=noticed_at, ends_at=ends_at, zone=zone)


def next_try(tries: int, *, ends_at: datetime, at: datetime) -> datetime | None:
    """Return when the card is tried again after `tries` declined ones; None for no more."""
    if not 0 < tries <= len(AGAIN_AFTER):
        return None
    then = at + AGAIN_AFTER[tries - 1]
    return then if then < ends_at else None
