"""Who waits for what, and where in line."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from parkops.customers import queries as customers
from parkops.customers.models import Customer
from parkops.kernel.codes import code_key
from parkops.kernel.dates import local_date
from parkops.kernel.decisions import NotFound
from parkops.kernel.texts import revived, say
from parkops.programme import queries as programme
from parkops.programme.permit_schema import PermitType
from parkops.programme.schema import Programme
from permits.models import WaitlistEntry
from permits.queries import free
from permits.rules import eligibility
from permits.rules import waitlist as rule

Status = WaitlistEntry.Status
OPEN = (Status.OFFERED, Status.WAITING)
ORDER = (F("priority").desc(), "seat", "pk")
"""The order of a line."""
STATES: dict[str, tuple[str, str]] = {
    "waiting": ("Waiting", ""),
    "offered": ("Offered", "good"),
    "accepted": ("Taken", "good"),
    "lapsed": ("Lapsed", "warn"),
    "withdrawn": ("Left the line", ""),
}
"""What the state of an entry is called on screen, and its tone."""


@dataclass(frozen=True, slots=True)
class Place:
    """An entry as pages show it: where in line, of how many; why it was passed over; its choice
    among how many of the group; when the line is closed."""

    entry: WaitlistEntry
    kind: PermitType | None
    position: int | None
    waiting: int
    choices: int = 1
    closes_on: date | None = None
    full_quota: str = ""

    @property
    def name(self) -> str:
        """What the permit type is called."""
        return self.kind.name if self.kind else self.entry.type_code

    @property
    def is_offered(self) -> bool:
        """Whether a place is held for an answer."""
        return self.entry.status == Status.OFFERED

    @property
    def rank_text(self) -> str:
        """The place in line in words: "3 of 40"."""
        if self.position is None:
            return ""
        return say("{n} of {total}", n=self.position, total=self.waiting)

    @property
    def state(self) -> str:
        """What it is called on screen."""
        return STATES[self.entry.status][0]

    @property
    def tone(self) -> str:
        """The tone of its badge."""
        return "warn" if self.entry.skip_code else STATES[self.entry.status][1]

    @property
    def blocked(self) -> str:
        """Which shared quota keeps places of the type itself from being offered, in words."""
        return eligibility.all_taken(self.full_quota) if self.full_quota else ""

    @property
    def skip_reason(self) -> str:
        """Why a free place went by."""
        return revived(self.entry.skip_reason, self.entry.said)

    @property
    def note(self) -> str:
        """What was last done to the place in line."""
        return revived(self.entry.note, self.entry.said)

    @property
    def close_reason(self) -> str:
        """Why it was closed."""
        return revived(self.entry.close_reason, self.entry.said)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the office's list is narrowed to."""

    text: str = ""
    type_code: str = ""
    view: str = "open"


def entry(reference: UUID | str) -> WaitlistEntry:
    """Return an entry with customer and permit.

    :raises NotFound: if this tenant has none.
    """
    found = entries().filter(reference=reference).first()
    if found is None:
        raise NotFound("There is no such entry of a waitlist.")
    return found


def entries(*, customer_id: int | None = None, type_code: str = "") -> QuerySet[WaitlistEntry]:
    """Return the entries of a customer, or of a type, with customer and permit."""
    rows = WaitlistEntry.objects.select_related("customer", "permit")
    if customer_id is not None:
        rows = rows.filter(customer_id=customer_id)
    return rows.filter(type_key=code_key(type_code)) if type_code else rows


def places_of(found: Sequence[WaitlistEntry], *, at: datetime) -> list[Place]:
    """Return entries as pages show them, by two queries for all."""
    rules = programme.in_force(at).programme
    lines = _lines({row.type_key for row in found if row.status == Status.WAITING})
    groups = _choices({row.customer_id for row in found}, at=at)
    full = _full_quotas(lines, rules, at=at)
    places = []
    for row in found:
        kind = rules.permit_type(row.type_code)
        line = lines.get(row.type_key, {})
        group = group_of(kind)
        purge = kind.waitlist.purge if kind and kind.waitlist else None
        places.append(
            Place(
                row,
                kind,
                line.get(row.pk),
                len(line),
                groups.get((row.customer_id, group), 1) if group else 1,
                rule.purge_day(purge, local_date(row.joined_at, rules.tz)) if purge else None,
                full.get(row.type_key, "") if row.status == Status.WAITING else "",
            )
        )
    return places


def place_of(found: WaitlistEntry, *, at: datetime) -> Place:
    """Return one entry as pages show it."""
    return places_of([found], at=at)[0]


def position_of(found: WaitlistEntry) -> int | None:
    """Return the place in line, 1 being next; None for somebody who does not wait (any more)."""
    if found.status != Status.WAITING:
        return None
    same = Q(priority=found.priority)
    before = (
        Q(priority__gt=found.priority)
        | same & Q(seat__lt=found.seat)
        | same & Q(seat=found.seat, pk__lt=found.pk)
    )
    waiting = WaitlistEntry.objects.filter(type_key=found.type_key, status=Status.WAITING)
    return waiting.filter(before).count() + 1


def open_of(customer: Customer) -> list[WaitlistEntry]:
    """Return the open entries of a customer, offers first, then by choice."""
    rows = entries(customer_id=customer.pk).filter(status__in=OPEN)
    return list(rows.order_by("status", "rank", "pk"))


def group_of(kind: PermitType | None) -> str:
    """Return the key of the group whose types are choices of each other, "" where there is none."""
    return code_key(kind.waitlist.group or "") if kind and kind.waitlist else ""


def group_keys(group: str, *, at: datetime) -> list[str]:
    """Return the keys of the types of a group."""
    kinds = programme.in_force(at).programme.permit_types
    return [code_key(kind.code) for kind in kinds if group and group_of(kind) == group]


def others_of(found: WaitlistEntry, *, at: datetime) -> QuerySet[WaitlistEntry]:
    """Return the customer's other open choices of the same group."""
    kind = programme.in_force(at).programme.permit_type(found.type_code)
    keys = group_keys(group_of(kind), at=at)
    rows = WaitlistEntry.objects.filter(
        customer_id=found.customer_id, status__in=OPEN, type_key__in=keys
    )
    return rows.exclude(pk=found.pk).order_by("rank", "pk")


def closes_on(kind: PermitType, *, at: datetime) -> date | None:
    """Return on which day the line of a type is closed for who joins it at `at`."""
    rules = programme.in_force(at).programme
    if kind.waitlist is None or kind.waitlist.purge is None:
        return None
    return rule.purge_day(kind.waitlist.purge, local_date(at, rules.tz))


def matching(filters: Filters) -> QuerySet[WaitlistEntry]:
    """Return the entries of the office's list: open ones in line, closed ones newest first."""
    rows = entries(type_code=filters.type_code)
    if filters.text.strip():
        rows = rows.filter(customer__in=customers.matching(filters.text))
    if filters.view == "closed":
        return rows.exclude(status__in=OPEN).order_by("-closed_at", "-pk")
    if filters.view == "passed":
        rows = rows.exclude(skip_code="")
    wanted = (Status.OFFERED,) if filters.view == "offered" else OPEN
    return rows.filter(status__in=wanted).order_by("type_key", "status", *ORDER)


def counts() -> dict[str, int]:
    """Return how many entries each view of the office's list has."""
    is_open = Q(status__in=OPEN)
    return WaitlistEntry.objects.aggregate(
        open=Count("pk", filter=is_open),
        offered=Count("pk", filter=Q(status=Status.OFFERED)),
        passed=Count("pk", filter=is_open & ~Q(skip_code="")),
        closed=Count("pk", filter=~is_open),
    )


def _lines(type_keys: Collection[str]) -> dict[str, dict[int, int]]:
    """Return the place of everybody who waits for these types, by one query."""
    if not type_keys:
        return {}
    rows = WaitlistEntry.objects.filter(status=Status.WAITING, type_key__in=type_keys)
    lines: dict[str, dict[int, int]] = {}
    for type_key, pk in rows.order_by("type_key", *ORDER).values_list("type_key", "pk"):
        line = lines.setdefault(type_key, {})
        line[pk] = len(line) + 1
    return lines


def _full_quotas(type_keys: Collection[str], rules: Programme, *, at: datetime) -> dict[str, str]:
    """Return which shared quota is full, by the keys of the types that it keeps from being sold."""
    found = {}
    for key in type_keys:
        kind = rules.permit_type(key)
        if kind is not None and rules.quotas_of(key):
            found[key] = free.full_quota(kind, rules, free.places_now(kind, rules, at))
    return found


def _choices(customer_ids: Collection[int], *, at: datetime) -> dict[tuple[int, str], int]:
    """Return how many open choices each customer has in each group."""
    rules = programme.in_force(at).programme
    groups = {code_key(kind.code): group_of(kind) for kind in rules.permit_types}
    if not any(groups.values()):
        return {}
    rows = WaitlistEntry.objects.filter(customer_id__in=customer_ids, status__in=OPEN)
    found: dict[tuple[int, str], int] = {}
    for customer_id, type_key in rows.values_list("customer_id", "type_key"):
        key = (customer_id, groups.get(type_key, ""))
        found[key] = found.get(key, 0) + 1
    return found
