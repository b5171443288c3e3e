"""Whether a department may pay for a stay: its quota, and the limits of a code."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from parkops.kernel.dates import local_date, midnight, year_of
from parkops.kernel.decisions import ALLOWED, Decision


@dataclass(frozen=True, slots=True)
class Use:
    """What uses come to: how many, how long, how much in minor units."""

    uses: int = 0
    minutes: int = 0
    minor: int = 0

    def __add__(self, other: "Use") -> "Use":
        return Use(self.uses + other.uses, self.minutes + other.minutes, self.minor + other.minor)

    def of(self, unit: str) -> int:
        """Return what it comes to in the unit of a quota: hours count their minutes."""
        return {"hours": self.minutes, "uses": self.uses, "money": self.minor}[unit]


@dataclass(frozen=True, slots=True)
class Limits:
    """A code as the rules see it: `used` stays stand by it, `by_plate` of them for this plate."""

    opens_at: datetime
    closes_at: datetime
    revoked_at: datetime | None
    uses: int | None
    used: int
    per_plate: int
    by_plate: int


def limit_of(unit: str, quota: int | None) -> int | None:
    """Return a quota as `Use.of` counts it."""
    if quota is None:
        return None
    return quota * 60 if unit == "hours" else quota


def within_quota(unit: str, quota: int | None, *, used: Use, wanted: Use) -> Decision:
    """Decide whether a quota has room for another use."""
    limit = limit_of(unit, quota)
    if limit is None or (used + wanted).of(unit) <= limit:
        return ALLOWED
    return Decision(
        "quota_used_up", "The department's quota is used up. Pay yourself, or ask your host."
    )


def may_use_code(limits: Limits, *, at: datetime) -> Decision:
    """Decide whether a code is good for a plate at `at`."""
    if limits.revoked_at is not None and limits.revoked_at <= at:
        return Decision("code_revoked", "This code has been withdrawn. Ask your host.", "code")
    if at < limits.opens_at:
        return Decision("code_not_open", "This code does not hold yet.", "code")
    if at >= limits.closes_at:
        return Decision("code_over", "This code has run out. Ask your host for a new one.", "code")
    if limits.uses is not None and limits.used >= limits.uses:
        return Decision("code_used_up", "All uses of this code are taken. Ask your host.", "code")
    if limits.by_plate >= limits.per_plate:
        return Decision("plate_used_up", "This plate has used the code already.", "code")
    return ALLOWED


def counts_since(per: str, *, at: datetime, zone: ZoneInfo, year: tuple[int, int]) -> datetime:
    """Return when the month or program year of a quota began."""
    today = local_date(at, zone)
    first = today.replace(day=1) if per == "month" else year_of(today, year)
    return midnight(first, zone)


def part_of(minor: int, share: int) -> int:
    """Return `share` percent of an amount, half up."""
    return (minor * share * 2 + 100) // 200
