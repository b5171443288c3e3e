"""Scheduled work of enforcement."""

from typing import Any

from django.utils import timezone

from enforcement.cameras import operations as cameras
from enforcement.operations import (
    advance,
    appeals,
    calls,
    checks,
    cures,
    forgetting,
    hearings,
    holds,
    notices,
    offline,
    positions,
    tows,
)
from parkops.tenancy.later import tenant_task

MOST_ROUNDS = 40


@tenant_task
def keep_checks(*, rows: list[dict[str, Any]], **_later: object) -> None:
    """Write the plate checks that could not be written when they were made."""
    checks.keep_checks(rows)


@tenant_task
def advance_citations(**_later: object) -> None:
    """Let open citations follow the calendar and tell owners; a second run changes nothing."""
    now = timezone.now()
    advance.advance_citations(at=now)
    notices.send_boot_notices(at=now)
    tows.accrue_storage(at=now)


@tenant_task
def hold_doubtful(**_later: object) -> None:
    """Hold citations for whose plate a right turned up late; a second run changes nothing."""
    holds.hold_late(at=timezone.now())


@tenant_task
def erase_reads(**_later: object) -> None:
    """Erase the reads without a hit whose time is over; each run is on record. Checks without a
    hit are forgotten when the program says, and the keys of devices' copies go with them."""
    now = timezone.now()
    offline.forget_copies(at=now)
    forgetting.forget_checks(at=now)
    cures.forget_pictures(at=now)
    for _ in range(MOST_ROUNDS):
        ran = cameras.erase_reads(at=now)
        if not ran.left or not ran.erased:
            return


@tenant_task
def follow_appeals(**_later: object) -> None:
    """Remind of tomorrow's hearings, and close the appeals whose fee was not paid."""
    now = timezone.now()
    hearings.remind(at=now)
    appeals.close_unpaid(at=now)


@tenant_task
def forget_field(**_later: object) -> None:
    """Erase where officers were, and forget callers, once their time is over."""
    now = timezone.now()
    positions.erase_positions(at=now)
    calls.forget_callers(at=now)
