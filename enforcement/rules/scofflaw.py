"""Whether a vehicle may be booted for what it owes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from parkops.kernel.money import Money
from parkops.programme.violation_schema import BootReason, Scofflaw


@dataclass(frozen=True, slots=True)
class Unpaid:
    """A citation with a balance: when it was issued, what is owed, how it stands."""

    issued_at: datetime
    owed: Money
    status: str


@dataclass(frozen=True, slots=True)
class Arrears:
    """What counts against a vehicle. `is_enough` says that a reason to boot holds; `may_boot`, that
    the notice asked for has also run. `text` is for an officer."""

    count: int
    owed: Money
    is_enough: bool
    may_boot: bool
    text: str


def arrears(
    rule: Scofflaw | None,
    unpaid: Sequence[Unpaid],
    *,
    notice_sent_at: datetime | None,
    at: datetime,
    zone: ZoneInfo,
    currency: str,
) -> Arrears:
    """Return what counts against a vehicle at `at`; without a rule nothing does.

    A citation counts once it is older than `older_than` and unless its status is ignored.
    """
    counted = [u for u in unpaid if rule is not None and _counts(rule, u, at, zone)]
    owed = sum((u.owed for u in counted), Money.zero(currency))
    # The API gives the amount as its contract writes it there.
    text = f"{len(counted)} unpaid citation{'' if len(counted) == 1 else 's'}, {owed.amount}"
    if rule is None or not any(_holds(reason, len(counted), owed) for reason in rule.boot_when):
        return Arrears(len(counted), owed, False, False, text)
    if rule.notice is None:
        return Arrears(len(counted), owed, True, True, text)
    if notice_sent_at is None:
        text = f"{text}; no notice sent, not to be booted yet"
        return Arrears(len(counted), owed, True, False, text)
    ready = rule.notice.after(notice_sent_at, zone)
    if at < ready:
        local = ready.astimezone(zone)
        waits = f"{text}; notice sent, not to be booted before {local.day} {local:%B %H:%M}"
        return Arrears(len(counted), owed, True, False, waits)
    return Arrears(len(counted), owed, True, True, text)


def _counts(rule: Scofflaw, unpaid: Unpaid, at: datetime, zone: ZoneInfo) -> bool:
    if unpaid.status in rule.ignore or unpaid.owed.minor <= 0:
        return False
    return rule.older_than.after(unpaid.issued_at, zone) < at


def _holds(reason: BootReason, count: int, owed: Money) -> bool:
    enough = reason.unpaid is None or count >= reason.unpaid
    return enough and (reason.amount is None or owed >= reason.amount)
