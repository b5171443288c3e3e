"""How many hangtags are where, which is next, and which are worth nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q

from parkops.kernel.codes import code_key
from parkops.programme import queries as programme
from permits.models import Hangtag, HangtagBatch, HangtagCount, LostHangtag, PlateRight
from permits.rules.hangtags import is_low, tag_key


@dataclass(frozen=True, slots=True)
class Stock:
    """How many hangtags of a permit type are where."""

    code: str
    name: str
    received: int
    free: int
    out: int
    on_permits: int
    spoiled: int
    lost: int

    @property
    def is_low(self) -> bool:
        """Whether more should be ordered."""
        return bool(self.received) and is_low(free=self.free + self.out, received=self.received)


@dataclass(frozen=True, slots=True)
class Place:
    """What a clerk or location has ("" is the store): how many, and the next."""

    name: str
    count: int
    next_position: int


def stocks(*, at: datetime) -> list[Stock]:
    """Return the stock of every permit type with hangtags, in the program's order."""
    free = Q(state=Hangtag.State.FREE)
    rows = Hangtag.objects.values("type_key").annotate(
        received=Count("pk"),
        free=Count("pk", filter=free & Q(place="")),
        out=Count("pk", filter=free & ~Q(place="")),
        on_permits=Count("pk", filter=Q(state=Hangtag.State.PERMIT)),
        spoiled=Count("pk", filter=Q(state=Hangtag.State.SPOILED)),
        lost=Count("pk", filter=Q(state=Hangtag.State.LOST)),
    )
    counts: dict[str, dict[str, Any]] = {}
    for row in rows.order_by("type_key"):
        told: dict[str, Any] = {**row}
        counts[str(told.pop("type_key"))] = told
    none = dict.fromkeys(("received", "free", "out", "on_permits", "spoiled", "lost"), 0)
    return [
        Stock(kind.code, kind.name, **counts.get(code_key(kind.code), none))
        for kind in programme.in_force(at).programme.permit_types
        if kind.credential == "hangtag"
    ]


def places(type_code: str) -> list[Place]:
    """Return who has free hangtags of a type, the store first."""
    rows = (
        Hangtag.objects.filter(type_key=code_key(type_code), state=Hangtag.State.FREE)
        .values("place")
        .annotate(count=Count("pk"), following=Min("position"))
        .order_by("place")
    )
    return [Place(row["place"], row["count"], row["following"]) for row in rows]


def next_hangtag(type_code: str, *, place: str = "") -> str:
    """Return the number that a place gives out next, "" if it has none."""
    free = Hangtag.objects.filter(
        type_key=code_key(type_code), state=Hangtag.State.FREE, place=place
    )
    tag = free.order_by("position", "pk").first()
    return tag.text if tag else ""


def batches(type_code: str) -> list[HangtagBatch]:
    """Return what was received of a type, the newest first."""
    return list(HangtagBatch.objects.filter(type_key=code_key(type_code)).order_by("-pk")[:50])


def counts(type_code: str) -> list[HangtagCount]:
    """Return the latest counts of a type, the newest first."""
    return list(HangtagCount.objects.filter(type_key=code_key(type_code)).order_by("-pk")[:20])


def lost_of_type(type_code: str) -> list[LostHangtag]:
    """Return the reported numbers of a type that were not found, the newest first."""
    rows = LostHangtag.objects.filter(type_key=code_key(type_code), found_at__isnull=True)
    return list(rows.select_related("permit").order_by("-pk")[:100])


def lost_hangtags(*, typed: Collection[str], permit_ids: Collection[int]) -> list[LostHangtag]:
    """Return the reports of these numbers or these permits, found again or not, the oldest first."""
    return list(
        LostHangtag.objects.filter(
            Q(tag_key__in={tag_key(text) for text in typed}) | Q(permit_id__in=permit_ids)
        )
        .select_related("permit")
        .order_by("reported_at", "pk")
    )


def lost_text(lost: LostHangtag) -> str:
    """Return what an officer is told of a report."""
    police = f", police reference {lost.police_reference}" if lost.police_reference else ""
    valid = lost.permit.hangtag
    told = f"Hangtag {lost.text} of permit {lost.permit.number} was {lost.kind}{police}."
    return f"{told} The valid one is {valid}." if valid and valid != lost.text else told


def lost_by_plate(
    *, at: datetime, keys: Collection[str] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield what officers are told of hangtags that are worth nothing: by their own number, and by
    the plates that their permits cover at `at`; with `keys`, of these alone."""
    found = LostHangtag.objects.filter(reported_at__lte=at, found_at__isnull=True)
    on = PlateRight.objects.filter(starts_at__lte=at, ends_at__gt=at)
    if keys is not None:
        found = found.filter(Q(tag_key__in=keys) | Q(permit__plates__plate_key__in=keys)).distinct()
        on = on.filter(plate_key__in=keys)
    plates: dict[int, list[str]] = defaultdict(list)
    rows = on.filter(permit__lost_hangtags__in=found).order_by("plate_key")
    for permit_id, plate_key in rows.values_list("permit_id", "plate_key").distinct():
        plates[permit_id or 0].append(plate_key)
    for lost in found.select_related("permit").order_by("reported_at", "pk"):
        for key in dict.fromkeys([lost.tag_key, *plates[lost.permit_id]]):
            if keys is None or key in keys:
                yield key, lost_text(lost)
